"""Scans as a page that a lawyer can read and print, and as Markdown. Nothing in it is loaded."""

from __future__ import annotations

import base64
import functools
import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from scanner.addresses import without_query
from scanner.catalogue import setter_host
from scanner.dossier import PICTURES, folder_of
from scanner.findings import rule
from scanner.languages import lifetime_in_words, texts
from scanner.model import (
    SENT_KINDS,
    Category,
    Entry,
    Fate,
    Kind,
    Moment,
    SetBy,
    Severity,
    Signal,
    SignalKind,
    State,
)
from scanner.rendering import templates
from scanner.report.console import banner_in_words
from scanner.report.graph import BOX, ROW, WIDTH, graph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from jinja2 import Environment

    from scanner.changes import Difference
    from scanner.model import BannerAnswer, Scan

_SIGNALS = {
    SignalKind.FINGERPRINTING: "Scripts that read what tells browsers apart",
    SignalKind.SHARING: "Identifiers of one party that were sent to another",
    SignalKind.REFERRER: "Companies that were told the whole address of a page",
    SignalKind.CONSENT_MODE: "Google Consent Mode",
    SignalKind.TCF: "IAB Europe's Transparency and Consent Framework",
    SignalKind.GPP: "Global Privacy Platform",
    SignalKind.PRIVACY_CONTROL: "Global Privacy Control",
    SignalKind.ADVERTISING: "What the browser has for advertising, and who asked for it",
    SignalKind.SECURITY_HEADER: "Headers that protect the pages",
    SignalKind.MIXED_CONTENT: "Unencrypted parts of encrypted pages",
    SignalKind.CLOAKING: "Names of the site's own that lead to other companies",
    SignalKind.TAGGING: "End-points of the site's own that pass on what they are told",
}
_LATER = {
    Moment.SCROLL: "only after scrolling",
    Moment.LEAVE: "only when the page is left",
    Moment.BROWSE: "only after browsing on",
}
_LANGUAGE = "en"  # of the report; the rules are written in it


class Group(NamedTuple):
    """The items of one category."""

    category: Category
    name: str
    entries: tuple[Entry, ...]


class Missing(NamedTuple):
    """A page that could not be read, for one reason, by visitors in these states."""

    url: str
    reason: str
    states: tuple[State, ...]


def html(
    scans: Sequence[Scan],
    *,
    changes: Mapping[str, Difference] | None = None,
    pictures: Path | None = None,
    evidence: Path | None = None,
) -> str:
    """
    Return one page about *scans*.

    Args:
        changes: Site -> what is new, gone and changed since the scan before.
        pictures: Folder of the pictures that the scans took; those that are there are put in.
        evidence: Folder of the evidence of the scans, each of which has its pictures in its own.
    """
    template = _environment().get_template("report.html")
    reports = []
    for scan in scans:
        album = pictures
        if evidence is not None:
            own = folder_of(evidence, site=scan.site, started_at=scan.started_at)
            album = own / PICTURES
        reports.append({**_facts(scan, changes), "picture": partial(_picture, album)})
    return template.render(reports=reports)


def markdown(scans: Sequence[Scan], *, changes: Mapping[str, Difference] | None = None) -> str:
    """Return the same as Markdown, shorter, for an issue or a wiki."""
    template = _environment().get_template("report.md")
    return template.render(reports=[_facts(scan, changes) for scan in scans])


def _facts(scan: Scan, changes: Mapping[str, Difference] | None) -> dict[str, Any]:
    stored = [entry for entry in scan.entries if entry.kind not in SENT_KINDS]
    used = [s for s in State if any(visit.state is s for visit in scan.visits)]
    return {
        "scan": scan,
        "host": urlsplit(scan.url).hostname or scan.url,
        "seconds": round((scan.finished_at - scan.started_at).total_seconds()),
        "pages": len({visit.url for visit in scan.visits}),
        "failed": sum(visit.failure is not None for visit in scan.visits),
        "missing": _missing(scan),
        "banner": banner_in_words(scan.banner),
        "states": used,
        "visits": {
            state: [visit.failure is None for visit in scan.visits if visit.state is state]
            for state in used
        },
        "took": {state: _took(scan.banner, state) for state in used},
        "counts": [
            (
                texts(_LANGUAGE)["categories"][category]["name"],
                [sum(category is e.category and s in e.states for e in stored) for s in used],
                sum(category is e.category for e in stored),
            )
            for category in Category
        ],
        "severities": [
            (severity, sum(finding.severity is severity for finding in scan.findings))
            for severity in Severity
        ],
        "answers": _answers(scan),
        "groups": _groups(stored),
        "requests": [entry for entry in scan.entries if entry.kind is Kind.REQUEST],
        "beacons": [entry for entry in scan.entries if entry.kind is Kind.BEACON],
        "signals": [
            (_SIGNALS[kind], found)
            for kind in SignalKind
            if (found := [signal for signal in scan.signals if signal.kind is kind])
        ],
        "graph": graph(scan.entries),
        "change": (changes or {}).get(scan.site),
    }


