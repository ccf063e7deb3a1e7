"""Windows that pages open: what they store is seen, and there is an end to them."""

import pytest

from scanner.browser.tab import MAX_POPUPS
from scanner.model import Fate, Kind, State
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

POPUP = """<title>p</title><script>document.cookie = "written=1"; localStorage.kept = 1;
sessionStorage.own = 1; setTimeout(() => { document.cookie = "late=1" }, 1500)</script>"""
HOME = """<title>x</title><script>open("/popup"); requestAnimationFrame(() => {
document.cookie = "behind=1" })</script><a href=/many>many</a>"""
MANY = "<script>for (let i = 0; i < 12; i += 1) open('/window' + i)</script>"
BANNER = """<title>Butikk</title><body><h1>Butikk</h1><script>open("/window0")</script>
<div id=cookie-banner role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fe9">
Vi bruker informasjonskapsler. <button onclick=answer(1)>Godta alle</button>
<button onclick=answer(0)>Avvis alle</button></div><script>
const banner = document.getElementById("cookie-banner");
if (document.cookie.includes("consent")) banner.remove();
function answer(word) { document.cookie = "consent=" + word; banner.remove(); }
</script>"""
WINDOWS = {f"/window{i}": Answer("", cookies=(f"window{i}=1",)) for i in range(12)}


async def test_what_a_window_stores_is_seen_like_the_pages_own_and_windows_are_bounded(look):
    popup = Answer(POPUP, cookies=("sent=1",))
    shop = Host({"/": Answer(HOME), "/popup": popup, "/many": Answer(MANY), **WINDOWS})

    found = await look({"www.shop.example": shop})

    windows = {name for name in found.cookies() if name.startswith("window")}
    assert [(v.url, v.failure, v.timed_out) for v in found.visits if v.failure or v.timed_out] == []
    assert found.crawl.status == "complete"
    assert {"sent", "written", "late", "behind"} <= found.cookies().keys()
    assert "kept" in found.of(Kind.LOCAL_STORAGE)
    assert found.of(Kind.SESSION_STORAGE)["own"].fate is Fate.KEPT
    assert found.setter("written") == ("script", "https://www.shop.example/popup", 1)
    assert len(windows) == MAX_POPUPS


ALONE = """<title>p</title><script>document.cookie = "{0}=1; Secure; SameSite=None";
localStorage.{0} = 1</script>"""
OPENS = """<script>open("/alone", "", "noopener"); open("https://www.partner.example/w")</script>"""


async def test_what_windows_with_a_process_of_their_own_store_is_put_down_to_them(look):
    shop = Host({"/": OPENS, "/alone": ALONE.format("alone")})
    partner = Host({"/w": ALONE.format("foreign")})

    found = await look({"www.shop.example": shop, "www.partner.example": partner})

    for name, url in (
        ("alone", "https://www.shop.example/alone"),
        ("foreign", "https://www.partner.example/w"),
    ):
        assert found.setter(name)[:2] == ("script", url)
        assert found.setter(name, Kind.LOCAL_STORAGE)[:2] == ("script", url)


async def test_a_window_in_front_of_a_banner_does_not_keep_it_from_being_answered(look):
    shop = Host({"/": Answer(BANNER), **WINDOWS})

    found = await look({"www.shop.example": shop}, states=(State.REJECT,))

    assert found.crawl.banner.rejected
    assert "consent" in found.cookies(State.REJECT)
