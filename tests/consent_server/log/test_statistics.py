"""Days, as the sums of the database tell of them."""

import datetime as dt

from consent_server.log.statistics import Day, days


def sums(shown=0, accepted=0, rejected=0, ignored=0, *, granted=(0, 0, 0), refused=(0, 0, 0), **of):
    actions = ("accept_all", "reject_all", "save", "withdraw", "gpc", "moved")
    times = (of.get(name, 0) for name in actions)
    return (shown, accepted, rejected, ignored, *granted, *refused, *times)


def test_the_sums_of_a_day_become_words():
    found = [
        (20779, *sums(11, 1, 8, 7, granted=(5, 1, 0), refused=(8, 12, 8), save=4, withdraw=9)),
        (20778, *sums(2, 2, granted=(2, 2, 0), accept_all=2)),
    ]

    assert days(found) == (
        Day(
            day=dt.date(2026, 11, 21),
            decisions=2,
            actions={"accept-all": 2},
            granted={"functional": 2, "statistics": 2, "marketing": 0},
            refused={"functional": 0, "statistics": 0, "marketing": 0},
            shown=2,
            accepted=2,
        ),
        Day(
            day=dt.date(2026, 11, 22),
            decisions=13,
            actions={"save": 4, "withdraw": 9},
            granted={"functional": 5, "statistics": 1, "marketing": 0},
            refused={"functional": 8, "statistics": 12, "marketing": 8},
            shown=11,
            accepted=1,
            rejected=8,
            partial=4,
            ignored=7,
        ),
    )
    assert days([]) == ()


def test_a_day_is_told_apart_by_what_is_asked():
    found = [
        (20779, "sv", None, *sums(save=6)),
        (20780, "sv", None, *sums(save=8)),
        (20779, "nb", "NO", *sums(save=1)),
    ]

    told = days(found, by=("language", "country"))

    assert [(day.day.day, day.apart, day.decisions) for day in told] == [
        (22, {"language": "nb", "country": "NO"}, 1),
        (22, {"language": "sv", "country": None}, 6),
        (23, {"language": "sv", "country": None}, 8),
    ]


def test_what_is_of_one_day_and_told_apart_alike_is_added_up():
    told = sums(5, 2, 1, granted=(1, 2, 3), refused=(3, 2, 1), save=6)
    one, other = (20779, "shop", None, *told), (20779, "shop", "NO", *told)

    found = days([one, other, one], by=("site", "country"))

    assert [(each.apart["country"], each.shown, each.granted) for each in found] == [
        (None, 10, {"functional": 2, "statistics": 4, "marketing": 6}),
        ("NO", 5, {"functional": 1, "statistics": 2, "marketing": 3}),
    ]
    assert {each.day for each in found} == {dt.date(2026, 11, 22)}
