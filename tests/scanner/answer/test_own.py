"""The banner that Kapsel itself serves, answered by its buttons."""

import msgspec
import pytest

from scanner.answer import answer
from scanner.model import OPTIONAL_CATEGORIES, BannerAnswer, State


async def choices(page):
    jar = await page.context.cookies()
    value = next(c["value"] for c in jar if c["name"] == "kapsel_consent")
    said = dict(pair.split("=", 1) for pair in value.split("&"))["choices"]
    return {name: flag for name, flag, *_ in (choice.split(":") for choice in said.split("|"))}


@pytest.mark.anyio
async def test_own_banner_is_accepted(visit):
    page = await visit("own")

    said = await answer(page, State.ACCEPT, timeout=60)

    assert await choices(page) == dict.fromkeys(OPTIONAL_CATEGORIES, "1")
    assert msgspec.structs.replace(said, presses=()) == BannerAnswer(
        found=True, platform="kapsel", accepted=True, method="own"
    )


@pytest.mark.anyio
async def test_own_banner_is_refused(visit):
    page = await visit("own")

    said = await answer(page, State.REJECT, timeout=60)

    assert await choices(page) == dict.fromkeys(OPTIONAL_CATEGORIES, "0")
    assert msgspec.structs.replace(said, presses=()) == BannerAnswer(
        found=True, platform="kapsel", rejected=True, method="own"
    )


@pytest.mark.anyio
async def test_a_consent_to_own_banner_is_taken_back_by_its_icon(visit):
    page = await visit("own")
    await page.get_by_role("button").first.wait_for(timeout=60_000)  # who withdraws waits briefly

    said = await answer(page, State.WITHDRAW, timeout=60)

    assert await choices(page) == dict.fromkeys(OPTIONAL_CATEGORIES, "0")
    assert msgspec.structs.replace(said, presses=()) == BannerAnswer(
        found=True,
        platform="kapsel",
        accepted=True,
        withdrawn=True,
        method="own",
        offers=tuple(sorted(OPTIONAL_CATEGORIES)),
    )


@pytest.mark.anyio
async def test_own_banner_is_recognised_without_an_answer(visit):
    page = await visit("own")

    said = await answer(page, State.BEFORE, timeout=60)

    assert msgspec.structs.replace(said, presses=()) == BannerAnswer(
        found=True, platform="kapsel", method="own"
    )
