"""Make signals of what a page did and said beside storing things. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scanner.domains import party
from scanner.model import Party, Signal, SignalKind, State, said
from scanner.statements import in_english

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from scanner.collectors.consent import Layer, Said
    from scanner.collectors.evidence import Call, Contact

MAX_SIGNALS = 400  # of one page
MAX_TEXT = 300  # characters of a header's value that are told


def of_page(signals: Iterable[Signal], *, page: str, state: State) -> tuple[Signal, ...]:
    """Return *signals*, equal ones counted, as those of one page in one state."""
    counted: dict[tuple[object, ...], Signal] = {}
    for signal in signals:
        key = same(signal)
        known = counted.get(key)
        times = signal.times + (known.times if known else 0)
        counted[key] = msgspec.structs.replace(
            known or signal, times=times, states=(state,), pages=(page,)
        )
    return tuple(counted.values())[:MAX_SIGNALS]


def same(signal: Signal) -> tuple[object, ...]:
    """Return what makes two signals one: all but where, when and how often."""
    by = signal.by and signal.by.url
    return (signal.kind, signal.name, signal.host, tuple(sorted(signal.facts.items())), by)


def fingerprinting(calls: Iterable[Call]) -> Iterator[Signal]:
    """Return which script read what tells browsers apart."""
    for call in calls:
        host = (urlsplit(call.by.url).hostname or "") if call.by.url else call.host
        yield Signal(kind=SignalKind.FINGERPRINTING, name=call.name, host=host, by=call.by)


def asking(calls: Iterable[Call]) -> Iterator[Signal]:
    """Return which script asked what the visitor wants, and of whom."""
    for call in calls:
        name, _, command = call.name.partition(" ")
        host = (urlsplit(call.by.url).hostname or "") if call.by.url else call.host
        facts = {"interface": name, "command": command} if command else {}
        named = "call" if command else name
        yield Signal(kind=call.kind, name=named, host=host, facts=facts, by=call.by)


def traffic(
    contacts: Iterable[Contact], *, site_host: str, own_domains: Collection[str]
) -> Iterator[Signal]:
    """Return what requests gave away by the way: addresses, consent in hits."""
    for contact in contacts:
        if contact.granted:
            yield Signal(
                kind=SignalKind.CONSENT_MODE,
                name="hit",
                host=contact.host,
                facts={"gcs": contact.granted},
            )
        whose = party(contact.host, site_host=site_host, own_domains=own_domains)
        if contact.passes_on and whose is Party.FIRST:
            yield Signal(
                kind=SignalKind.TAGGING,
                name=contact.path,
                host=contact.host,
                facts={
                    "product": contact.passes_on,
                    "how": in_english(said("passes_on", product=contact.passes_on)),
                },
                by=contact.by,
            )
        if contact.referrer and whose is Party.THIRD:
            yield Signal(kind=SignalKind.REFERRER, name="Referer", host=contact.host)


def mixed(parts: Mapping[tuple[str, str], str]) -> Iterator[Signal]:
    """Return what an encrypted page asked for unencrypted, and what the browser made of it."""
    for (host, path), outcome in parts.items():
        facts = {"outcome": outcome}
        yield Signal(kind=SignalKind.MIXED_CONTENT, name=path, host=host, facts=facts)


def headers(sent: Mapping[str, str | None], *, host: str) -> Iterator[Signal]:
    """Return what protects the page, and what does not."""
    for name, value in sent.items():
        facts = {"sent": "no"} if value is None else {"sent": "yes", "value": _short(value)}
        yield Signal(kind=SignalKind.SECURITY_HEADER, name=name, host=host, facts=facts)


def consent(said: Said, *, host: str) -> Iterator[Signal]:
    """Return what the consent interfaces of the page said."""
    for layer in said.layers:
        yield from _layer(layer, host)
    if tcf := said.tcf:
        facts = {
            "applies": _word(tcf.applies),
            "status": _short(tcf.status),
            "cmp": _short(tcf.cmp),
            "string": _word(tcf.string),
            "purposes consented": _numbers(tcf.consents),
            "purposes by legitimate interest": _numbers(tcf.interests),
            "vendors consented": _short(tcf.vendors),
        }
        yield Signal(kind=SignalKind.TCF, name="state", host=host, facts=facts)
    if gpp := said.gpp:
        facts = {
            "status": _short(gpp.status),
            "sections": _short(gpp.sections),
            "string": _word(gpp.string),
        }
        yield Signal(kind=SignalKind.GPP, name="state", host=host, facts=facts)
    if said.usp:
        yield Signal(kind=SignalKind.GPP, name="usp", host=host)


def _layer(layer: Layer, host: str) -> Iterator[Signal]:
    mode = SignalKind.CONSENT_MODE
    if layer.tag is not None:
        yield Signal(kind=mode, name="tag", host=host, facts={"layer": _short(layer.name)})
    for command in layer.commands:
        early = layer.tag is None or command.index < layer.tag
        facts = {**command.values, "before first tag": _word(early)}
        if command.region:
            facts["region"] = "some only"
        yield Signal(kind=mode, name=command.command, host=host, facts=facts)


def _word(value: object) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else "not told"


def _numbers(values: Iterable[int]) -> str:
    return _short(" ".join(map(str, sorted(set(values)))) or "none")


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"


def fold(signals: Iterable[Signal], *, most: int, pages: int) -> tuple[Signal, ...]:
    """
    Return *signals* of many pages, equal ones as one, in a fixed order.

    Args:
        most: Signals that are told.
        pages: Pages of a signal that are told.
    """
    groups: dict[tuple[object, ...], list[Signal]] = {}
    for signal in signals:
        groups.setdefault(same(signal), []).append(signal)
    folded = [_folded(group, pages) for group in groups.values()]
    return tuple(sorted(folded, key=_order)[:most])


def _folded(group: list[Signal], pages: int) -> Signal:
    states = {state for signal in group for state in signal.states}
    met = sorted({page for signal in group for page in signal.pages})
    return msgspec.structs.replace(
        group[0],
        states=tuple(state for state in State if state in states),
        pages=tuple(met[:pages]),
        times=sum(signal.times for signal in group),
    )


def _order(signal: Signal) -> tuple[int, str, str, str, str]:
    kinds = list(SignalKind)
    by = signal.by.url or "" if signal.by else ""
    return (kinds.index(signal.kind), signal.name, signal.host, str(signal.facts), by)