def _took(banner: BannerAnswer, state: State) -> str:
    """Return how the site took the answer of *state*: taken, refused, unsure, or nothing to say."""
    told = {
        State.ACCEPT: banner.accepted,
        State.REJECT: banner.rejected,
        State.WITHDRAW: banner.withdrawn,
    }
    if state not in told and state.only is None:
        return "unasked"
    if banner.found is False:
        return "nowhere"
    answer = banner.chosen.get(state.only) if state.only is not None else told[state]
    return {True: "taken", False: "refused", None: "unsure"}[answer]


def _missing(scan: Scan) -> list[Missing]:
    """Return the pages that could not be read, each reason once."""
    failed: dict[tuple[str, str], list[State]] = {}
    for visit in scan.visits:
        if visit.failure is not None:
            failed.setdefault((visit.url, visit.failure), []).append(visit.state)
    return [Missing(url, reason, tuple(states)) for (url, reason), states in failed.items()]


class Picture(NamedTuple):
    """What a page showed; the unit is the page's own pixel."""

    url: str  # a ``data:`` URL
    width: int
    height: int


def _answers(scan: Scan) -> list[dict[str, Any]]:
    """Return, for each state, what was pressed for it, and what was seen before and after."""
    found = []
    for state in (None, *State):
        presses = [press for press in scan.banner.presses if press.state is state]
        shown = {
            exhibit.moment: exhibit.sha256
            for exhibit in scan.exhibits
            if exhibit.kind == "picture" and state is not None and exhibit.state is state
        }
        if presses or shown:
            found.append({"state": state, "presses": presses, "shown": shown})
    return found


def _picture(folder: Path | None, digest: str | None) -> Picture | None:
    """Return the picture called *digest* in *folder*; None: there is none."""
    if folder is None or digest is None or not re.fullmatch("[0-9a-f]{64}", digest):
        return None
    file = folder / f"{digest}.png"
    if not file.is_file():
        return None
    png = file.read_bytes()
    width, height = (int.from_bytes(png[start : start + 4]) for start in (16, 20))
    return Picture(f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}", width, height)


def _groups(entries: list[Entry]) -> list[Group]:
    names = texts(_LANGUAGE)["categories"]
    return [
        Group(category, names[category]["name"], found)
        for category in Category
        if (found := tuple(entry for entry in entries if entry.category is category))
    ]


def _lifetime(entry: Entry) -> str:
    """Say how long an item stays, and what was asked for where the browser cut it."""
    kept = lifetime_in_words(entry.lifetime, entry.kind, _LANGUAGE)
    asked = lifetime_in_words(entry.declared_lifetime, entry.kind, _LANGUAGE)
    if entry.declared_lifetime is None or asked == kept:
        return kept
    return f"{kept} ({asked} asked for)"


def _remark(entry: Entry) -> str:
    words = [entry.kind.replace("_", " ")]
    if entry.kind is Kind.COOKIE:
        words += ["Secure"] * entry.secure + ["HttpOnly"] * entry.http_only
        words += [f"SameSite={entry.same_site}"] * bool(entry.same_site)
        words += ["partitioned"] * entry.partitioned
    words += ["deleted again"] * (entry.fate is Fate.GONE)
    words += [_LATER[entry.moment]] if entry.moment in _LATER else []
    return ", ".join(words + [entry.steadiness or ""] * (entry.steadiness is not None))


def _carries(entry: Entry) -> str:
    """Say what a beacon carries: kinds of content, with the parameters in brackets."""
    kinds: dict[str, list[str]] = {}
    for carried in entry.carries:
        kinds.setdefault(carried.content.replace("_", " "), []).append(carried.name)
    return ", ".join(f"{kind} ({', '.join(names)})" for kind, names in kinds.items())


def _facts_of(signal: Signal) -> str:
    if signal.facts == {"sent": "no"}:
        return "not sent"
    return ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in signal.facts.items())


def _place(by: SetBy) -> str:
    """Say where a script or response came from, without the query of its address."""
    if by.url is None:
        return "a script without an address"
    url = without_query(by.url)
    return f"{url} line {by.line}" if by.line else url


@functools.cache
def _environment() -> Environment:
    found = templates("scanner")
    found.filters["lifetime"] = _lifetime
    found.filters["remark"] = _remark
    found.filters["place"] = _place
    found.filters["carries"] = _carries
    found.filters["facts"] = _facts_of
    found.filters["setter"] = lambda entry: setter_host(entry) or "not known"
    found.globals.update(rule=rule, texts=texts(_LANGUAGE), width=WIDTH, box=BOX, row=ROW)
    return found
