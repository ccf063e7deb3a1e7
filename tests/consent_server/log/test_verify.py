"""Whoever alters the log is found out; whoever erases from it as she may is not accused."""

import asyncio
import contextlib
import datetime as dt
import itertools
import json
import subprocess
import sys

import pytest
from nacl.signing import SigningKey
from sqlalchemy import delete, insert, select, text, update

from consent_server.log import ConsentLog, note
from consent_server.log import leaf as leaves
from consent_server.log.rows import groups_between
from consent_server.log.tree import Tree
from consent_server.log.verify import verify
from scanner.database import open_database
from scanner.errors import DatabaseUnusable
from scanner.tables import answer, bare_leaf, checkpoint, consent, leaf_group, node
from tests.consent_server.conftest import decision, send
from tests.consent_server.log.test_log import record

KEY = SigningKey(bytes(range(32)))
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def engine(database):
    """A log of 600 decisions in order, with checkpoints at 300 and 600, and 5 leaves after that."""
    engine = open_database(database)
    tree = Tree(engine)

    async def fill():
        async with ConsentLog.open(engine) as log:
            for first, end in ((0, 300), (300, 600), (600, 605)):
                await asyncio.gather(*(log.append(record(n)) for n in range(first, end)))
                if end != 605:
                    tree.sign(KEY, now=NOW)

    asyncio.run(fill())
    yield engine
    engine.dispose()


def found(engine, *, outside=()):
    return verify(engine, key=KEY.verify_key, outside=outside)


def put_leaves(engine, changed, *, end=605):
    """Put the leaves into one group, with *changed* ones, and those from *end* on cut off."""
    with engine.begin() as connection:
        held = connection.execute(select(leaf_group).order_by(leaf_group.c.first)).all()
        places = dict(each for row in held for each in leaves.split(*row)) | changed
        connection.execute(delete(leaf_group))
        hashes = b"".join(places[n] for n in range(min(end, len(places))))
        connection.execute(insert(leaf_group).values(first=0, hashes=hashes))


def leaf_at(engine, position):
    with engine.connect() as connection:
        ((first, hashes),) = connection.execute(groups_between(position, position + 1)).all()
    return dict(leaves.split(first, hashes))[position]


