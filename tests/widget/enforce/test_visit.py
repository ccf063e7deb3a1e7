"""What the application is asked, and what leaves of its answer."""

import gzip

import brotli
import pytest

from tests.widget.enforce.conftest import NOW, RULES, kept
from widget.enforce.visit import Visit

PAGE = b"<!doctype html><head></head><img src=//ads.example/>"
HELD = (
    b"<!doctype html><head>"
    b'<script src="https://consent.example/w/shop.js" data-granted=""></script>'
    b'</head><img data-category="marketing" data-src=//ads.example/>'
)
HTML = ("content-type", "text/html; charset=utf-8")
WANTS = ("accept", "text/html,*/*")
REFUSED = ("cookie", "kapsel_consent=" + kept("statistics:0|marketing:0"))
ACCEPTED = ("cookie", "kapsel_consent=" + kept("statistics:1|marketing:1"))


def visit(*headers, method="GET", path="/", **given):
    return Visit(
        RULES, method=method, host="www.shop.example", path=path, headers=list(headers), now=NOW,
        **given,
    )  # fmt: skip


def values(answer, name):
    return [value for key, value in answer.headers if key == name]


def body(answer, page=PAGE):
    return page if answer.change is None else answer.change.feed(page, last=True)


def test_a_page_is_held_back_and_made_for_one_visitor():
    answer = visit(WANTS).answer(
        200,
        [
            HTML,
            ("content-length", "99"),
            ("cache-control", "public, max-age=60"),
            ("last-modified", "…"),
            ("accept-ranges", "bytes"),
            ("vary", "Accept"),
        ],
    )

    assert body(answer) == HELD
    assert values(answer, "content-security-policy")[0].startswith("default-src 'self' ")
    assert values(answer, "cache-control") == ["private, no-cache"]
    assert values(answer, "vary") == ["Accept, Cookie"]
    assert {name for name, _ in answer.headers} == {
        *("content-type", "content-security-policy", "cache-control", "vary"),
    }


def test_who_has_accepted_everything_gets_the_page_with_the_widget_and_no_policy():
    answer = visit(WANTS, ACCEPTED).answer(200, [HTML])

    assert body(answer) == PAGE.replace(
        b"<head>",
        b'<head><script src="https://consent.example/w/shop.js" '
        b'data-granted="statistics,marketing"></script>',
    )
    assert values(answer, "content-security-policy") == []


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, [("content-type", "application/json")]),
        (200, [("content-type", "image/svg+xml")]),
        (200, []),
        (206, [HTML, ("content-range", "bytes 0-9/99")]),
        (200, [HTML, ("content-encoding", "zstd")]),
        (200, [("content-type", "text/html; charset=utf-16le")]),
        (200, [("content-type", "text/html;charset=ISO-2022-JP")]),
        (200, [HTML, ("content-disposition", "attachment; filename=x.html")]),
        (204, [HTML]),
    ],
)
def test_what_is_no_page_of_ours_to_read_keeps_its_body_and_length(status, headers):
    given = [*headers, ("content-length", "99"), ("etag", '"a"')]

    answer = visit(WANTS).answer(status, given)

    assert answer.change is None
    assert ("content-length", "99") in answer.headers
    assert ("etag", '"a"') in answer.headers


def test_what_is_no_document_keeps_all_its_headers():
    given = [("content-type", "text/css"), ("cache-control", "max-age=9"), ("etag", '"a"')]

    assert visit().answer(200, given).headers == given


def test_a_drawing_has_a_policy_where_it_is_the_page_and_none_where_it_is_in_one():
    given = [("content-type", "image/svg+xml"), ("cache-control", "max-age=9")]

    assert len(values(visit(WANTS).answer(200, given), "content-security-policy")) == 1
    assert visit(("sec-fetch-dest", "image")).answer(200, given).headers == given


def test_a_page_that_begins_as_utf_16_is_left_alone():
    page = "\ufeff<img src=//ads.example>".encode("utf-16-le")
    answer = visit(WANTS).answer(200, [HTML])

    assert answer.change.feed(page[:1]) + answer.change.feed(page[1:], last=True) == page


@pytest.mark.parametrize(
    ("coding", "pack", "unpack"),
    [
        ("gzip", gzip.compress, gzip.decompress),
        ("br", brotli.compress, brotli.decompress),
        ("GZIP", lambda page: gzip.compress(page[:9]) + gzip.compress(page[9:]), gzip.decompress),
    ],
)
def test_a_compressed_page_is_opened_and_closed_again(coding, pack, unpack):
    answer = visit(WANTS).answer(200, [HTML, ("content-encoding", coding)])
    packed = pack(PAGE)

    sent = b"".join(answer.change.feed(packed[n : n + 1]) for n in range(len(packed)))
    sent += answer.change.feed(b"", last=True)

    assert unpack(sent) == HELD
    assert values(answer, "content-encoding") == [coding]


