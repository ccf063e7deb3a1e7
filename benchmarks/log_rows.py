"""Decisions as some forty sites of very different size get them, added to a log as the server does.

    python benchmarks/log_rows.py DATABASE [--rows 1000000]

A log that has some already is filled up. What it cost is printed on the way: the processor's time
of this process, and of PostgreSQL's, per decision.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sqlalchemy import insert, select  # noqa: E402

from consent_server.log.ledger import Ledger  # noqa: E402
from consent_server.log.rows import leaf_count  # noqa: E402
from consent_server.model import Action, ConsentRecord, Surface  # noqa: E402
from scanner.database import open_database  # noqa: E402
from scanner.tables import answer, offer  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from sqlalchemy import Engine

    T = TypeVar("T")

BEGAN = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
APART = 25  # seconds between two decisions: a million in ten months
GROUP = 500  # decisions in one commit, as many as the writer takes at most
TOLD_EVERY = 250_000
REVISION_LASTS = 100_000  # decisions

#: In how many of a hundred decisions.
ACTIONS = {
    Action.ACCEPT_ALL: 50,
    Action.REJECT_ALL: 35,
    Action.SAVE: 12,
    Action.WITHDRAW: 2,
    Action.GPC: 1,
}
SURFACES = {Surface.BANNER: 85, Surface.PREFERENCES: 10, Surface.EMBED: 4, Surface.API: 1}
LANGUAGES = {"nb": 60.0, "sv": 25.0, "en": 14.9, "is": 0.1}
COUNTRIES: dict[str | None, float] = {
    "NO": 60.0,
    "SE": 20.0,
    "DK": 8.0,
    None: 5.0,
    **dict.fromkeys(("DE", "GB", "FI", "PL", "NL", "US", "FR", "ES", "IT", "IS"), 0.7),
}
SITES = {f"site{n}": 1 / (n + 1) for n in range(40)}
PAGES = tuple(f"https://www.shop.example/page/{n}" for n in range(200))
SERVICES = ({"YouTube": True}, {"YouTube": False}, {"YouTube": True, "Google Maps": False})
CATEGORIES = ("functional", "statistics", "marketing")

#: What the banners name, by category; Vimeo is named by one site only.
OFFERED = {
    "YouTube": "marketing",
    "Google Maps": "functional",
    "Google Analytics": "statistics",
    "Vimeo": "marketing",
    **{f"tracker{n}.example": "marketing" for n in range(25)},
}


class Cost(NamedTuple):
    """What adding decisions took, in seconds."""

    here: float  # of this process's processor time
    database: float  # of PostgreSQL's
    wall: float

    def per(self, count: int) -> str:
        """Return it, in microseconds, for each of *count*."""
        here, database, wall = (each / count * 1e6 for each in self)
        return f"{here + database:7.1f} µs CPU ({database:5.1f} in PostgreSQL), {wall:7.1f} µs"


class Chances:
    """Draws the same decisions in every run."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def records(self, first: int, count: int) -> list[ConsentRecord]:
        """Return the decisions from number *first* on."""
        columns = (ACTIONS, SURFACES, LANGUAGES, COUNTRIES, SITES)
        drawn = zip(*(self._drawn(column, count) for column in columns), strict=True)
        return [self._made(n, *each) for n, each in enumerate(drawn, first)]

    def _drawn(self, weights: dict[T, float] | dict[T, int], count: int) -> list[T]:
        return self._chance.choices(list(weights), weights=list(weights.values()), k=count)

    def _made(
        self,
        number: int,
        action: Action,
        surface: Surface,
        language: str,
        country: str | None,
        site: str,
    ) -> ConsentRecord:
        chance = self._chance.getrandbits(74)
        moment = BEGAN + dt.timedelta(seconds=APART * number, milliseconds=chance % 1000)
        some = chance >> 10 & 7 if action is Action.SAVE else 7 * (action is Action.ACCEPT_ALL)
        services = SERVICES[number // 50 % len(SERVICES)] if number % 50 == 0 else {}
        return ConsentRecord(
            id=_uuid7(int(moment.timestamp() * 1000), chance),
            site=site,
            revision=f"r{number // REVISION_LASTS}",
            choices={name: bool(some >> n & 1) for n, name in enumerate(CATEGORIES)},
            action=action,
            language=language,
            decided_at=moment,
            received_at=moment,
            page=PAGES[chance % len(PAGES)],
            gpc=action is Action.GPC,
            services=services,
            surface=surface,
            country=country,
            layout="box",
        )


def _uuid7(milliseconds: int, chance: int) -> str:
    moment, rest = f"{milliseconds:012x}", f"{chance:019x}"
    return f"{moment[:8]}-{moment[8:]}-7{rest[:3]}-a{rest[3:6]}-{rest[6:18]}"


def rows_in(engine: Engine) -> int:
    """Return how many leaves the log has."""
    with engine.connect() as connection:
        return connection.execute(leaf_count()).scalar() or 0


def added(ledger: Ledger, groups: Sequence[list[ConsentRecord]], backend: int | None) -> Cost:
    """Add *groups*, each in one commit; return what it cost, without making them."""
    here, there, wall = time.process_time(), processor(backend), time.perf_counter()
    for group in groups:
        ledger.append(group)
        ledger.count()
    return Cost(time.process_time() - here, processor(backend) - there, time.perf_counter() - wall)


def backend_of(ledger: Ledger) -> int | None:
    """Return the process of PostgreSQL that works for *ledger*, if there is one."""
    connection = ledger._connection  # once it has appended
    driver = connection.driver_connection if connection is not None else None
    return driver.info.backend_pid if hasattr(driver, "info") else None


def processor(pid: int | None) -> float:
    """Return the seconds that the process *pid* has been on a processor."""
    if pid is None:
        return 0.0
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def fill(engine: Engine, count: int) -> None:
    """Add decisions until *engine*'s log has *count*, and print what they cost."""
    first = rows_in(engine)
    ledger, chances = Ledger(engine), Chances(first)
    try:
        while first < count:
            told, total = first, Cost(0, 0, 0)
            while first < min(count, told + TOLD_EVERY):
                end = min(first + GROUP, count)
                cost = added(ledger, [chances.records(first, end - first)], backend_of(ledger))
                total = Cost(*map(sum, zip(total, cost, strict=True)))
                first = end
            print(f"{first:9} rows: {total.per(first - told)}", flush=True)
    finally:
        ledger.close()
    offer_services(engine)


def offer_services(engine: Engine) -> None:
    """Say, as publishing does, which services each site named in each of its banners."""
    with engine.begin() as connection:
        shown = connection.execute(select(answer.c.site, answer.c.revision).distinct()).all()
        connection.execute(offer.delete())
        connection.execute(
            insert(offer),
            [
                {"site": site, "revision": revision, "service": name, "category": category}
                for site, revision in shown
                for name, category in OFFERED.items()
                if name != "Vimeo" or site == "site30"
            ],
        )


def main() -> None:
    """Fill the log that is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("database")
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    engine = open_database(given.database)
    try:
        fill(engine, given.rows)
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
