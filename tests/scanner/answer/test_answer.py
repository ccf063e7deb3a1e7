"""Each banner page tells in its cookie what was pressed."""

import asyncio
import hashlib

import pytest

from scanner.answer import answer
from scanner.answer.look import look
from scanner.model import BannerAnswer, Category, State

#: page, cookie after an accept, cookie after a reject; None: there is no way
BANNERS = [
    ("bar_nb", "accept", "reject"),
    ("bar_da", "accept", "reject"),
    ("bar_is", "accept", "reject"),
    ("bar_fi", "accept", "reject"),
    ("bar_nl", "accept", "reject"),
    ("bar_es", "accept", "reject"),
    ("bar_it", "accept", "reject"),
    ("bar_pl", "accept", "reject"),
    ("bar_pt", "accept", "reject"),
    ("negation", "accept", "reject"),
    ("dialog_sv", "accept", "reject"),
    ("layers_fi", "accept", "save:statistics=0,marketing=0"),
    ("switches_de", "accept", "save:statistics=0,marketing=0"),
    ("links_fr", "accept", "reject"),
    ("flow_nn", "accept", "reject"),
    ("flow_bottom", "accept", "reject"),
    ("frame_same", "accept", "reject"),
    ("frame_other", "accept", "reject"),
    ("shadow", "accept", "reject"),
    ("shadow_closed", "accept", "reject"),
    ("slots", "accept", "reject"),
    ("late", "accept", "reject"),
    ("slow_chain", "accept", "reject"),
    ("in_app_nb", "accept", "reject"),
    ("two_banners", "accept", "reject"),
    ("accordion", "accept", "save:statistics=0,marketing=0"),
    ("asks_twice", "accept", "reject"),
    ("popover", "accept", "reject"),
    ("aria_only", "accept", "reject"),
    ("terms", "accept", "reject"),
    ("only_ok", "accept", None),
    ("only_accept", "accept", None),
    ("second_layer_reject", "accept", "deny"),
    ("newsletter_over_banner", "accept", "reject"),
    ("age_gate_and_banner", "accept", "reject"),
    ("divs", "accept", "reject"),
    ("privacy_en", "accept", "reject"),
    ("radios_nb", "accept", "save:statistics=0,marketing=0"),
    ("hidden_inputs", "accept", "save:statistics=0,marketing=0"),
    ("switches_that_forbid", "save:no1=0,no2=0", "save:no1=1,no2=1"),
    ("reloads", "accept", "reject"),
    ("slides_away", "accept", "reject"),
    ("like_cookiebot", "accept", "reject"),
    ("like_onetrust", "accept", "save:statistics=0"),
    ("thanks_en", "accept", "reject"),
    ("services_fr", "accept", "save:statistics=0,marketing=0"),
    ("radios_legend_sv", "accept", "save:statistics=0,marketing=0"),
    ("settings_then_close", "accept", "save:statistics=0,marketing=0"),
    ("dont_allow", "accept", "reject"),
    ("pay_or_ok_nb", "accept", None),
    ("are_you_sure", "accept", "reject"),
    ("are_you_sure_window", "accept", "reject"),
    ("levels_da", "save:level=2", "save:level=0"),
    ("stirred", "accept", "reject"),
    ("wakes_up", "accept", "save:statistics=0,marketing=0"),
    ("asks_each", "accept+accept", "reject+reject"),
    ("thumbs", "accept", "reject"),
    ("cross_refuses_it", "accept", "reject"),
    ("labels_by_css", "accept", "reject"),
    ("behind_more", "accept", "save:statistics=0,marketing=0"),
    ("categories_in_summaries", "accept", "save:statistics=0,marketing=0"),
    ("two_ask", "accept+accept", "reject+reject"),
    ("tiny_refusal", "accept", None),
    ("settings_in_a_row", "accept", "save:statistics=0,marketing=0"),
    ("pay_without_ads", "accept", None),
    ("hidden_refusals", "accept", None),
    ("turned_by_css", "accept", "reject"),
    ("labels_swap", "accept", "reject"),
    ("levels_with_ok_sv", "save:level=all", "save:level=least"),
    ("behind_plus", "accept", "save:statistics=0,marketing=0"),
    ("refuses_slowly_nb", "accept", "reject"),
    ("labels_astray", "accept", "save:statistics=0,marketing=0"),
    ("descriptions_mislead", "accept", "save:statistics=0,marketing=0"),
    (
        "settings_inline_sv",
        "save:statistics=1,marketing=1",
        "save:statistics=0,marketing=0",
    ),
]

