"""Scans as a page that a lawyer can read and print, and as Markdown. Nothing in it is loaded."""

from __future__ import annotations

import base64
import functools
import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from jinja2 import pass_context

from scanner.addresses import without_query
from scanner.catalogue import setter_host
from scanner.dossier import PICTURES, folder_of
from scanner.findings import told as rules
from scanner.languages import choose, texts
from scanner.model import (
    SENT_KINDS,
    Category,
    Entry,
    Fate,
    Kind,
    Moment,
    SetBy,
    Severity,
    SignalKind,
    State,
)
from scanner.rendering import templates
from scanner.report.banner import banner_in_words
from scanner.report.graph import BOX, ROW, WIDTH, graph
from scanner.statements import (
    evidence_in_words,
    facts_in_words,
    failure_in_words,
    refusal_in_words,
)
from scanner.wording import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from jinja2 import Environment
    from jinja2.runtime import Context

    from scanner.changes import Difference
    from scanner.model import BannerAnswer, Scan, Visit
    from scanner.wording import Words


class Group(NamedTuple):
    """The items of one category."""

    category: Category
    name: str
    entries: tuple[Entry, ...]


class Missing(NamedTuple):
    """A page that could not be read, for one reason, by visitors in these states."""

    url: str
    visit: Visit  # the first of them
    states: tuple[State, ...]


def html(
    scans: Sequence[Scan],
    *,
    changes: Mapping[str, Difference] | None = None,
    pictures: Path | None = None,
    evidence: Path | None = None,
    spoken: Words | None = None,
) -> str:
    """
    Return one page about *scans*.

    Args:
        changes: Site -> what is new, gone and changed since the scan before.
        pictures: Folder of the pictures that the scans took; those that are there are put in.
        evidence: Folder of the evidence of the scans, each of which has its pictures in its own.
        spoken: In which words; None: English, with times in UTC.
    """
    template = _environment().get_template("report.html")
    told = spoken or words("en")
    reports = []
    for scan in scans:
        album = pictures
        if evidence is not None:
            own = folder_of(evidence, site=scan.site, started_at=scan.started_at)
            album = own / PICTURES
        reports.append({**_facts(scan, changes, told), "picture": partial(_picture, album)})
    return template.render(reports=reports, t=told.html, **_spoken(told))


def markdown(
    scans: Sequence[Scan],
    *,
    changes: Mapping[str, Difference] | None = None,
    spoken: Words | None = None,
) -> str:
    """Return the same as Markdown, shorter, for an issue or a wiki."""
    template = _environment().get_template("report.md")
    told = spoken or words("en")
    reports = [_facts(scan, changes, told) for scan in scans]
    return template.render(reports=reports, t=told.text, **_spoken(told))


def _spoken(told: Words) -> dict[str, Any]:
    """Return what the templates say things with."""
    return {
        "words": told,
        "term": told.term,
        "terms": told.terms,
        "rules": {rule.id: rule for rule in rules(told.language)},
        "names": {key: each["name"] for key, each in texts(told.language)["categories"].items()},
    }


