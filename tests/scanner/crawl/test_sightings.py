import datetime as dt

from scanner import cookie_line
from scanner.collectors.evidence import CookieWrite, JarCookie, Unheard
from scanner.crawl.sightings import Sightings, left_by
from scanner.model import SetBy, State
from scanner.shape import Digester, shape

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SHOP = "https://www.shop.example/"
DIGESTER = Digester()


def write(text, *, after, kind="script"):
    line = cookie_line.read(text, url=SHOP, written_at=NOON, digester=DIGESTER)
    at = NOON + dt.timedelta(seconds=after)
    return CookieWrite(line=line, by=SetBy(kind=kind, url=SHOP), at=at)


def kept(name, *, http_only=False):
    return JarCookie(
        name=name,
        domain="www.shop.example",
        path="/",
        expires=None,
        http_only=http_only,
        secure=False,
        same_site=None,
        partitioned=False,
        shape=shape("1"),
        digest="d",
    )


def test_a_cookie_that_a_page_deleted_in_the_end_is_another_pages():
    writes = [write("probe=; max-age=0", after=2), write("probe=1", after=1)]

    assert left_by(writes, [kept("probe"), kept("other")]) == (kept("other"),)


def test_a_cookie_that_was_written_again_after_its_deletion_is_kept():
    writes = [write("probe=; max-age=0", after=1), write("probe=1", after=2)]

    assert left_by(writes, [kept("probe")]) == (kept("probe"),)


def test_what_a_script_cannot_delete_is_kept_though_it_tried():
    tried = [write("sid=; max-age=0", after=1)]
    done = [write("sid=; max-age=0", after=1, kind="http")]

    assert left_by(tried, [kept("sid", http_only=True)]) == (kept("sid", http_only=True),)
    assert left_by(done, [kept("sid", http_only=True)]) == ()


def test_a_cookie_is_put_down_to_the_answer_that_came_when_it_did():
    seen = Sightings(State.BEFORE, home=SHOP)
    now = dt.datetime.now(dt.UTC)
    for second, name in ((-30, "early"), (-20, "late")):
        by = SetBy(kind="http", url=f"{SHOP}{name}.js")
        at = now + dt.timedelta(seconds=second)
        seen.doubt("www.shop.example", by, SHOP + name, when=Unheard(at, at))
        looked_at = at + dt.timedelta(seconds=1)
        names = ["early", "late"] if name == "late" else ["early"]
        seen.looked([kept(each) for each in names], page=None, looked_at=looked_at)

    found = seen.remaining({}, pressed=False, given=())

    told = {each.name: (each.set_by, page) for page, some in found.items() for each in some}
    assert told["late"] == (SetBy(kind="http", url=SHOP + "late.js"), SHOP + "late")


def test_of_two_answers_that_came_together_neither_is_named():
    seen = Sightings(State.BEFORE, home=SHOP)
    at = dt.datetime.now(dt.UTC)
    for name in ("a", "b"):
        by = SetBy(kind="http", url=f"{SHOP}{name}.js")
        seen.doubt("www.shop.example", by, SHOP, when=Unheard(at, at))
    seen.told((), [kept("x")], page=SHOP, looked_at=at)

    ((page, (cookie,)),) = seen.remaining({}, pressed=False, given=()).items()

    assert (page, cookie.set_by) == (SHOP, None)


def test_a_cookie_of_one_of_two_answers_that_were_under_way_at_once_is_nobodys_on_their_page():
    seen = Sightings(State.BEFORE, home=SHOP)
    now = dt.datetime.now(dt.UTC)
    asked = now - dt.timedelta(seconds=30)
    for millisecond, name in ((-5, "a"), (400, "b")):
        by = SetBy(kind="http", url=f"{SHOP}{name}")
        when = Unheard(asked, now + dt.timedelta(milliseconds=millisecond))
        seen.doubt("www.shop.example", by, SHOP + "chat", when=when)
    seen.looked([kept("sid")], page=None, looked_at=now)
    seen.told((), [kept("sid")], page=SHOP + "other", looked_at=now)

    found = seen.remaining(set(), pressed=False, given=())

    assert [(page, [o.set_by for o in told]) for page, told in found.items()] == [
        (SHOP + "chat", [None])
    ]
