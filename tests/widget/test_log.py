"""A decision reaches the server once, however bad the line."""

import pytest

from tests.widget.conftest import CONSENT

ACCEPT = "Accept all"
QUEUE = "localStorage.getItem('kapsel_queue')"


def test_a_decision_that_was_received_waits_no_longer(shop, world, page, until):
    shop()

    page.get_by_role("button", name=ACCEPT).click()
    until(lambda: world.decisions)

    until(lambda: page.evaluate(QUEUE) is None)


@pytest.mark.parametrize("answer", [500, 503, 429])
def test_a_decision_that_the_server_could_not_take_is_sent_again(shop, world, page, until, answer):
    world.answer = answer
    shop()
    page.get_by_role("button", name=ACCEPT).click()
    until(lambda: f"{CONSENT}/w/shop/consents" in world.asked)

    world.answer = 201
    shop(banner=False)
    until(lambda: world.decisions)

    until(lambda: page.evaluate(QUEUE) is None)
    assert len(world.decisions) == 1
    assert world.decisions[0]["id"] == page.evaluate("kapsel.receipt().id")


def test_a_decision_that_the_server_refuses_is_not_sent_again(shop, world, page, until):
    world.answer = 403
    shop()

    page.get_by_role("button", name=ACCEPT).click()
    until(lambda: f"{CONSENT}/w/shop/consents" in world.asked)

    until(lambda: page.evaluate(QUEUE) is None)


def test_a_decision_made_offline_is_sent_when_the_network_is_back(shop, world, page, until):
    shop()
    page.context.set_offline(True)
    page.get_by_role("button", name=ACCEPT).click()
    until(lambda: page.evaluate(QUEUE))
    page.evaluate("kapsel.rejectAll()")
    until(lambda: len(page.evaluate(f"JSON.parse({QUEUE})")) == 2)

    page.context.set_offline(False)
    until(lambda: len(world.decisions) == 2)

    assert {decision["action"] for decision in world.decisions} == {"accept-all", "reject-all"}


def test_a_decision_that_fails_while_the_network_comes_back_is_tried_again(
    shop, world, page, until
):
    shop()
    tried = []

    def hold_the_first(route):
        tried.append(route)
        if len(tried) > 1:
            route.continue_()

    page.route("**/w/shop/consents", hold_the_first)
    page.evaluate("kapsel.acceptAll()")
    until(lambda: tried)

    page.evaluate("dispatchEvent(new Event('online'))")
    tried[0].abort()

    until(lambda: world.decisions)


def test_a_decision_is_sent_though_the_page_is_left_at_once(shop, world, page, until):
    shop()

    page.evaluate("kapsel.acceptAll(); location.href = 'about:blank'")

    until(lambda: world.decisions)


def test_a_queue_that_somebody_broke_is_thrown_away(shop, world, page, until):
    shop()
    page.evaluate("localStorage.setItem('kapsel_queue', '{oh no')")

    page.get_by_role("button", name=ACCEPT).click()

    until(lambda: world.decisions)


def test_decisions_that_follow_each_other_quickly_are_each_sent_once(shop, world, page, until):
    shop()

    page.evaluate("kapsel.acceptAll(); kapsel.save({marketing: false}); kapsel.withdraw()")
    until(lambda: page.evaluate(QUEUE) is None and len(world.decisions) >= 3)

    # each has its own connection: which is first at the server says nothing, `decided_at` does
    assert sorted(decision["action"] for decision in world.decisions) == [
        "accept-all",
        "save",
        "withdraw",
    ]
    assert world.asked.count(f"{CONSENT}/w/shop/consents") == 3