#: pages on which nothing must be pressed
OTHERS = [
    "newsletter",
    "language_chooser",
    "login",
    "promotions",
    "text_only",
    "no_banner",
    "sticky_header",
    "asks_for_video",
    "biscuits",
    "profile_form",
    "age_limit_told",
    "terms_agreed",
]


AT_ONCE = 4  # pages that are answered at the same time


async def pressed(page):
    jar = await page.context.cookies()
    return next((c["value"] for c in jar if c["name"] == "pressed"), None)


async def answered(chromium, state, monkeypatch):
    """Give each banner the answer of *state*; return the cookies, and what was said of them.

    One test asks for all of them: a fixture would begin anew in each of the processes of a run.
    """
    monkeypatch.setattr("scanner.answer.dialogue.QUIET", 10.0)  # pages at once load slowly
    monkeypatch.setattr("scanner.answer.dialogue.LOADING_PATIENCE", 30.0)
    some = asyncio.Semaphore(AT_ONCE)

    async def one(name):
        async with some:
            context = await chromium.new_context(ignore_https_errors=True)
            page = await context.new_page()
            await page.goto(f"https://shop.example/{name}.html")
            said = await answer(page, state, timeout=60)
            cookie = await pressed(page)
            await context.close()
            return cookie, (said.found, said.accepted, said.rejected, said.withdrawn)

    names = [name for name, _, _ in BANNERS]
    return dict(zip(names, await asyncio.gather(*map(one, names)), strict=True))


@pytest.mark.anyio
async def test_banners_are_accepted(chromium, monkeypatch):
    told = await answered(chromium, State.ACCEPT, monkeypatch)

    assert told == {name: (yes, (True, True, None, None)) for name, yes, _ in BANNERS}


@pytest.mark.anyio
async def test_banners_are_refused_where_they_can_be(chromium, monkeypatch):
    told = await answered(chromium, State.REJECT, monkeypatch)

    assert told == {name: (no, (True, None, no is not None, None)) for name, _, no in BANNERS}


@pytest.mark.anyio
async def test_nothing_is_pressed_where_no_consent_is_asked(visit):
    pages = {name: await visit(name) for name in OTHERS}

    said = await asyncio.gather(*(answer(p, State.ACCEPT, timeout=60) for p in pages.values()))

    for name, page, spoken in zip(pages, pages.values(), said, strict=True):
        assert (name, await pressed(page)) == (name, None)
        assert (name, spoken.found, spoken.accepted) == (name, False, None)


@pytest.mark.anyio
@pytest.mark.parametrize("state", [State.BEFORE, State.GPC])
async def test_a_look_presses_nothing(visit, state):
    page = await visit("like_cookiebot")

    said = await answer(page, state, timeout=60)

    assert await pressed(page) is None
    assert said == BannerAnswer(found=True, platform="cookiebot", method="rule")


@pytest.mark.anyio
async def test_a_known_platform_is_named_and_answered_by_its_rule(visit):
    page = await visit("like_onetrust")

    said = await answer(page, State.ACCEPT, timeout=60)

    assert (said.platform, said.method) == ("onetrust", "rule")


@pytest.mark.anyio
async def test_an_unknown_banner_is_answered_by_its_words(visit):
    page = await visit("bar_nb")

    said = await answer(page, State.ACCEPT, timeout=60)

    assert (said.platform, said.method) == (None, "heuristic")


@pytest.mark.anyio
async def test_a_refusal_without_effect_is_none(visit):
    page = await visit("deaf_refusal")

    said = await answer(page, State.REJECT, timeout=60)

    assert (said.found, said.rejected) == (True, False)


@pytest.mark.anyio
async def test_to_close_a_notice_is_neither_to_agree_nor_to_refuse(visit):
    to_accept, to_reject = [await visit("only_cross") for _ in range(2)]

    accepting, rejecting = await asyncio.gather(
        answer(to_accept, State.ACCEPT, timeout=60), answer(to_reject, State.REJECT, timeout=60)
    )

    assert (await pressed(to_accept), await pressed(to_reject)) == ("closed", None)
    assert (accepting.found, accepting.accepted) == (True, None)
    assert (rejecting.found, rejecting.rejected) == (True, False)


