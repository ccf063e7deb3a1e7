"""Scans, catalogues and sites as tables that fit a terminal of 80 columns."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scanner.catalogue import setter_host
from scanner.change_words import change_words
from scanner.languages import lifetime_in_words, texts
from scanner.model import SENT_KINDS, Category, Fate, Kind, Party, Severity, State
from scanner.report.banner import banner_in_words
from scanner.schedule import next_time
from scanner.visible import in_one_line
from scanner.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.changes import Difference
    from scanner.model import Catalogue, Entry, Scan, Site
    from scanner.store import Kept

#: One letter for each state, in the column that says where an item was seen.
_LETTERS = {
    State.BEFORE: "B",
    State.ACCEPT: "A",
    State.REJECT: "R",
    State.WITHDRAW: "W",
    State.GPC: "G",
    State.ACCEPT_FUNCTIONAL: "f",
    State.ACCEPT_STATISTICS: "s",
    State.ACCEPT_MARKETING: "m",
}
_COLOURS = {
    Severity.CRITICAL: "bold red",
    Severity.SERIOUS: "red",
    Severity.MODERATE: "yellow",
    Severity.MINOR: "cyan",
    Severity.INFO: "dim",
}
_SESSION = (Kind.COOKIE, Kind.SESSION_STORAGE, Kind.WINDOW_NAME)  # live as long as the tab
_MAX_FAILURES = 8  # lines; the JSON has them all


def console() -> Console:
    """Return the console for data: it wraps at 80 columns where there is no terminal."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=max(found.width, 80))


def shown(words: str, *, style: str = "") -> Text:
    """Return *words* that hold a stranger's: nothing in them rules the terminal, or hides."""
    return Text(in_one_line(words), style=style)


def print_scans(scans: Sequence[Scan]) -> None:
    """Print each scan: what was visited, what was found, what it means, what to do next."""
    out = console()
    for scan in scans:
        _print_scan(out, scan)


def _print_scan(out: Console, scan: Scan) -> None:
    seconds = (scan.finished_at - scan.started_at).total_seconds()
    pages = len({visit.url for visit in scan.visits})
    out.print(shown(f"{scan.site}  {scan.url}", style="bold"))
    out.print(
        f"{scan.status} scan of {_count(pages, 'page')} in {_count(len(scan.visits), 'visit')}, "
        f"{seconds:.0f} s, {_moment(scan.started_at)}",
        style="red" if scan.status == "failed" else "",
    )
    out.print(f"banner: {banner_in_words(scan.banner, words('en'))}")
    if scan.runs > 1:
        out.print(f"read {scan.runs} times")
    for line in scan.unsteady:
        out.print(shown(f"not reproducible: {line}", style="yellow"))
    _print_failures(out, scan)
    out.print()
    if scan.unread:
        out.print("No page could be read: what the site stores is not known.")
        out.print()
    else:
        print_entries(scan.entries, out=out)
    if scan.refused:
        out.print(f"The browser refused {_count(len(scan.refused), 'cookie')}:")
        for entry in scan.refused:
            out.print(shown(f"  {entry.name} ({entry.domain}): {entry.reason or 'no reason told'}"))
        out.print()
    _print_findings(out, scan)
    out.print(shown(_next_step(scan), style="bold"))
    out.print()


def _print_failures(out: Console, scan: Scan) -> None:
    failed: dict[str, list[str]] = {}  # page and reason -> states
    for visit in scan.visits:
        if visit.failure is not None:
            states = failed.setdefault(f"{visit.url}: {visit.failure}", [])
            states.append(visit.state)
    for told, states in list(failed.items())[:_MAX_FAILURES]:
        out.print(shown(f"failed ({', '.join(dict.fromkeys(states))}): {told}", style="red"))
    if len(failed) > _MAX_FAILURES:
        out.print(f"and {len(failed) - _MAX_FAILURES} more pages failed", style="red")


def _print_findings(out: Console, scan: Scan) -> None:
    if not scan.findings:
        return
    table = Table(box=box.SIMPLE_HEAD, title="Findings", title_justify="left", pad_edge=False)
    table.add_column("Severity", no_wrap=True)
    table.add_column("Rule", no_wrap=True)
    table.add_column("Items", ratio=1, overflow="fold")
    for finding in scan.findings:
        items = ", ".join(finding.items[:6]) or "; ".join(finding.evidence[:2])
        more = f" and {len(finding.items) - 6} more" if len(finding.items) > 6 else ""
        severity = shown(finding.severity, style=_COLOURS[finding.severity])
        table.add_row(severity, finding.rule, shown(items + more))
    out.print(table)


def _next_step(scan: Scan) -> str:
    unsorted = [
        entry
        for entry in scan.entries
        if entry.category is Category.UNCLASSIFIED and entry.kind not in SENT_KINDS
    ]
    if scan.status == "failed":
        return f"Next: look why {scan.url} could not be read, then scan again."
    if any(finding.severity is Severity.CRITICAL for finding in scan.findings):
        return "Next: --format html (or json) has the evidence of each finding and what to do."
    if unsorted:
        name, more = unsorted[0].name, len(unsorted) - 1
        rest = f", and {more} more are for" if more else " is for"
        return f"Next: say what {name}{rest}: kapsel catalogue override {scan.site} {name} …"
    return f"Next: kapsel declaration {scan.site} prints what to tell visitors."


