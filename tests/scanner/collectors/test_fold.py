import datetime as dt

import pytest

from scanner.collectors import fold
from scanner.collectors.evidence import CookieWrite, JarCookie, Request, StoredItem
from scanner.cookie_line import read
from scanner.model import Fate, Kind, SetBy, State
from scanner.shape import Digester, shape

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PAGE = "https://www.shop.example/"
HTTP = SetBy(kind="http", url=PAGE)
SCRIPT = SetBy(kind="script", url=PAGE + "a.js", line=1)


def write(text, *, by=SCRIPT, after=0.0, refused=(), seen=None):
    at = NOON + dt.timedelta(seconds=after)
    line = read(text, url=PAGE, written_at=at, digester=Digester())
    return CookieWrite(line=line, by=by, at=at, refused=refused, seen=seen)


def jar(name="a", *, seconds=None, domain="www.shop.example", path="/", http_only=False):
    return JarCookie(
        name=name,
        domain=domain,
        path=path,
        expires=None if seconds is None else NOON + dt.timedelta(seconds=seconds),
        http_only=http_only,
        secure=True,
        same_site=None,
        partitioned=False,
        shape=shape("x"),
        digest="d",
    )


def folded(writes, kept=()):
    return fold.cookies(writes, kept, page=PAGE, state=State.BEFORE)


def test_the_first_writer_set_it_and_the_last_ones_word_holds():
    (found,) = folded(
        [write("a=1; Max-Age=60", by=HTTP), write("a=2; Max-Age=3600", after=1)],
        [jar(seconds=3600.8)],
    )

    assert found.set_by == HTTP
    assert found.lifetime == 3600
    assert found.declared_lifetime == 3600
    assert found.fate is Fate.KEPT
    assert found.secure


@pytest.mark.parametrize(
    "writes",
    [
        [
            write("a=1; Max-Age=60; HttpOnly", by=HTTP),
            write("a=2; Max-Age=3600", after=1, seen=False),
        ],
        [
            write("a=2; Max-Age=3600", seen=True),
            write("a=1; Max-Age=60; HttpOnly", by=HTTP, after=1),
        ],
    ],
)
def test_no_script_has_a_word_on_an_http_only_cookie(writes):
    (found,) = folded(writes, [jar(seconds=60, http_only=True)])

    assert (found.declared_lifetime, found.lifetime) == (60, 60)
    assert found.set_by == writes[0].by  # the script was there before the server took it over


def test_two_years_are_declared_and_400_days_are_kept():
    (found,) = folded([write("a=1; Max-Age=63072000")], [jar(seconds=34560000)])

    assert (found.declared_lifetime, found.lifetime) == (63072000, 34560000)


def test_a_cookie_of_a_session_has_no_lifetime():
    (found,) = folded([write("a=1")], [jar()])

    assert found.lifetime is None
    assert found.declared_lifetime is None


def test_the_same_name_on_two_paths_or_domains_is_two_items():
    found = folded(
        [write("a=1"), write("a=1; Path=/x"), write("a=1; Domain=shop.example")],
        [jar(), jar(path="/x"), jar(domain=".shop.example")],
    )

    assert {(o.domain, o.path) for o in found} == {
        ("www.shop.example", "/"),
        ("www.shop.example", "/x"),
        (".shop.example", "/"),
    }


def test_a_cookie_that_was_deleted_at_once_is_gone():
    (found,) = folded([write("a=1; Max-Age=60", seen=True), write("a=; Max-Age=0", seen=False)])

    assert found.fate is Fate.GONE
    assert found.lifetime == 60


def test_a_cookie_that_the_browser_refused_is_told_with_the_reason():
    (found,) = folded(
        [write("a=1; Domain=other.example", by=HTTP, refused=("InvalidDomain", "NewToUs"))]
    )

    assert found.fate is Fate.REFUSED
    assert found.reason == "the domain is not the sender's, new to us"
    assert found.refusals == ("InvalidDomain", "NewToUs")


def test_a_script_that_cannot_read_back_what_it_wrote_was_refused():
    (found,) = folded([write("a=1; Domain=example", seen=False)])

    assert found.fate is Fate.REFUSED