@pytest.mark.anyio
async def test_a_banner_in_words_that_are_not_understood_is_not_said_to_be_missing(visit):
    page = await visit("odd_words")

    said = await answer(page, State.REJECT, timeout=60)

    assert await pressed(page) is None
    assert (said.found, said.rejected) == (None, None)


@pytest.mark.anyio
@pytest.mark.parametrize("state", [State.ACCEPT, State.REJECT])
async def test_a_bare_yes_is_no_answer_where_the_question_is_turned_round(visit, state):
    page = await visit("question_turned")

    said = await answer(page, state, timeout=60)

    assert await pressed(page) is None
    assert (said.found, said.accepted, said.rejected) == (True, None, None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "name",
    [
        "chosen_from_list",
        "settings_elsewhere",
        "levels_in_a_table",
        "settings_in_odd_words",
        "settings_in_a_window",
        "settings_with_a_slider",
        "pay_without_tracking_nn",
    ],
)
async def test_a_way_to_refuse_that_is_not_made_out_is_not_said_to_be_missing(visit, name):
    page = await visit(name)

    said = await answer(page, State.REJECT, timeout=60)

    assert await pressed(page) is None
    assert (said.found, said.rejected) == (True, None)


@pytest.mark.anyio
async def test_a_bare_no_does_not_answer_whether_one_is_sure(visit):
    page = await visit("sure_in_bare_words")

    said = await answer(page, State.REJECT, timeout=60)

    assert await pressed(page) is None
    assert (said.found, said.rejected) == (True, None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "doubt"),
    [
        ("age_gate", "age_door"),
        ("painted", "painted_banner"),
        ("painted_in_a_box", "painted_banner"),
    ],
)
async def test_what_may_hide_a_banner_or_be_one_is_told_and_not_pressed(visit, name, doubt):
    page = await visit(name)

    said = await answer(page, State.ACCEPT, timeout=60)

    assert await pressed(page) is None
    assert (said.found, said.accepted) == (None, None)
    assert [statement.code for statement in said.doubts] == [doubt]


@pytest.mark.anyio
async def test_a_yes_that_is_not_understood_is_not_said_to_be_missing(visit):
    to_accept, to_reject = [await visit("twice_denied") for _ in range(2)]

    accepting, rejecting = await asyncio.gather(
        answer(to_accept, State.ACCEPT, timeout=60), answer(to_reject, State.REJECT, timeout=60)
    )

    assert (await pressed(to_accept), await pressed(to_reject)) == (None, "reject")
    assert (accepting.found, accepting.accepted) == (True, None)
    assert (rejecting.found, rejecting.rejected) == (True, True)


@pytest.mark.anyio
async def test_all_is_never_confirmed_in_order_to_refuse(visit):
    names = ("confirms_all", "confirms_all_behind")
    pages = [await visit(name) for name in names]

    said = await asyncio.gather(*(answer(page, State.REJECT, timeout=60) for page in pages))

    assert [await pressed(page) for page in pages] == [None, None]
    assert [(one.found, one.rejected) for one in said] == [(True, None), (True, None)]


@pytest.mark.anyio
async def test_settings_whose_switches_are_not_made_out_leave_it_open_whether_one_can_refuse(visit):
    refusing, choosing = await visit("switches_drawn"), await visit("switches_drawn")

    refused, chose = await asyncio.gather(
        answer(refusing, State.REJECT, timeout=60),
        answer(choosing, State.ACCEPT, timeout=60, only=Category.STATISTICS),
    )

    assert [await pressed(refusing), await pressed(choosing)] == [None, None]
    assert (refused.found, refused.rejected) == (True, None)
    assert (chose.found, chose.accepted) == (True, None)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["confirms_all", "confirms_all_behind"])
async def test_all_is_confirmed_in_order_to_accept(visit, name):
    page = await visit(name)

    said = await answer(page, State.ACCEPT, timeout=60)

    assert await pressed(page) == "accept"
    assert said.accepted is True


@pytest.mark.anyio
async def test_a_label_to_which_only_a_style_sheet_listens_is_a_button(visit):
    page = await visit("buttons_by_css")

    said = await answer(page, State.ACCEPT, timeout=60)

    assert [press.label for press in said.presses] == ["Accept and continue"]
    assert (said.found, said.accepted) == (True, None)  # it leaves no trace
    assert not await page.locator("#cookie-note").is_visible()


