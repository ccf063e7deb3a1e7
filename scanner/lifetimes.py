"""How long things are kept: from Max-Age and Expires, and from words, to seconds."""

from __future__ import annotations

import datetime as dt
import math
import re

#: Chromium keeps no cookie longer, whatever it asks for (RFC 6265bis, section 5.5).
BROWSER_CAP = 400 * 86400

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
MONTH, YEAR = 30 * DAY, 365 * DAY  # as people count, when they write "2 years"

_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "min": MINUTE, "mins": MINUTE, "minute": MINUTE, "minutes": MINUTE,
    "h": HOUR, "hr": HOUR, "hour": HOUR, "hours": HOUR,
    "d": DAY, "day": DAY, "days": DAY,
    "w": WEEK, "week": WEEK, "weeks": WEEK,
    "m": MONTH, "mo": MONTH, "month": MONTH, "months": MONTH,
    "y": YEAR, "yr": YEAR, "year": YEAR, "years": YEAR,
}  # fmt: skip
_WORDS = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)\.?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_DELIMITERS = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?$")
_DAY = re.compile(r"(\d{1,2})(?:\D.*)?$")
_YEAR = re.compile(r"(\d{2,4})(?:\D.*)?$")

#: Seconds by which a date may miss what was meant: dates have whole seconds, and the writer's
#: clock, by which we measure, was read some time before or after.
_ROUNDING = 2


def parse(text: str) -> float | None:
    """
    Return the seconds that *text* ("2y", "10 min", "1 year 6 months") means.

    Returns:
        None for "session", and for what is not a length of time.
    """
    parts = _WORDS.findall(text.strip().lower())
    if not parts or any(unit not in _UNITS for _, unit in parts):
        return None
    return sum(float(number.replace(",", ".")) * _UNITS[unit] for number, unit in parts)


def parse_date(text: str) -> dt.datetime | None:
    """Return the time that a cookie's *Expires* names, as browsers read it (RFC 6265, 5.1.1)."""
    time: tuple[int, int, int] | None = None
    day = month = year = None
    for token in filter(None, _DATE_DELIMITERS.split(text)):
        if time is None and (found := _TIME.match(token)):
            time = (int(found[1]), int(found[2]), int(found[3]))
        elif day is None and (found := _DAY.match(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := _YEAR.match(token)):
            year = int(found[1])
    if time is None or day is None or month is None or year is None:
        return None
    if year < 100:
        year += 1900 if year >= 70 else 2000
    try:
        return dt.datetime(year, month, day, *time, tzinfo=dt.UTC)
    except ValueError:
        return None


def declared(*, max_age: str | None, expires: str | None, written_at: dt.datetime) -> float | None:
    """
    Return the whole seconds that a cookie asked to be kept; zero or less means: delete it.

    Args:
        max_age: The attribute's text; it wins over *expires*, as in browsers.
        expires: The attribute's text.
        written_at: When it was written, by the clock that the writer used.

    Returns:
        None if it asked to be kept for the session, or asked in a way that browsers ignore.
    """
    if max_age is not None and re.fullmatch(r"-?\d+", max_age.strip()):
        return float(int(max_age))
    until = parse_date(expires) if expires is not None else None
    if until is None:
        return None
    seconds = (until - written_at).total_seconds()
    return whole(seconds) if seconds > 0 else float(math.floor(seconds))


def whole(seconds: float) -> float:
    """Return *seconds* as whole seconds; close to a full minute, as that minute."""
    minute = round(seconds / MINUTE) * MINUTE
    if minute and abs(seconds - minute) <= _ROUNDING:
        return float(minute)
    return float(math.ceil(seconds - 0.001))


def effective(remaining: float, *, asked: float | None) -> float:
    """
    Return how long the browser keeps a cookie, from what it says soon after the write.

    Args:
        remaining: Seconds between the write, as we saw it, and the jar's date of expiry.
        asked: What was declared; where the two differ by the time that the news took, it is
            the truth.
    """
    if asked is not None:
        kept = min(asked, float(BROWSER_CAP))
        if abs(remaining - kept) <= _NEWS_DELAY:
            return kept
    if abs(remaining - BROWSER_CAP) <= _NEWS_DELAY:
        return float(BROWSER_CAP)
    return whole(remaining)


#: Seconds that a page's clock may run ahead in virtual time, over a whole crawl, and that may pass
#: between a write and our reading the clock.
_NEWS_DELAY = 900.0
