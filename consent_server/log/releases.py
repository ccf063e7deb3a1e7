"""What visitors were shown: every version of a site's banner and declaration, kept once for ever.

A decision names the revision that it answers. Texts may change under the same revision, so what
was shown is the newest release of that revision that was served when the visitor decided.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import desc, select

from consent_server.model import Asked
from scanner.database import dialect_named
from scanner.tables import blob, edition, from_milliseconds, offer, release, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from consent_server.log.offers import Offered
    from consent_server.model import ConsentRecord


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What stood on a visitor's screen, and the program that put it there."""

    first_served_at: dt.datetime
    facts: bytes  # JSON: texts, theme, categories, every item
    engine: bytes  # JavaScript
    facts_digest: str
    engine_digest: str


class Releases:
    """The releases of all sites in *engine*'s database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        dialect = dialect_named(engine.dialect.name)
        self._keep_blob = dialect.insert(blob).on_conflict_do_nothing()
        self._keep_release = dialect.insert(release).on_conflict_do_nothing()
        self._keep_offer = dialect.insert(offer).on_conflict_do_nothing()
        self._keep_edition = dialect.insert(edition).on_conflict_do_nothing()

    def keep(
        self,
        site: str,
        revision: str,
        *,
        facts: bytes,
        engine: bytes,
        script: bytes,
        asked: Sequence[Asked] = (),
        services: Offered = frozenset(),
    ) -> None:
        """Keep what *site* is served from now on; nothing happens where it is kept already."""
        bodies = (facts, engine, script)
        digests = [hashlib.sha256(body).digest() for body in bodies]
        with self._engine.begin() as connection:
            for digest, body in zip(digests, bodies, strict=True):
                connection.execute(
                    self._keep_blob.values(digest=digest, body=zlib.compress(body, 9))
                )
            connection.execute(
                self._keep_release.values(
                    site=site,
                    revision=revision,
                    facts=digests[0],
                    engine=digests[1],
                    first_served_at=to_milliseconds(dt.datetime.now(dt.UTC)),
                    asked=msgspec.json.encode(asked),
                )
            )
            for service, category in sorted(services):
                connection.execute(
                    self._keep_offer.values(
                        site=site, revision=revision, service=service, category=category
                    )
                )
            connection.execute(self._keep_edition.values(site=site, script=digests[2]))

    def script(self, site: str, name: str) -> bytes | None:
        """Return the script of *site* whose digest begins with *name*, in hexadecimal."""
        first = bytes.fromhex(name)
        query = select(edition.c.script).where(
            edition.c.site == site,
            edition.c.script.between(first.ljust(32, b"\x00"), first.ljust(32, b"\xff")),
        )
        with self._engine.connect() as connection:
            digest = connection.execute(query.limit(1)).scalar()
            return None if digest is None else _body(connection, digest)

    def revisions(self, site: str) -> frozenset[str]:
        """Return all revisions that *site* was ever served with."""
        query = select(release.c.revision).where(release.c.site == site).distinct()
        with self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    def asked(self, site: str) -> list[tuple[Asked, ...]]:
        """Return what visitors of *site* were asked, the newest first, as far as that is kept."""
        query = (
            select(release.c.asked)
            .where(release.c.site == site, release.c.asked.is_not(None))
            .order_by(desc(release.c.first_served_at), release.c.revision)
        )
        with self._engine.connect() as connection:
            kept = dict.fromkeys(bytes(asked) for asked in connection.execute(query).scalars())
        return [msgspec.json.decode(asked, type=tuple[Asked, ...]) for asked in kept]

    def shown_with(self, record: ConsentRecord) -> Shown | None:
        """Return what the visitor saw whose decision *record* is."""
        return self.shown(record.site, record.revision, at=record.decided_at)

    def shown(self, site: str, revision: str, *, at: dt.datetime) -> Shown | None:
        """Return what a visitor of *site* saw who answered *revision* at the time *at*."""
        query = (
            select(release)
            .where(release.c.site == site, release.c.revision == revision)
            .order_by(
                release.c.first_served_at > to_milliseconds(at), desc(release.c.first_served_at)
            )
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            return Shown(
                first_served_at=from_milliseconds(row.first_served_at),
                facts=_body(connection, row.facts),
                engine=_body(connection, row.engine),
                facts_digest=bytes(row.facts).hex(),
                engine_digest=bytes(row.engine).hex(),
            )


def _body(connection: Connection, digest: bytes) -> bytes:
    packed = connection.execute(select(blob.c.body).where(blob.c.digest == digest)).scalar_one()
    return zlib.decompress(bytes(packed))
