"""The enforced level: before consent nobody is asked and nothing kept; then all is as it was."""

import re
import time

import msgspec
import pytest

from scanner.model import Banner, Category, Kind, Party
from tests.widget.conftest import CONSENT, ITEMS, TRACKER, item
from tests.widget.test_guard import REQUESTS
from widget.enforce import Rules
from widget.enforce.answer import granted
from widget.enforce.rules import CookieRule

#: Ways in which a page's own HTML asks a tracker for something. `URL` is its address.
TAGS = {
    "script": "<script src='URL'></script>",
    "module": "<script type=module crossorigin src='URL'></script>",
    "picture": "<img src='URL'>",
    "pictures": "<img srcset='URL 1x'>",
    "frame": "<iframe src='URL'></iframe>",
    "frame within a frame": "<iframe srcdoc=\"<img src='URL'>\"></iframe>",
    "style sheet": "<link rel=stylesheet href='URL'>",
    "import": "<style>@import 'URL'</style>",
    "background": "<p style=\"background: url('URL')\">x</p>",
    "preload": "<link rel=preload as=script href='URL'>",
    "prefetch": "<link rel=prefetch href='URL'>",
    "film": "<video src='URL' poster='URL'></video>",
    "object": "<object data='URL'></object>",
    "in SVG": "<svg><image href='URL' /><script href='URL'></script></svg>",
    "in a template": "<template id=t><img src='URL'></template><script>"
    "document.body.append(t.content.cloneNode(true))</script>",
    "by innerHTML": "<script>document.body.insertAdjacentHTML('beforeend', "
    '"<iframe src=\'URL\'></iframe><img src=\'URL\'>")</script>',
    "by document.write": "<script>document.write('<scr' + 'ipt src=URL></scr' + 'ipt>')</script>",
    "worker": "<script>new Worker(URL.createObjectURL(new Blob([\"fetch('URL')\"])))</script>",
    "later": "<script>setTimeout(() => { new Image().src = 'URL' }, 50)</script>",
    **{f"by script: {name}": f"<script>{{{code.replace('URL', repr('URL'))}}}</script>"
       for name, code in REQUESTS.items()},
}  # fmt: skip


@pytest.fixture
def enforced(world):
    host = item(TRACKER, Category.MARKETING, kind=Kind.REQUEST, party=Party.THIRD)
    world.declare(banner=Banner(blocking="enforced"), items=(*ITEMS, host))
    world.rules = Rules(
        site="shop",
        server=world.url("", CONSENT),
        revision="r1",
        categories=("functional", "statistics", "marketing"),
        own=("shop.example",),
        hosts={TRACKER: ("marketing",)},
        cookies=(
            CookieRule(name="_ga", category="statistics", domain=".shop.example"),
            CookieRule(
                name="seen", category="marketing", domain="www.shop.example", http_only=True
            ),
        ),
        any_port=True,
    )
    world.loading = ""
    return world


def accept(shop, world, page, until):
    with page.expect_navigation():
        page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)
    page.wait_for_function("!!window.kapsel?.has")


def all_tags(url):
    """Return a page that asks for *url* in every way."""
    return re.sub(r"\bURL\b(?!\.)", url, "".join(TAGS.values()))


def test_without_the_middleware_the_page_asks_in_each_of_these_ways(page, world, until):
    url = world.url("/t.js", TRACKER)
    count = len(TAGS)
    world.body = "".join(
        re.sub(r"\bURL\b(?!\.)", f"{url}?{n}", tag) for n, tag in enumerate(TAGS.values())
    )
    page.goto(world.url("/"))

    until(lambda: len({q for q in world.queries if q.isdigit()}) == count)


def test_nobody_is_asked_before_consent_whatever_the_page_tries(shop, enforced, page, until):
    enforced.body = all_tags(enforced.url("/t.js", TRACKER))

    shop()
    page.evaluate("new Promise((done) => setTimeout(done, 50))")  # after the page's own
    page.wait_for_load_state("networkidle")

    assert enforced.asked_of(TRACKER) == []
    assert page.evaluate("window.ran") is None
    assert page.context.cookies() == []


def test_everything_runs_after_consent_in_the_order_of_the_page_and_once(
    shop, enforced, page, until
):
    one, two = enforced.url("/1.js", TRACKER), enforced.url("/2.js", TRACKER)
    enforced.body = (
        f"<script src='{one}'></script><script>(window.ran ||= []).push('own')</script>"
        f"<script src='{two}'></script>"
        f"<script>document.createElement('i').title = '{one}'; ran.push('inline')</script>"
    )
    shop()
    assert page.evaluate("ran") == ["own"]

    accept(shop, enforced, page, until)

    assert page.evaluate("ran") == ["/1.js", "own", "/2.js", "inline"]


