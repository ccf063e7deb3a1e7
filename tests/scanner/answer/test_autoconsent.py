"""Further rules, through an engine of the test's own that speaks the same messages."""

import msgspec
import pytest

from scanner.answer import answer, bundle
from scanner.answer.autoconsent import Autoconsent, rules_for
from scanner.model import BannerAnswer, State


@pytest.fixture
def installed(archive):
    path, pin = archive
    bundle.install(path, pin=pin)
    return bundle.load()


async def pressed(page):
    jar = await page.context.cookies()
    return next((c["value"] for c in jar if c["name"] == "pressed"), None)


@pytest.mark.anyio
async def test_a_banner_whose_words_say_nothing_is_accepted_by_a_rule(visit, installed):
    page = await visit("riddle")

    said = await answer(page, State.ACCEPT, timeout=60)

    assert await pressed(page) == "accept"
    assert msgspec.structs.replace(said, presses=()) == BannerAnswer(
        found=True, platform="riddle", accepted=True, method="rule"
    )
    (press,) = said.presses
    assert (press.label, press.meaning, press.rule) == ("Hurra", "accept", "autoconsent:riddle")
    assert press.box[0] > 0
    assert press.box[2] > 0


@pytest.mark.anyio
async def test_a_rule_may_ask_the_pages_own_world(visit, installed):
    page = await visit("riddle")

    said = await answer(page, State.REJECT, timeout=60)

    assert await pressed(page) == "reject"
    assert msgspec.structs.replace(said, presses=()) == BannerAnswer(
        found=True, platform="riddle", rejected=True, method="rule"
    )
    (press,) = said.presses
    assert (press.label, press.box) == ("", None)  # it told the platform, and pressed nothing


@pytest.mark.anyio
async def test_the_page_sees_nothing_of_the_engine(visit, installed):
    page = await visit("riddle")
    engine = await Autoconsent.enter(page, installed)

    found = await engine.found(within=5)

    assert found == "riddle"
    names = ["kapselHears", "autoconsentSendMessage", "autoconsentReceiveMessage"]
    assert await page.evaluate("names => names.filter(name => name in window)", names) == []
    await engine.leave()


@pytest.mark.anyio
async def test_damaged_rules_are_left_out_and_the_banner_answered_without_them(visit, archive):
    path, pin = archive
    (bundle.install(path, pin=pin) / "engine.js").write_text("throw 1", encoding="utf-8")
    page = await visit("bar_nb")

    said = await answer(page, State.REJECT, timeout=60)

    assert (said.rejected, said.method) == (True, "heuristic")


@pytest.mark.anyio
async def test_a_banner_that_our_own_rules_know_is_not_handed_over(visit, installed):
    page = await visit("like_cookiebot")

    said = await answer(page, State.REJECT, timeout=60)

    assert await pressed(page) == "reject"
    assert said.platform == "cookiebot"


def test_only_rules_for_the_page_that_do_more_than_hide_are_sent():
    rules = (
        {"name": "anywhere"},
        {"name": "here", "runContext": {"urlPattern": "^https://shop\\.example/"}},
        {"name": "there", "runContext": {"urlPattern": "^https://other\\.example/"}},
        {"name": "hides", "cosmetic": True},
        {"name": "foreign dialect", "runContext": {"urlPattern": "(?<a-b>x)"}},
    )

    names = [rule["name"] for rule in rules_for("https://shop.example/", rules)]

    assert names == ["anywhere", "here", "foreign dialect"]
