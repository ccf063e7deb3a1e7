"""Who is signed in: sessions in the database, so that any of them can be ended at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from scanner.tables import session, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

LIFETIME = dt.timedelta(hours=12)  # a working day


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Sessions:
    """The sessions in *engine*'s database; of their secrets only digests are kept."""

    def __init__(self, engine: Engine, *, clock: Callable[[], dt.datetime] = _now) -> None:
        self._engine = engine
        self._clock = clock

    def begin(self, *, account: str | None = None, token: bytes | None = None) -> str:
        """Return the secret of a new session of *account*, or of the holder of an API *token*."""
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.until <= to_milliseconds(now)))
            connection.execute(
                insert(session).values(
                    digest=_digest(secret),
                    account=account,
                    token=token,
                    until=to_milliseconds(now + LIFETIME),
                )
            )
        return secret

    def who(self, secret: str) -> tuple[str | None, bytes | None] | None:
        """Return the account or the token that began the session *secret*; None: it is over."""
        query = select(session.c.account, session.c.token).where(
            session.c.digest == _digest(secret),
            session.c.until > to_milliseconds(self._clock()),
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.account, row.token and bytes(row.token))

    def end(self, secret: str) -> None:
        """End the session *secret*."""
        with self._engine.begin() as connection:
            connection.execute(delete(session).where(session.c.digest == _digest(secret)))

    def end_all(self, account: str) -> int:
        """End all sessions of *account*; return how many there were."""
        with self._engine.begin() as connection:
            return connection.execute(delete(session).where(session.c.account == account)).rowcount


def form_token(secret: str) -> str:
    """Return what every form must hold that the browser with the cookie *secret* sends."""
    return hmac.new(secret.encode(), b"a form of the admin pages", "sha256").hexdigest()


def form_token_fits(sent: str, secret: str) -> bool:
    """Return whether *sent* is the form token of *secret*; the time taken tells nothing."""
    return hmac.compare_digest(sent.encode(), form_token(secret).encode())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
