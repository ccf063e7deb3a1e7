"""What happens between scans: what is old is erased, and requests are told of in time."""

import datetime as dt
import json
import uuid

import msgspec
import pytest

from consent_server import chores as module
from consent_server.admin.trail import Trail
from consent_server.chores import Chores
from consent_server.log import ConsentLog
from consent_server.log.retention import REQUEST_DAYS
from consent_server.model import Action, ConsentRecord, Filter
from consent_server.rights.inbox import Inbox
from consent_server.rights.model import Standing, read
from scanner.database import open_database
from scanner.deeds import Deeds
from scanner.errors import EvidenceUnwritable, LogUnavailable
from scanner.messages import Post
from scanner.model import Banner, Notify, Site
from scanner.retention import kept_days
from scanner.store import Store
from tests.scanner import folded

pytestmark = pytest.mark.anyio

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
SHOP = Site(
    key="shop",
    url="https://shop.example/",
    notify=Notify(webhook=("https://hook.example/",)),
    keep_days=100,
)
QUIET = Site(key="quiet", url="https://quiet.example/")


class World:
    """A clock, hooks that keep what they are sent, and what is said."""

    def __init__(self, log, inbox, monkeypatch):
        self.now = NOON
        self.sent = []
        self.said = []
        self.down = False
        self.inbox = inbox
        monkeypatch.setattr(module, "send", self.send)
        self.chores = Chores(
            log,
            inbox,
            Deeds(log.engine, "watch"),
            Store(log.engine),
            post=Post(),
            say=self.said.append,
            clock=lambda: self.now,
        )

    async def send(self, message, notify, *, post):
        if self.down and notify.webhook:
            return ("hook.example answered 500",)
        if notify.webhook:
            self.sent.append(json.loads(message.payload))
        return ()

    async def after(self, **time):
        self.now += dt.timedelta(**time)
        await self.chores((SHOP, QUIET))

    def asked(self, site="shop"):
        request = read(
            {"right": "access", "contact": "kari@example.no", "message": "Hva vet dere?"},
            site=site,
            language="nb",
            received_at=self.now,
        )
        self.inbox.add(request)
        return request


@pytest.fixture
async def log(database):
    engine = open_database(database)
    async with ConsentLog.open(engine) as opened:
        opened.engine = engine
        yield opened
    engine.dispose()


@pytest.fixture
def world(log, monkeypatch):
    return World(log, Inbox(log.engine), monkeypatch)


def record(site, decided_at):
    return ConsentRecord(
        id=str(uuid.uuid4()),
        site=site,
        revision="r1",
        choices={"marketing": True},
        action=Action.SAVE,
        language="nb",
        decided_at=decided_at,
        received_at=decided_at,
        page=None,
        gpc=False,
    )


async def test_a_request_is_told_of_when_it_comes_and_twice_before_the_month_is_over(world):
    request = world.asked()

    for _ in range(40):
        await world.after(days=1)
        await world.after(minutes=1)

    assert [(m["event"], m["days_left"]) for m in world.sent] == [
        ("request.received", 29),
        ("request.reminder", 9),
        ("request.reminder", 2),
    ]
    assert world.sent[0]["id"] == request.id
    assert "kari" not in json.dumps(world.sent)


async def test_nobody_is_reminded_of_what_was_answered(world):
    request = world.asked()
    await world.after(minutes=1)
    world.inbox.close(request.id, Standing.ANSWERED, now=world.now)

    await world.after(days=28)

    assert len(world.sent) == 1


async def test_what_reached_nobody_is_sent_again_after_an_hour(world):
    world.asked()
    world.down = True
    await world.after(minutes=1)
    await world.after(minutes=1)
    assert world.said == ["shop: hook.example answered 500"]

    world.down = False
    await world.after(minutes=30)
    assert world.sent == []
    await world.after(minutes=40)

    assert [m["event"] for m in world.sent] == ["request.received"]


