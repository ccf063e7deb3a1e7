"""The bearer tokens of the read API. A token is shown once; only its digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from scanner.tables import to_milliseconds, token

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Engine

#: Name of the row of the token that the environment gives; it follows the environment.
_FROM_ENVIRONMENT = "KAPSEL_API_TOKEN"


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


def follow_environment(engine: Engine, secret: str | None, *, now: dt.datetime) -> None:
    """Let in the token that the environment gives, and no longer the one that it gave before."""
    with engine.begin() as connection:
        connection.execute(delete(token).where(token.c.name == _FROM_ENVIRONMENT))
        if secret is not None:
            connection.execute(delete(token).where(token.c.digest == digest(secret)))
            connection.execute(
                insert(token).values(
                    digest=digest(secret), name=_FROM_ENVIRONMENT, created_at=to_milliseconds(now)
                )
            )


def any_token(engine: Engine) -> bool:
    """Return whether there is a token at all."""
    with engine.connect() as connection:
        return bool(connection.execute(select(func.count()).select_from(token)).scalar_one())


def digests(engine: Engine) -> tuple[bytes, ...]:
    """Return the digests of all tokens."""
    with engine.connect() as connection:
        return tuple(bytes(row.digest) for row in connection.execute(select(token.c.digest)))


def matching(secret: str, known: tuple[bytes, ...]) -> bytes | None:
    """Return which of the digests *known* is that of *secret*, in a time that tells nothing."""
    candidate = digest(secret)
    found = None
    for each in known:
        if hmac.compare_digest(candidate, each):
            found = each
    return found
