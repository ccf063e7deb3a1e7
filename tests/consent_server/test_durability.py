"""The real server, killed in the middle of load: what it acknowledged is there, once."""

import asyncio
import contextlib
import itertools
import json
import shutil

import httpx2
import pytest

from benchmarks import durability
from consent_server.log import ConsentLog
from consent_server.model import Filter
from scanner.database import open_database
from tests.consent_server.conftest import ORIGIN, decision, serving

CLIENTS = 16
ROUNDS = 3
ACKNOWLEDGED = 60  # decisions after which a round's server is killed
DEADLINE = 120.0  # seconds for one round


async def load(serving, unanswered, acknowledged):
    """Send new decisions and *unanswered* ones, as widgets do, until the server is killed."""
    enough = asyncio.Event()
    target = len(acknowledged) + ACKNOWLEDGED

    async def visitor(client):
        while True:
            sent = unanswered.pop() if unanswered else decision(next(numbers))
            try:
                answer = await client.post(
                    f"{serving.url}/w/shop/consents",
                    content=json.dumps(sent),
                    headers={"Content-Type": "text/plain", "Origin": ORIGIN},
                )
            except httpx2.TransportError:
                unanswered.append(sent)
                return
            assert answer.status_code in (200, 201), answer.text
            acknowledged[sent["id"]] = answer.json()
            if len(acknowledged) >= target:
                enough.set()

    async with httpx2.AsyncClient(timeout=DEADLINE) as client:
        visitors = [asyncio.ensure_future(visitor(client)) for _ in range(CLIENTS)]
        await asyncio.wait_for(enough.wait(), DEADLINE)
        serving.kill()
        await asyncio.wait_for(asyncio.gather(*visitors), DEADLINE)


numbers = itertools.count()


async def everything(database):
    engine = open_database(database)
    try:
        async with ConsentLog.open(engine) as log:
            return [record async for group in log.export(Filter()) for record in group]
    finally:
        engine.dispose()


@pytest.mark.anyio
@pytest.mark.parametrize("workers", ["1", "2"])
async def test_no_acknowledged_decision_is_lost_or_doubled_by_kill_9(database, sites_file, workers):
    unanswered, acknowledged = [], {}
    for _ in range(ROUNDS):
        with contextlib.ExitStack() as stack:
            running = stack.enter_context(serving(database, sites_file, "--workers", workers))
            await load(running, unanswered, acknowledged)

    stored = await everything(database)

    by_id = {record.id: record for record in stored}
    assert len(by_id) == len(stored)
    assert len(acknowledged) >= ROUNDS * ACKNOWLEDGED
    assert [key for key in acknowledged if key not in by_id] == []
    assert all(
        answer["choices"] == by_id[key].choices and answer["site"] == by_id[key].site
        for key, answer in acknowledged.items()
    )


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which sees syncs, is not here")
@pytest.mark.parametrize("sabotage", ["", "NORMAL"])
def test_a_power_cut_loses_nothing_acknowledged_unless_syncs_are_left_out(sabotage):
    found = durability.rounds(durability.Case("", sabotage, power=True), 1)

    assert found.acknowledged >= durability.LEAST
    assert (found.doubled, found.faults) == (0, 0)
    assert found.lost == (found.acknowledged if sabotage else 0)
