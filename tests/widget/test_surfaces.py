"""Each decision says where it was given."""

import pytest

#: What is clicked, after what was opened, and where that is.
CLICKS = {
    "accept": (None, "Accept all", "banner"),
    "reject": (None, "Reject all", "banner"),
    "accept of the second layer": ("Choose", "Accept all", "preferences"),
    "reject of the second layer": ("Choose", "Reject all", "preferences"),
    "save": ("Choose", "Save choices", "preferences"),
    "a button of the site's own": (None, "Fine", "api"),
}


@pytest.mark.parametrize(("opened", "clicked", "surface"), CLICKS.values(), ids=CLICKS)
def test_a_click_is_told_with_its_layer(shop, world, page, until, opened, clicked, surface):
    world.body = "<button data-kapsel=accept>Fine</button>"
    shop()

    if opened:
        page.get_by_role("button", name=opened).click()
        page.get_by_role("dialog").get_by_role("button", name=clicked).click()
    else:
        page.get_by_role("button", name=clicked).click()
    until(lambda: world.decisions)

    assert [decision["surface"] for decision in world.decisions] == [surface]


def test_a_withdrawal_from_the_icon_comes_from_the_second_layer(shop, world, page, until):
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)

    page.get_by_role("button", name="Cookie settings").click()
    page.get_by_role("button", name="Withdraw").click()
    until(lambda: len(world.decisions) == 2)

    assert [decision["surface"] for decision in world.decisions] == ["banner", "preferences"]


def test_calls_of_the_page_are_told_as_such_whatever_they_are_given(shop, world, page, until):
    shop()

    page.evaluate(
        """() => {
          kapsel.acceptAll('banner')
          kapsel.rejectAll(new Event('click'))
          kapsel.save({ marketing: true })
          kapsel.withdraw('embed')
        }"""
    )
    until(lambda: len(world.decisions) == 4)

    assert {decision["surface"] for decision in world.decisions} == {"api"}


def test_a_call_while_the_second_layer_is_open_comes_from_the_page(shop, world, page, until):
    shop()
    page.get_by_role("button", name="Choose").click()

    page.evaluate("kapsel.acceptAll()")
    until(lambda: world.decisions)

    assert world.decisions[0]["surface"] == "api"


def test_a_stand_in_is_told_as_such(shop, world, page, until):
    world.body = (
        "<iframe width=480 height=270 data-category=marketing "
        f"data-src='{world.url('/film', 'tracker.example')}'></iframe>"
    )
    shop()

    page.locator("kapsel-embed").get_by_role("button").nth(1).click()
    until(lambda: world.decisions)

    assert world.decisions[0]["surface"] == "embed"
    assert world.decisions[0]["choices"] == {"marketing": True}


def test_what_nobody_pressed_has_no_surface(shop, world, page, until):
    page.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})"
    )
    shop(banner=False)
    until(lambda: world.decisions)

    assert world.decisions[0]["action"] == "gpc"
    assert "surface" not in world.decisions[0]
