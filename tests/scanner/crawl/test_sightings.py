import datetime as dt

from scanner import cookie_line
from scanner.collectors.evidence import CookieWrite, JarCookie
from scanner.crawl.sightings import left_by
from scanner.model import SetBy
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