def alter(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def test_an_untouched_log_holds(engine):
    verdict = found(engine)

    assert verdict.faults == ()
    assert (verdict.leaves, verdict.checkpoints, verdict.proven) == (605, 2, 600)


ANSWER_CHANGES = {
    "site": "other",
    "revision": "r9",
    "functional": False,
    "statistics": False,
    "marketing": True,
    "action": "accept-all",
    "language": "sv",
    "services": '{"YouTube":true}',
    "surface": "banner",
    "country": "NO",
    "layout": "box",
}
CHANGES = {
    "id": "00000000-0000-4000-8000-ffffffffffff",
    "answer": 2,
    "network": "192.0.2.0/24",
    "decided_at": 1,
    "received_at": 1,
    "page": None,
    "gpc": True,
    "flags": "",
    "salt": b"\x01" * 16,
}


@pytest.mark.parametrize("column", CHANGES)
def test_no_column_of_a_decision_can_be_changed(engine, column):
    alter(engine, update(consent).where(consent.c.seq == 123).values({column: CHANGES[column]}))

    (fault,) = found(engine).faults
    assert fault.startswith("decision 123 (")
    assert fault.endswith(") was changed")


@pytest.mark.parametrize("column", ANSWER_CHANGES)
def test_no_column_of_an_answer_can_be_changed(engine, column):
    alter(engine, update(answer).values({column: ANSWER_CHANGES[column]}))

    first, *faults = found(engine).faults
    assert first == "answer 1 was changed, which decisions have in common"
    assert len(faults) == 99
    assert all(fault.endswith(") was changed") for fault in faults)


def test_what_names_an_answer_cannot_be_changed(engine):
    alter(engine, update(answer).values(digest=bytes(32)))

    assert found(engine).faults == ("answer 1 was changed, which decisions have in common",)


@pytest.mark.parametrize(
    ("column", "held"),
    [
        *(("decided_at", value) for value in (2**62, -(2**62))),
        *(("received_at", value) for value in (2**62, -(2**62))),
        *(("flags", value) for value in (" late", "late ")),
    ],
)
def test_what_no_server_writes_is_told_like_any_change(engine, column, held):
    alter(engine, update(consent).where(consent.c.seq == 123).values({column: held}))

    (fault,) = found(engine).faults
    assert fault.startswith("decision 123 (")
    assert fault.endswith(") was changed")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("consent SET gpc = 2 WHERE seq = 7", "decision 7 (00000000-0000-4000-8000-000000000007)"),
        ("consent SET received_at = 'x' WHERE seq = 7", "decision 7 (0"),
        ("consent SET salt = 'x' WHERE seq = 7", "decision 7 (0"),
        ("consent SET page = CAST(x'ff' AS TEXT) WHERE seq = 7", "decision 7 cannot be read"),
        ("consent SET seq = -9223372036854775808 WHERE seq = 604", "decision -92233720"),
        ("answer SET functional = 3", "answer 1 was"),
        ("answer SET services = 7", "answer 1 was"),
        ("answer SET site = CAST(x'ff' AS TEXT)", "answer 1 was"),
        ("leaf_group SET hashes = 'x' WHERE first = 0", "what stands for the leaves from 0 on"),
        ("leaf_group SET hashes = x'' WHERE first = 0", "what stands for the leaves from 0 on"),
        ("checkpoint SET note = x'00' WHERE size = 300", "a checkpoint in the database is not"),
        ("checkpoint SET note = CAST(x'ff' AS TEXT) WHERE size = 300", "a checkpoint in the dat"),
        ("checkpoint SET size = 301 WHERE size = 300", "the checkpoint at 300 was changed: it is"),
        ("node SET hash = 'x' WHERE position = 0", "the node over the leaves up to 255 was chang"),
        ("node SET position = 9 WHERE position = 1", "a node over the leaves up to 2559 was ins"),
    ],
)
def test_a_column_of_sqlite_that_holds_anything_is_told(tmp_path, change, fault):
    engine = open_database(str(tmp_path / "kapsel.db"))

    async def fill():
        async with ConsentLog.open(engine) as log:
            await asyncio.gather(*(log.append(record(n)) for n in range(300)))
            Tree(engine).sign(KEY, now=NOW)
            await asyncio.gather(*(log.append(record(n)) for n in range(300, 605)))
            Tree(engine).sign(KEY, now=NOW)

    asyncio.run(fill())
    alter(engine, text(f"UPDATE {change}"))

    faults = found(engine).faults
    engine.dispose()
    assert any(each.startswith(fault) for each in faults)


@pytest.mark.parametrize("core", ["", "7", "[]", '["erasure",1,[]]', '["erasure",1,"x"]'])
def test_a_leaf_that_proves_nothing_anybody_wrote_is_told(engine, core):
    hashed = leaves.leaf_hash(core.encode(), leaves.NOTHING)
    alter(
        engine,
        insert(leaf_group).values(first=605, hashes=hashed),
        insert(bare_leaf).values(position=605, core=core, inner=leaves.NOTHING),
    )

    assert found(engine).faults == ("leaf 605, of something erased, was changed",)


def test_nobody_is_accused_while_servers_write(database):
    engine, beside = open_database(database), open_database(database)

    async def write(log, ended):
        for n in itertools.count():
            if ended.is_set():
                return
            await asyncio.gather(*(log.append(record(1000 + 10 * n + m)) for m in range(10)))
            if n % 100 == 50:  # each waits for the audit, as SQLite's own log is read then
                await log.erase(record(n).id)

    async def audit():
        async with ConsentLog.open(engine) as log:
            await asyncio.gather(*(log.append(record(n)) for n in range(400)))
            ended = asyncio.Event()
            writing = asyncio.create_task(write(log, ended))
            verdicts = [await asyncio.to_thread(found, beside) for _ in range(8)]
            ended.set()
            await writing
            return verdicts

    verdicts = asyncio.run(audit())

    engine.dispose()
    beside.dispose()
    assert len({verdict.leaves for verdict in verdicts}) > 1
    assert [fault for verdict in verdicts for fault in verdict.faults] == []