def test_a_page_is_asked_for_whole_and_readable():
    asked = visit(
        WANTS,
        ("accept-encoding", "zstd, gzip;q=0.5, br"),
        ("range", "bytes=0-9"),
        ("if-modified-since", "…"),
        ("if-none-match", '"theirs"'),
        ("user-agent", "x"),
    ).asked

    assert asked == [WANTS, ("accept-encoding", "gzip;q=0.5, br"), ("user-agent", "x")]


def test_what_is_no_page_is_asked_for_as_it_was():
    given = [("accept", "*/*"), ("range", "bytes=0-9"), ("if-none-match", '"a"')]

    assert visit(*given).asked == given


def test_a_page_is_not_new_only_if_it_was_made_for_the_same_answer():
    [etag] = values(visit(WANTS, REFUSED).answer(200, [HTML, ("etag", 'W/"a"')]), "etag")
    assert etag != 'W/"a"'

    same = visit(WANTS, REFUSED, ("if-none-match", f'"x", {etag}'))
    other = visit(WANTS, ACCEPTED, ("if-none-match", etag))

    assert ("if-none-match", 'W/"a"') in same.asked
    assert other.asked == [WANTS, ACCEPTED]
    assert values(same.answer(304, [("etag", 'W/"a"')]), "etag") == [etag]


def test_a_page_that_only_heads_are_asked_of_has_the_same_headers_and_no_body():
    full = visit(WANTS).answer(200, [HTML, ("content-length", "99")])
    head = visit(WANTS, method="HEAD").answer(200, [HTML, ("content-length", "99")])

    assert head.headers == full.headers
    assert head.change is None


def test_the_widget_carries_the_nonce_that_the_sites_own_policy_asks_for():
    policy = ("content-security-policy", "default-src *; script-src 'nonce-aB1+/=' 'self'")
    answer = visit(WANTS).answer(200, [HTML, policy])

    assert b'data-granted="" nonce="aB1+/="></script>' in body(answer)
    assert policy in answer.headers
    assert len(values(answer, "content-security-policy")) == 2


def test_cookies_of_refused_categories_are_not_set():
    given = [("set-cookie", "_ga=1; Path=/"), ("set-cookie", "sid=1; HttpOnly"), ("x", "y")]

    assert visit().answer(302, given).headers == given[1:]
    assert visit(ACCEPTED).answer(302, given).headers == given


def test_cookies_that_scripts_cannot_see_expire_once_they_are_refused():
    jar = ("cookie", REFUSED[1] + "; ab=1; sid=1")
    lines = values(visit(WANTS, jar, path="/x").answer(200, [HTML]), "set-cookie")

    assert "ab=; Max-Age=0; Path=/x" in lines
    assert all(line.startswith("ab=;") for line in lines)
    assert values(visit(WANTS, ("cookie", "ab=1")).answer(200, [HTML]), "set-cookie") == []


def test_links_to_hosts_that_must_wait_are_not_sent():
    given = [
        HTML,
        (
            "link",
            '<https://ads.example/a,b>; rel=preconnect; title="x, y", </own.css>; rel=preload',
        ),
        ("link", "<//stats.example>; rel=dns-prefetch"),
    ]

    assert values(visit(WANTS).answer(200, given), "link") == ["</own.css>; rel=preload"]
    assert not visit().may_hint("<https://ads.example>; rel=preconnect")
    assert visit().may_hint("</own.css>; rel=preload")


def test_the_policy_may_only_report_at_first():
    answer = visit(WANTS, report_only=True).answer(200, [HTML])

    assert values(answer, "content-security-policy") == []
    assert len(values(answer, "content-security-policy-report-only")) == 1


def test_a_frame_that_was_asked_for_once_comes_once():
    page = b"<iframe src=https://ads.example:8443/></iframe>"
    answer = visit(WANTS, ("cookie", "kapsel_once=ads.example:8443")).answer(200, [HTML])

    assert body(answer, page) == page
    assert "ads.example" in values(answer, "content-security-policy")[0].partition("frame-src")[2]
    assert values(answer, "set-cookie") == ["kapsel_once=; Max-Age=0; Path=/"]