async def test_a_site_that_names_nobody_is_told_of_in_the_log_once(world):
    world.asked(site="quiet")

    await world.after(minutes=1)
    await world.after(minutes=1)

    assert world.said == [
        "quiet: a request (access) came in, to be answered by 22 Dec 2026",
    ]


async def test_old_decisions_are_erased_once_a_day_each_site_by_its_own_number(world, log):
    for days in (99, 101):
        await log.append(record("shop", NOON - days * DAY))
        await log.append(record("quiet", NOON - days * DAY))

    await world.after(minutes=1)

    assert world.said == ["shop: 1 old decisions erased"]
    (deed,) = Trail(log.engine).page(sites=None)
    assert (deed.actor, deed.action, deed.site) == ("watch", "erased old decisions", "shop")
    assert await log.count(Filter(site="shop")) == 1
    assert await log.count(Filter(site="quiet")) == 2
    await world.after(hours=1)
    assert len(world.said) == 1
    await world.after(days=2)
    assert await log.count(Filter(site="shop")) == 0


async def test_requests_that_were_answered_long_ago_are_erased(world):
    request = world.asked()
    world.inbox.close(request.id, Standing.ANSWERED, now=world.now)

    await world.after(days=REQUEST_DAYS + 1)

    assert world.inbox.get(request.id) is None


async def test_a_log_that_cannot_be_written_is_tried_again(world, log, monkeypatch):
    await log.append(record("shop", NOON - 200 * DAY))

    async def unavailable(*_, **__):
        raise LogUnavailable("the database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(log, "erase_all", unavailable)
        await world.after(minutes=1)
    await world.after(minutes=1)

    assert world.said == [
        "old decisions are not erased now: the database is locked",
        "shop: 1 old decisions erased",
    ]


async def test_decisions_of_a_site_that_is_listed_no_longer_are_told_of_once_a_day(world, log):
    await log.append(record("left", NOON - 4000 * DAY))

    for _ in range(3):
        await world.after(minutes=1)
    await world.after(days=1)

    assert [line.partition(":")[0] for line in world.said] == [
        "left is in the log, but not in sites.yaml"
    ] * 2
    assert await log.count(Filter(site="left")) == 1


@pytest.mark.parametrize(
    ("site", "asked", "days"),
    [
        (QUIET, None, 180 + 5 * 365),
        (Site(key="s", url="https://s.example/", banner=Banner(remember_days=90)), None, 1915),
        (SHOP, None, 100),
        (SHOP, 7, 7),
    ],
)
async def test_decisions_are_kept_as_long_as_the_answer_stands_and_five_years(site, asked, days):
    assert kept_days(site, asked) == days


async def test_old_scans_go_once_a_day_and_what_cannot_go_is_tried_again(world, monkeypatch):
    store = Store(world.inbox._engine)
    for days in range(200, 220):
        at = NOON - days * DAY
        store.save(msgspec.structs.replace(folded.scan(), started_at=at, finished_at=at))

    def refuse(*_, **__):
        raise EvidenceUnwritable("20260401: cannot be deleted: Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("scanner.retention.prune", refuse)
        await world.after(minutes=1)
    for _ in range(3):
        await world.after(minutes=1)

    assert world.said == [
        "old scans are not deleted now: 20260401: cannot be deleted: Permission denied",
        "shop: 14 scans and 0 folders of evidence, too old, deleted",
    ]
    assert len(store.history("shop")) == 6
    deeds = Trail(world.inbox._engine).page(sites=["shop"])
    assert [(deed.action, deed.actor) for deed in deeds] == [("deleted old scans", "watch")]


async def test_of_a_site_whose_decisions_are_all_gone_nothing_is_told(world, log):
    await log.append(record("left", NOON - 10 * DAY))
    await log.erase_all(Filter(site="left"), reason="asked for")

    await world.after(days=1)

    assert world.said == []
