"""How often somebody may try to sign in: enough for a slip of the hand, too seldom to guess."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, bindparam, case, delete, select, update

from consent_server.admin.mistakes import Mistake
from consent_server.admin.model import account_name
from scanner.database import dialect_named
from scanner.tables import attempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

_PREFIX = {4: 24, 6: 48}


class Rule(NamedTuple):
    """So many tries at once, and seconds until one more is free."""

    most: int
    seconds: int


#: An account is held back more gently than the pair of account and network, so that a stranger
#: can hardly lock anybody out.
OF_BOTH = Rule(5, 60)
OF_NETWORK = Rule(30, 20)
OF_ACCOUNT = Rule(50, 30)


#: Milliseconds by which clocks may differ: of other processes, and of a try that began earlier and
#: comes to be counted later. What lies further ahead was written by a clock that was put back.
SKEW = 60_000


class _Bucket(NamedTuple):
    """One of those that a try is counted in."""

    digest: bytes
    rule: Rule


class Attempts:
    """
    The tries that failed of late, in *engine*'s database: all processes of a server count together.

    Only digests are kept, made with a *secret* from outside the database, of names and of networks
    that are no whole addresses; they go as soon as they hold nobody back.
    """

    def __init__(
        self, engine: Engine, *, secret: bytes, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self._secret = secret
        self._clock = clock
        self._insert = dialect_named(engine.dialect.name).insert(attempt)

    def begin(self, name: str, address: str | None) -> int:
        """
        Count a try of *name* from *address* as one that fails, until it is known that it did not.

        Returns:
            After how many seconds it may be made; 0: now, and only then it is counted.
        """
        buckets = self._buckets(name, address)
        now = round(self._clock() * 1000)
        with self._engine.connect() as connection:
            if after := _wait(connection, buckets, now):
                return after
            connection.rollback()
            connection.execute(delete(attempt).where(attempt.c.full_at <= now))
            if all(self._count(connection, bucket, now) for bucket in buckets):
                connection.commit()
                return 0
            connection.rollback()  # others came between
            return max(1, _wait(connection, buckets, now))

    def succeeded(self, name: str, address: str | None) -> None:
        """Forget the slips of who has signed in now; the last try was none."""
        both, *others = self._buckets(name, address)
        with self._engine.begin() as connection:
            connection.execute(delete(attempt).where(attempt.c.digest == both.digest))
            connection.execute(
                update(attempt)
                .where(attempt.c.digest == bindparam("of"))
                .values(full_at=attempt.c.full_at - bindparam("less")),
                [{"of": each.digest, "less": each.rule.seconds * 1000} for each in sorted(others)],
            )

    def _count(self, connection: Connection, bucket: _Bucket, now: int) -> bool:
        """Take one try out of *bucket*; False: there is none in it."""
        cost, room = _cost(bucket.rule), _room(bucket.rule)
        held = and_(attempt.c.full_at > now, attempt.c.full_at <= now + room + cost + SKEW)
        since = case((held, attempt.c.full_at), else_=now)  # a clock may have been put back
        counted = connection.execute(
            self._insert.values(digest=bucket.digest, full_at=now + cost).on_conflict_do_update(
                index_elements=[attempt.c.digest],
                set_={"full_at": since + cost},
                where=since <= now + room,
            ),
            execution_options={"preserve_rowcount": True},
        )
        return counted.rowcount > 0

    def _buckets(self, name: str, address: str | None) -> list[_Bucket]:
        network, name = _network(address), _told_apart(name)
        told = ((("both", name, network), OF_BOTH), (("network", network), OF_NETWORK))
        return [
            _Bucket(self._digest(parts), rule)
            for parts, rule in (*told, (("account", name), OF_ACCOUNT))
        ]

    def _digest(self, parts: tuple[str, ...]) -> bytes:
        told = "\0".join(("a try to sign in", *parts)).encode("utf-8", "surrogatepass")
        return hmac.digest(self._secret, told, hashlib.sha256)


def _told_apart(name: str) -> str:
    """Return *name* as that of an account: whatever way it is spelled, it is tried together."""
    try:
        return account_name(name)
    except Mistake:
        return ""  # no account has such a name: all that can none be are one


def _wait(connection: Connection, buckets: list[_Bucket], now: int) -> int:
    """Return after how many seconds there is a try in each of *buckets*; 0: now."""
    digests = [bucket.digest for bucket in buckets]
    asked = select(attempt.c.digest, attempt.c.full_at).where(attempt.c.digest.in_(digests))
    full_at = {bytes(digest): at for digest, at in connection.execute(asked)}
    waits = [0]
    for digest, rule in buckets:
        missing = full_at.get(digest, now) - now - _room(rule)
        if 0 < missing <= _cost(rule) + SKEW:
            waits.append(math.ceil(missing / 1000))
    return max(waits)


def _cost(rule: Rule) -> int:
    """Return the milliseconds in which a try comes back."""
    return rule.seconds * 1000


def _room(rule: Rule) -> int:
    """Return how many milliseconds from full a bucket may be that still holds a try."""
    return (rule.most - 1) * _cost(rule)


def _network(address: str | None) -> str:
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{parsed}/{_PREFIX[parsed.version]}", strict=False))
