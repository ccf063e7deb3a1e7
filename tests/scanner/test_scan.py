"""One scan of a small shop whose banner lies, in a real browser; what --fail-on makes of it."""

import datetime as dt

import msgspec
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from consent_server.demo.loopback import serve
from scanner.browser import open_browser
from scanner.crawl import Crawl, Options
from scanner.knowledge import load
from scanner.model import (
    BannerAnswer,
    Category,
    Kind,
    Observation,
    Override,
    PageRead,
    Party,
    SetBy,
    Severity,
    Site,
    State,
    Visit,
)
from scanner.resolve import Resolution
from scanner.scan import failures, scan_site

SHOP = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<div role="dialog" aria-label="Cookies" id="banner"
  style="position:fixed;bottom:0;left:0;right:0;padding:1em;background:#fff;z-index:9">
  <p>We use cookies for statistics and marketing. Do you agree?</p>
  <button id="yes">Accept all</button> <button id="no">Reject all</button>
</div>
<script>
  const keep = (name, value) => {
    document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; Secure`;
  };
  const banner = document.getElementById("banner");
  if (/answer=/.test(document.cookie)) banner.remove();
  const answer = (word) => { keep("answer", word); banner.remove(); };
  document.getElementById("yes")?.addEventListener("click", () => {
    answer("yes"); keep("_fbp", "fb.1.1700000000000.1234567890");
  });
  document.getElementById("no")?.addEventListener("click", () => answer("no"));
  if (/answer=yes/.test(document.cookie)) keep("_fbp", "fb.1.1700000000000.1234567890");
</script>
<script src="https://tags.example/ga.js"></script></html>"""
GA = 'document.cookie = "_ga=GA1.1.123456789.1700000000; Path=/; Max-Age=63072000; Secure";'


async def shop(request):
    response = HTMLResponse(SHOP)
    response.set_cookie("cart_7", "1234567890abcdef", secure=True, httponly=True)
    return response


async def tag(request):
    return Response(GA, media_type="text/javascript")


@pytest.fixture(scope="module")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
async def scanned(anyio_backend):
    site = Site(
        key="shop",
        url="https://www.shop.example/",
        max_pages=1,
        overrides=(Override(name="cart_*", category=Category.NECESSARY, purpose={"en": "Cart"}),),
    )
    apps = {
        "www.shop.example": Starlette(routes=[Route("/", shop)]),
        "tags.example": Starlette(routes=[Route("/ga.js", tag)]),
    }
    with serve(apps) as server:
        rules = Resolution.parse(server.resolve)
        async with open_browser(resolution=rules, insecure=True) as browser:
            return await scan_site(site, options=Options(), browser=browser, knowledge=load())


def entry(scan, name):
    (found,) = [entry for entry in scan.entries if entry.name == name]
    return found


def finding(scan, rule):
    (found,) = [finding for finding in scan.findings if finding.rule == rule]
    return found


def test_the_scan_is_complete_and_its_times_are_in_order(scanned):
    assert scanned.status == "complete"
    assert scanned.site == "shop"
    assert scanned.started_at < scanned.finished_at <= dt.datetime.now(dt.UTC)
    assert {visit.state for visit in scanned.visits} == {State.BEFORE, State.ACCEPT, State.REJECT}
    assert all(visit.failure is None for visit in scanned.visits)


def test_the_banner_was_answered_both_ways(scanned):
    assert (scanned.banner.found, scanned.banner.accepted, scanned.banner.rejected) == (
        True,
        True,
        True,
    )


def test_an_item_is_told_with_party_lifetimes_setter_and_category(scanned):
    ga = entry(scanned, "_ga")

    assert (ga.kind, ga.party, ga.category) == (Kind.COOKIE, Party.FIRST, Category.STATISTICS)
    assert ga.set_by == SetBy(kind="script", url="https://tags.example/ga.js", line=1)
    assert ga.declared_lifetime == 63_072_000
    assert ga.lifetime == pytest.approx(34_560_000, abs=60)
    assert ga.states == (State.BEFORE, State.ACCEPT, State.REJECT)
    assert entry(scanned, "_fbp").states == (State.ACCEPT,)


def test_the_owner_s_word_wins(scanned):
    cart = entry(scanned, "cart_7")

    assert cart.category is Category.NECESSARY
    assert cart.rule == "override:cart_*"
    assert cart.set_by.kind == "http"
    assert (cart.http_only, cart.lifetime) == (True, None)


def test_a_tag_that_waits_for_nobody_is_found_before_and_after_the_answer(scanned):
    assert finding(scanned, "pre-consent-cookie").items == ("_ga",)
    assert finding(scanned, "post-reject-cookie").items == ("_ga",)
    assert "tags.example/ga.js" in finding(scanned, "post-reject-cookie").evidence[0]


def test_fail_on_takes_rules_severities_and_new_items(scanned):
    older = msgspec.structs.replace(
        scanned, entries=tuple(e for e in scanned.entries if e.name != "_ga")
    )

    assert failures(scanned, before=None, fail_on=()) == ()
    assert failures(scanned, before=None, fail_on={"post-reject-cookie"}) == (
        "post-reject-cookie (critical)",
    )
    assert len(failures(scanned, before=None, fail_on={Severity.CRITICAL})) >= 2
    assert failures(scanned, before=None, fail_on={"new"}) == ()
    assert failures(scanned, before=older, fail_on={"new"}) == ("new: _ga (www.shop.example)",)


@pytest.mark.anyio
async def test_a_fault_of_ours_is_a_failed_scan_that_says_so(monkeypatch):
    async def broken(*_, **__):
        raise RuntimeError("the drawer is stuck")

    monkeypatch.setattr("scanner.scan.crawl", broken)
    site = Site(key="shop", url="https://www.shop.example/")

    scan = await scan_site(site, options=Options(), browser=None, knowledge=load())

    assert scan.status == "failed"
    assert scan.visits[0].failure == "the scan broke: RuntimeError: the drawer is stuck"
    assert failures(scan, before=None, fail_on=()) == ("the scan failed",)


@pytest.mark.anyio
async def test_everything_is_read_as_often_as_asked_and_what_comes_and_goes_is_marked(monkeypatch):
    names = iter((["steady", "rare"], ["steady"], ["steady"]))
    home, now = "https://www.shop.example/", dt.datetime.now(dt.UTC)

    async def drawn(site, **_):
        visit = Visit(url=home, final_url=home, state=State.BEFORE, status=200)
        facts = {"kind": Kind.COOKIE, "domain": "www.shop.example", "page": home, "seen_at": now}
        seen = tuple(Observation(name=n, state=State.BEFORE, **facts) for n in next(names))
        return Crawl(
            site=site.key,
            url=site.url,
            started_at=now,
            finished_at=now,
            status="complete",
            reads=(PageRead(visit=visit, observations=seen),),
            banner=BannerAnswer(found=False),
        )

    monkeypatch.setattr("scanner.scan.crawl", drawn)

    scan = await scan_site(
        Site(key="shop", url=home), options=Options(repeat=3), browser=None, knowledge=load()
    )

    assert {entry.name: entry.steadiness for entry in scan.entries} == {
        "steady": None,
        "rare": "in 1 of 3 runs",
    }
    assert (scan.runs, scan.unsteady, len(scan.visits)) == (3, (), 1)
