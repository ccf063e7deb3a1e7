"""Tell what the evidence of a visit says: the items, the requests and the signals. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from scanner import signals
from scanner.collectors import fold, messages, moments, trail
from scanner.model import Observation, PageRead, Signal, State, Visit

if TYPE_CHECKING:
    from scanner.collectors.evidence import Evidence, JarCookie, StoredItem
    from scanner.crawl.sightings import Sightings
    from scanner.model import Site


class Left(NamedTuple):
    """What is there when a page has been left."""

    evidence: Evidence  # of the page
    workers: list[tuple[str, Evidence]]  # page -> what its workers did
    kept: tuple[JarCookie, ...]


class Teller:
    """Tells of the visits of one site in one state."""

    def __init__(self, site: Site, state: State, *, seen: Sightings) -> None:
        self._site = site
        self._host = urlsplit(site.url).hostname or ""
        self._state = state
        self._seen = seen

    def told(self, visit: Visit, left: Left) -> PageRead:
        """Return what was seen on a visit."""
        page = visit.final_url
        start = trail.Start(page=left.evidence.begun, network=left.evidence.asked)
        own = [left.evidence, *(noted for where, noted in left.workers if where == page)]
        observed = self._observed(own, left.kept, page=page, start=start)
        for where, noted in left.workers:
            if where != page:
                observed += self._observed([noted], left.kept, page=where, start=trail.Start())
        brought = {url: by for noted in reversed(own) for url, by in noted.brought.items()}
        dated = moments.dated(observed, left.evidence)
        observed = trail.traced(dated, start=start, brought=brought)
        return PageRead(
            visit=visit,
            observations=tuple(seen for seen in observed if not self._seen.only_present(seen)),
            signals=signals.of_page(
                self._signals(own, left, page=page), page=page, state=self._state
            ),
        )

    def _signals(self, own: list[Evidence], left: Left, *, page: str) -> tuple[Signal, ...]:
        """Return what was asked, told and declared on *page*."""
        host, evidence = urlsplit(page).hostname or "", left.evidence
        contacts = [contact for noted in own for contact in noted.contacts]
        held = messages.held(left.kept, _stored(own))
        return (
            *signals.fingerprinting([call for noted in own for call in noted.calls]),
            *signals.asking([call for noted in own for call in noted.asking]),
            *messages.shared(contacts, held),
            *signals.traffic(contacts, site_host=self._host, own_domains=self._site.own_domains),
            *(signal for noted in own for signal in signals.mixed(noted.mixed)),
            *signals.consent(evidence.consent, host=host),
            *signals.headers(evidence.headers, host=host),
        )

    def _observed(
        self, noted: list[Evidence], kept: tuple[JarCookie, ...], *, page: str, start: trail.Start
    ) -> tuple[Observation, ...]:
        """Return what the evidence in *noted*, the page's first, tells of *page*."""
        contacts = [contact for each in noted for contact in each.contacts]
        return (
            *self._cookies(noted, kept, page=page, start=start),
            *self._storage(noted, page=page, start=start),
            *fold.requests(
                [request for each in noted for request in each.requests],
                site_host=self._host,
                page=page,
                state=self._state,
            ),
            *messages.beacons(
                contacts,
                messages.held(kept, _stored(noted)),
                mails={mail for each in noted for mail in each.mails},
                site_host=self._host,
                own_domains=self._site.own_domains,
                page=page,
                state=self._state,
            ),
        )

    def _cookies(
        self, noted: list[Evidence], kept: tuple[JarCookie, ...], *, page: str, start: trail.Start
    ) -> tuple[Observation, ...]:
        writes = sorted((w for each in noted for w in each.writes), key=lambda write: write.at)
        return fold.cookies(
            writes,
            kept,
            page=page,
            state=self._state,
            start=start,
            deleted=self._seen.deleted,
            cleared=self._seen.cleared,
            accepted=self._seen.accepted,
        )

    def _storage(
        self, noted: list[Evidence], *, page: str, start: trail.Start
    ) -> tuple[Observation, ...]:
        first = noted[0]
        return fold.stored(
            _stored(noted),
            looked=first.looked,
            late={item.identity for item in first.stored[first.looked_until :]},
            emptied={host for each in noted for host in each.emptied},
            windows=first.windows > 0,
            page=page,
            state=self._state,
            start=start,
        )


def _stored(noted: list[Evidence]) -> list[StoredItem]:
    """Return what was stored, what was seen being stored first."""
    items = [item for each in noted for item in each.stored]
    return sorted(items, key=lambda item: (item.by is None, item.at))
