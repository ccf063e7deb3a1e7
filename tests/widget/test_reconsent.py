"""When the catalogue changes, only what is new is asked, and old answers stand for the rest."""

import pytest
from playwright.sync_api import expect

from scanner.model import Category
from tests.widget.conftest import ITEMS, item

BEFORE = {"functional": "aaaa", "statistics": "bbbb", "marketing": "cccc"}


def answered(shop, world, page, until, button="Accept all"):
    world.declare(category_revisions=BEFORE)
    shop()
    page.get_by_role("button", name=button).click()
    until(lambda: world.decisions)


def test_only_the_category_that_changed_is_asked_about(shop, world, page, until):
    answered(shop, world, page, until)
    world.declare(
        revision="r2",
        category_revisions={**BEFORE, "marketing": "dddd"},
        items=(*ITEMS, item("_ttp", Category.MARKETING, vendor="TikTok", country="SG")),
    )

    shop()

    text = page.get_by_role("region").inner_text()
    assert "on your device for marketing." in text
    assert "New since your last answer: TikTok." in text
    assert page.evaluate("['functional', 'statistics', 'marketing'].map(kapsel.has)") == [
        True,
        True,
        False,
    ]


def test_what_has_changed_is_named_where_no_vendor_is_new(shop, world, page, until):
    answered(shop, world, page, until)
    world.declare(revision="r2", category_revisions={**BEFORE, "statistics": "dddd"})

    shop()

    text = page.get_by_role("region").inner_text()
    assert "on your device for statistics." in text
    assert "New since your last answer: statistics." in text


def test_a_first_question_has_no_news(shop, page):
    shop()

    expect(page.get_by_role("region")).not_to_contain_text("New since")


def test_the_answer_to_what_is_new_joins_the_old_one(shop, world, page, until):
    answered(shop, world, page, until)
    world.declare(revision="r2", category_revisions={**BEFORE, "marketing": "dddd"})
    shop()

    page.get_by_role("button", name="Reject all").click()
    until(lambda: len(world.decisions) == 2)

    assert world.decisions[1]["choices"] == {
        "functional": True,
        "statistics": True,
        "marketing": False,
    }
    assert world.decisions[1]["revision"] == "r2"
    shop(banner=False)
    expect(page.get_by_role("region")).to_have_count(0)


def test_an_old_refusal_stands_while_something_new_is_accepted(shop, world, page, until):
    answered(shop, world, page, until, "Reject all")
    world.declare(revision="r2", category_revisions={**BEFORE, "statistics": "dddd"})
    shop()

    page.get_by_role("button", name="Accept all").click()
    until(lambda: len(world.decisions) == 2)

    assert world.decisions[1]["choices"] == {
        "functional": False,
        "statistics": True,
        "marketing": False,
    }


def test_a_category_that_is_new_is_asked_about(shop, world, page, until):
    world.declare(categories=(Category.FUNCTIONAL, Category.STATISTICS))
    answered(shop, world, page, until)
    world.declare(revision="r2", categories=tuple(BEFORE))

    shop()

    expect(page.get_by_role("region")).to_contain_text("on your device for marketing.")


def test_the_second_layer_changes_all_answers(shop, world, page, until):
    answered(shop, world, page, until)
    world.declare(revision="r2", category_revisions={**BEFORE, "marketing": "dddd"})
    shop()

    page.get_by_role("button", name="Choose").click()
    page.get_by_role("dialog").get_by_role("button", name="Reject all").click()
    until(lambda: len(world.decisions) == 2)

    assert set(world.decisions[1]["choices"].values()) == {False}


def test_who_has_answered_for_more_is_not_asked_again(shop, world, page, until):
    answered(shop, world, page, until)
    fewer = {**BEFORE, "marketing": "dddd cccc"}
    world.declare(revision="r2", category_revisions=fewer)

    shop(banner=False)

    expect(page.get_by_role("region")).to_have_count(0)
    assert page.evaluate("['functional', 'statistics', 'marketing'].every(kapsel.has)")


def test_who_has_answered_for_less_is_asked_about_what_came_back(shop, world, page, until):
    world.declare(revision="r2", category_revisions={**BEFORE, "marketing": "dddd cccc"})
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)
    world.declare(revision="r1", category_revisions=BEFORE)

    shop()

    expect(page.get_by_role("region")).to_contain_text("on your device for marketing.")


@pytest.mark.parametrize("vendors", [16, 17])
def test_the_cookie_has_room_for_the_longest_answer(shop, world, page, until, vendors):
    items = tuple(item(f"c{n}", Category.MARKETING, vendor=f"Vendor {n}") for n in range(vendors))
    world.declare(revision="0123456789abcdef", category_revisions=BEFORE, items=items)
    shop()
    page.get_by_role("button", name="Accept all").click()
    until(lambda: world.decisions)

    [cookie] = page.context.cookies()

    assert len(cookie["value"]) <= 200
