"""``kapsel scan``: what it takes, prints, keeps and answers; the crawl is a stand-in here."""

import asyncio
import contextlib
import datetime as dt
import json
import os
import sys

import pytest
from click.testing import CliRunner

from consent_server.cli import cli
from scanner.crawl import TABS
from scanner.database import open_database
from scanner.errors import BrowserMissing
from scanner.findings import find
from scanner.model import BannerAnswer, Scan, State, Visit
from scanner.store import Store
from tests.scanner.entries import plain, seen

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SITES = """
defaults: {schedule: "* * * * *"}
sites:
  shop: {url: "https://shop.example/"}
  course: {url: "https://course.example/"}
"""


def entry(name, at):
    return plain(name, states=(State.BEFORE,), **seen(at))


class Crawler:
    """Stands in for browser and crawl: each scan finds what *found* says at its time."""

    def __init__(self):
        self.now = NOON
        self.found = {}
        self.asked = []

    @contextlib.asynccontextmanager
    async def open_browser(self, path=None, *, resolution=None, insecure=False):
        yield (resolution, insecure)

    async def scan_site(
        self, site, *, options, browser, knowledge, progress=None, stop=None, book=None
    ):
        self.asked.append((site, options))
        self.now += dt.timedelta(minutes=5)
        names = self.found.get(site.key, ("_ga",))
        failed = names is None
        visits = (
            Visit(
                url=site.url,
                final_url=site.url,
                state=State.BEFORE,
                status=None if failed else 200,
                failure="the name was not found" if failed else None,
            ),
        )
        entries = tuple(entry(name, self.now) for name in names or ())
        banner = BannerAnswer(found=True, accepted=True, rejected=True)
        return Scan(
            site=site.key,
            url=site.url,
            started_at=self.now,
            finished_at=self.now + dt.timedelta(seconds=9),
            status="failed" if failed else "complete",
            visits=visits,
            banner=banner,
            entries=entries,
            findings=find(visits=visits, banner=banner, entries=entries),
        )


@pytest.fixture
def crawler(monkeypatch):
    found = Crawler()
    found.replace = lambda scan_site: monkeypatch.setattr("scanner.scan.scan_site", scan_site)
    found.replace(found.scan_site)
    monkeypatch.setattr("scanner.browser.open_browser", found.open_browser)
    return found


@pytest.fixture
def place(tmp_path):
    (tmp_path / "sites.yaml").write_text(SITES, encoding="utf-8")
    return tmp_path


@pytest.fixture
def scan(crawler, place):
    def run(*arguments):
        where = ["--sites", str(place / "sites.yaml"), "--database", str(place / "kapsel.db")]
        return CliRunner().invoke(cli, ["scan", *arguments, *where])

    return run


@pytest.fixture
def history(place):
    def read(site):
        engine = open_database(str(place / "kapsel.db"))
        try:
            return Store(engine).history(site)
        finally:
            engine.dispose()

    return read


def sites_of(done):
    return [scan["site"] for scan in json.loads(done.stdout)["scans"]]


def test_without_a_target_every_site_is_scanned_and_kept(scan, history):
    done = scan("--format", "json")

    assert done.exit_code == 0
    assert sites_of(done) == ["shop", "course"]
    assert len(history("shop")) == len(history("course")) == 1


def test_targets_are_sites_and_urls_each_once_in_their_order(scan):
    done = scan("course", "https://www.other.example", "course", "shop", "--format", "json")

    assert sites_of(done) == ["course", "www.other.example", "shop"]


def test_a_url_needs_no_list(scan, place):
    (place / "sites.yaml").unlink()

    assert sites_of(scan("https://www.other.example/", "--format", "json")) == ["www.other.example"]


def test_the_document_is_the_contract(scan):
    (found,) = json.loads(scan("shop", "--format", "json").stdout)["scans"]

    assert {
        *("site", "url", "started_at", "finished_at", "status", "visits", "banner", "entries"),
        "findings",
    } <= set(found)
    assert found["started_at"] == "2026-11-22T12:05:00Z"
    (item,) = found["entries"]
    assert {
        *("kind", "name", "domain", "path", "party", "category", "vendor", "purpose", "lifetime"),
        *("declared_lifetime", "http_only", "secure", "same_site", "partitioned", "set_by"),
        *("states", "pages", "rule", "confidence", "first_seen", "last_seen"),
    } <= set(item)
    assert isinstance(item["lifetime"], int)
    (finding,) = found["findings"]
    assert {"rule", "severity", "items", "states", "evidence", "advice"} <= set(finding)


