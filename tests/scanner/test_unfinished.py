import datetime as dt

import msgspec
import pytest
from sqlalchemy import select

from scanner.commands.scanning import _book
from scanner.crawl import Options
from scanner.crawl.logbook import Page, Record
from scanner.database import open_database
from scanner.model import BannerAnswer, PageRead, Site, State, Visit
from scanner.tables import unfinished
from scanner.unfinished import Unfinished

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SHOP = Site(key="shop", url="https://www.shop.example/")


def page(url):
    visit = Visit(url=url, final_url=url, state=State.BEFORE, status=200)
    return Record(
        run=0, state=State.BEFORE, url=url, page=Page(read=PageRead(visit=visit), links=("/a",))
    )


HOME = page("https://www.shop.example/")
END = Record(run=0, state=State.BEFORE, banner=BannerAnswer(found=True))


@pytest.fixture
def engine(database):
    engine = open_database(database)
    yield engine
    engine.dispose()


def test_what_was_read_comes_back_in_its_order(engine):
    shop = Unfinished(engine, SHOP, options=Options())

    for record in (HOME, END):
        shop.keep(record, now=NOW)

    assert shop.records(now=NOW) == (HOME, END)


def test_what_was_read_long_ago_or_by_another_plan_or_of_another_site_does_not_count(engine):
    shop = Unfinished(engine, SHOP, options=Options())
    shop.keep(HOME, now=NOW)
    other = Site(key="other", url=SHOP.url)

    assert shop.records(now=NOW + dt.timedelta(days=1, minutes=1)) == ()
    assert Unfinished(engine, SHOP, options=Options(max_pages=3)).records(now=NOW) == ()
    assert Unfinished(engine, other, options=Options()).records(now=NOW) == ()


def test_how_long_a_scan_may_take_is_no_part_of_its_plan(engine):
    Unfinished(engine, SHOP, options=Options(max_minutes=1)).keep(HOME, now=NOW)

    assert Unfinished(engine, SHOP, options=Options()).records(now=NOW) == (HOME,)


def test_what_is_forgotten_is_gone_and_nothing_else(engine):
    other = Unfinished(engine, Site(key="other", url=SHOP.url), options=Options())
    other.keep(HOME, now=NOW)
    shop = Unfinished(engine, SHOP, options=Options())
    shop.keep(HOME, now=NOW)

    shop.forget()

    assert shop.records(now=NOW) == ()
    assert other.records(now=NOW) == (HOME,)


def test_addresses_of_people_in_addresses_of_pages_are_not_kept(engine):
    shop = Unfinished(engine, SHOP, options=Options())

    shop.keep(page("https://www.shop.example/?mail=kari@example.no"), now=NOW)

    (record,) = shop.records(now=NOW)
    assert "kari" not in record.page.read.visit.url


def test_a_link_that_holds_a_secret_is_not_kept_and_a_page_is_known_without_it(engine):
    secret = "https://www.shop.example/reset?token=3f9a1c77d2e84b6f"
    plain = "https://www.shop.example/about?tab=2"
    read = page(secret)
    linking = msgspec.structs.replace(read.page, links=(secret, plain), canonical=secret)
    shop = Unfinished(engine, SHOP, options=Options())

    shop.keep(msgspec.structs.replace(read, page=linking), now=NOW)

    (record,) = shop.records(now=NOW)
    assert record.page.links == (plain,)
    assert record.url == "https://www.shop.example/reset?token=%5Bredacted%5D"
    with engine.connect() as connection:
        assert "3f9a1c77" not in connection.execute(select(unfinished.c.document)).scalar_one()


def test_the_address_that_the_owner_wrote_down_stays_as_it_is(engine):
    site = Site(key="shop", url="https://www.shop.example/?key=3f9a1c77d2e84b6f")
    shop = Unfinished(engine, site, options=Options())

    shop.keep(page(site.url), now=NOW)

    (record,) = shop.records(now=NOW)
    assert record.url == site.url


@pytest.mark.anyio
async def test_a_scan_whose_pages_cannot_be_kept_goes_on_and_says_so_once(tmp_path, capsys):
    engine = open_database(str(tmp_path / "kapsel.db"))
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON unfinished "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    book = _book(Unfinished(engine, SHOP, options=Options()), resume=False)
    chapter = book.chapter(State.BEFORE, run=0)

    for name in ("a", "b"):
        await chapter.add(f"{SHOP.url}{name}", HOME.page)

    engine.dispose()
    assert len(chapter.pages) == 2
    assert capsys.readouterr().err == (
        "kapsel: --resume will not work: a page of shop was not kept: database or disk is full\n"
    )


def test_a_secret_of_the_owners_own_list_is_not_kept_and_its_page_is_known_again(engine):
    start = "https://www.shop.example/?token=hemmeligere"
    own = "https://www.shop.example/own?token=hemmeligst"
    shop = Unfinished(engine, Site(key="shop", url=start, pages=(own,)), options=Options())

    for url in (start, own):
        shop.keep(page(url), now=NOW)

    with engine.connect() as connection:
        kept = connection.execute(select(unfinished.c.document)).scalars().all()
    assert not any("hemmelig" in document for document in kept)
    assert [record.url for record in shop.records(now=NOW)] == [start, own]
