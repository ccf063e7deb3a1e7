"""The answers that visitors give: each is kept once, and known by its number."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from consent_server.log import rows
from scanner.database import dialect_named
from scanner.tables import answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

MAX_KNOWN = 50_000  # answers that one process remembers: some twenty megabytes


class Given:
    """The answers in *engine*'s database; any thread may ask."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        dialect = dialect_named(engine.dialect.name)
        self._keep = dialect.insert(answer).on_conflict_do_nothing()
        self._known: dict[tuple[Any, ...], int] = {}
        self._lock = threading.Lock()

    def numbers(self, given: Sequence[tuple[Any, ...]]) -> list[int]:
        """Return the number of each of the answers *given*; those that are new get one."""
        with self._lock:
            with contextlib.suppress(KeyError):
                return [self._known[each] for each in given]
            if len(self._known) > MAX_KNOWN:
                self._known.clear()
            self._learn({each for each in given if each not in self._known})
            return [self._known[each] for each in given]

    def known(self, given: Sequence[tuple[Any, ...]]) -> list[int] | None:
        """Return the number of each of the answers *given* unless one must be asked for."""
        try:
            return [self._known[each] for each in given]
        except KeyError:
            return None

    def _learn(self, unknown: set[tuple[Any, ...]]) -> None:
        digests = {rows.digest(each): each for each in unknown}
        with self._engine.begin() as connection:
            for digest, each in digests.items():
                values = dict(zip(rows.ANSWER_NAMES, each, strict=True))
                connection.execute(self._keep.values(digest=digest, **values))
            asked = select(answer.c.digest, answer.c.id).where(answer.c.digest.in_(list(digests)))
            for digest, number in connection.execute(asked):
                self._known[digests[bytes(digest)]] = number
