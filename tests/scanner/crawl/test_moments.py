"""What it took until an item was there."""

import pytest

from scanner.catalogue import fold
from scanner.model import Category, Kind, Moment, Site, State, Verdict
from tests.sites.paths import Answer, Host

pytestmark = pytest.mark.anyio

HOME = """<title>x</title><a href=/two>two</a><div style="height:4000px"></div><script>
document.cookie = "atonce=1";
setTimeout(() => { localStorage.soon = 1 }, 1500);
addEventListener("scroll", () => { document.cookie = "scrolled=1" });
addEventListener("pagehide", () => { document.cookie = "left=1"; document.cookie = "atonce=2" });
</script>"""


async def test_each_item_tells_what_the_visitor_had_done_when_it_was_first_written(look):
    two = Answer("<script>document.cookie='browsed=1'; document.cookie='atonce=3'</script>")
    shop = Host({"/": Answer(HOME, cookies=("sent=1",)), "/two": two})

    found = await look({"www.shop.example": shop}, states=(State.BEFORE, State.GPC))

    site = Site(key="shop", url="https://www.shop.example/")
    verdict = Verdict(category=Category.NECESSARY)
    entries = fold(found.crawl.reads, site=site, judge=lambda _: verdict).entries
    assert {e.name: e.moment for e in entries if e.kind is not Kind.REQUEST} == {
        "sent": Moment.LOAD,
        "atonce": Moment.LOAD,
        "soon": Moment.LOAD,
        "scrolled": Moment.SCROLL,
        "left": Moment.LEAVE,
        "browsed": Moment.BROWSE,
    }