def print_entries(entries: Iterable[Entry], *, out: Console | None = None) -> None:
    """Print *entries* as one table, grouped by category; contacted servers in lines below it."""
    out = out or console()
    listed = list(entries)
    stored = [entry for entry in listed if entry.kind not in SENT_KINDS]
    if not listed:
        out.print("Nothing is stored, and no other company is contacted.")
        out.print()
        return
    if stored:
        out.print(_table(stored))
        used = [state for state in State if any(state in entry.states for entry in stored)]
        letters = ", ".join(f"{_LETTERS[state]} {state}" for state in used)
        out.print(shown(f"Seen: {letters}. ° another company's. † deleted again.", style="dim"))
        out.print()
    _print_contacted(out, [entry for entry in listed if entry.kind is Kind.REQUEST])


def _table(stored: list[Entry]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("Name", ratio=6, overflow="fold")
    table.add_column("Domain", ratio=6, overflow="fold")
    table.add_column("Stays", no_wrap=True)
    table.add_column("Seen", no_wrap=True)
    table.add_column("Set by", ratio=6, overflow="fold")
    names = texts("en")["categories"]
    for category in Category:
        group = [entry for entry in stored if entry.category is category]
        if group:
            table.add_section()
            table.add_row(shown(f"{names[category]['name']} ({len(group)})", style="bold"))
        for entry in group:
            table.add_row(*_cells(entry))
    return table


def _cells(entry: Entry) -> tuple[Text, Text, Text, Text, Text]:
    name = shown(entry.name + "†" * (entry.fate is Fate.GONE))
    if entry.kind is not Kind.COOKIE:
        name.append(f"\n{entry.kind.replace('_', ' ')}", style="dim")
    if entry.suggestion is not None:
        name.append(f"\nperhaps {entry.suggestion}", style="dim")
    if entry.steadiness is not None:
        name.append(f"\n{entry.steadiness}", style="yellow")
    return (
        name,
        shown(entry.domain + "°" * (entry.party is Party.THIRD)),
        shown(_stays(entry)),
        shown("".join(_LETTERS[state] for state in entry.states)),
        shown(setter_host(entry) or ""),
    )


def _stays(entry: Entry) -> str:
    """Say how long an item stays, in a narrow column."""
    if entry.lifetime is None:
        return "session" if entry.kind in _SESSION else "for ever"
    return lifetime_in_words(entry.lifetime, entry.kind, "en")


def _print_contacted(out: Console, requests: list[Entry]) -> None:
    if not requests:
        return
    out.print("Other companies' servers that were contacted:")
    for category in Category:
        group = [entry for entry in requests if entry.category is category]
        if group:
            hosts = ", ".join(
                f"{entry.name} ({''.join(_LETTERS[s] for s in entry.states)})" for entry in group
            )
            out.print(shown(f"  {category}: {hosts}"))
    out.print()


def print_catalogue(catalogue: Catalogue) -> None:
    """Print what a site stores, by its newest scan."""
    out = console()
    when = _moment(catalogue.scanned_at) if catalogue.scanned_at else "never"
    out.print(shown(f"{catalogue.site}, scanned {when}", style="bold"))
    out.print()
    if catalogue.scanned_at or catalogue.entries:
        print_entries(catalogue.entries, out=out)


def print_history(scans: Sequence[Kept]) -> None:
    """Print the numbers by which the scans of a site are called."""
    table = Table("Scan", "Began", "Status", "Seconds", box=box.SIMPLE_HEAD, pad_edge=False)
    for scan in scans:
        seconds = (scan.finished_at - scan.started_at).total_seconds()
        table.add_row(str(scan.id), _moment(scan.started_at), scan.status, f"{seconds:.0f}")
    console().print(table)


def print_difference(difference: Difference, *, old: Scan | None, new: Scan) -> None:
    """Print what is new, gone and changed; *old* None: *new* is the first scan."""
    out = console()
    since = f"since {_moment(old.started_at)}" if old else "the first scan"
    out.print(shown(f"{new.site}, {_moment(new.started_at)}, {since}", style="bold"))
    if not difference:
        out.print("Nothing is new, gone or changed.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("", no_wrap=True)
    table.add_column("Name", ratio=3, overflow="fold")
    table.add_column("Domain", ratio=3, overflow="fold")
    table.add_column("What", ratio=4, overflow="fold")
    for sign, style, entries in (
        ("new", "green", difference.new),
        ("gone", "red", difference.gone),
    ):
        for entry in entries:
            host = setter_host(entry)
            what = f"{entry.category}" + (f", set by {host}" if host else "")
            mark = shown(sign, style=style)
            table.add_row(mark, shown(entry.name), shown(entry.domain), shown(what))
    english = words("en")
    for change in difference.changed:
        said = "; ".join(change_words(change, english))
        mark = shown("changed", style="yellow")
        table.add_row(mark, shown(change.new.name), shown(change.new.domain), shown(said))
    out.print(table)


def print_sites(sites: Sequence[Site]) -> None:
    """Print the sites of sites.yaml, and when each is due next."""
    table = Table(
        "Site", "URL", "Languages", "Next scan (UTC)", box=box.SIMPLE_HEAD, pad_edge=False
    )
    now = dt.datetime.now(dt.UTC)
    for site in sites:
        due = _moment(next_time(site.schedule, now)) if site.schedule else "only when asked"
        table.add_row(site.key, shown(_short(site.url)), ", ".join(site.languages), due)
    console().print(table)


def _short(url: str) -> str:
    parts = urlsplit(url)
    return url if len(url) <= 40 else f"{parts.scheme}://{parts.netloc}/…"


def _moment(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