def test_a_database_that_cannot_be_read_is_no_fault_of_the_log(tmp_path):
    file = tmp_path / "kapsel.db"
    engine = open_database(str(file))
    alter(engine, text("DROP TABLE node"))

    with pytest.raises(DatabaseUnusable, match="the log cannot be read"):
        found(engine)
    engine.dispose()


def test_a_removed_decision_is_told(engine):
    alter(engine, delete(consent).where(consent.c.seq == 7))

    assert found(engine).faults == ("decision 7 was removed",)


def test_an_inserted_decision_is_told(engine):
    with engine.connect() as connection:
        row = connection.execute(select(consent).where(consent.c.seq == 7)).one()._asdict()
    alter(engine, insert(consent).values(row | {"seq": 605, "id": "x"}))

    assert found(engine).faults == ("decision 605 (x) has no leaf: it was inserted",)


def test_two_exchanged_decisions_are_told(engine):
    def move(seq, to):
        return update(consent).where(consent.c.seq == seq).values(seq=to)

    alter(engine, move(7, 9999), move(8, 7), move(9999, 8))

    assert len(found(engine).faults) == 2


def test_a_change_with_its_leaf_is_told_by_the_checkpoint_after_it(engine):
    with engine.connect() as connection:
        rows = connection.execute(select(consent).where(consent.c.seq.in_([400, 401]))).all()
    one, other = (row._asdict() for row in rows)
    alter(
        engine,
        delete(consent).where(consent.c.seq.in_([400, 401])),
        insert(consent).values(one | {"seq": 401}),
        insert(consent).values(other | {"seq": 400}),
    )
    put_leaves(engine, {400: leaf_at(engine, 401), 401: leaf_at(engine, 400)})

    verdict = found(engine)

    assert (
        "the checkpoint at 600 states another log: leaves after 300 were changed, removed, "
        "inserted or reordered"
    ) in verdict.faults
    assert verdict.proven == 300


def test_a_log_that_was_cut_off_is_told(engine):
    alter(engine, delete(consent).where(consent.c.seq >= 590))
    put_leaves(engine, {}, end=590)

    assert found(engine).faults == ("the log ends at 590, but had 600 leaves once: it was cut off",)


def test_a_missing_leaf_is_told(engine):
    put_leaves(engine, {})
    with engine.begin() as connection:
        hashes = connection.execute(select(leaf_group.c.hashes)).scalar_one()
        connection.execute(update(leaf_group).values(hashes=hashes[: 3 * 32]))
        connection.execute(insert(leaf_group).values(first=4, hashes=hashes[4 * 32 :]))

    verdict = found(engine)

    assert verdict.faults == ("leaf 3 is missing: from there on no checkpoint can be checked",)
    assert (verdict.leaves, verdict.proven) == (605, 0)


def test_behind_a_missing_leaf_each_decision_is_still_held_against_its_own(engine):
    test_a_missing_leaf_is_told(engine)
    alter(
        engine,
        update(consent).where(consent.c.seq == 123).values(gpc=True),
        delete(consent).where(consent.c.seq == 124),
    )

    _, changed, removed = found(engine).faults
    assert changed.startswith("decision 123 (")
    assert removed == "decision 124 was removed"


def test_leaves_that_stand_twice_are_told(engine):
    put_leaves(engine, {})
    alter(engine, insert(leaf_group).values(first=100, hashes=leaf_at(engine, 7)))

    assert found(engine).faults == ("leaf 100 stands twice: one of the two was inserted",)


def test_leaves_that_do_not_end_with_a_whole_one_are_told(engine):
    put_leaves(engine, {})
    with engine.connect() as connection:
        hashes = connection.execute(select(leaf_group.c.hashes)).scalar_one()
    alter(engine, update(leaf_group).values(hashes=hashes + b"x"))

    assert found(engine).faults == (
        "what stands for the leaves from 0 on is cut, or has more than that",
    )


