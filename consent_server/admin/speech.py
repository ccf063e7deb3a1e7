"""In which language and time zone somebody reads the pages: what she chose, else what fits.

The choice is kept in a cookie of the browser, so that it also holds for the page on which people
sign in, and for those who come with a token.
"""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from typing import TYPE_CHECKING, NamedTuple

from consent_server.admin import cookies
from consent_server.pages import PAGES
from scanner.languages import choose
from scanner.spoken import SPOKEN
from scanner.wording import UTC, Words, ZoneUnknown, words, zone

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from scanner.model import Site

LASTS = dt.timedelta(days=365).total_seconds()

#: What a name of a zone begins with that people live in; the others are older spellings.
_PARTS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


class Choice(NamedTuple):
    """What somebody has chosen; empty: nothing."""

    language: str = ""
    zone: str = ""


def chosen(request: Request) -> Choice:
    """Return what the browser of *request* has kept; what makes no sense is as if not chosen."""
    language, _, name = (cookies.read(request, "speech") or "").partition("|")
    return Choice(
        language if language in SPOKEN else "",
        name if name in zones() else "",
    )


def keep(response: Response, request: Request, choice: Choice) -> None:
    """Let the browser keep *choice*; drop what it kept where nothing is chosen."""
    if any(choice):
        cookies.put(response, request, "speech", "|".join(choice), lasts=LASTS)
    else:
        cookies.drop(response, request, "speech")


def of(request: Request, site: Site | None = None) -> Words:
    """Return how to speak to who sent *request*, on a page about *site* or about no single one."""
    choice = chosen(request)
    asked = request.headers.get("accept-language", "")
    return words(
        choice.language or choose(asked, SPOKEN),
        PAGES,
        zone=_zone(choice.zone or (site and site.time_zone) or request.app.state.time_zone),
    )


@functools.cache
def zones() -> tuple[str, ...]:
    """Return the names of all zones that can be chosen."""
    known = zoneinfo.available_timezones()
    return ("UTC", *sorted(name for name in known if name.startswith(_PARTS)))


def _zone(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone *name*; UTC where this machine has lost it."""
    try:
        return zone(name)
    except ZoneUnknown:
        return UTC
