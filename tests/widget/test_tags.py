"""Marked tags are held back, and run once, in the order of the document, when they are granted."""

import pytest
from playwright.sync_api import expect

RAN = "window.ran || []"


def inline(name, category="statistics", attributes=""):
    return (
        f'<script type="text/plain" data-category="{category}" {attributes}>'
        f"(window.ran = window.ran || []).push('{name}')</script>"
    )


def external(world, name, category="statistics", attributes="", source="data-src"):
    address = world.url(f"/{name}.js", "tracker.example")
    return (
        f'<script type="text/plain" data-category="{category}" {source}="{address}" '
        f"{attributes}></script>"
    )


def test_nothing_marked_runs_or_is_fetched_before_a_choice(shop, world, page):
    address = world.url("/embed", "tracker.example")
    world.body = (
        inline("a")
        + external(world, "b")
        + external(world, "c", source="src")
        + f'<iframe title="d" data-category="marketing" data-src="{address}"></iframe>'
        + f'<img alt="" data-category="marketing" data-src="{address}">'
    )

    shop()
    page.wait_for_load_state("networkidle")

    assert page.evaluate(RAN) == []
    assert world.asked_of("tracker.example") == []


def test_tags_run_once_in_the_order_of_the_document(shop, world, page, until):
    world.head = inline("first")
    world.body = (
        external(world, "second")
        + inline("third")
        + external(world, "fourth", source="src")
        + external(world, "fifth", attributes="defer")
        + inline("sixth", "marketing")
    )
    shop()

    page.get_by_role("button", name="Accept all").click()

    order = ["first", "/second.js", "third", "/fourth.js", "/fifth.js", "sixth"]
    page.wait_for_function("window.ran?.length >= 6")
    assert page.evaluate(RAN) == order
    page.evaluate("kapsel.save({statistics: false}); kapsel.acceptAll()")
    until(lambda: len(world.decisions) == 3)
    assert page.evaluate(RAN) == order


def test_only_what_is_granted_runs(shop, world, page):
    world.body = inline("s") + inline("m", "marketing") + inline("both", "statistics, marketing")
    shop()

    page.evaluate("kapsel.save({statistics: true})")
    page.wait_for_function("window.ran")

    assert page.evaluate(RAN) == ["s"]
    page.evaluate("kapsel.save({marketing: true})")
    page.wait_for_function("ran.length === 3")
    assert page.evaluate(RAN) == ["s", "m", "both"]


@pytest.mark.parametrize("category", ["unclassified", "", "whatever"])
def test_what_nobody_has_sorted_waits_for_a_yes_to_all(shop, world, page, until, category):
    world.body = inline("odd", category)
    shop()

    page.evaluate("kapsel.save({statistics: true, marketing: true})")
    until(lambda: world.decisions)
    assert page.evaluate(RAN) == []

    page.evaluate("kapsel.acceptAll()")
    page.wait_for_function("window.ran")


def test_other_words_for_a_category_are_understood(shop, world, page):
    world.body = inline("a", "analytics") + inline("p", "Preferences") + inline("m", "advertising")
    shop()

    page.evaluate("kapsel.save({statistics: true, functional: true})")
    page.wait_for_function("window.ran?.length === 2")

    assert page.evaluate(RAN) == ["a", "p"]


def test_necessary_tags_run_at_once(shop, world, page):
    world.body = inline("cart", "necessary")

    shop()
    page.wait_for_function("window.ran")

    assert page.evaluate(RAN) == ["cart"]


def test_attributes_are_kept(shop, world, page):
    world.body = (
        external(world, "a", attributes="async crossorigin=anonymous id=a")
        + external(
            world,
            "bad",
            attributes="crossorigin=anonymous integrity=sha384-"
            "OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb",
        )
        + inline("m", attributes="data-type=module id=m")
    )
    shop()

    page.get_by_role("button", name="Accept all").click()
    page.wait_for_function("window.ran?.length === 2")

    assert page.evaluate("[a.async, a.crossOrigin, m.type]") == [True, "anonymous", "module"]
    assert "/bad.js" not in page.evaluate(RAN)


def test_tags_that_come_later_are_picked_up(shop, world, page):
    shop()
    later = inline("late")

    page.evaluate(
        """(html) => {
          document.querySelector('main').append(
            document.createRange().createContextualFragment(html))
        }""",
        later,
    )
    assert page.evaluate(RAN) == []
    page.evaluate("kapsel.acceptAll()")
    page.wait_for_function("window.ran")

    page.evaluate(
        "(html) => document.body.append(document.createRange().createContextualFragment(html))",
        later.replace("late", "later"),
    )
    page.wait_for_function("ran.length === 2")

    assert page.evaluate(RAN) == ["late", "later"]


def test_a_tag_of_a_category_that_no_scan_knew_is_asked_about(shop, world, page):
    world.declare(categories=(), items=())
    world.body = inline("m", "marketing")

    shop()

    assert page.evaluate("kapsel.get().choices") == {"marketing": False}


def test_nothing_is_asked_where_there_is_nothing_to_ask(shop, world, page):
    world.declare(categories=(), items=())

    shop(banner=False)

    expect(page.get_by_role("region")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)


def test_frames_and_images_get_their_address_and_lose_it_on_withdrawal(shop, world, page, until):
    address = world.url("/map", "tracker.example")
    world.body = (
        f'<iframe title="Map" data-category="marketing" data-src="{address}"></iframe>'
        f'<img alt="" data-category="marketing" data-src="{address}">'
    )
    shop()

    page.get_by_role("button", name="Accept all").click()
    until(lambda: len(world.asked_of("tracker.example")) == 2)
    page.evaluate("kapsel.withdraw()")
    until(lambda: len(world.decisions) == 2)

    assert page.evaluate("[...document.querySelectorAll('iframe, img')].map((e) => e.src)") == [
        "",
        "",
    ]
    until(lambda: [frame.url for frame in page.frames[1:]] == ["about:blank"])


def test_document_write_of_a_late_tag_is_refused_in_a_clear_line(shop, world, page, until):
    lines = []
    page.on("console", lambda message: lines.append(message.text))
    world.body = (
        "<h1>Still here</h1><script type='text/plain' data-category='marketing'>"
        "document.write('<p>wiped</p>')</script>" + inline("after")
    )
    shop()

    page.get_by_role("button", name="Accept all").click()
    page.wait_for_function("window.ran")

    expect(page.get_by_role("heading", name="Still here")).to_be_visible()
    until(lambda: any("document.write was refused" in line for line in lines))


def test_a_tag_without_the_nonce_of_the_page_is_not_run(shop, world, page, until):
    world.tag = "nonce=abc"
    world.headers = {"Content-Security-Policy": "script-src 'nonce-abc' 'strict-dynamic'"}
    world.body = inline("injected") + inline("own", attributes="nonce=abc")
    shop()

    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions and page.evaluate(RAN))

    assert page.evaluate(RAN) == ["own"]


def test_a_script_that_is_never_answered_does_not_stop_an_asynchronous_one(shop, world, page):
    world.body = external(world, "a", attributes="async") + inline("b")
    page.route("**/a.js", lambda route: None)
    shop()

    page.get_by_role("button", name="Accept all").click()
    page.wait_for_function("window.ran")

    assert page.evaluate(RAN) == ["b"]
