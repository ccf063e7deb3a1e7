"""Decisions, counted day by day."""

import datetime as dt

from consent_server.statistics import Day, days


def test_the_rows_of_a_day_become_one():
    rows = [
        (20778, "accept-all", 2, 2, 0, 2, 0, 0, 0),
        (20779, "accept-all", 1, 1, 0, 1, 0, 1, 0),
        (20779, "reject-all", 3, 0, 3, 0, 3, 0, 2),
    ]

    assert days(rows) == (
        Day(
            day=dt.date(2026, 11, 21),
            decisions=2,
            actions={"accept-all": 2},
            granted={"functional": 2, "statistics": 2, "marketing": 0},
            refused={"functional": 0, "statistics": 0, "marketing": 0},
        ),
        Day(
            day=dt.date(2026, 11, 22),
            decisions=4,
            actions={"accept-all": 1, "reject-all": 3},
            granted={"functional": 1, "statistics": 1, "marketing": 1},
            refused={"functional": 3, "statistics": 3, "marketing": 2},
        ),
    )
    assert days([]) == ()
