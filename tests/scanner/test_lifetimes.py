import datetime as dt

import pytest

from scanner.lifetimes import declared, effective, parse, parse_date, whole

NOON = dt.datetime(2026, 11, 22, 12, 0, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2y", 63072000),
        ("10 min", 600),
        ("1 year 6 months", 31536000 + 6 * 2592000),
        ("1,5 h", 5400),
        ("session", None),
        ("2 elephants", None),
    ],
)
def test_a_length_of_time_in_words(text, seconds):
    assert parse(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 22 Nov 2026 12:00:00 GMT",
        "Sunday, 22-Nov-26 12:00:00 GMT",
        "Sun Nov 22 12:00:00 2026",
        "22 november 2026 12:0:0",
    ],
)
def test_a_date_as_browsers_read_it(text):
    assert parse_date(text) == NOON


@pytest.mark.parametrize("text", ["tomorrow", "22 Nov 2026", "32 Nov 2026 12:00:00", ""])
def test_what_is_no_date(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("max_age", "expires", "seconds"),
    [
        ("3600", None, 3600),
        ("3600", "Sun, 22 Nov 2026 12:00:10 GMT", 3600),  # Max-Age wins
        ("soon", "Sun, 22 Nov 2026 13:00:00 GMT", 3600),  # nonsense is ignored
        (None, None, None),
        (None, "whenever", None),
        ("0", None, 0),
        ("-1", None, -1),
        (None, "Thu, 01 Jan 1970 00:00:00 GMT", -1795348800),
    ],
)
def test_what_a_cookie_asks_for(max_age, expires, seconds):
    assert declared(max_age=max_age, expires=expires, written_at=NOON) == seconds


def test_a_date_written_by_a_script_means_the_full_minutes_that_it_was_made_of():
    late = NOON + dt.timedelta(milliseconds=700)

    asked = declared(max_age=None, expires="Mon, 22 Nov 2027 12:00:00 GMT", written_at=late)

    assert asked == 31536000


@pytest.mark.parametrize(("seconds", "told"), [(6000001, 6000000), (59.2, 60), (3.4, 4), (95, 95)])
def test_seconds_are_told_whole(seconds, told):
    assert whole(seconds) == told


@pytest.mark.parametrize(
    ("remaining", "asked", "kept"),
    [
        (3598.7, 3600, 3600),
        (34559999.5, 63072000, 34560000),  # the browser keeps nothing for longer than 400 days
        (34559998.0, None, 34560000),
        (7199.4, None, 7200),
    ],
)
def test_what_the_browser_keeps(remaining, asked, kept):
    assert effective(remaining, asked=asked) == kept
