"""Tabs that are open at the same time agree."""

from playwright.sync_api import expect


def second_tab(page, world, host="www.shop.example"):
    other = page.context.new_page()
    other.goto(world.url("/", host))
    other.get_by_role("region").wait_for()
    return other


def test_another_tab_takes_the_answer_over(shop, world, page, until):
    # within 200 milliseconds: benchmarks/widget.py measures it
    world.body = "<script type=text/plain data-category=statistics>window.ran = true</script>"
    shop()
    other = second_tab(page, world)

    page.evaluate("kapsel.acceptAll()")
    other.wait_for_function("window.ran")

    expect(other.get_by_role("region")).to_have_count(0)
    assert other.evaluate("kapsel.receipt().id") == page.evaluate("kapsel.receipt().id")
    until(lambda: world.decisions)
    assert len(world.decisions) == 1


def test_a_withdrawal_reaches_the_other_tab(shop, world, page, until):
    shop()
    page.evaluate("kapsel.acceptAll()")
    until(lambda: world.decisions)
    other = page.context.new_page()
    other.goto(world.url("/"))
    other.wait_for_function("window.kapsel?.has?.('statistics')")

    page.evaluate("kapsel.withdraw()")

    other.wait_for_function("!kapsel.has('statistics')")
    assert len(world.decisions) <= 2


def test_a_tab_of_a_sub_domain_asks_no_more_when_it_is_looked_at(shop, world, page, until):
    shop()
    other = second_tab(page, world, "blog.shop.example")
    page.evaluate("kapsel.rejectAll()")
    until(lambda: world.decisions)

    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(other.get_by_role("region")).to_have_count(0)
