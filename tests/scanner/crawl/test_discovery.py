"""Which pages of a shop are asked for, by the shop's own log."""

import pytest

from scanner.model import State
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

SHOP = "https://www.shop.example"
#: How to leave, in each of the nineteen languages that Kapsel speaks.
EXITS = (
    *("logout", "konto/logud", "abmelden", "cerrar-sesi%C3%B3n", "logi-v%C3%A4lja"),
    *("kirjaudu-ulos", "d%C3%A9connexion", "%C3%BAtskr%C3%A1", "esci", "atsijungti", "iziet"),
    *("logg-ut", "uitloggen", "loggut", "wyloguj", "terminar-sessao", "logga-ut"),
    *("%D0%B2%D0%B8%D0%B9%D1%82%D0%B8", "%D8%AE%D8%B1%D9%88%D8%AC"),
)
DEEDS = (
    *("varer?action=delete&id=3", "nyhetsbrev/unsubscribe?u=1", "?add-to-cart=7", "cart/add/7"),
    *("konto/slett", "profil/eliminar", "avmeld", "handlekurv?remove_item=4"),
)
START = """<!doctype html><title>Shop</title>{links}
<a href="/#/om-oss">route</a><a href="/vare/1">good</a><a href="/kontakt">us</a>
<script type="speculationrules">
{{"prerender": [{{"urls": ["/vist-snart"]}}, {{"where": {{}}}}]}}</script>
<script type="speculationrules">none</script>
<a href="/opplagt" data-method="delete">x</a><a href="/tilbud" onclick="track()">x</a>
<a href="/a?x=1">Logg ut</a><a href="/a?x=2"><b>Logga</b>&nbsp;ut &rarr;</a>
<a href="/a?x=3">Log ud</a><a href="/a?x=4"> Kirjaudu
ulos</a><a href="/a?x=5" aria-label="Abmelden"><svg></svg></a>
<a href="/a?x=6" title="Sign out">×</a>
<a href="/a?x=7">Slett konto</a><a href="/a?x=8" onclick="return confirm('?')">x</a>
<a href="/a?x=9" hx-delete="/a">x</a><a href="/a?x=10" data-confirm="?">x</a>
<form action="/sok"><input name="q"><button>Find</button></form>
<form action="/bestill" method="post"><input name="email"><button>Buy</button></form>
<script>
document.cookie = `route_${{location.hash.slice(2, 4)}}=1`;
setTimeout(() => history.pushState(1, "", "/rute"), 100);
</script>"""


async def test_ten_thousand_goods_cost_one_and_nothing_is_done_that_cannot_be_undone(look):
    goods = "".join(f"<url><loc>{SHOP}/vare/{n}</loc></url>" for n in range(10_000))
    links = "".join(f'<a href="/{path}">x</a>' for path in (*EXITS, *DEEDS))
    good = '<link rel="canonical" href="/vare/1"><form action="/kjop" method="post"></form>'
    shop = Host(
        {
            "/": START.format(links=links),
            "/rute": "<title>Route</title>",
            "/kontakt": "<title>Us</title>",
            "/tilbud": "<title>Offers</title>",
            "/vist-snart": "<title>Rendered ahead</title>",
            "/sitemap.xml": Answer(f"<urlset>{goods}</urlset>", kind="text/xml"),
            **{f"/vare/{n}": good for n in range(10_000)},
        }
    )

    found = await look({"www.shop.example": shop}, states=(State.BEFORE,), max_pages=40)

    asked = [path for path in shop.paths if path != "/favicon.ico"]
    visited = {visit.url.removeprefix(SHOP) for visit in found.visits}
    assert sum(path.startswith("/vare/") for path in asked) == 1
    assert visited == {"/", "/#/om-oss", "/vare/1", "/kontakt", "/tilbud", "/vist-snart", "/rute"}
    assert set(asked) == {"/robots.txt", "/sitemap.xml", "/", *(visited - {"/#/om-oss"})}
    assert "route_om" in found.cookies()
