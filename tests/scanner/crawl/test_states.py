"""Visitors who agree to one category alone."""

import pytest

from scanner.model import BannerAnswer, Category, State
from tests.sites.paths import Answer, Host

SHOP = "https://www.shop.example/"

pytestmark = pytest.mark.anyio

BANNER = """<title>Butikk</title><body><h1>Butikk</h1>
<div id=cookie-banner role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fe9">
Vi bruker informasjonskapsler på nettstedet.
<label><input type=checkbox name=s>Statistikk</label>
<label><input type=checkbox name=m>Markedsføring</label>
<button onclick=save(true)>Godta alle</button><button onclick=save(false)>Lagre valg</button>
</div><script>
const banner = document.getElementById("cookie-banner");
const stored = document.cookie.match(/consent=(\\w*)/)?.[1];
if (stored !== undefined) banner.remove();
if (stored?.includes("s")) document.cookie = "_ga=1";
if (stored?.includes("m")) document.cookie = "_fbp=1";
function save(all) {
  const on = [...banner.querySelectorAll("input")].filter((box) => all || box.checked);
  document.cookie = "consent=" + on.map((box) => box.name).join("");
  banner.remove();
}
</script>"""


async def test_one_category_is_accepted_alone_where_the_banner_offers_it(look):
    shop = Host({"/": Answer(BANNER)})

    states = (State.ACCEPT_FUNCTIONAL, State.ACCEPT_STATISTICS, State.ACCEPT_MARKETING)
    found = await look({"www.shop.example": shop}, states=states)

    assert found.cookies(State.ACCEPT_STATISTICS).keys() == {"consent", "_ga"}
    assert found.cookies(State.ACCEPT_MARKETING).keys() == {"consent", "_fbp"}
    assert found.cookies(State.ACCEPT_FUNCTIONAL) == {}
    assert found.crawl.banner.accepted is None
    assert found.crawl.banner.chosen == {
        Category.FUNCTIONAL: False,
        Category.STATISTICS: True,
        Category.MARKETING: True,
    }


OFFERS_IN_VAIN = BANNER.replace("<button onclick=save(false)>Lagre valg</button>", "")


async def test_a_category_that_is_offered_but_cannot_be_saved_alone_is_not_sure(look):
    shop = Host({"/": Answer(OFFERS_IN_VAIN)})

    states = (State.ACCEPT_FUNCTIONAL, State.ACCEPT_STATISTICS)
    found = await look({"www.shop.example": shop}, states=states)

    assert found.crawl.banner.offers == (Category.MARKETING, Category.STATISTICS)
    assert found.crawl.banner.chosen == {Category.FUNCTIONAL: False}


ASKS = """<title>Butikk</title><body><h1>Butikk</h1>
<div id=cookie-banner role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fe9">
Vi bruker informasjonskapsler på nettstedet.
<button onclick="save('yes')">Godta alle</button>
<button onclick="if (confirm('Er du sikker?')) save('no')">Avvis alle</button>
</div><script>
const banner = document.getElementById("cookie-banner");
if (document.cookie.includes("consent=")) banner.remove();
else if (confirm("Vil du ha nyhetsbrev?")) document.cookie = "newsletter=1";
function save(answer) { document.cookie = `consent=${answer}`; banner.remove(); }
</script>"""


async def test_a_press_is_meant_where_the_browser_asks_and_nothing_else_is_agreed_to(look):
    shop = Host({"/": Answer(ASKS)})

    found = await look({"www.shop.example": shop}, states=(State.REJECT,))

    assert found.crawl.banner.rejected is True
    assert found.cookies(State.REJECT).keys() == {"consent"}


async def test_a_banner_that_only_a_further_page_shows_is_answered_there_and_that_is_said(look):
    start = "<title>Butikk</title><h1>Butikk</h1><a href=/kasse>Kasse</a>"
    shop = Host({"/": Answer(start), "/kasse": Answer(BANNER)})

    found = await look({"www.shop.example": shop}, states=(State.BEFORE, State.ACCEPT))

    banner = found.crawl.banner
    assert (banner.found, banner.accepted, banner.page) == (True, True, SHOP + "kasse")
    assert [press.state for press in banner.presses] == [State.ACCEPT]
    assert [v.url for v in found.visits if v.state is State.ACCEPT] == [SHOP, SHOP + "kasse"]
    assert found.cookies(State.ACCEPT).keys() == {"consent", "_ga", "_fbp"}


WITH_A_WAY_BACK = """<title>Butikk</title><h1>Butikk</h1><a href=/kasse>Kasse</a>
<button onclick="document.cookie = 'consent=no'">Trekk tilbake samtykke</button>"""


async def test_a_consent_given_on_a_further_page_is_taken_back_on_the_start_page(look):
    shop = Host({"/": Answer(WITH_A_WAY_BACK), "/kasse": Answer(BANNER)})

    found = await look({"www.shop.example": shop}, states=(State.BEFORE, State.WITHDRAW))

    banner = found.crawl.banner
    assert (banner.accepted, banner.withdrawn, banner.page) == (True, True, SHOP + "kasse")
    assert banner.presses[-1].label == "Trekk tilbake samtykke"