@pytest.mark.anyio
async def test_an_element_that_is_called_like_a_platform_is_not_the_platform(visit):
    page = await visit("settings_in_a_row")

    said = await answer(page, State.BEFORE, timeout=60)

    assert (said.found, said.platform) == (True, None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("only", "saved"),
    [
        (Category.STATISTICS, "save:statistics=1,marketing=0"),
        (Category.MARKETING, "save:statistics=0,marketing=1"),
    ],
)
async def test_a_category_goes_by_its_name_not_by_what_its_description_mentions(visit, only, saved):
    page = await visit("descriptions_mislead")

    said = await answer(page, State.ACCEPT, timeout=60, only=only)

    assert await pressed(page) == saved
    assert said.accepted is True


@pytest.mark.anyio
async def test_a_refusal_that_is_kept_by_a_banner_that_stays_is_not_sure(visit):
    page = await visit("stubborn")

    said = await answer(page, State.REJECT, timeout=60)

    assert {press.label for press in said.presses} == {"Reject all"}
    assert (said.found, said.rejected) == (True, None)


@pytest.mark.anyio
async def test_a_category_that_a_summary_names_is_accepted_alone(visit):
    page = await visit("categories_in_summaries")

    said = await answer(page, State.ACCEPT, timeout=60, only=Category.STATISTICS)

    assert await pressed(page) == "save:statistics=1,marketing=0"
    assert said.accepted is True


@pytest.mark.anyio
async def test_a_banner_that_saves_a_refusal_and_asks_on_is_not_sure(visit):
    page = await visit("asks_on")

    said = await answer(page, State.REJECT, timeout=60)

    assert (await pressed(page)).startswith("save:statistics=0")
    assert (said.found, said.rejected) == (True, None)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["forgetful", "keeps_all"])
async def test_a_refusal_that_leaves_no_trace_or_another_is_not_sure(visit, name):
    page = await visit(name)

    said = await answer(page, State.REJECT, timeout=60)

    assert (said.found, said.rejected) == (True, None)


@pytest.mark.anyio
async def test_a_refusal_that_the_platform_keeps_as_a_yes_is_none(visit):
    page = await visit("like_cookiebot_liar")

    said = await answer(page, State.REJECT, timeout=60)

    assert (said.platform, said.rejected) == ("cookiebot", False)


@pytest.mark.anyio
async def test_consent_mode_shows_the_effect_where_nothing_is_stored(visit):
    page = await visit("consent_mode")

    said = await answer(page, State.REJECT, timeout=60)

    assert await page.evaluate("window.pressed") == "denied"
    assert said.rejected is True


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "cookie"),
    [
        ("again_footer", "accept+reject"),
        ("again_icon", "accept+reject"),
        ("again_emoji", "accept+reject"),
        ("again_menu", "accept+reject"),
        ("again_page", "accept+withdraw"),
        ("again_switches", "accept+save:statistics=0"),
        ("settings_inline_sv", "save:statistics=0,marketing=0"),
    ],
)
async def test_a_consent_is_taken_back_by_the_sites_own_control(visit, name, cookie):
    page = await visit(name)

    said = await answer(page, State.WITHDRAW, timeout=60)

    assert await pressed(page) == cookie
    assert (said.found, said.accepted, said.withdrawn) == (True, True, True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "more"), [("again_only_adds", "revoked"), ("again_refusal_beside", "refused")]
)
async def test_a_withdrawal_that_leaves_the_old_consent_is_not_sure(visit, name, more):
    page = await visit(name)

    said = await answer(page, State.WITHDRAW, timeout=60)

    assert {c["name"]: c["value"] for c in await page.context.cookies()} == {
        "pressed": "accept",
        more: "1",
    }
    assert (said.found, said.accepted, said.withdrawn) == (True, True, None)


@pytest.mark.anyio
async def test_a_consent_whose_record_goes_is_taken_back(visit):
    page = await visit("again_forgets")

    said = await answer(page, State.WITHDRAW, timeout=60)

    assert await pressed(page) is None
    assert (said.found, said.accepted, said.withdrawn) == (True, True, True)


@pytest.mark.anyio
async def test_a_consent_given_before_is_taken_back_without_another(visit):
    page = await visit("again_icon")
    await answer(page, State.ACCEPT, timeout=60)

    said = await answer(page, State.WITHDRAW, timeout=60)

    assert await pressed(page) == "accept+reject"
    assert (said.accepted, said.withdrawn) == (None, True)


