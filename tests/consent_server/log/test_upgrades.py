"""Rows of every revision, written as that revision kept them, hold after all upgrades since."""

import datetime as dt
import hashlib
import itertools
import json
import os
import uuid
import zlib
from collections import Counter

import pytest
import sqlalchemy as sa
from nacl.signing import SigningKey

from consent_server.admin.accounts import Accounts
from consent_server.admin.model import Role
from consent_server.admin.passwords import hashed
from consent_server.admin.sessions import Sessions
from consent_server.admin.trail import Trail
from consent_server.log import ConsentLog, note
from consent_server.log.leaf import split
from consent_server.log.merkle import Frontier
from consent_server.log.recount import look, recount
from consent_server.log.releases import Releases
from consent_server.log.verify import verify
from consent_server.model import Filter
from consent_server.rights.inbox import Inbox
from consent_server.rights.model import Standing
from consent_server.tokens import Door, Scope
from scanner.database import check_database, open_database, upgrade_database
from scanner.tables import leaf_group
from tests.consent_server.log.test_counting import said

REVISIONS = [f"{number:04}" for number in range(1, 19)]
BEGUN = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
DAY = 86_400_000  # milliseconds
CORE = ("site", "revision", "action")
CATEGORIES = ("functional", "statistics", "marketing")
SHARED = (*CORE[:2], "language", "action", *CATEGORIES)
LATER = ("services", "surface", "country", "layout")
KEY = SigningKey.generate()


