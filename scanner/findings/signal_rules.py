"""The rules about what pages do and say beside storing things. Pure; texts in rules.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.addresses import without_query
from scanner.domains import private
from scanner.findings.broken import Broken, by_lines
from scanner.model import Category, Kind, Party, SignalKind, State, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Entry, Line, Signal, Statement, Visit

FEW = 2  # interfaces that one script may not read without it being called fingerprinting

_NAMING = frozenset({"identifier", "page", "email", "email_hash", "click"})
#: The facts of the framework's state that grant something -> the code of what is said of them.
_PURPOSES = {
    "purposes consented": "purposes_consented",
    "purposes by legitimate interest": "purposes_by_interest",
}
_STORAGES = ("ad_storage", "analytics_storage")


def beacons(entries: Iterable[Entry], state: State) -> Broken | None:
    """Return the messages to other parties that say who came, or what was read."""
    found = [
        entry
        for entry in entries
        if entry.kind is Kind.BEACON
        and entry.party is Party.THIRD
        and entry.category is not Category.NECESSARY
        and state in entry.states
        and any(carried.content in _NAMING for carried in entry.carries)
    ]
    lines = [_beacon(entry) for entry in found]
    return by_lines([entry.name for entry in found], lines, state)


def fingerprinting(signals: Iterable[Signal], state: State) -> Broken | None:
    """Return the scripts that read several things by which browsers can be told apart."""
    read: dict[str, set[str]] = {}
    for signal in _of(signals, SignalKind.FINGERPRINTING, state):
        read.setdefault((signal.by and signal.by.url) or signal.host, set()).add(signal.name)
    found = {script: names for script, names in sorted(read.items()) if len(names) >= FEW}
    lines = [
        (said("reads", script=without_query(script), names=", ".join(sorted(names))),)
        for script, names in found.items()
    ]
    return by_lines([urlsplit(script).hostname or script for script in found], lines, state)


def default_missing(signals: Iterable[Signal]) -> Broken | None:
    """Return the pages whose first Google tag comes before any default of consent."""
    told = _of(signals, SignalKind.CONSENT_MODE, State.BEFORE)
    tagged = {page for signal in told if signal.name == "tag" for page in signal.pages}
    early = {
        page
        for signal in told
        if signal.name == "default" and signal.facts.get("before first tag") == "yes"
        for page in signal.pages
    }
    pages = sorted(map(without_query, tagged - early))
    lines = [(said("no_default", page=page),) for page in pages]
    return by_lines(["Google tag"] if lines else [], lines, State.BEFORE)


def default_granted(signals: Iterable[Signal]) -> Broken | None:
    """Return the defaults that grant what nobody has agreed to."""
    found = [
        (signal, granted)
        for signal in _of(signals, SignalKind.CONSENT_MODE, State.BEFORE)
        if signal.name == "default"
        and "region" not in signal.facts
        and (granted := [key for key in _STORAGES if signal.facts.get(key) == "granted"])
    ]
    lines = [
        (said("granted_by_default", storages=", ".join(granted), page=without_query(page)),)
        for signal, granted in found
        for page in signal.pages[:1]
    ]
    names = [key for _, granted in found for key in granted]
    return by_lines(names, lines, State.BEFORE)


def update_mismatch(signals: Iterable[Signal]) -> Broken | None:
    """Return what is granted though the visitor has refused."""
    found = [
        (key, page)
        for signal in _of(signals, SignalKind.CONSENT_MODE, State.REJECT)
        if signal.name == "update"
        for key in _STORAGES
        if signal.facts.get(key) == "granted"
        for page in signal.pages[:1]
    ]
    lines = [(said("granted", storage=key, page=without_query(page)),) for key, page in found]
    return by_lines([key for key, _ in found], lines, State.REJECT)


def hits(signals: Iterable[Signal], *, granted: bool) -> Broken | None:
    """Return the hits after a refusal that say that consent was given, or that it was not."""
    found = [
        signal
        for signal in _of(signals, SignalKind.CONSENT_MODE, State.REJECT)
        if signal.name == "hit" and ("1" in signal.facts.get("gcs", "")[2:]) is granted
    ]
    lines = [(said("gcs", host=signal.host, gcs=signal.facts.get("gcs", "")),) for signal in found]
    return by_lines([signal.host for signal in found], lines, State.REJECT)


def tcf_positive(signals: Iterable[Signal], state: State) -> Broken | None:
    """Return what the framework's state grants though nobody, or nobody more, has agreed."""
    asked = [*_PURPOSES][:1] if state is State.BEFORE else _PURPOSES
    lines = [
        (said(_PURPOSES[key], purposes=signal.facts[key], page=without_query(page)),)
        for signal in _of(signals, SignalKind.TCF, state)
        if signal.name == "state" and signal.facts.get("applies") != "no"
        for key in asked
        if signal.facts.get(key, "none") != "none"
        for page in signal.pages[:1]
    ]
    return by_lines(["TCF"] if lines else [], lines, state)


