"""Who is signed in: sessions in the database, so that any of them can be ended at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from scanner.database import writing_alone
from scanner.tables import account, session, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

LIFETIME = dt.timedelta(hours=12)  # a working day


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Sessions:
    """The sessions in *engine*'s database; of their secrets only digests are kept."""

    def __init__(self, engine: Engine, *, clock: Callable[[], dt.datetime] = _now) -> None:
        self._engine = engine
        self._clock = clock

    def begin(self, name: str, *, kept: str | None = None) -> str | None:
        """
        Return the secret of a new session of the account *name*.

        Args:
            kept: The hash that a password was held against, where one was told.

        Returns:
            None: There is no such account any more, or it has another password since.
        """
        own = select(account.c.password).where(account.c.name == name)
        with writing_alone(self._engine) as connection:
            row = connection.execute(own).first()
            if row is None or (kept is not None and row.password != kept):
                return None
            return self._begin(connection, account=name)

    def begin_with_token(self, digest: bytes) -> str:
        """Return the secret of a new session of who holds the API token with this *digest*."""
        with self._engine.begin() as connection:
            return self._begin(connection, token=digest)

    def who(self, secret: str) -> tuple[str | None, bytes | None] | None:
        """Return the account or the token that began the session *secret*; None: it is over."""
        query = select(session.c.account, session.c.token).where(
            session.c.digest == _digest(secret),
            session.c.until > to_milliseconds(self._clock()),
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else (row.account, row.token and bytes(row.token))

    def _begin(self, connection: Connection, **whose: object) -> str:
        secret, now = secrets.token_urlsafe(32), self._clock()
        connection.execute(delete(session).where(session.c.until <= to_milliseconds(now)))
        until = to_milliseconds(now + LIFETIME)
        row = insert(session).values(digest=_digest(secret), until=until, **whose)
        connection.execute(row)
        return secret

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