def test_a_response_to_a_request_without_credentials_stored_nothing():
    (found,) = folded([write("a=1; Max-Age=3600", by=HTTP)])

    assert found.fate is Fate.REFUSED
    assert "without credentials" in found.reason


@pytest.mark.parametrize(
    "known",
    [
        {"deleted": {("a", "www.shop.example", "/", False)}},
        {"cleared": {"static.shop.example"}},
    ],
)
def test_what_another_page_or_a_header_took_away_is_gone(known):
    writes = [write("a=1; Max-Age=3600", by=HTTP)]

    (found,) = fold.cookies(writes, [], page=PAGE, state=State.BEFORE, **known)

    assert found.fate is Fate.GONE


@pytest.mark.parametrize(
    ("accepted", "refused", "fate"),
    [
        (True, (), Fate.GONE),
        (False, (), Fate.REFUSED),
        (True, ("SyntaxError",), Fate.REFUSED),
    ],
)
def test_what_another_page_deleted_before_it_could_be_read_back_is_gone(accepted, refused, fate):
    identity = ("a", "www.shop.example", "/", False)

    (found,) = fold.cookies(
        [write("a=1", seen=False, refused=refused)],
        [],
        page=PAGE,
        state=State.BEFORE,
        deleted={identity},
        accepted={identity} if accepted else (),
    )

    assert found.fate is fate


def test_a_cookie_of_a_moment_is_gone_by_itself():
    (found,) = folded([write("a=1; Max-Age=1", by=HTTP)])

    assert found.fate is Fate.GONE


def test_deleting_what_was_never_there_is_nothing():
    assert folded([write("a=; Max-Age=0", seen=False)]) == ()


def test_the_jar_alone_tells_a_lifetime_too():
    found = fold.met(jar(seconds=7199.6), by=None, page=PAGE, state=State.BEFORE, at=NOON)

    assert found.lifetime == 7200
    assert found.set_by is None


def test_an_item_of_storage_has_the_writer_that_was_seen():
    items = [
        StoredItem(kind=Kind.LOCAL_STORAGE, name="k", host="www.shop.example", at=NOON, by=SCRIPT),
        StoredItem(kind=Kind.LOCAL_STORAGE, name="k", host="www.shop.example", at=NOON),
    ]

    (found,) = fold.stored(items, page=PAGE, state=State.BEFORE)

    assert (found.name, found.set_by) == ("k", SCRIPT)


def test_what_is_written_when_a_page_is_left_is_kept_though_nobody_looked_again():
    item = StoredItem(
        kind=Kind.LOCAL_STORAGE, name="k", host="www.shop.example", at=NOON, by=SCRIPT
    )
    options = {"looked": ["www.shop.example"], "page": PAGE, "state": State.BEFORE}

    (before,) = fold.stored([item], **options)
    (after,) = fold.stored([item], late=[item.identity], **options)

    assert (before.fate, after.fate) == (Fate.GONE, Fate.KEPT)


def test_a_file_is_gone_with_its_folder():
    def file(name, **facts):
        return StoredItem(
            kind=Kind.FILE_SYSTEM, name=name, host="www.shop.example", at=NOON, by=SCRIPT, **facts
        )

    items = [file("a/b/c"), file("ab"), file("a/b", gone=True)]

    found = fold.stored(items, looked=["www.shop.example"], page=PAGE, state=State.BEFORE)

    assert {o.name: o.fate for o in found} == {"a/b/c": Fate.GONE, "ab": Fate.KEPT}


def test_each_host_beside_the_pages_own_is_one_request():
    asked = [
        Request(host=host, at=NOON, by=HTTP)
        for host in ("t.example", "t.example", "www.shop.example", "cdn.own.example")
    ]

    found = fold.requests(
        asked,
        site_host="www.shop.example",
        page=PAGE,
        state=State.BEFORE,
    )

    assert [(o.kind, o.name, o.domain) for o in found] == [
        (Kind.REQUEST, "t.example", "t.example"),
        (Kind.REQUEST, "cdn.own.example", "cdn.own.example"),
    ]