@pytest.mark.anyio
async def test_a_site_without_a_control_has_no_way_to_withdraw(visit):
    page = await visit("again_nowhere")

    said = await answer(page, State.WITHDRAW, timeout=60)

    assert await pressed(page) == "accept"
    assert (said.accepted, said.withdrawn) == (True, False)


@pytest.mark.anyio
async def test_the_time_given_is_kept(visit):
    page = await visit("deaf_refusal")
    started = asyncio.get_running_loop().time()

    said = await answer(page, State.REJECT, timeout=4)

    assert asyncio.get_running_loop().time() - started < 40
    assert said.rejected is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "category", "cookie"),
    [
        ("hidden_inputs", Category.STATISTICS, "save:statistics=1,marketing=0"),
        ("switches_that_forbid", Category.STATISTICS, "save:no1=0,no2=1"),
        ("layers_fi", Category.MARKETING, "save:statistics=0,marketing=1"),
        ("switches_de", Category.STATISTICS, "save:statistics=1,marketing=0"),
        ("services_fr", Category.MARKETING, "save:statistics=0,marketing=1"),
        ("radios_legend_sv", Category.STATISTICS, "save:statistics=1,marketing=0"),
        ("settings_then_close", Category.MARKETING, "save:statistics=0,marketing=1"),
        ("settings_inline_sv", Category.STATISTICS, "save:statistics=1,marketing=0"),
        ("labels_astray", Category.STATISTICS, "save:statistics=1,marketing=0"),
    ],
)
async def test_one_category_alone_is_accepted_where_it_can_be(visit, name, category, cookie):
    page = await visit(name)

    said = await answer(page, State.ACCEPT, timeout=60, only=category)

    assert await pressed(page) == cookie
    assert said.accepted is True
    assert said.offers == (Category.MARKETING, Category.STATISTICS)


@pytest.mark.anyio
async def test_a_banner_without_categories_is_not_accepted_for_one(visit):
    page = await visit("bar_nb")

    said = await answer(page, State.ACCEPT, timeout=60, only=Category.STATISTICS)

    assert await pressed(page) is None
    assert (said.found, said.accepted, said.offers) == (True, False, ())


@pytest.mark.anyio
async def test_what_was_pressed_is_recorded_with_its_place_and_picture(visit, tmp_path):
    page = await visit("like_onetrust")

    said = await answer(page, State.REJECT, timeout=60, pictures=tmp_path)

    first, second = said.presses
    assert (first.label, first.meaning, first.rule) == (
        "Cookies Settings",
        "settings",
        "rule:onetrust",
    )
    assert (second.label, second.meaning, second.rule) == ("Done", "save", "rule:onetrust")
    assert first.frame == "https://shop.example/like_onetrust.html"
    x, y, width, height = first.box
    assert x >= 0
    assert 500 < y < 720
    assert width > 50
    assert height > 10
    kept = {path.stem: path.read_bytes() for path in tmp_path.glob("*.png")}
    assert set(kept) == {first.picture, second.picture}
    assert all(hashlib.sha256(png).hexdigest() == digest for digest, png in kept.items())


@pytest.mark.anyio
async def test_a_press_in_a_frame_is_placed_in_the_page(visit):
    page = await visit("frame_other")

    said = await answer(page, State.ACCEPT, timeout=60)

    (press,) = said.presses
    frame = await page.evaluate("[innerWidth, innerHeight]")
    assert press.frame == "https://cmp.example/framed.html"
    assert press.rule == "words"
    assert press.picture is None
    assert press.box[0] > frame[0] * 0.2


@pytest.mark.anyio
async def test_where_one_must_pay_or_accept_there_is_no_way_to_refuse(visit):
    page = await visit("pay_or_ok_de")

    said = await answer(page, State.REJECT, timeout=60)

    assert set((await pressed(page)).split("+")) == {"settings"}
    assert (said.found, said.rejected) == (True, False)


@pytest.mark.anyio
async def test_what_was_seen_of_a_document_that_is_gone_is_no_element(visit):
    page = await visit("bar_nb")
    sight = (await look(page)).banner
    await page.goto("https://shop.example/no_banner.html")

    assert await sight.element(sight.layer.root) is None
