"""The bearer tokens of the read API. A token is shown once; only its digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from scanner.tables import to_milliseconds, token

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Engine


def digest(secret: str) -> bytes:
    """Return what is kept of the token *secret*; it is random, so it needs no salt."""
    return hashlib.sha256(secret.encode()).digest()


def new_token() -> str:
    """Return a new token, that nobody can guess."""
    return "kapsel_" + secrets.token_urlsafe(32)


def add(engine: Engine, secret: str, *, name: str, now: dt.datetime) -> None:
    """Let *secret* in from now on."""
    with engine.begin() as connection:
        connection.execute(
            insert(token).values(digest=digest(secret), name=name, created_at=to_milliseconds(now))
        )


def any_token(engine: Engine) -> bool:
    """Return whether there is a token at all."""
    with engine.connect() as connection:
        return bool(connection.execute(select(func.count()).select_from(token)).scalar_one())


class Door:
    """Knows which tokens are let in: those in the database, and one that the settings give."""

    def __init__(self, engine: Engine, given: str | None) -> None:
        self._engine = engine
        self._given = () if given is None else (digest(given),)

    def digests(self) -> tuple[bytes, ...]:
        """Return the digests of all tokens that are let in."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(token.c.digest)).scalars()
            return (*self._given, *(bytes(row) for row in rows))

    def matching(self, secret: str) -> bytes | None:
        """Return the digest of *secret*, if it is let in; the time taken tells nothing."""
        candidate = digest(secret)
        found = None
        for each in self.digests():
            if hmac.compare_digest(candidate, each):
                found = each
        return found