FORGETS = """<title>Butikk</title><body><h1>Butikk</h1><a href=/kasse>Kasse</a>
<div id=cookie-banner role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fe9">
Vi bruker informasjonskapsler på nettstedet.
<button onclick="save('yes')">Godta alle</button><button onclick="save('no')">Avvis alle</button>
</div><script>
const banner = document.getElementById("cookie-banner");
if (document.cookie.includes("consent=yes")) banner.remove();
function save(answer) { document.cookie = `consent=${answer}`; banner.remove(); }
</script>"""


async def test_a_refusal_that_the_next_page_asks_for_again_is_not_sure(look):
    shop = Host({"/": Answer(FORGETS), "/kasse": Answer("<title>Kasse</title>")})

    found = await look({"www.shop.example": shop}, states=(State.ACCEPT, State.REJECT))

    banner = found.crawl.banner
    assert (banner.found, banner.accepted, banner.rejected) == (True, True, None)
    assert [statement.code for statement in banner.doubts] == ["asks_again"]
    assert [v.url for v in found.visits if v.state is State.REJECT] == [SHOP, SHOP + "kasse"]


PLEADS = """<title>Butikk</title><body><h1>Butikk</h1>
<div id=banner role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fe9">
Vi bruker informasjonskapsler på nettstedet.
<button onclick="save('yes')">Godta alle</button><button onclick="save('no')">Avvis alle</button>
</div><script>
const banner = document.getElementById("banner");
if (document.cookie.includes("consent=no")) banner.innerHTML =
  "Nettstedet virker best med cookies. "
  + "<button>Ja, godta likevel</button> <button>Nei takk, fortsett uten</button>";
if (document.cookie.includes("consent=yes")) banner.remove();
function save(answer) { document.cookie = `consent=${answer}`; banner.remove(); }
</script>"""


async def test_a_refusal_after_which_other_words_ask_again_is_not_sure(look):
    shop = Host({"/": Answer(PLEADS)})

    found = await look({"www.shop.example": shop}, states=(State.ACCEPT, State.REJECT))

    banner = found.crawl.banner
    assert (banner.found, banner.accepted, banner.rejected) == (True, True, None)
    assert [statement.code for statement in banner.doubts] == ["asks_again"]


FORGOTTEN_NEXT = """<title>Kasse</title><body><h1>Kasse</h1>
<div id=banner role=dialog style="position:fixed;bottom:0;left:0;right:0;background:#fe9">
Vi bruker informasjonskapsler på nettstedet.
<button>Godta alle</button><button>Avvis alle</button>
</div><script>if (document.cookie.includes("consent=yes")) banner.remove();</script>"""


async def test_a_refusal_that_a_further_page_asks_for_again_is_not_sure(look):
    start = FORGETS.replace("consent=yes", "consent=")
    shop = Host({"/": Answer(start), "/kasse": Answer(FORGOTTEN_NEXT)})

    found = await look({"www.shop.example": shop}, states=(State.ACCEPT, State.REJECT))

    banner = found.crawl.banner
    assert (banner.found, banner.accepted, banner.rejected) == (True, True, None)
    assert [statement.code for statement in banner.doubts] == ["asks_again"]


async def test_where_no_page_was_seen_before_the_next_ones_are_looked_at_for_a_banner(
    look, monkeypatch
):
    asked = []

    async def watch(page, _wanted, *, timeout, patience=None, scout=None):  # noqa: ASYNC109
        asked.append(page.url)
        return BannerAnswer(found=False)

    monkeypatch.setattr("scanner.crawl.answer", watch)
    start = "<a href=/a>a</a><a href=/b>b</a><a href=/c>c</a><a href=/d>d</a><a href=/logout>e</a>"
    shop = Host({"/": Answer(start), **{f"/{name}": name for name in "abcd"}})

    found = await look({"www.shop.example": shop}, states=(State.ACCEPT, State.REJECT))

    assert asked == [SHOP, SHOP + "a", SHOP + "b", SHOP + "c", SHOP]
    assert found.crawl.banner == BannerAnswer(found=False)
    assert {visit.url for visit in found.visits} == {SHOP}


@pytest.mark.parametrize(("found", "waits"), [(False, [11.0, None]), (True, [11.0, 11.0])])
async def test_a_late_banner_is_waited_for_until_it_is_known_that_there_is_none(
    look, monkeypatch, found, waits
):
    waited = []

    async def watch(_page, _wanted, *, timeout, patience=None, scout=None):  # noqa: ASYNC109
        waited.append(patience)
        return BannerAnswer(found=found)

    monkeypatch.setattr("scanner.crawl.answer", watch)

    await look({"www.shop.example": Host({"/": Answer("x")})}, states=(State.ACCEPT, State.REJECT))

    assert waited == waits
