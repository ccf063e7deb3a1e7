"""Measure the log at a million decisions: how long any page takes, and how long to verify it.

python benchmarks/log.py [--rows 1000000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent_server.log.ledger import Ledger
from consent_server.log.query import read_question
from consent_server.log.selection import selection
from consent_server.log.tree import Tree
from consent_server.log.verify import verify
from consent_server.model import Action, ConsentRecord, Surface
from scanner.database import open_database

BEGAN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
GROUP = 500

#: In how many of a hundred decisions.
ACTIONS = {
    Action.ACCEPT_ALL: 50,
    Action.REJECT_ALL: 35,
    Action.SAVE: 12,
    Action.WITHDRAW: 2,
    Action.GPC: 1,
}

#: What is asked, common and rare; each also deep in the past.
QUESTIONS: list[list[tuple[str, str]]] = [
    [],
    [("site", "site3")],
    [("action", "gpc")],
    [("language", "is"), ("action", "withdraw")],
    [("category", "marketing"), ("granted", "false")],
    [("country", "SE"), ("category", "statistics")],
    [("service", "YouTube"), ("granted", "true")],
    [("revision", "r0"), ("site", "site9")],
    [("site", "nobody")],
    [("site", "site1"), ("from", "2026-02-01"), ("to", "2026-02-02")],
]


def made(number: int, chance: random.Random) -> ConsentRecord:
    """Return one decision of many kinds, some of them rare."""
    action = chance.choices(list(ACTIONS), weights=list(ACTIONS.values()))[0]
    granted = action is Action.ACCEPT_ALL
    moment = BEGAN + dt.timedelta(seconds=25 * number)
    return ConsentRecord(
        id=str(uuid.UUID(int=(number << 64) | chance.getrandbits(62), version=4)),
        site=f"site{chance.randrange(10)}",
        revision=f"r{number // 100_000}",
        choices=dict.fromkeys(("functional", "statistics", "marketing"), granted),
        action=action,
        language=chance.choices(["nb", "sv", "en", "is"], weights=[60, 30, 9.9, 0.1])[0],
        decided_at=moment,
        received_at=moment,
        page="https://www.shop.example/",
        gpc=action is Action.GPC,
        services={"YouTube": granted} if number % 50 == 0 else {},
        surface=chance.choice(list(Surface)),
        country=chance.choice(["NO", "SE", "DK", None]),
        layout="box",
    )


def main() -> None:
    """Fill a log, then ask it and verify it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    count = parser.parse_args().rows
    chance, key = random.Random(1), Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        engine = open_database(f"{folder}/kapsel.db")
        ledger, tree = Ledger(engine), Tree(engine)
        for first in range(0, count, GROUP):
            began = time.process_time()
            ledger.append([made(n, chance) for n in range(first, min(first + GROUP, count))])
            if first in (0, GROUP, count - GROUP):
                took = time.process_time() - began
                print(f"at {first:9} rows: {took / GROUP * 1e6:6.1f} µs a decision (CPU)")
        tree.sign(key, now=BEGAN)
        for pairs in QUESTIONS:
            for cursor in ([], [("cursor", f"{int(BEGAN.timestamp() * 1000) + 12_500 * count}.9")]):
                statement = selection(read_question(pairs + cursor), engine.dialect.name)
                with engine.connect() as connection:
                    began = time.perf_counter()
                    rows = len(connection.execute(statement).all())
                took = (time.perf_counter() - began) * 1000
                print(f"{took:8.1f} ms {rows:4} rows  {pairs}{' deep' if cursor else ''}")
        began, wall = time.process_time(), time.perf_counter()
        verdict = verify(engine, key=key.public_key())
        took, wall = time.process_time() - began, time.perf_counter() - wall
        print(f"verify {verdict.leaves} leaves: {took:.1f} s CPU, {wall:.1f} s, {verdict.faults}")
        ledger.close()
        engine.dispose()


if __name__ == "__main__":
    main()
