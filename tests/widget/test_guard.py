"""The guarded level holds back tags that nobody has marked, by the hosts that the scan found."""

import pytest

from scanner.model import Banner, Category, Kind, Party
from tests.widget.conftest import ITEMS, TRACKER, item

#: Ways in which a script of the page asks a tracker for something. `URL` is its address.
REQUESTS = {
    "script by src": "const s = document.createElement('script'); "
    "s.src = URL; document.head.append(s)",
    "script by attribute": "const s = document.createElement('script'); "
    "s.setAttribute('src', URL); document.head.append(s)",
    "module": "const s = document.createElement('script'); s.type = 'module'; s.src = URL; "
    "document.head.append(s)",
    "script, filled after it was put in": "const s = document.createElement('script'); "
    "document.head.append(s); s.src = URL",
    "pixel": "new Image().src = URL",
    "pixel that nobody sees": "(window.pixels ||= []).push(Object.assign(new Image(), {src: URL}))",
    "frame": "const f = document.createElement('iframe'); f.src = URL; document.body.append(f)",
    "markup": "document.body.insertAdjacentHTML('beforeend', `<img src=${URL}>`)",
    "inner markup": "document.body.append(Object.assign(document.createElement('p'), "
    "{innerHTML: `<iframe src=${URL}></iframe><img src='${URL}'>`}))",
    "document.write": "document.write('<scr' + `ipt src=${URL}></scr`, 'ipt>')",
    "fetch": "fetch(URL).catch(() => {})",
    "fetch of a Request": "fetch(new Request(URL, {mode: 'no-cors'})).catch(() => {})",
    "beacon": "navigator.sendBeacon(URL, 'x')",
    "XMLHttpRequest": "const x = new XMLHttpRequest(); x.open('GET', URL); x.send()",
}


@pytest.fixture
def guarded(world):
    host = item(TRACKER, Category.MARKETING, kind=Kind.REQUEST, party=Party.THIRD)
    world.declare(banner=Banner(blocking="guarded"), items=(*ITEMS, host))
    world.loading = ""  # the tag comes first, and the page waits for it
    return world


def script(world, code):
    return f"<script>{code.replace('URL', repr(world.url('/t.js', TRACKER)))}</script>"


@pytest.mark.parametrize("code", REQUESTS.values(), ids=REQUESTS)
def test_nothing_is_asked_before_consent(shop, guarded, page, code):
    guarded.body = script(guarded, code)

    shop()
    page.wait_for_load_state("networkidle")

    assert guarded.asked_of(TRACKER) == []
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize(
    "name", ["script by src", "script by attribute", "module", "script, filled after it was put in"]
)
def test_a_script_that_was_held_back_runs_after_consent(shop, guarded, page, name):
    guarded.body = script(guarded, REQUESTS[name])
    shop()

    page.get_by_role("button", name="Accept all").click()
    page.wait_for_function("window.ran")

    assert page.evaluate("ran") == ["/t.js"]


@pytest.mark.parametrize("code", REQUESTS.values(), ids=REQUESTS)
def test_everything_is_asked_after_consent(shop, guarded, page, until, code):
    shop()
    page.evaluate("kapsel.acceptAll()")
    until(lambda: guarded.decisions)

    if "document.write" in code:
        return  # on a page that is ready it would begin a new one
    page.evaluate(f"() => {{ const URL = {guarded.url('/t.js', TRACKER)!r}; {code} }}")

    until(lambda: guarded.asked_of(TRACKER))


def test_an_unmarked_script_in_the_html_is_not_run(shop, guarded, page):
    guarded.body = f"<script src='{guarded.url('/t.js', TRACKER)}'></script>"
    shop()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.ran") is None

    page.get_by_role("button", name="Accept all").click()
    page.wait_for_function("window.ran")

    assert page.evaluate("ran") == ["/t.js"]


def test_an_unmarked_frame_gets_a_stand_in(shop, guarded, page, until):
    address = guarded.url("/film", TRACKER)
    guarded.body = f"<iframe title=Film width=300 height=200 src='{address}'></iframe>"
    shop()

    page.get_by_role("button", name="Show once").click()

    page.frame_locator("iframe").locator("title").wait_for(state="attached")


def test_hosts_that_are_needed_or_that_nobody_knows_are_left_alone(shop, guarded, page, until):
    guarded.declare(
        items=(
            item(TRACKER, Category.MARKETING, kind=Kind.REQUEST, party=Party.THIRD),
            item("pay", Category.NECESSARY, party=Party.THIRD),
            item("cdn.example", Category.UNCLASSIFIED, kind=Kind.REQUEST, party=Party.THIRD),
        )
    )
    guarded.body = script(guarded, REQUESTS["script by src"])

    shop()
    page.wait_for_function("window.ran")

    assert page.evaluate("ran") == ["/t.js"]


def test_a_request_that_is_held_back_fails_as_requests_do(shop, guarded, page):
    shop()

    fate = page.evaluate(
        f"""() => new Promise((resolve) => {{
          const request = new XMLHttpRequest()
          request.onerror = () => resolve('error')
          request.open('GET', {guarded.url("/t.js", TRACKER)!r})
          request.setRequestHeader('X-Own', '1')
          request.send()
        }})"""
    )

    assert fate == "error"


def test_the_decision_itself_is_sent(shop, guarded, page, until):
    shop()

    page.get_by_role("button", name="Reject all").click()

    until(lambda: guarded.decisions)


def test_a_site_that_marks_its_tags_does_not_carry_the_guards(world):
    marked = len(world.script())
    world.declare(banner=Banner(blocking="guarded"))

    assert marked < len(world.script()) - 500
