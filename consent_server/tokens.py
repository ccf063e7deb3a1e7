"""The bearer tokens of the API. A token is shown once; only its digest is kept."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, func, insert, select

from scanner.tables import from_milliseconds, to_milliseconds, token

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import Engine, Row


class Scope(enum.StrEnum):
    """What the holder of a token may do."""

    READ = "read"  # ask the log and the catalogues
    EXPORT = "export"  # take the whole log along
    SCAN = "scan"  # start scans


EVERYTHING = frozenset(Scope)


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a token."""

    digest: bytes
    name: str
    scopes: frozenset[Scope]
    sites: frozenset[str] | None = None  # None: all
    until: dt.datetime | None = None  # None: it does not run out
    created_at: dt.datetime | None = None  # None: the settings give it
    created_by: str | None = None

    def opens(self, site: str) -> bool:
        """Return whether the holder may know of *site*."""
        return self.sites is None or site in self.sites


def digest(secret: str) -> bytes:
    """Return what is kept of the token *secret*; it is random, so it needs no salt."""
    return hashlib.sha256(secret.encode()).digest()


def new_token() -> str:
    """Return a new token, that nobody can guess."""
    return "kapsel_" + secrets.token_urlsafe(32)


def add(
    engine: Engine,
    secret: str,
    *,
    name: str,
    now: dt.datetime,
    scopes: Collection[Scope] = EVERYTHING,
    sites: Collection[str] | None = None,
    until: dt.datetime | None = None,
    created_by: str | None = None,
) -> None:
    """Let *secret* in from now on."""
    with engine.begin() as connection:
        connection.execute(
            insert(token).values(
                digest=digest(secret),
                name=name,
                created_at=to_milliseconds(now),
                scopes=" ".join(scope for scope in Scope if scope in scopes),
                sites=None if sites is None else " ".join(sorted(sites)),
                until=None if until is None else to_milliseconds(until),
                created_by=created_by,
            )
        )


def remove(engine: Engine, token_digest: bytes) -> bool:
    """Let the token in no longer; return whether there was one."""
    with engine.begin() as connection:
        return connection.execute(delete(token).where(token.c.digest == token_digest)).rowcount > 0


def all_tokens(engine: Engine) -> tuple[Token, ...]:
    """Return the tokens in the database, also those that have run out; the oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(select(token).order_by(token.c.created_at, token.c.name))
        return tuple(_token(row) for row in rows)


def any_token(engine: Engine) -> bool:
    """Return whether there is a token at all."""
    with engine.connect() as connection:
        return bool(connection.execute(select(func.count()).select_from(token)).scalar_one())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Door:
    """Knows which tokens are let in: those in the database, and one that the settings give."""

    def __init__(
        self, engine: Engine, given: str | None, *, clock: Callable[[], dt.datetime] = _now
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._given = (
            ()
            if given is None
            else (Token(digest=digest(given), name="KAPSEL_API_TOKEN", scopes=EVERYTHING),)
        )

    def matching(self, secret: str) -> Token | None:
        """Return the token *secret*, if it is let in; the time taken tells nothing."""
        return self.known(digest(secret))

    def all(self) -> tuple[Token, ...]:
        """Return the tokens in the database; see `all_tokens`."""
        return all_tokens(self._engine)

    def make(
        self,
        name: str,
        *,
        scopes: Collection[Scope],
        sites: Collection[str] | None,
        lasts: dt.timedelta | None,
        created_by: str,
    ) -> str:
        """Return a new token *name* that *lasts* so long; None: without end."""
        secret, now = new_token(), self._clock()
        add(
            self._engine,
            secret,
            name=name,
            now=now,
            scopes=scopes,
            sites=sites,
            until=None if lasts is None else now + lasts,
            created_by=created_by,
        )
        return secret

    def remove(self, token_digest: bytes) -> bool:
        """Let the token in no longer; return whether there was one."""
        return remove(self._engine, token_digest)

    def known(self, token_digest: bytes) -> Token | None:
        """Return the token with this digest, if it is let in."""
        found = None
        now = self._clock()
        for each in (*self._given, *all_tokens(self._engine)):
            fits = hmac.compare_digest(token_digest, each.digest)
            if fits and (each.until is None or now < each.until):
                found = each
        return found


def _token(row: Row[tuple[object, ...]]) -> Token:
    return Token(
        digest=bytes(row.digest),
        name=row.name,
        scopes=frozenset(Scope(word) for word in row.scopes.split()),
        sites=None if row.sites is None else frozenset(row.sites.split()),
        until=None if row.until is None else from_milliseconds(row.until),
        created_at=from_milliseconds(row.created_at),
        created_by=row.created_by,
    )