def test_what_is_left_of_an_erasure_that_never_was_is_told(engine):
    alter(engine, insert(bare_leaf).values(position=605, core="[]", inner=bytes(32)))

    assert found(engine).faults == ("decision 605 (something erased) has no leaf: it was inserted",)


def test_a_decision_before_all_leaves_is_told(engine):
    with engine.connect() as connection:
        row = connection.execute(select(consent).where(consent.c.seq == 7)).one()._asdict()
    alter(engine, insert(consent).values(row | {"seq": -1, "id": "x"}))

    assert found(engine).faults == ("decision -1 (x) has no leaf: it was inserted",)


def test_a_forked_or_forged_checkpoint_is_told(engine):
    forked = note.write(note.Checkpoint(300, bytes(32)), KEY)
    stranger = SigningKey(bytes(32))
    forged = note.write(note.Checkpoint(300, bytes(32)), stranger)

    assert (
        "there are two different checkpoints at 300: the log was forked"
        in found(engine, outside=[forked]).faults
    )
    assert (
        "a checkpoint outside is not signed with this key"
        in found(engine, outside=[forged]).faults[0]
    )


def test_a_log_rewritten_with_all_its_checkpoints_is_told_by_one_outside(engine):
    with engine.connect() as connection:
        kept = connection.execute(select(checkpoint.c.note)).scalars().all()
    alter(
        engine,
        delete(consent).where(consent.c.seq >= 500),
        delete(checkpoint),
        delete(node).where(node.c.position > 0),
    )
    put_leaves(engine, {}, end=500)
    Tree(engine).sign(KEY, now=NOW)

    assert found(engine).faults == ()
    assert found(engine, outside=kept).faults == (
        "the log ends at 500, but had 600 leaves once: it was cut off",
    )


def test_a_changed_node_is_told(engine):
    alter(engine, update(node).where(node.c.position == 1).values(hash=bytes(32)))

    assert found(engine).faults == ("the node over the leaves up to 511 was changed",)


@contextlib.asynccontextmanager
async def opened(engine):
    async with ConsentLog.open(engine) as log:
        yield log


def test_an_erased_decision_leaves_the_log_whole_and_every_proof_true(engine):
    key = record(123).id
    note_before, path = Tree(engine).proof(123)

    async def erase():
        async with opened(engine) as log:
            assert await log.erase(key)
            assert await log.get(key) is None

    asyncio.run(erase())
    verdict = found(engine)

    assert verdict.faults == ()
    assert (verdict.leaves, verdict.erased) == (606, 1)
    assert Tree(engine).proof(123) == (note_before, path)
    with engine.connect() as connection:
        left = dict(connection.execute(select(bare_leaf.c.position, bare_leaf.c.core)).all())
    assert sorted(left) == [123, 605]
    assert json.loads(left[123]) == ["decision", 20779, "shop", "r1", "save", [True, None, False]]
    assert json.loads(left[605])[2:] == [123, "asked for by the visitor"]


def test_an_erasure_that_nobody_owned_up_to_is_told(engine):
    test_an_erased_decision_leaves_the_log_whole_and_every_proof_true(engine)
    alter(engine, delete(bare_leaf).where(bare_leaf.c.position == 605))
    put_leaves(engine, {}, end=605)

    assert found(engine).faults == ("decision 123 was erased without a leaf that says so",)


def test_what_was_erased_is_in_no_file_any_more(tmp_path):
    database = tmp_path / "kapsel.db"
    engine = open_database(str(database))
    page = "https://www.shop.example/very-particular-page"

    async def fill_and_erase():
        async with opened(engine) as log:
            await asyncio.gather(*(log.append(record(n)) for n in range(300)))
            await log.append(record(300, page=page))
            await asyncio.gather(*(log.append(record(n)) for n in range(301, 600)))
            assert b"very-particular" in whole(tmp_path)
            assert await log.erase(record(300).id)
            assert b"very-particular" not in whole(tmp_path)
            assert record(300).id.encode() not in whole(tmp_path)

    asyncio.run(fill_and_erase())
    engine.dispose()
    assert record(300).id.encode() not in whole(tmp_path)