def insecure(signals: Iterable[Signal], visits: Iterable[Visit]) -> Broken | None:
    """Return the pages, and the parts of pages, that travel unencrypted."""
    pages = {
        without_query(visit.final_url)
        for visit in visits
        if visit.final_url.startswith("http://")
        and visit.status is not None
        and not private(urlsplit(visit.final_url).hostname or "")
    }
    mixed = [
        signal
        for signal in signals
        if signal.kind is SignalKind.MIXED_CONTENT and signal.facts.get("outcome") != "upgraded"
    ]
    lines = [(said("unencrypted", page=page),) for page in sorted(pages)]
    lines += [
        (said("mixed", url=f"http://{signal.host}{signal.name}", page=without_query(page)),)
        for signal in mixed
        for page in signal.pages[:1]
    ]
    return by_lines([*sorted(pages), *(signal.host for signal in mixed)], lines)


def referrer(signals: Iterable[Signal]) -> Broken | None:
    """Return who is told the whole address of a page."""
    found = [signal for signal in signals if signal.kind is SignalKind.REFERRER]
    lines = [
        (said("referrer", host=signal.host, page=without_query(page)),)
        for signal in found
        for page in signal.pages[:1]
    ]
    return by_lines([signal.host for signal in found], lines)


def unpromised(signals: Iterable[Signal]) -> Broken | None:
    """Return the sites that do not say that they honour Global Privacy Control."""
    found = [
        signal
        for signal in _of(signals, SignalKind.PRIVACY_CONTROL, State.GPC)
        if signal.name == "well-known" and signal.facts.get("honoured") != "yes"
    ]
    lines = [_unpromised(signal) for signal in found]
    return by_lines([signal.host for signal in found], lines, State.GPC)


def cloaked(signals: Iterable[Signal]) -> Broken | None:
    """Return the names of the site's own that lead to other companies, before any answer."""
    found = [
        signal
        for kind in (SignalKind.CLOAKING, SignalKind.TAGGING)
        for signal in _of(signals, kind, State.BEFORE)
    ]
    lines = [(said("leads_elsewhere", host=signal.host, how=_way(signal)),) for signal in found]
    return by_lines([signal.host for signal in found], lines, State.BEFORE)


def _of(signals: Iterable[Signal], kind: SignalKind, state: State) -> list[Signal]:
    return [signal for signal in signals if signal.kind is kind and state in signal.states]


def _beacon(entry: Entry) -> Line:
    """Say what a beacon tells of the visitor, and who sent it."""
    first, *others = entry.carries
    parts = [said("told", to=entry.name, content=first.content, parameter=first.name)]
    parts += [said("told_too", content=c.content, parameter=c.name) for c in others]
    if entry.set_by is not None and entry.set_by.url:
        parts.append(said("sent_by", url=without_query(entry.set_by.url)))
    return tuple(parts)


#: What a site says of Global Privacy Control, as its signal has it -> the code of that.
_ANSWERS = {"no": "gpc_no", "nothing": "gpc_nothing"}


def _unpromised(signal: Signal) -> Line:
    code = _ANSWERS.get(signal.facts.get("honoured", ""), "gpc_unreadable")
    return (said(code, url=f"{signal.host}/.well-known/gpc.json"),)


def _way(signal: Signal) -> Statement | str:
    """Return how a name of the site's own leads to another company."""
    facts = signal.facts
    if "target" in facts:
        return said("alias", target=facts["target"], company=facts["company"])
    if "product" in facts:
        return said("passes_on", product=facts["product"])
    return facts.get("how", signal.name)