class Era:
    """Writes into a database at one *revision* as the servers of then did; has a day of its own."""

    def __init__(self, engine, revision):
        self.revision = revision
        number = int(revision)
        self.day = BEGUN + dt.timedelta(days=number)
        self.answers = number >= 7  # decisions refer to them, and are counted
        self.tree = number >= 2
        self.counts_behind = number >= 13
        self.leaves_in_groups = number >= 18
        self.person = f"kari{revision}"
        self.request = str(uuid.UUID(int=number, version=4))
        self._engine = engine
        self._tables = sa.MetaData()
        self._tables.reflect(engine)

    def table(self, name):
        return self._tables.tables[name]

    def insert(self, connection, name, /, **values):
        made = connection.execute(sa.insert(self.table(name)).values(**values))
        return made.inserted_primary_key[0]

    def decide(self, number, **facts):
        """Store a decision; return what it says."""
        moment = int(self.day.timestamp() * 1000) + number
        told = dict.fromkeys(LATER) | {
            "id": str(uuid.UUID(int=int(self.revision) * 1000 + number, version=4)),
            "site": ("shop", "other")[number % 2],
            "revision": "r1",
            "language": ("nb", "sv")[number % 3 % 2],
            "action": ("save", "accept-all")[number % 2],
            "functional": True,
            "statistics": None if number % 2 else False,
            "marketing": bool(number % 2),
            "decided_at": moment - 1000,
            "received_at": moment,
            "page": "https://www.shop.example/ø",
            "gpc": False,
            "flags": "late",
        }
        if self.answers:
            told |= {"services": '{"YouTube":false}', "surface": "banner", "country": "NO"}
            told |= {"layout": "box"}
        told |= facts
        with self._engine.begin() as connection:
            if not self.answers:
                self._plain(connection, told)
            else:
                self._with_answer(connection, told)
        return told

    def _plain(self, connection, told):
        row = {name: value for name, value in told.items() if name not in LATER}
        if self.tree:
            row |= self._leaf(connection, told)
        self.insert(connection, "consent", **row)

    def _with_answer(self, connection, told):
        shared = {name: told[name] for name in (*SHARED, *LATER)}
        digest = hashlib.sha256(written(list(shared.values()))).digest()
        answer = self.table("answer")
        known = sa.select(answer.c.id).where(answer.c.digest == digest)
        number = connection.execute(known).scalar()
        if number is None:
            number = self.insert(connection, "answer", digest=digest, **shared)
        own = {name: value for name, value in told.items() if name not in shared}
        own |= self._leaf(connection, told)
        self.insert(connection, "consent", answer=number, **own)
        self._count(connection, told["received_at"] // DAY, number, end=own["seq"] + 1)

    def _count(self, connection, day, number, *, end):
        """Count one; since 0013 it is said how far all are counted, and how many are there."""
        tally = self.table("tally")
        here = (tally.c.day == day) & (tally.c.answer == number)
        more = sa.update(tally).where(here).values(count=tally.c["count"] + 1)
        if not connection.execute(more).rowcount:
            row = {"day": day, "answer": number, "count": 1}
            connection.execute(sa.insert(tally).values(row))
        if self.counts_behind:
            day_is_open = sa.select(self.table("open_day").c.day).where(sa.text("day = :day"))
            if connection.execute(day_is_open, {"day": day}).first() is None:
                self.insert(connection, "open_day", day=day)
            self._hold(connection, number, 1, end=end)

    def _hold(self, connection, number, more, *, end):
        answer = self.table("answer")
        held = sa.update(answer).where(answer.c.id == number).values(held=answer.c.held + more)
        connection.execute(held)
        connection.execute(sa.update(self.table("counted")).values(leaves=end))

    def _leaves(self, connection):
        name, place = ("leaf_group", "first") if self.leaves_in_groups else ("leaf", "position")
        table = self.table(name)
        rows = connection.execute(sa.select(table).order_by(table.c[place])).all()
        return b"".join(bytes(row[1]) for row in rows)

    def _next(self, connection):
        return len(self._leaves(connection)) // 32

    def _add_leaf(self, connection, place, digest, core=None, inner=None):
        if not self.leaves_in_groups:
            told = {"position": place, "hash": digest, "core": core, "inner": inner}
            self.insert(connection, "leaf", **told)
            return
        self.insert(connection, "leaf_group", first=place, hashes=digest)
        if core is not None:
            self.insert(connection, "bare_leaf", position=place, core=core, inner=inner)

    def sign(self):
        """Keep a checkpoint; no node is kept, which only makes the next one slower."""
        with self._engine.begin() as connection:
            frontier = Frontier()
            frontier.add_many([each for _, each in split(0, self._leaves(connection))])
            text = note.write(note.Checkpoint(frontier.size, frontier.root()), KEY)
            moment = int(self.day.timestamp() * 1000)
            told = {"size": frontier.size, "note": text, "created_at": moment}
            self.insert(connection, "checkpoint", **told)

    def _leaf(self, connection, told):
        """Add the leaf of a decision; return its place and its salt."""
        salt, place = os.urandom(16), self._next(connection)
        core, inner = parts(told, salt)
        digest = hashlib.sha256(b"\x00" + core + inner).digest()
        self._add_leaf(connection, place, digest)
        return {"seq": place, "salt": salt}

    def erase(self, told):
        """Erase a decision as then: its core and what stands for the rest stay."""
        consent = self.table("consent")
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(consent).where(consent.c.id == told["id"])).one()
            core, inner = parts(told, bytes(row.salt))
            left = {"core": core.decode(), "inner": inner}
            if self.leaves_in_groups:
                self.insert(connection, "bare_leaf", position=row.seq, **left)
            else:
                leaf = self.table("leaf")
                kept = sa.update(leaf).where(leaf.c.position == row.seq)
                connection.execute(kept.values(left))
            connection.execute(sa.delete(consent).where(consent.c.seq == row.seq))
            place, nothing = self._next(connection), hashlib.sha256().digest()
            said_so = written(["erasure", 20000, row.seq, "asked for"])
            digest = hashlib.sha256(b"\x00" + said_so + nothing).digest()
            self._add_leaf(connection, place, digest, said_so.decode(), nothing)
            if self.counts_behind:
                self._hold(connection, row.answer, -1, end=place + 1)

    def accompany(self):
        """Store what this revision was the first to have a place for."""
        engine, moment = self._engine, int(self.day.timestamp() * 1000)
        with engine.begin() as connection:
            if self.revision == "0001":
                digest = hashlib.sha256(b"first").digest()
                self.insert(connection, "token", digest=digest, name="first", created_at=moment)
            if self.revision == "0003":
                facts, build = [
                    self.insert(connection, "blob", digest=hashlib.sha256(body).digest(), body=body)
                    for body in (zlib.compress(FACTS), zlib.compress(b"// widget"))
                ]
                self.insert(
                    connection,
                    "release",
                    site="shop",
                    revision="r1",
                    facts=facts,
                    engine=build,
                    first_served_at=0,
                )
            if self.revision >= "0005":
                self._let_in_people(connection, moment)
            if self.revision >= "0006":
                request = REQUEST | {"id": self.request}
                self.insert(connection, "rights_request", **request, received_at=moment)
            if self.revision == "0008":
                plan = {"site": "shop", "plan": "p", "at": moment, "document": "{}"}
                self.insert(connection, "unfinished", **plan)

    def _let_in_people(self, connection, moment):
        """Let somebody with an account be invited, sign in and do something."""
        kari = {"account": self.person}
        self.insert(
            connection, "account", name=self.person, password=PASSWORD_KEPT, created_at=moment
        )
        self.insert(connection, "role", **kari, site="shop", role="editor")
        for name, secret in (("invitation", "invited"), ("session", "signed in")):
            digest = hashlib.sha256(f"{secret} {self.revision}".encode()).digest()
            self.insert(connection, name, **kari, digest=digest, until=FAR)
        deed = {"actor": self.person, "action": "sorted", "site": "shop", "detail": "_ga"}
        self.insert(connection, "trail", at=moment, **deed)


