"""Tell where names of a site's own lead: to trackers, or to end-points that pass on. Pure."""

from __future__ import annotations

import functools
import importlib.resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from scanner.domains import bare, party
from scanner.model import Category, Kind, Party, Signal, SignalKind, Subject, said
from scanner.statements import in_english

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from scanner.model import PageRead, Site, Verdict

_TRACKING = frozenset({Category.STATISTICS, Category.MARKETING})


class _Alias(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    company: str
    hosts: tuple[str, ...]


class _Endpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product: str
    path: str  # how it ends
    parameters: tuple[str, ...]


class _Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alias: tuple[_Alias, ...]
    endpoint: tuple[_Endpoint, ...]


@functools.cache
def _known() -> _Known:
    data = (importlib.resources.files("scanner") / "cloaking.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Known)


def passes_on(path: str, parameters: Collection[str]) -> str | None:
    """Return to what an end-point of the site's own passes on what it is told; None: nothing."""
    for endpoint in _known().endpoint:
        if path.endswith(endpoint.path) and set(endpoint.parameters) <= set(parameters):
            return endpoint.product
    return None


def own_hosts(reads: Iterable[PageRead], site: Site) -> tuple[str, ...]:
    """Return the hosts of the site's own that were asked for something, each once."""
    return tuple(
        sorted(
            {
                seen.domain
                for read in reads
                for seen in read.observations
                if seen.kind is Kind.REQUEST and _own(seen.domain, site)
            }
        )
    )


def signals(
    reads: Iterable[PageRead],
    chains: Mapping[str, tuple[str, ...]],
    *,
    site: Site,
    judge: Callable[[Subject], Verdict],
) -> Iterator[Signal]:
    """
    Return what names of the site's own are aliases of trackers' hosts.

    Args:
        chains: Host -> the names that it is an alias of, one after the other.
        judge: Says what a host is for.
    """
    led = {host: found for host, chain in chains.items() if (found := _tracker(chain, site, judge))}
    for read in reads:
        for seen in read.observations:
            if seen.kind is Kind.REQUEST and seen.domain in led:
                company, target = led[seen.domain]
                yield Signal(
                    kind=SignalKind.CLOAKING,
                    name="alias",
                    host=seen.domain,
                    facts={
                        "company": company,
                        "target": target,
                        "how": in_english(said("alias", target=target, company=company)),
                    },
                    by=seen.set_by,
                    states=(seen.state,),
                    pages=(seen.page,),
                )


def _tracker(
    chain: tuple[str, ...], site: Site, judge: Callable[[Subject], Verdict]
) -> tuple[str, str] | None:
    """Return the company, and its host, that *chain* leads to; None: it is no tracker's."""
    for target in map(bare, chain):
        if _own(target, site):
            continue
        for alias in _known().alias:
            if any(target == host or target.endswith(f".{host}") for host in alias.hosts):
                return alias.company, target
        verdict = judge(Subject(name=target, domain=target, kind=Kind.REQUEST, party=Party.THIRD))
        if verdict.category in _TRACKING:
            return verdict.vendor or target, target
    return None


def _own(host: str, site: Site) -> bool:
    home = urlsplit(site.url).hostname or ""
    return party(host, site_host=home, own_domains=site.own_domains) is Party.FIRST
