"""How a page is left: by way of a blank one, where it would do something about that."""

import pytest

from scanner.model import Fate, Kind
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

REALLY_LEFT = """<script>
addEventListener("pagehide", (event) => {{
  if (event.isTrusted) document.cookie = "{0}=1", localStorage.{0}_item = 1;
}});
</script>"""


def pages(found, name):
    return {o.page.rpartition("/")[2] for o in found.observations if o.name == name}


async def test_what_a_page_does_only_when_it_is_really_left_is_put_down_to_it(look):
    home = "<a href=/minds>1</a><a href=/framed>2</a><a href=/plain>3</a>"
    shop = Host(
        {
            "/": Answer(home),
            "/minds": Answer(REALLY_LEFT.format("itself")),
            "/framed": Answer("<iframe src=/frame></iframe>"),
            "/frame": Answer(REALLY_LEFT.format("inner")),
            "/plain": Answer("<p>Nothing here."),
        }
    )

    found = await look({"www.shop.example": shop}, tabs=1)

    assert pages(found, "itself") == {"minds"}
    assert pages(found, "inner") == {"framed"}
    fates = {o.name: o.fate for o in found.observations if o.kind is Kind.LOCAL_STORAGE}
    assert fates == {"itself_item": Fate.KEPT, "inner_item": Fate.KEPT}


async def test_pages_that_stay_until_the_next_one_comes_keep_their_findings_apart(look):
    links = "".join(f"<a href=/{n}>{n}</a>" for n in range(6))
    plain = {
        f"/{n}": Answer(
            f"<script>document.cookie = 'c{n}=1'; sessionStorage.s{n} = 1;"
            f"setInterval(() => {{ document.cookie = 't{n}=1' }}, 400)</script>"
        )
        for n in range(6)
    }
    shop = Host({"/": Answer(links), **plain})

    found = await look({"www.shop.example": shop}, tabs=1)

    for n in range(6):
        assert pages(found, f"c{n}") == pages(found, f"t{n}") == pages(found, f"s{n}") == {str(n)}


async def test_a_page_that_holds_a_database_is_left_so_that_others_get_it(look):
    home = "<a href=/one>1</a><a href=/two>2</a>"
    raised = "<script>indexedDB.open('shelf', 2).onsuccess = () => { document.cookie = 'got=1' }"
    shop = Host(
        {
            "/": Answer(home),
            "/one": Answer("<script>indexedDB.open('shelf', 1)</script>"),
            "/two": Answer(f"{raised}</script>"),
        }
    )

    found = await look({"www.shop.example": shop}, tabs=1)

    assert found.setter("shelf", Kind.INDEXED_DB)[1] == "https://www.shop.example/one"
    assert pages(found, "got") == {"two"}
