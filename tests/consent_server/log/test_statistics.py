"""Decisions, counted day by day."""

import datetime as dt

from consent_server.log.statistics import Counted, Day, days

YES, NO, MIXED = (True, True, None), (False, False, False), (True, False, None)


def counted(day, action, choices, times, *, surface=None, apart=()):
    return Counted(day, apart, action, surface, choices, times)


def test_the_answers_of_a_day_become_one():
    found = [
        counted(20778, "accept-all", YES, 2),
        counted(20779, "accept-all", YES, 1, surface="banner"),
        counted(20779, "save", MIXED, 4, surface="preferences"),
        counted(20779, "reject-all", NO, 3),
        counted(20779, "withdraw", NO, 5),
        counted(20779, "ignored", (None, None, None), 7),
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
            actions={"accept-all": 1, "reject-all": 3, "save": 4, "withdraw": 5},
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
        counted(20779, "save", MIXED, 4, apart=("sv", None)),
        counted(20779, "save", MIXED, 1, apart=("nb", "NO")),
        counted(20779, "reject-all", NO, 2, apart=("sv", None)),
        counted(20780, "save", MIXED, 8, apart=("sv", None)),
    ]

    told = days(found, by=("language", "country"))

    assert [(day.day.day, day.apart, day.decisions) for day in told] == [
        (22, {"language": "nb", "country": "NO"}, 1),
        (22, {"language": "sv", "country": None}, 6),
        (23, {"language": "sv", "country": None}, 8),
    ]