def _facts(scan: Scan, changes: Mapping[str, Difference] | None, told: Words) -> dict[str, Any]:
    stored = [entry for entry in scan.entries if entry.kind not in SENT_KINDS]
    used = [s for s in State if any(visit.state is s for visit in scan.visits)]
    return {
        "scan": scan,
        "unknown": scan.unread,
        "host": urlsplit(scan.url).hostname or scan.url,
        "seconds": round((scan.finished_at - scan.started_at).total_seconds()),
        "pages": len({visit.url for visit in scan.visits}),
        "failed": sum(visit.failure is not None for visit in scan.visits),
        "missing": _missing(scan),
        "banner": banner_in_words(scan.banner, told),
        "states": used,
        "visits": {
            state: [visit.failure is None for visit in scan.visits if visit.state is state]
            for state in used
        },
        "took": {state: _took(scan.banner, state) for state in used},
        "counts": [
            (
                texts(told.language)["categories"][category]["name"],
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
        "groups": _groups(stored, told.language),
        "requests": [entry for entry in scan.entries if entry.kind is Kind.REQUEST],
        "beacons": [entry for entry in scan.entries if entry.kind is Kind.BEACON],
        "signals": [
            (told.term("signals", kind), found)
            for kind in SignalKind
            if (found := [signal for signal in scan.signals if signal.kind is kind])
        ],
        "graph": graph(scan.entries, unknown=told.text("report.not_known")),
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
    failed: dict[tuple[str, str], list[Visit]] = {}
    for visit in scan.visits:
        if visit.failure is not None:
            failed.setdefault((visit.url, visit.failure), []).append(visit)
    return [
        Missing(url, visits[0], tuple(visit.state for visit in visits))
        for (url, _), visits in failed.items()
    ]


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


def _groups(entries: list[Entry], language: str) -> list[Group]:
    names = texts(language)["categories"]
    return [
        Group(category, names[category]["name"], found)
        for category in Category
        if (found := tuple(entry for entry in entries if entry.category is category))
    ]


def _lifetime(entry: Entry, told: Words) -> str:
    """Say how long an item stays, and what was asked for where the browser cut it."""
    kept = told.lifetime(entry.lifetime, entry.kind)
    asked = told.lifetime(entry.declared_lifetime, entry.kind)
    if entry.declared_lifetime is None or asked == kept:
        return kept
    return told.text("report.asked_for", kept=kept, asked=asked)


def _remark(entry: Entry, told: Words) -> str:
    said = [told.term("kinds", entry.kind)]
    if entry.kind is Kind.COOKIE:
        said += ["Secure"] * entry.secure + ["HttpOnly"] * entry.http_only
        said += [f"SameSite={entry.same_site}"] * bool(entry.same_site)
        said += [told.text("report.partitioned")] * entry.partitioned
    said += [told.text("report.deleted")] * (entry.fate is Fate.GONE)
    said += [told.term("moments", entry.moment)] * (entry.moment not in (None, Moment.LOAD))
    return ", ".join(said + _steadiness(entry, told))


def _steadiness(entry: Entry, told: Words) -> list[str]:
    """Say what of an item is not the same in all runs."""
    if entry.runs < entry.of_runs:
        return [told.text("report.in_runs", runs=entry.runs, of=entry.of_runs)]
    if not entry.unsteady:
        return []
    return [told.text("report.not_every_run", states=told.terms("states", entry.unsteady))]


def _carries(entry: Entry, told: Words) -> str:
    """Say what a beacon carries: kinds of content, with the parameters in brackets."""
    kinds: dict[str, list[str]] = {}
    for carried in entry.carries:
        kinds.setdefault(told.term("contents", carried.content), []).append(carried.name)
    return ", ".join(f"{kind} ({', '.join(names)})" for kind, names in kinds.items())


def _place(by: SetBy, told: Words) -> str:
    """Say where a script or response came from, without the query of its address."""
    if by.url is None:
        return told.text("report.no_address")
    url = without_query(by.url)
    return told.text("report.url_line", url=url, line=str(by.line)) if by.line else url


def _setter(entry: Entry, told: Words) -> str:
    return setter_host(entry) or told.text("report.not_known")


def _purpose(entry: Entry, told: Words) -> str:
    """Say what an item is for, in the language that is nearest."""
    if not entry.purpose:
        return told.text("report.not_known_yet")
    return entry.purpose[choose([told.language, "en"], list(entry.purpose))]


def _said(say: Callable[[Any, Words], Any]) -> Callable[[Context, Any], Any]:
    """Return the filter that says something in the words of the report."""

    @pass_context
    def said(context: Context, value: Any) -> Any:
        return say(value, context["words"])

    return said


@functools.cache
def _environment() -> Environment:
    found = templates("scanner")
    for name, say in (
        ("lifetime", _lifetime),
        ("remark", _remark),
        ("place", _place),
        ("carries", _carries),
        ("facts", facts_in_words),
        ("evidence", evidence_in_words),
        ("failure", failure_in_words),
        ("refusal", refusal_in_words),
        ("setter", _setter),
        ("purpose", _purpose),
    ):
        found.filters[name] = _said(say)
    found.globals.update(width=WIDTH, box=BOX, row=ROW)
    return found
