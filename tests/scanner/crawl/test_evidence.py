"""The evidence of a scan: pictures before, at and after an answer, and archives of the traffic."""

import json

import pytest

from scanner.crawl import Options, crawl
from scanner.dossier import Dossier
from scanner.model import Site, State, Visitor
from tests.scanner.conftest import browsing
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

BANNER = """<title>Butikk</title><body><h1>Butikk</h1>
<div id=cookie-banner role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fe9">
Vi bruker informasjonskapsler til statistikk og markedsføring. <a href=/personvern>Les mer</a>
<button onclick=answer("all")>Godta alle</button><button onclick=answer("none")>Avvis alle</button>
</div><script>
const banner = document.getElementById("cookie-banner");
if (document.cookie.includes("consent")) banner.remove();
function answer(what) { document.cookie = "consent=secret-" + what; banner.remove(); }
</script>"""


async def test_an_answer_is_shown_before_at_and_after_it_and_nothing_secret_is_kept(tmp_path):
    shop = Host({"/": Answer(BANNER, cookies=("sid=server-secret",)), "/personvern": Answer("Om")})
    dossier = Dossier(tmp_path)

    async with browsing({"www.shop.example": shop}) as browser:
        crawled = await crawl(
            Site(
                key="shop",
                url="https://www.shop.example/?email=kari@nord.no",
                visitor=Visitor(headers={"X-Stage": "blue-stage"}),
            ),
            options=Options(states=(State.BEFORE, State.REJECT), har=True),
            browser=browser,
            dossier=dossier,
        )

    (press,) = crawled.banner.presses
    pictures = {(e.state, e.moment): e for e in crawled.exhibits if e.kind == "picture"}
    assert crawled.banner.rejected
    assert (press.label, press.state) == ("Avvis alle", State.REJECT)
    assert pictures.keys() == {
        (State.BEFORE, "arrived"),
        (State.REJECT, "arrived"),
        (State.REJECT, "pressed"),
        (State.REJECT, "answered"),
    }
    assert pictures[State.REJECT, "pressed"].sha256 == press.picture
    assert pictures[State.REJECT, "answered"].sha256 != press.picture
    archives = [(tmp_path / f"{name}.har").read_text() for name in ("before", "reject")]
    assert all(json.loads(text)["log"]["entries"] for text in archives)
    for secret in ("server-secret", "secret-none", "kari@nord.no", "blue-stage"):
        assert not any(secret in text for text in archives)
