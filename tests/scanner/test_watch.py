"""``kapsel watch``, with a clock of our own."""

import asyncio
import datetime as dt

import pytest

from scanner.errors import SitesInvalid
from scanner.model import Site
from scanner.watch import watch

pytestmark = pytest.mark.anyio

NIGHTLY = Site(key="nightly", url="https://a.example/", schedule="0 3 * * *")
HOURLY = Site(key="hourly", url="https://b.example/", schedule="30 * * * *")
ASKED = Site(key="asked", url="https://c.example/")
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


class World:
    """A clock that runs only while somebody waits, a list of sites, and what was scanned."""

    def __init__(self, *sites, started=None, until=NOON + dt.timedelta(hours=3)):
        self.now = NOON
        self.until = until
        self.sites = sites
        self.started = dict(started or {})
        self.scans = []
        self.said = []
        self.stop = asyncio.Event()
        self.saves = True

    def read(self):
        if isinstance(self.sites, Exception):
            raise self.sites
        return self.sites

    async def scan(self, sites):
        for site in sites:
            self.scans.append((site.key, self.now.strftime("%H:%M")))
            if self.saves:
                self.started[site.key] = self.now
        self.now += dt.timedelta(minutes=5)

    def last_started(self, site, until):
        started = self.started.get(site)
        return started if started is not None and started <= until else None

    async def wait(self, stop, seconds):
        assert seconds > 0
        self.now += dt.timedelta(seconds=seconds)
        if self.now >= self.until:
            stop.set()

    async def run(self, **how):
        await watch(
            self.read,
            last_started=self.last_started,
            scan=self.scan,
            stop=self.stop,
            say=self.said.append,
            clock=lambda: self.now,
            wait=self.wait,
            **how,
        )


async def test_each_site_is_scanned_when_its_time_comes():
    world = World(NIGHTLY, HOURLY, started={"nightly": NOON, "hourly": NOON})

    await world.run()

    assert world.scans == [("hourly", "12:30"), ("hourly", "13:30"), ("hourly", "14:30")]


async def test_what_was_missed_while_it_did_not_run_is_caught_up_once():
    long_ago = NOON - dt.timedelta(days=10)
    world = World(HOURLY, started={"hourly": long_ago}, until=NOON + dt.timedelta(minutes=20))

    await world.run()

    assert world.scans == [("hourly", "12:00")]


async def test_a_scan_by_a_clock_that_was_set_wrong_stops_no_later_one():
    world = World(HOURLY, started={"hourly": NOON + dt.timedelta(days=400)})

    await world.run()

    assert [at for _, at in world.scans] == ["12:00", "12:30", "13:30", "14:30"]


@pytest.mark.parametrize("saves", [True, False])
async def test_a_clock_that_is_set_back_while_it_runs_stops_no_scan(saves):
    world = World(HOURLY, started={"hourly": NOON})
    world.saves = saves

    async def set_back_once(stop, seconds):
        await world.wait(stop, seconds)
        if world.now == NOON + dt.timedelta(hours=1):
            world.now -= dt.timedelta(days=2)
            world.until = world.now + dt.timedelta(hours=2)

    await watch(
        world.read,
        last_started=world.last_started,
        scan=world.scan,
        stop=world.stop,
        say=world.said.append,
        clock=lambda: world.now,
        wait=set_back_once,
    )

    assert [at for _, at in world.scans] == ["12:30", "13:00", "13:30", "14:30"]


async def test_a_site_that_was_never_scanned_is_scanned_at_once():
    world = World(NIGHTLY)

    await world.run()

    assert world.scans == [("nightly", "12:00")]


async def test_a_scan_that_leaves_no_trace_is_not_made_again_and_again():
    world = World(HOURLY, until=NOON + dt.timedelta(minutes=50))
    world.saves = False

    await world.run()

    assert world.scans == [("hourly", "12:00"), ("hourly", "12:30")]


async def test_a_bad_edit_is_told_once_and_the_list_before_it_stays_in_force():
    world = World(HOURLY, started={"hourly": NOON})

    async def spoil_then_wait(stop, seconds):
        world.sites = SitesInvalid(["sites.yaml:3: unknown key 'ulr'"])
        await world.wait(stop, seconds)

    await watch(
        world.read,
        last_started=world.last_started,
        scan=world.scan,
        stop=world.stop,
        say=world.said.append,
        clock=lambda: world.now,
        wait=spoil_then_wait,
    )

    assert len(world.scans) == 3
    assert len([line for line in world.said if "sites.yaml:3" in line]) == 1


async def test_a_site_that_is_added_while_it_runs_is_scanned():
    world = World(HOURLY, started={"hourly": NOON}, until=NOON + dt.timedelta(minutes=10))
    real_wait = world.wait

    async def add_then_wait(stop, seconds):
        world.sites = (HOURLY, NIGHTLY)
        await real_wait(stop, seconds)

    world.wait = add_then_wait

    await world.run()

    assert [key for key, _ in world.scans] == ["nightly"]


async def test_a_list_with_mistakes_at_the_start_is_refused():
    world = World()
    world.sites = SitesInvalid(["sites.yaml:1: the file is empty"])

    with pytest.raises(SitesInvalid):
        await world.run()


async def test_once_scans_what_is_due_and_leaves():
    world = World(NIGHTLY, HOURLY)

    await world.run(once=True)

    assert [key for key, _ in world.scans] == ["nightly", "hourly"]


async def test_without_any_schedule_it_waits_for_one():
    world = World(ASKED, until=NOON + dt.timedelta(minutes=2))

    await world.run()

    assert world.scans == []
    assert world.said == []


async def test_it_says_when_the_next_scan_is():
    world = World(NIGHTLY, started={"nightly": NOON}, until=NOON + dt.timedelta(minutes=5))

    await world.run()

    assert world.said == ["next scan at 2026-11-23 03:00 UTC"]


async def test_several_sites_can_be_scanned_at_once():
    world = World(NIGHTLY, HOURLY, ASKED)

    await world.run(once=True, jobs=2)

    assert world.scans == [("nightly", "12:00"), ("hourly", "12:00")]