def whole(folder):
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_two_servers_sign_one_history(database):
    first, second = open_database(database), open_database(database)
    trees = Tree(first), Tree(second)

    async def both():
        async with ConsentLog.open(first) as one, ConsentLog.open(second) as other:
            for start in range(0, 700, 20):
                await asyncio.gather(
                    *(one.append(record(n)) for n in range(start, start + 10)),
                    *(other.append(record(n)) for n in range(start + 10, start + 20)),
                )
                trees[start // 20 % 2].sign(KEY, now=NOW)

    asyncio.run(both())
    verdict = found(first)
    first.dispose()
    second.dispose()

    assert verdict.faults == ()
    assert (verdict.leaves, verdict.checkpoints, verdict.proven) == (700, 35, 700)


def kapsel(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "consent_server", "log", "verify", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_receipt_proves_itself_without_the_server(client, tmp_path):
    for n in range(20):
        send(client, decision(n))
    client.app.state.signer.sign()
    receipt = client.get(f"/w/shop/consents/{decision(7)['id']}").json()
    file = tmp_path / "receipt.json"

    def verified(changed, *more):
        file.write_text(json.dumps(changed))
        return kapsel("--receipt", str(file), "--key", receipt["proof"]["key"], *more)

    held = verified(receipt)
    assert held.returncode == 0, held.stderr
    assert "The log holds this decision of " in held.stdout
    told = json.loads(verified(receipt, "--format", "json").stdout)
    assert (told["id"], told["site"], told["fault"]) == (receipt["id"], "shop", None)
    for changes in (
        {"choices": receipt["choices"] | {"marketing": True}},
        {"received_at": "2020-01-01T00:00:00Z"},
        {"proof": receipt["proof"] | {"position": 8}},
        {"proof": receipt["proof"] | {"path": receipt["proof"]["path"][:-1]}},
        {"proof": None},
    ):
        done = verified(receipt | changes)
        assert done.returncode == 1
        assert "proves nothing" in done.stderr
    for changes, words in (
        ({"choices": receipt["choices"] | {"unclassified": True}}, "it says 'unclassified', which"),
        ({"comment": "granted all"}, "it says 'comment', which"),
        ({"proof": receipt["proof"] | {"by": "me"}}, "it says 'by', which"),
    ):
        done = verified(receipt | changes)
        assert done.returncode == 1
        assert words in done.stderr
    file.write_text(json.dumps(receipt).replace('"action":', '"action": "withdraw", "action":'))
    twice = kapsel("--receipt", str(file), "--format", "json")
    assert twice.returncode == 1
    assert "twice" in json.loads(twice.stdout)["fault"]
    assert len(json.dumps(receipt["proof"])) < 1500


def test_the_command_says_what_was_altered(engine, database, tmp_path):
    key = tmp_path / "public"
    arguments = ["--database", database, "--key", note.write_key(KEY.verify_key)]
    arguments += ["--checkpoints", str(key)]

    whole_log = kapsel(*arguments, "--format", "json")
    alter(engine, delete(consent).where(consent.c.seq == 7))
    altered = kapsel(*arguments)

    assert json.loads(whole_log.stdout)["faults"] == []
    assert whole_log.returncode == 0
    assert altered.returncode == 1
    assert "kapsel: decision 7 was removed\n" in altered.stderr


def test_the_command_reads_checkpoints_of_which_bits_were_flipped(engine, database, tmp_path):
    file = tmp_path / "checkpoints"
    file.write_bytes(b"kapsel\n300\n\xff\n\n\xe2\x80\x94 kapsel x\n")
    arguments = ["--database", database, "--key", note.write_key(KEY.verify_key)]

    altered = kapsel(*arguments, "--checkpoints", str(file))

    assert altered.returncode == 1
    assert "a checkpoint outside is not signed with this key" in altered.stderr
    assert "Traceback" not in altered.stderr