PASSWORD = "korrekt hest batteri"
PASSWORD_KEPT = hashed(PASSWORD)
FAR = 4_000_000_000_000  # milliseconds: in the year 2096

REQUEST = {
    "site": "shop",
    "right": "access",
    "contact": "ola@example.no",
    "message": "Hva vet dere om meg? \N{SMILING FACE WITH OPEN MOUTH}",
    "language": "nb",
    "standing": "open",
    "reminded": 1,
}

FACTS = json.dumps(
    {
        "items": [
            {"vendor": "YouTube", "party": "third", "domain": "yt.example", "category": "marketing"}
        ]
    }
).encode()


def written(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def parts(told, salt):
    """The core of a decision, and the hash of the rest, as the first servers with a tree had it."""
    moments = [
        (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=told[name]))
        .isoformat()
        .replace("+00:00", "Z")
        for name in ("decided_at", "received_at")
    ]
    answers = [told[name] for name in CATEGORIES]
    core = ["decision", told["received_at"] // DAY, *(told[name] for name in CORE), answers]
    if told["surface"]:
        core += [json.loads(told["services"]), told["surface"], told["layout"]]
    rest = [told["id"], *moments, told["language"], told["page"], told["gpc"], ["late"]]
    if told["country"]:
        rest += [told["country"], None]
    return written(core), hashlib.sha256(salt + written(rest)).digest()


def expected(decisions, by):
    sums = {}
    for told in decisions:
        day = dt.datetime.fromtimestamp(told["received_at"] / 1000, dt.UTC).date()
        answers = {told[name] for name in CATEGORIES} - {None}
        found = sums.setdefault((day, *(told[name] for name in by)), Counter())
        found["decisions"] += 1
        found[told["action"]] += 1
        found["shown"] += 1
        found["accepted"] += answers == {True}
        found["rejected"] += answers == {False}
        found["marketing refused"] += told["marketing"] is False
    return {key: +found for key, found in sums.items()}


@pytest.mark.anyio
async def test_what_any_revision_wrote_is_proven_counted_and_erased_today(unmigrated):
    engine = open_database(unmigrated, upgrade=False)
    given, erased, forgotten = [], [], []
    for revision in REVISIONS:
        upgrade_database(engine, to=revision)
        era = Era(engine, revision)
        given += [era.decide(number) for number in range(4)]
        era.accompany()
        if era.tree:
            (erased if era.answers else forgotten).append(given.pop(-2))
            era.erase((erased if era.answers else forgotten)[-1])
            era.sign()
    upgrade_database(engine)  # what is newer than this test knows

    verdict = verify(engine, key=KEY.verify_key)
    async with ConsentLog.open(engine) as log:
        assert (verdict.faults, check_database(engine)) == ((), ())
        assert verdict.leaves == len(REVISIONS) * 5 - 1
        assert await log.count(Filter()) == len(given)
        for told in given:
            record = await log.get(told["id"])
            assert (record.language, record.country) == (told["language"], told["country"])
            assert record.choices == {n: told[n] for n in CATEGORIES if told[n] is not None}

        # Before 0007 nothing was counted, and then what was there.
        for by in ((), ("site",), ("language",), ("language", "country", "layout")):
            found = said(await log.statistics(Filter(), by=by))
            assert found == expected(given + erased, by), by
        assert len(look(engine).days) == len(forgotten)
        recount(engine)
        assert look(engine).days == ()
        for by in ((), ("site", "revision")):
            found = said(await log.statistics(Filter(), by=by))
            assert found == expected(given + erased + forgotten, by), by

        for told, _ in itertools.groupby(given, key=lambda told: told["received_at"] // DAY):
            one = next(each for each in given if each["received_at"] // DAY == told)
            assert await log.erase(one["id"])
        assert await log.count(Filter()) == len(given) - len(REVISIONS)
        assert said(await log.statistics(Filter())) == expected(given + erased + forgotten, ())
        assert await log.services("shop") == ("YouTube",)
    assert verify(engine, key=KEY.verify_key).faults == ()
    shown = Releases(engine).shown("shop", "r1", at=BEGUN)
    assert json.loads(shown.facts) == json.loads(FACTS)
    assert Door(engine, None).matching("first").scopes == {Scope.READ, Scope.EXPORT}
    for revision in REVISIONS[4:]:
        people_are_as_they_were(engine, Era(engine, revision))
    for revision in REVISIONS[5:]:
        requests_are_as_they_were(engine, Era(engine, revision))
    engine.dispose()


def test_leaves_are_put_into_groups_and_what_was_missing_stays_missing(unmigrated):
    engine = open_database(unmigrated, upgrade=False)
    upgrade_database(engine, to="0017")
    hashes = [hashlib.sha256(bytes([n % 256])).digest() for n in range(600)]
    leaf = Era(engine, "0017").table("leaf")
    rows = [{"position": n, "hash": each} for n, each in enumerate(hashes) if n != 300]
    with engine.begin() as connection:
        connection.execute(sa.insert(leaf), rows)

    upgrade_database(engine, to="0018")

    with engine.connect() as connection:
        groups = connection.execute(sa.select(leaf_group).order_by(leaf_group.c.first)).all()
    faults = verify(engine, key=KEY.verify_key).faults
    engine.dispose()
    assert [(first, bytes(held)) for first, held in groups] == [
        (begin, b"".join(hashes[begin:end]))
        for begin, end in ((0, 256), (256, 300), (301, 557), (557, 600))
    ]
    assert faults[0] == "leaf 300 is missing: from there on no checkpoint can be checked"
    assert "decision 7 was removed" in faults


def people_are_as_they_were(engine, era):
    accounts, name = Accounts(engine), era.person
    assert accounts.with_password(name, PASSWORD).name == name
    kari = accounts.get(name)
    assert (kari.name, kari.roles, kari.sessions) == (name, {"shop": Role.EDITOR}, 1)
    assert accounts.invited(f"invited {era.revision}", sites={"shop"}) == name
    assert Sessions(engine).who(f"signed in {era.revision}") == (name, None)
    deeds = [each for each in Trail(engine).page(sites={"shop"}) if each.actor == name]
    assert [(deed.action, deed.detail) for deed in deeds] == [("sorted", "_ga")]


def requests_are_as_they_were(engine, era):
    inbox = Inbox(engine)
    (asked,) = (each for each in inbox.find() if each.id == era.request)
    assert {name: getattr(asked, name) for name in REQUEST} == REQUEST
    assert asked.received_at == era.day
    assert inbox.close(asked.id, Standing.ANSWERED, now=era.day + dt.timedelta(days=14))
