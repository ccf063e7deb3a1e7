"""sites.yaml, and whether what it asks for is done: scans in time, requests answered."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from consent_server.doctor.check import Check, bad, good, note
from scanner.errors import KapselError
from scanner.schedule import due_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from consent_server.rights.model import RightsRequest
    from scanner.model import Site

LATE = dt.timedelta(hours=2)  # after its time at which a scan should have begun
SOON = 7  # days that are left when a request becomes urgent


def read_sites(file: Path) -> tuple[tuple[Site, ...], Check]:
    """Return the sites in *file*, none where it cannot be used, and how the file is."""
    from scanner.sites import load

    try:
        sites = load(file)
    except KapselError as exc:
        if not file.exists():
            return (), bad("sites.yaml", f"{file} is not there", "list your sites in it")
        return (), bad("sites.yaml", str(exc), "mend it; 'kapsel sites check' tells the lines")
    return sites, good("sites.yaml", f"{file}: {len(sites)} site{'s' * (len(sites) != 1)}")


def sites_in_order(
    sites: Sequence[Site],
    *,
    started: Mapping[str, dt.datetime | None],
    smtp: bool,
    now: dt.datetime,
) -> Iterator[Check]:
    """
    Look at each site.

    Args:
        started: Key of a site -> when its last scan began; None: it never was scanned.
        smtp: A mail server is named.
    """
    for site in sites:
        subject = f"site {site.key}"
        yield _scanned(site, started.get(site.key), now)
        if site.controller is None:
            said = "nobody is named who answers for it: the banner cannot say who asks"
            yield bad(subject, said, "write 'controller' in sites.yaml")
        if site.notify.email and not smtp:
            said = "e-mail is to be sent, but no mail server is named"
            yield bad(subject, said, "set KAPSEL_SMTP where 'kapsel watch' runs")


def _scanned(site: Site, started: dt.datetime | None, now: dt.datetime) -> Check:
    subject = f"site {site.key}"
    when = f"scanned on {started:%Y-%m-%d %H:%M} UTC" if started else "never scanned"
    due = due_at(site, started, now=now)
    if due is None:
        return note(subject, f"{when}, and has no schedule", "write 'schedule'")
    if started is None or due + LATE < now:
        said = f"{when}, though its schedule is '{site.schedule}'"
        return bad(subject, said, "let 'kapsel watch' run, as a service")
    return good(subject, f"{when}, next at {due:%Y-%m-%d %H:%M} UTC")


def requests_in_time(requests: Sequence[RightsRequest], *, now: dt.datetime) -> Check:
    """Look at the requests of visitors that wait for an answer."""
    left = [days for request in requests if (days := request.days_left(now)) is not None]
    if any(days < 0 for days in left):
        count = sum(days < 0 for days in left)
        return bad("requests", f"{count} should have been answered by now", "kapsel requests list")
    if any(days < SOON for days in left):
        said = f"{len(left)} wait, the first must be answered within {min(left)} days"
        return note("requests", said, "kapsel requests list")
    return good("requests", f"{len(left)} wait for an answer")