def test_the_table_goes_to_stdout_and_fits(scan):
    done = scan()

    assert done.stdout.count("pre-consent-cookie") == 2
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert done.stderr == ""


@pytest.mark.parametrize("form", ["html", "markdown", "csv", "sarif", "junit"])
def test_every_form_is_printed(scan, form):
    done = scan("shop", "--format", form)

    assert done.exit_code == 0
    assert "_ga" in done.stdout.replace("\\", "")


def test_how_to_scan_reaches_the_crawl(scan, crawler):
    scan(
        *("shop", "--state", "gpc", "--state", "before", "--max-pages", "3", "--insecure"),
        *("--resolve", "*.example=127.0.0.1:8443", "--ignore-robots", "--browser", "/opt/chromium"),
    )

    ((_, options),) = crawler.asked
    assert options.states == (State.BEFORE, State.GPC)
    assert options.max_pages == 3
    assert options.resolve == ("*.example=127.0.0.1:8443",)
    assert options.insecure
    assert options.ignore_robots
    assert str(options.browser) == "/opt/chromium"


def test_a_failed_scan_is_kept_and_the_status_is_1(scan, crawler, history):
    crawler.found = {"shop": None}

    done = scan("--format", "json")

    assert done.exit_code == 1
    assert sites_of(done) == ["shop", "course"]
    assert "shop: the scan failed" in done.stderr
    assert history("shop")[0].status == "failed"


@pytest.mark.parametrize(
    ("fail_on", "status"),
    [
        (("pre-consent-cookie",), 1),
        (("critical",), 1),
        (("minor",), 1),  # that severity and all worse
        (("lifetime-over-13-months",), 0),
        (("new",), 0),  # nothing to compare with
        (("lifetime-over-13-months,pre-consent-cookie",), 1),
    ],
)
def test_fail_on_names_rules_and_severities(scan, fail_on, status):
    assert scan("shop", *(f"--fail-on={word}" for word in fail_on)).exit_code == status


def test_a_reader_that_has_gone_ends_no_scan_and_hides_no_finding(scan, history, monkeypatch):
    reading, writing = os.pipe()
    os.close(reading)

    def printed(scans):
        try:
            os.write(writing, b"x")
        except BrokenPipeError:
            sys.exit(1)  # as rich does

    monkeypatch.setattr("scanner.report.console.print_scans", printed)

    watched = scan("--fail-on", "lifetime-over-13-months")
    failed = scan("--fail-on", "pre-consent-cookie")

    os.close(writing)
    assert (watched.exit_code, failed.exit_code) == (0, 1)
    assert len(history("shop")) == len(history("course")) == 2


def test_fail_on_new_compares_with_the_scan_before(scan, crawler):
    assert scan("shop", "--fail-on", "new").exit_code == 0
    assert scan("shop", "--fail-on", "new").exit_code == 0

    crawler.found = {"shop": ("_ga", "fresh")}
    done = scan("shop", "--fail-on", "new")

    assert done.exit_code == 1
    assert "shop: new: fresh (.shop.example)" in done.stderr
    assert scan("shop", "--fail-on", "new").exit_code == 0


def test_what_changed_since_the_scan_before_is_told(scan, crawler):
    (first,) = json.loads(scan("shop", "--format", "json").stdout)["scans"]
    crawler.found = {"shop": ("fresh",)}
    (second,) = json.loads(scan("shop", "--format", "json").stdout)["scans"]
    crawler.found = {}
    table = scan("shop").stdout

    assert first["changes"] is None
    assert [entry["name"] for entry in second["changes"]["new"]] == ["fresh"]
    assert [entry["name"] for entry in second["changes"]["gone"]] == ["_ga"]
    assert "since 2026-11-22 12:10" in table
    assert "gone" in table


def test_a_scan_that_is_not_kept_leaves_no_trace_but_is_compared(scan, crawler, history):
    scan("shop")
    crawler.found = {"shop": ("fresh",)}

    done = scan("shop", "--no-save", "--fail-on", "new")

    assert done.exit_code == 1
    assert len(history("shop")) == 1


def test_no_database_is_made_where_nothing_is_kept(scan, place):
    scan("shop", "--no-save")

    assert not (place / "kapsel.db").exists()