def test_a_refusal_changes_nothing_and_asks_for_no_page_again(shop, enforced, page, until):
    enforced.body = f"<script src='{enforced.url('/t.js', TRACKER)}'></script>"
    shop()

    page.get_by_role("button", name="Reject all").click()
    until(lambda: enforced.decisions)
    page.wait_for_timeout(100)

    assert enforced.asked_of("www.shop.example/") == ["www.shop.example/"]
    assert enforced.asked_of(TRACKER) == []


def test_what_was_taken_back_stops_at_once(shop, enforced, page, until):
    enforced.body = f"<script src='{enforced.url('/t.js', TRACKER)}'></script>"
    shop()
    accept(shop, enforced, page, until)
    assert page.evaluate("ran") == ["/t.js"]

    with page.expect_navigation():
        page.evaluate("kapsel.withdraw()")

    assert page.evaluate("window.ran") is None


def test_cookies_that_scripts_cannot_see_are_set_only_when_granted_and_go_when_taken_back(
    shop, enforced, page, until
):
    enforced.headers = {"Set-Cookie": "seen=1; Path=/; HttpOnly"}

    def names():
        return {cookie["name"] for cookie in page.context.cookies()} - {"kapsel_consent"}

    shop()
    assert names() == set()

    accept(shop, enforced, page, until)
    until(lambda: names() == {"seen"})
    enforced.headers = {}
    with page.expect_navigation():
        page.evaluate("kapsel.withdraw()")

    until(lambda: names() == set())


def test_one_frame_can_be_loaded_once(shop, enforced, page, until):
    film, pixel = enforced.url("/film", TRACKER), enforced.url("/p", TRACKER)
    enforced.body = (
        f"<iframe title=Film width=400 height=300 src='{film}'></iframe><img src='{pixel}'>"
    )
    shop()

    with page.expect_navigation():
        page.get_by_role("button", name="Show once").click()
    page.frame_locator("iframe").locator("title").wait_for(state="attached")

    assert enforced.asked_of(TRACKER) == [f"{TRACKER}/film"]
    page.reload()
    page.wait_for_load_state("networkidle")
    assert enforced.asked_of(TRACKER) == [f"{TRACKER}/film"]


def test_what_scripts_of_the_sites_own_would_keep_is_not_kept(shop, enforced, page, until):
    enforced.body = """<script>
      document.cookie = '_ga=1; path=/'
      document.cookie = '_gallery=1; path=/'
      document.cookie = 'basket=1; path=/'
      localStorage.setItem('visits', '1')
      localStorage.setItem('visitors', '1')
      sessionStorage.setItem('tab', '1')
    </script>"""

    shop()

    kept = {"_gallery", "basket"}
    until(lambda: {cookie["name"] for cookie in page.context.cookies()} == kept)
    assert page.evaluate("Object.keys(localStorage)") == ["visitors"]
    assert page.evaluate("Object.keys(sessionStorage)") == []


ANSWERS = {
    "all": "revision=r1&choices=functional:1:aaaa|statistics:1:bbbb|marketing:1:cccc",
    "some": "revision=r1&choices=functional:0|statistics:1|marketing:0",
    "another revision, one part the same": "revision=r0&choices=statistics:1:bbbb|marketing:1:0000",
    "another revision, no part": "revision=r0&choices=functional:1|statistics:1|marketing:1",
    "all parts the same, but the whole": "revision=r0&choices=functional:1:aaaa|statistics:1:bbbb|"
    "marketing:1:cccc",
    "less than is asked": "revision=r1&choices=marketing:1",
    "nonsense": "revision=r1&choices=statistics:yes|spying:1",
    "percent signs": "revision=r1&choices=statistics%3A1%7Cmarketing:0",
    "asked for more": "revision=r0&choices=functional:1:aaaa|statistics:1:bbbb|marketing:1:cc00",
    "asked for more in part": "revision=r0&choices=statistics:1:bb00|marketing:1:cc00",
    "empty": "",
}


def test_the_server_reads_the_visitors_cookie_as_the_widget_does(shop, enforced, page, until):
    parts = {"functional": "aaaa", "statistics": "bbbb", "marketing": "cccc cc99 cc00"}
    enforced.declare(category_revisions=parts)
    rules = msgspec.structs.replace(enforced.rules, category_revisions=parts)
    enforced.rules = None  # the page is the same whatever the answer
    now = time.time()
    seen = {}
    for name, text in ANSWERS.items():
        value = f"{text}&at={now * 1000:.0f}&id=1&action=save"
        page.context.add_cookies(
            [{"name": "kapsel_consent", "value": value, "url": enforced.url("/")}]
        )
        shop(banner=False)
        seen[name] = page.evaluate(
            "['functional', 'statistics', 'marketing', 'unclassified'].filter(kapsel.has)"
        )

        given = granted(value, rules, now=now) or frozenset()
        assert set(seen[name]) == given - {"necessary"}, name
    assert seen["asked for more"] == seen["all"]
    assert seen["asked for more in part"] == ["marketing"]
    assert seen["all"] == ["functional", "statistics", "marketing", "unclassified"]
    assert seen["another revision, one part the same"] == ["statistics"]
