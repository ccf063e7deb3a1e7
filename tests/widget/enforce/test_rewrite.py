"""Tags that must wait are marked; everything else leaves as it came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.widget.enforce.conftest import EVERYTHING, NOTHING, RULES, STATISTICS
from widget.enforce.rewrite import Rewriter

TAG = b"<script src=W></script>"


def rewritten(page, granted=NOTHING, *, tag=b"", once=None, size=None):
    rewriter = Rewriter(RULES, granted, page_host="www.shop.example", once=once, tag=tag)
    portions = [page[at : at + size] for at in range(0, len(page), size)] if size else [page]
    return b"".join(rewriter.feed(portion) for portion in portions) + rewriter.feed(b"", last=True)


@pytest.mark.parametrize(
    ("tag", "held"),
    [
        (
            b'<script async nonce=n src="https://ads.example/a.js?x&amp;y" integrity=i></script>',
            (
                b'<script data-category="marketing" type="text/plain" async nonce=n '
                b'data-src="https://ads.example/a.js?x&amp;y" integrity=i></script>'
            ),
        ),
        (
            b"<SCRIPT TYPE='module' SRC=//ads.example/a.js></SCRIPT>",
            (
                b'<SCRIPT data-category="marketing" type="text/plain" data-type=\'module\' '
                b"data-src=//ads.example/a.js></SCRIPT>"
            ),
        ),
        (
            b"<script src=https://both.example/></script>",
            (
                b'<script data-category="statistics,marketing" type="text/plain" '
                b"data-src=https://both.example/></script>"
            ),
        ),
        (
            b"<script src=https://new.example/></script>",
            (
                b'<script data-category="unclassified" type="text/plain" '
                b"data-src=https://new.example/></script>"
            ),
        ),
        (
            b"<script src=//ads.example data-src=old data-category=necessary></script>",
            (
                b'<script data-category="marketing" type="text/plain" data-src=//ads.example  '
                b"></script>"
            ),
        ),
        (
            b"<script src=//ads.example src=//stats.example></script>",
            (
                b'<script data-category="statistics,marketing" type="text/plain" '
                b"data-src=//ads.example data-src=//stats.example></script>"
            ),
        ),
        (
            b'<iframe title=Map src="https://ads.example/"></iframe>',
            (
                b'<iframe data-category="marketing" title=Map data-src="https://ads.example/">'
                b"</iframe>"
            ),
        ),
        (
            b"<img src=/own srcset='/own 1x, //ads.example/2 2x'>",
            b"<img data-category=\"marketing\" src=/own data-srcset='/own 1x, //ads.example/2 2x'>",
        ),
        (
            b"<link rel='DNS-prefetch' href=//stats.example/>",
            b"<link data-category=\"statistics\" rel='DNS-prefetch' data-href=//stats.example/>",
        ),
        (
            b"<video poster=//ads.example/p src=/film></video>",
            b'<video data-category="marketing" data-poster=//ads.example/p src=/film></video>',
        ),
        (
            b"<object data=https://ads.example/x></object>",
            b'<object data-category="marketing" data-data=https://ads.example/x></object>',
        ),
        (
            b"<noscript><img src=//ads.example/></noscript>",
            b'<noscript><img data-category="marketing" data-src=//ads.example/></noscript>',
        ),
        (
            b"<script>s=document.createElement('script');s.src='https:\\/\\/ads.example\\/'</script>",
            (
                b'<script data-category="marketing" type="text/plain">'
                b"s=document.createElement('script');s.src='https:\\/\\/ads.example\\/'</script>"
            ),
        ),
        (
            b"<script type=module>import '//stats.example/x.js'</script>",
            (
                b'<script data-category="statistics" type="text/plain" data-type=module>'
                b"import '//stats.example/x.js'</script>"
            ),
        ),
        (
            b"<template><img src=//ads.example/></template>",
            b'<template><img data-category="marketing" data-src=//ads.example/></template>',
        ),
        (
            b"<base href=https://stats.example/x/><script src=a.js></script>",
            (
                b'<base href=https://stats.example/x/><script data-category="statistics" '
                b'type="text/plain" data-src=a.js></script>'
            ),
        ),
    ],
)
def test_what_must_wait_is_marked(tag, held):
    page = b"<!doctype html><p>before</p>" + tag + b"<p>after</p>"

    assert rewritten(page) == b"<!doctype html><p>before</p>" + held + b"<p>after</p>"


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"plain text & < 3 <",
        b"<script src=/own.js></script><script src=https://img.shop.example/x.js></script>",
        b"<script src=https://cdn.example/jquery.js></script><img src=data:image/gif;base64,AA>",
        b"<!-- <script src=//ads.example></script> --><!--><img alt='-->'>",
        b"<script>var a = '<img src=//ads.example>', b = '<!--<script>' + '</script>'</script>",
        b'<script type=application/ld+json>{"createElement": "https://ads.example"}</script>',
        b"<script type=text/template><img src=//ads.example></script>",
        b"<script type=text/plain data-category=marketing data-src=//ads.example></script>",
        b"<script>page = {share: 'https://ads.example/share'}</script>",
        b"<script>s = document.createElement('a'); s.href = 'https://notads.example'</script>",
        b"<style>i { background: url(//ads.example) } <img src=//ads.example></style>",
        b"<textarea><img src=//ads.example></textarea><title><img src=//ads.example></title>",
        b"<xmp><img src=//ads.example></xmp><iframe><img src=//ads.example></iframe>",
        b"<plaintext><img src=//ads.example></plaintext>",
        b"<a href=https://ads.example>x</a><link rel=canonical href=//ads.example>",
        b"<svg><title><b></title><image href=//ads.example /><style>x</style></svg>",
        b"<svg><script href=//ads.example></script><![CDATA[<img src=//ads.example>]]></svg>",
        b"<p title='<img src=//ads.example>' x=<img>",
        b"<img alt='a>b' src=/x title=\"it's\"/><br/><p/ / x = y = z='>'>",
        b"<img src=//ads.example",
        b"<!doctype",
        b"<![CDATA[ x ]]><? x ?></ x></><!x>",
        "<p>Blåbærsyltetøy</p>".encode("latin-1"),
        b"\xff\xfe\x00<\x80>",
    ],
)
def test_what_need_not_wait_leaves_as_it_came(page):
    assert rewritten(page, tag=b"") == page


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    b"<",
                    b">",
                    b"/",
                    b"'",
                    b'"',
                    b"=",
                    b" ",
                    b"\n",
                    b"!",
                    b"-",
                    b"--",
                    b"x",
                    b"<!--",
                ),
                *(b"-->", b"--!>", b"<script", b"</script", b"<style>", b"</style>", b"<svg>"),
                *(b"</svg>", b"<title>", b"</title>", b"<noscript>", b"</noscript>", b"<math>"),
                *(b"<img src=//ads.example>", b"<script src='//ads.example'>", b"</script>"),
                *(b"<![CDATA[", b"]]>", b"<!doctype html>", b"<html>", b"<head>", b"<body>"),
                *(b"createElement ads.example", b"\xc3\xa6", b"\x00", b"\xff"),
            ]
        ),
        max_size=20,
    ).map(b"".join),
    st.integers(1, 9),
)
def test_portions_of_any_size_give_the_same_page_and_a_full_grant_changes_nothing(page, size):
    assert rewritten(page, tag=TAG, size=size) == rewritten(page, tag=TAG)
    assert rewritten(page, EVERYTHING, size=size) == page


def test_a_grant_leaves_its_tags_alone():
    stats, ads = b"<img src=//stats.example>", b"<img src=//ads.example>"

    assert rewritten(stats + ads, STATISTICS) == (
        stats + b'<img data-category="marketing" data-src=//ads.example>'
    )


def test_a_frame_that_is_wanted_once_is_left_alone():
    frame, picture = b"<iframe src=//ads.example/f></iframe>", b"<img src=//ads.example>"

    assert rewritten(frame + picture, once="ads.example") == (
        frame + b'<img data-category="marketing" data-src=//ads.example>'
    )


@pytest.mark.parametrize(
    ("page", "with_the_tag"),
    [
        (b"<!doctype html><html><head x><p>", b"<!doctype html><html><head x>WIDGET<p>"),
        (b"<!doctype html>\n<title>x</title>", b"<!doctype html>\nWIDGET<title>x</title>"),
        (b"\xef\xbb\xbf<!-- x --><HTML><body>", b"\xef\xbb\xbf<!-- x --><HTML>WIDGET<body>"),
        (b"<!DOCTYPE html> text", b"<!DOCTYPE html>WIDGET text"),
        (b"<p>a fragment</p><html>", b"<p>a fragment</p><html>"),
        (b"text <!doctype html><p>", b"text <!doctype html><p>"),
        (b"<html><!-- <head> --><head>", b"<html><!-- <head> --><head>WIDGET"),
    ],
)
def test_the_widget_is_put_first_into_whole_documents(page, with_the_tag):
    assert rewritten(page, tag=b"WIDGET") == with_the_tag


@pytest.mark.parametrize(
    "own",
    [
        b"<script async src=https://consent.example/w/shop.js></script>",
        b"<script src=/kapsel.js data-server=https://consent.example/w/shop.js></script>",
        b"<script src=https://consent.example/w/shop.%s.js></script>" % (b"0a" * 16),
    ],
)
def test_the_widget_is_on_the_page_once(own):
    page = rewritten(b"<!doctype html><head>" + own, tag=TAG)

    assert page.startswith(b"<!doctype html><head>" + TAG + b"<script ")
    assert b" src=/" not in page
    assert b" src=http" not in page


def test_a_script_longer_than_what_is_kept_in_memory_leaves_as_it_came(monkeypatch):
    monkeypatch.setattr("widget.enforce.tokenizer.MOST", 1000)
    page = b"<script>" + b"x" * 5000 + b"</script><img src=//ads.example>"

    assert rewritten(page, size=100) == page
