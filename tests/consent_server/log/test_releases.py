"""Everything that was ever shown can be shown again."""

import datetime as dt
import hashlib

from sqlalchemy import func, select, update

from consent_server.log.releases import Releases
from consent_server.model import Asked
from scanner.database import open_database
from scanner.model import Category
from scanner.tables import blob, release, to_milliseconds
from tests.consent_server.conftest import opened

DAY = [dt.datetime(2026, 11, day, tzinfo=dt.UTC) for day in range(1, 20)]


def test_what_was_shown_comes_back_byte_for_byte(database):
    engine = open_database(database)
    releases = Releases(engine)
    for text in (b"first", b"second"):
        for _ in range(2):
            releases.keep("shop", "r1", facts=text, engine=b"widget 1", script=b"1" + text)
    with engine.begin() as connection:
        for text, day in ((b"first", DAY[3]), (b"second", DAY[6])):
            connection.execute(
                update(release)
                .where(release.c.facts == hashlib.sha256(text).digest())
                .values(first_served_at=to_milliseconds(day))
            )

    def facts(day):
        return releases.shown("shop", "r1", at=DAY[day]).facts

    assert [facts(day) for day in (4, 5, 6, 9)] == [b"first", b"first", b"second", b"second"]
    assert facts(1) == b"second"  # by a clock that was wrong: the newest is as good as any
    shown = releases.shown("shop", "r1", at=DAY[4])
    assert shown.engine == b"widget 1"
    assert shown.first_served_at == DAY[3]
    assert shown.facts_digest == hashlib.sha256(b"first").hexdigest()
    assert releases.shown("shop", "r2", at=DAY[4]) is None
    assert releases.shown("other", "r1", at=DAY[4]) is None
    assert releases.revisions("shop") == {"r1"}
    assert releases.revisions("other") == frozenset()
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(blob)).scalar_one() == 5
    engine.dispose()


def test_a_script_is_found_by_the_beginning_of_its_digest(database):
    engine = open_database(database)
    releases = Releases(engine)
    for script in (b"first", b"second"):
        releases.keep("shop", "r1", facts=b"{}", engine=b"widget 1", script=script)
    digest = hashlib.sha256(b"first").hexdigest()

    assert releases.script("shop", digest[:32]) == b"first"
    assert releases.script("shop", digest) == b"first"
    assert releases.script("other", digest) is None
    assert releases.script("shop", "0" * 32) is None
    assert releases.script("shop", "f" * 32) is None
    engine.dispose()


def test_a_revision_is_known_after_a_restart(database, sites_file):
    with opened(database, sites_file) as client:
        before = client.get("/w/shop.json")
    sites_file.write_text(
        "sites: {shop: {url: 'https://www.shop.example/', banner: {remember_days: 10}}}"
    )
    with opened(database, sites_file) as client:
        after = client.get("/w/shop.json")
        assert client.app.state.shelf.at_hand("shop").revisions == {
            before.json()["revision"],
            after.json()["revision"],
        }
        releases = Releases(client.app.state.engine)
        shown = releases.shown("shop", before.json()["revision"], at=dt.datetime.now(dt.UTC))

    assert shown.facts in (before.content, after.content)


def test_what_visitors_were_asked_is_kept_with_each_release(database):
    engine = open_database(database)
    releases = Releases(engine)
    ads = Asked(category=Category.MARKETING, who="meta", purposes=("ads",), step=4)
    for number, asked in enumerate([(ads,), (), (ads,)]):
        facts = b"%d" % number
        releases.keep("shop", f"r{number}", facts=facts, engine=b"", script=facts, asked=asked)
    releases.keep("other", "r9", facts=b"", engine=b"", script=b"")

    assert sorted(releases.asked("shop"), key=len) == [(), (ads,)]
    assert releases.asked("other") == [()]
    assert releases.asked("nobody") == []
    engine.dispose()
