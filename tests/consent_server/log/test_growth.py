"""What a process knows of the tree is what the database holds, or it knows nothing."""

import datetime as dt
import hashlib
import itertools
import random

import pytest
from nacl.signing import SigningKey

from consent_server.log import ConsentLog, note
from consent_server.log.growth import LEAVES, MAX_ARRIVED, Growth
from consent_server.log.ledger import Ledger
from consent_server.log.merkle import STEP, Frontier
from consent_server.log.tree import Tree
from consent_server.log.verify import verify
from scanner.database import open_database
from tests.consent_server.log.test_log import record

KEY = SigningKey(bytes(32))
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
HASHES = [hashlib.sha256(str(n).encode()).digest() for n in range(3000)]


def tree(count):
    frontier = Frontier()
    return frontier, frontier.add_many(HASHES[:count])


def begun(at):
    """A growth that goes on from the first *at* leaves."""
    growth = Growth()
    assert growth.now() is None
    growth.begin((tree(at - at % LEAVES)[0], HASHES[at - at % LEAVES : at]))
    return growth


def add(growth, first, end):
    growth.add(first, HASHES[first:end])
    growth.advance()


@pytest.mark.parametrize("at", [0, 1, LEAVES, 300])
def test_it_knows_the_tree_that_groups_of_any_size_make(at):
    growth, chance = begun(at), random.Random(at)
    kept = tree(at)[1]

    ends = sorted({at, *chance.sample(range(at, 3000), 60)})
    for number, (first, end) in enumerate(itertools.pairwise(ends)):
        add(growth, first, end)
        if number % 7 == 0:
            frontier, nodes = growth.now()
            assert (frontier.size, frontier.root()) == (end, tree(end)[0].root())
            growth.keep(nodes)
            kept += [node for node in nodes if node not in kept]

    frontier, nodes = growth.now()
    assert frontier.root() == tree(ends[-1])[0].root()
    every = {node for node in (*kept, *nodes) if node[0] % STEP == 0}
    assert every == set(tree(ends[-1])[1])


def test_what_it_tells_is_not_changed_by_what_comes():
    growth = begun(0)
    add(growth, 0, 40)
    frontier, _ = growth.now()

    add(growth, 40, 90)

    assert frontier.root() == tree(40)[0].root()
    assert growth.now()[0].root() == tree(90)[0].root()


def test_what_was_told_and_is_not_kept_is_told_again():
    growth = begun(0)
    add(growth, 0, 700)

    assert growth.now()[1] == growth.now()[1] == tree(700)[1]
    growth.keep(tree(700)[1])
    assert growth.now()[1] == []


def test_leaves_that_are_known_already_are_passed_over():
    growth = begun(100)

    add(growth, 60, 90)
    add(growth, 90, 130)

    assert growth.now()[0].root() == tree(130)[0].root()


def test_a_gap_ends_it_until_it_is_begun_anew():
    growth = begun(0)
    add(growth, 0, 50)

    add(growth, 51, 60)
    add(growth, 50, 51)

    assert growth.now() is None
    growth.add(60, HASHES[60:80])
    growth.begin((tree(32)[0], HASHES[32:60]))
    assert growth.now()[0].root() == tree(80)[0].root()


def test_who_is_not_listened_to_costs_no_memory():
    growth = Growth()
    growth.add(0, HASHES[:10])
    assert not growth._arrived

    assert growth.now() is None
    for n in range(MAX_ARRIVED + 2):
        growth.add(n, HASHES[n : n + 1])

    assert len(growth._arrived) == MAX_ARRIVED
    growth.begin((Frontier(), []))
    assert growth.now() is None


@pytest.mark.anyio
async def test_checkpoints_are_true_whoever_else_adds_and_whatever_fails(database, monkeypatch):
    engine = open_database(database)
    growth = Growth()
    signer, other = Tree(engine, growth), Ledger(engine)
    numbers = itertools.count()

    def some(count):
        return [record(next(numbers)) for _ in range(count)]

    async with ConsentLog.open(engine, growth=growth) as log:
        for count, theirs in ((3, 0), (300, 0), (40, 0), (40, 5), (300, 0), (30, 0), (200, 0)):
            for each in some(count):
                log.hand_in(Silent(each))
            await log.append(*some(1))
            if theirs:
                other.append(some(theirs))
                await log.append(*some(1))
            with monkeypatch.context() as patch:
                patch.setattr(note, "write", broken)
                with pytest.raises(OSError, match="no"):
                    signer.sign(KEY, now=NOW)
            assert signer.sign(KEY, now=NOW) is not None
            assert signer.sign(KEY, now=NOW) is None
        known = growth.now()

    other.close()
    verdict = verify(engine, key=KEY.verify_key)
    assert (verdict.faults, verdict.leaves) == ((), next(numbers))
    assert known is not None
    assert Tree(engine).proof(0) is not None
    engine.dispose()


class Silent:
    """A decision whose sender waits for nothing."""

    def __init__(self, given):
        self.given = given

    def open(self):
        return self.given

    def get_ready(self):
        pass

    def tell(self, outcome):
        assert outcome is True


def broken(*_):
    raise OSError("no")
