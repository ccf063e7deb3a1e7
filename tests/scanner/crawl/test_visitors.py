"""As whom a scan comes: what it holds in hand, brings along, knows, and how it logs in."""

import base64
import json

import pytest

from scanner.crawl import Options, crawl
from scanner.crawl.badge import Badge
from scanner.model import (
    Credentials,
    GivenCookie,
    Kind,
    Location,
    LoginStep,
    Site,
    State,
    Visitor,
)
from tests.scanner.conftest import Found, browsing
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

SHOP = "https://www.shop.example/"
ASKING = """<title>x</title><meta name=viewport content="width=device-width">
<script src=/app.js></script><img src=https://ads.other.example/pixel width=100>
<script>
navigator.geolocation.getCurrentPosition((place) => fetch("/told", {method: "POST", body:
  JSON.stringify([[innerWidth, devicePixelRatio, visualViewport.width, visualViewport.scale,
    document.querySelector("img").getBoundingClientRect().width],
    navigator.userAgentData.mobile, navigator.maxTouchPoints,
    screen.orientation.type, matchMedia("(hover: hover)").matches,
    navigator.language, Intl.DateTimeFormat().resolvedOptions().locale,
    new Date().getTimezoneOffset(), place.coords.latitude, document.cookie])}));
</script>"""


class Protected(Host):
    """A host behind HTTP's own authentication, that keeps what it is told."""

    def __init__(self, answers, *, password=None):
        super().__init__(answers)
        self.told = []
        self._wanted = password and "Basic " + base64.b64encode(password.encode()).decode()

    async def __call__(self, scope, receive, send):
        headers = dict(scope["headers"])
        if self._wanted and headers.get(b"authorization", b"").decode() != self._wanted:
            start = {"type": "http.response.start", "status": 401}
            await send({**start, "headers": [(b"www-authenticate", b'Basic realm="x"')]})
            await send({"type": "http.response.body", "body": b"no"})
            return
        if scope["method"] == "POST":
            self.told.append((await receive())["body"].decode())
        await super().__call__(scope, receive, send)


async def test_a_visitor_is_as_sites_yaml_says_and_shows_its_secrets_to_nobody_else():
    answers = {"/": Answer(ASKING), "/app.js": Answer("", kind="text/javascript")}
    shop, other = Protected(answers, password="scan:hemmelig"), Host({"/pixel": Answer()})
    visitor = Visitor(
        device="phone",
        locale="sv-SE",
        time_zone="Asia/Tokyo",
        location=Location(latitude=59.5, longitude=10.5),
        headers={"X-Stage": "blue"},
        cookies=(GivenCookie(name="stage", value="7"),),
        credentials=Credentials(user="scan", password="hemmelig"),
    )

    async with browsing({"www.shop.example": shop, "ads.other.example": other}) as browser:
        found = Found(
            await crawl(
                Site(key="shop", url=SHOP, visitor=visitor, settle="real"),
                options=Options(states=(State.BEFORE,)),
                browser=browser,
            )
        )

    (told,) = {text: json.loads(text) for text in shop.told}.values()
    assert found.crawl.status == "complete"
    held = [[412, 2.625, 412, 1, 100], True, 5, "portrait-primary", False]
    assert told == [*held, "sv-SE", "sv-SE", -540, 59.5, "stage=7"]
    asked = dict(shop.asked)
    assert {path: asked[path].get("x-stage") for path in ("/", "/app.js", "/robots.txt")} == {
        "/": "blue",
        "/app.js": "blue",
        "/robots.txt": "blue",
    }
    (_, foreign) = other.asked[0]
    assert not {"x-stage", "authorization"} & foreign.keys()
    assert found.of(Kind.COOKIE) == {}


LOGIN = """<title>Logg inn</title><form onsubmit="document.cookie =
  'sid=' + user.value + '-' + password.value; location = '/hjem'; return false">
<input id=user><input id=password type=password><button>Logg inn</button></form>"""
HOME = "<title>x</title><script>if (!document.cookie.includes('sid=kari-hemmelig'))"
HOME += "location = '/inn'; else document.cookie = 'member=1'</script>"
STEPS = (
    LoginStep(action="open", target="/inn"),
    LoginStep(action="fill", target="#user", text="kari"),
    LoginStep(action="fill", target="#password", text="${SHOP_PASSWORD}"),
    LoginStep(action="press", target="button"),
    LoginStep(action="wait", target="/hjem"),
)


async def test_each_state_logs_in_as_a_fresh_visitor_even_where_robots_may_not(monkeypatch, look):
    monkeypatch.setenv("SHOP_PASSWORD", "hemmelig")
    robots = Answer("User-agent: *\nDisallow: /inn", kind="text/plain")
    shop = Host(
        {"/": Answer(HOME), "/hjem": Answer(HOME), "/inn": Answer(LOGIN), "/robots.txt": robots}
    )

    found = await look(
        {"www.shop.example": shop},
        states=(State.BEFORE, State.GPC),
        site={"login": STEPS}.items(),
    )

    assert found.crawl.status == "complete"
    assert found.cookies(State.BEFORE).keys() == {"sid", "member"}
    assert found.cookies(State.GPC).keys() == {"sid", "member"}
    assert shop.paths.count("/inn") == 2


async def test_a_login_that_fails_says_where_and_tells_no_secret(monkeypatch, look):
    monkeypatch.setenv("SHOP_PASSWORD", "hemmelig")
    monkeypatch.setattr("scanner.crawl.login.STEP_LIMIT", 3.0)
    shop = Host({"/": Answer("<title>x</title>"), "/inn": Answer("<input id=user>")})

    found = await look({"www.shop.example": shop}, site={"login": STEPS}.items())

    (visit,) = found.visits
    assert found.crawl.status == "failed"
    assert visit.failure.startswith("not logged in: step 3 of login (fill '#password'): ")
    assert "hemmelig" not in repr(found.crawl)


def test_a_badge_is_for_the_sites_own_servers():
    badge = Badge(host="www.shop.example", own_domains=("shop-cdn.example",), headers={"X": "1"})

    shown = {url for url in URLS if badge.shown(url)}

    assert shown == {
        "https://www.shop.example/a",
        "https://shop.example:8443/",
        "https://img.shop-cdn.example/",
    }
    assert "*://*.shop.example/*" in badge.patterns
    assert Badge(host="www.shop.example").patterns == []


URLS = (
    "https://www.shop.example/a",
    "https://shop.example:8443/",
    "https://img.shop-cdn.example/",
    "https://notshop.example/",
    "https://shop.example.evil.example/",
    "data:,x",
)
