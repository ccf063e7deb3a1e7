import asyncio

import pytest

from scanner.browser import chromium, fitness, open_browser
from scanner.errors import BrowserMissing, BrowserUnfit
from scanner.resolve import Resolution
from tests.scanner.browser.programs import program


def test_a_browser_that_was_named_is_used_or_refused_but_never_replaced(bare):
    program(bare, "bin/chromium")
    named = program(bare, "mine")

    assert chromium.find(named) == named
    with pytest.raises(BrowserMissing, match="was named"):
        chromium.find(bare / "other")


def test_playwrights_own_comes_before_the_systems_and_the_newest_first(bare):
    system = program(bare, "bin/chromium-headless-shell")
    assert chromium.find() == system

    shell = "chrome-linux/headless_shell"
    program(bare, f"playwright/chromium_headless_shell-99/{shell}")
    newest = program(bare, f"playwright/chromium_headless_shell-1200/{shell}")
    assert chromium.find() == newest


def test_the_systems_headless_shell_comes_before_its_full_browser(bare):
    program(bare, "bin/google-chrome")
    program(bare, "bin/chromium")

    assert chromium.find().name == "chromium"


def test_without_any_the_error_says_what_to_do(bare):
    with pytest.raises(BrowserMissing, match="kapsel browser install"):
        chromium.find()


@pytest.mark.anyio
async def test_a_browser_that_does_not_start_is_told_at_once(tmp_path):
    broken = program(tmp_path, "chromium", "exit 1")

    with pytest.raises(BrowserMissing, match="does not start"):
        async with open_browser(broken):
            pass


@pytest.mark.anyio
async def test_a_browser_that_loses_third_party_cookies_is_unfit(monkeypatch):
    monkeypatch.setattr(
        chromium, "_FLAGS", (*chromium._FLAGS, "--test-third-party-cookie-phaseout")
    )
    monkeypatch.setattr("scanner.browser.fitness.TIMEOUT", 1.0)

    with pytest.raises(BrowserUnfit, match="third-party cookies"):
        async with open_browser():
            pass


@pytest.mark.anyio
async def test_a_browser_that_takes_its_time_is_not_called_unfit(monkeypatch):
    answer = fitness._answer

    async def late(reader, writer, **more):
        await asyncio.sleep(1.0)
        await answer(reader, writer, **more)

    monkeypatch.setattr(fitness, "_answer", late)
    monkeypatch.setattr(fitness, "TIMEOUT", 0.5)

    async with open_browser() as browser:
        assert browser.version


@pytest.mark.anyio
async def test_a_browser_that_never_comes_to_the_test_loses_nothing_but_is_told(monkeypatch):
    async def never(reader, writer, *, answered):
        writer.close()

    monkeypatch.setattr(fitness, "_answer", never)
    monkeypatch.setattr(fitness, "PATIENCE", 1.0)

    with pytest.raises(BrowserMissing, match="less to do"):
        async with open_browser():
            pass


@pytest.mark.anyio
async def test_rules_for_all_names_do_not_lead_the_self_test_astray():
    async with open_browser(resolution=Resolution.parse(("*=127.0.0.1:1",))) as browser:
        assert browser.version
