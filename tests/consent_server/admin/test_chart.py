"""The chart's numbers: shares of those who answered, day by day, week by week, value by value."""

import datetime as dt

from consent_server.admin import chart
from consent_server.admin.chart import Tally
from consent_server.log.statistics import Day

MONDAY = dt.date(2026, 11, 16)


def day(date, accepted=0, partial=0, rejected=0, ignored=0, **apart):
    return Day(
        day=date,
        decisions=accepted + partial + rejected,
        actions={},
        granted={},
        refused={},
        apart=apart,
        accepted=accepted,
        partial=partial,
        rejected=rejected,
        ignored=ignored,
    )


def test_each_day_has_a_tally_also_those_on_which_nobody_answered():
    days = [day(MONDAY, accepted=3, rejected=1), day(MONDAY + dt.timedelta(days=2), partial=2)]

    found = chart.by_time(days, since=MONDAY, until=MONDAY + dt.timedelta(days=2))

    assert found == (
        Tally("2026-11-16", accepted=3, rejected=1),
        Tally("2026-11-17"),
        Tally("2026-11-18", partial=2),
    )
    assert found[0].rate == 0.75
    assert found[1].rate is None


def test_many_days_are_told_by_week():
    days = [day(MONDAY + dt.timedelta(days=n), accepted=1) for n in range(70)]
    since = MONDAY + dt.timedelta(days=2)

    found = chart.by_time(days, since=since, until=MONDAY + dt.timedelta(days=69))

    assert len(found) == 10
    assert found[0] == Tally("2026-11-16", accepted=5)
    assert found[1] == Tally("2026-11-23", accepted=7)


def test_values_are_told_apart_the_most_frequent_first():
    days = [
        day(MONDAY, accepted=1, language="en"),
        day(MONDAY, rejected=2, language="nb"),
        day(MONDAY + dt.timedelta(days=1), ignored=4, language="nb"),
        day(MONDAY, accepted=1, language=None),
    ]

    assert chart.by_value(days, "language", unknown="not known") == (
        Tally("nb", rejected=2, ignored=4),
        Tally("en", accepted=1),
        Tally("not known", accepted=1),
    )


def test_a_column_is_as_high_as_the_plot_and_its_parts_as_their_shares():
    drawn = chart.columns([Tally("2026-11-16", 2, 1, 1, 0), Tally("2026-11-17")])

    assert [(block.part, block.height) for block in drawn.blocks] == [
        ("accepted", 120.0),
        ("partial", 60.0),
        ("rejected", 60.0),
    ]
    assert [block.y for block in drawn.blocks] == [120.0, 60.0, 0.0]
    assert all(block.x == 36.0 and block.width == 288.0 for block in drawn.blocks)
    assert [mark.text for mark in drawn.marks] == ["2026-11-16", "2026-11-17"]


def test_no_more_labels_stand_below_than_can_be_read():
    drawn = chart.columns([Tally(f"2026-01-{n:02}") for n in range(1, 32)])

    assert len(drawn.marks) <= chart.MAX_LABELS


def test_the_total_is_the_sum():
    assert chart.total([Tally("a", 1, 2, 3, 4), Tally("b", 1, 1, 1, 1)]) == ("All", 2, 3, 4, 5)
    assert chart.total([]).rate is None