def test_due_scans_what_its_schedule_says(scan, crawler, monkeypatch):
    monkeypatch.setattr("scanner.commands.scan._now", lambda: crawler.now)
    crawler.now = NOON

    assert sites_of(scan("--due", "--format", "json")) == ["shop", "course"]
    assert sites_of(scan("shop", "--due", "--format", "json")) == ["shop"]
    crawler.now -= dt.timedelta(minutes=5)
    done = scan("shop", "--due")
    assert (done.exit_code, done.stderr) == (0, "No site is due.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody",),
        ("ftp://shop.example/",),
        ("--fail-on", "pre-consent-cookies"),
        ("--state", "later"),
        ("--max-pages", "0"),
        ("--resolve", "nonsense"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_scanned(scan, crawler, arguments):
    done = scan(*arguments)

    assert done.exit_code == 2
    assert done.stderr
    assert crawler.asked == []


def test_sites_can_be_scanned_at_once_each_in_its_own_browser(scan, crawler, history):
    gate = asyncio.Event()
    one = crawler.scan_site

    async def both_must_have_begun(site, **how):
        gate.waiting = getattr(gate, "waiting", 0) + 1
        if gate.waiting == 2:
            gate.set()
        await asyncio.wait_for(gate.wait(), 60)
        return await one(site, **how)

    crawler.replace(both_must_have_begun)

    done = scan("--jobs", "2", "--format", "json")

    assert done.exit_code == 0
    assert set(sites_of(done)) == {"shop", "course"}
    assert len(history("shop")) == len(history("course")) == 1


def test_a_browser_that_is_missing_does_not_take_back_what_was_scanned(scan, crawler, monkeypatch):
    @contextlib.asynccontextmanager
    async def once(*_, **__):
        if crawler.asked:
            raise BrowserMissing("no Chromium found: run 'kapsel browser install'")
        yield None

    monkeypatch.setattr("scanner.browser.open_browser", once)

    done = scan("--format", "json")

    assert done.exit_code == 1
    assert sites_of(done) == ["shop"]
    assert done.stderr == "kapsel: course: no Chromium found: run 'kapsel browser install'\n"


def test_what_is_new_is_told_to_those_whom_the_site_names(scan, crawler, place, monkeypatch):
    told = []

    async def send(message, notify, *, post):
        told.append((message.site, notify.webhook, post.secret))
        return ("hooks.example answered 403",)

    monkeypatch.setattr("scanner.messages.send", send)
    monkeypatch.setenv("KAPSEL_WEBHOOK_SECRET", "hush")
    (place / "sites.yaml").write_text(
        "defaults: {notify: {webhook: ['https://hooks.example/x']}}\n"
        + SITES[SITES.index("sites:") :]
    )
    scan("shop")
    crawler.found = {"shop": ("_ga", "fresh")}

    done = scan("shop", "course")
    scan("shop", "--no-save")
    crawler.found = {"course": None}
    scan("course")
    scan("course")

    assert told == [
        ("shop", ("https://hooks.example/x",), "hush"),
        ("course", ("https://hooks.example/x",), "hush"),  # failed, and then failed again
    ]
    assert done.exit_code == 0
    assert "kapsel: shop: hooks.example answered 403" in done.stderr


def test_a_browser_that_does_not_start_once_is_the_fault_of_that_site_alone(
    crawler, scan, monkeypatch
):
    started = []

    @contextlib.asynccontextmanager
    async def open_browser(path=None, **_):
        started.append(None)
        if len(started) == 2:
            raise BrowserMissing("it does not start")
        yield None

    monkeypatch.setattr("scanner.browser.open_browser", open_browser)
    done = scan("shop", "course", "https://www.other.example", "--format", "json")

    assert done.exit_code == 1
    assert sites_of(done) == ["shop", "www.other.example"]
    assert "course: it does not start" in done.stderr


def test_without_any_browser_no_further_site_is_tried(crawler, scan, monkeypatch):
    asked = []

    @contextlib.asynccontextmanager
    async def open_browser(path=None, **_):
        asked.append(None)
        raise BrowserMissing("there is none")
        yield

    monkeypatch.setattr("scanner.browser.open_browser", open_browser)
    done = scan()

    assert done.exit_code == 1
    assert len(asked) == 1
    assert done.stderr.count("there is none") == 1


def test_the_help_tells_how_many_pages_are_open_at_once():
    told = CliRunner().invoke(cli, ["scan", "--help"]).output

    assert f"open at once; without it {TABS}." in " ".join(told.split())
