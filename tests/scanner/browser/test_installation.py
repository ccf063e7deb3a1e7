import os
import shutil
import sys

import pytest

from scanner.browser import install
from scanner.errors import BrowserMissing
from tests.scanner.browser.programs import program

TOUCH, CHMOD = shutil.which("touch"), shutil.which("chmod")


@pytest.fixture
def said():
    return []


def test_installing_says_which_browser_is_there(bare, said):
    path = program(bare, "bin/chromium")

    assert install(said.append) == f"{path} is here (version 1.2.3.4)"
    assert said == []


def test_installing_passes_over_a_browser_that_does_not_start(bare, said):
    program(bare, "bin/chromium-headless-shell", "exit 1")
    path = program(bare, "bin/chromium")

    assert str(path) in install(said.append)


@pytest.mark.skipif(os.geteuid() != 0, reason="apt-get is used by root alone")
def test_where_nothing_can_be_downloaded_apt_installs_one(bare, said):
    shell = bare / "bin" / "chromium-headless-shell"
    program(
        bare,
        "bin/apt-get",
        f'[ "$1" = update ] && {TOUCH} {bare}/updated && exit\n'
        f"[ -e {bare}/updated ] || exit 100\n"
        f"printf '#!/bin/sh\\necho Chromium 9.9\\n' > {shell}; {CHMOD} +x {shell}",
    )

    assert install(said.append) == f"{shell} was installed (version 9.9)"
    assert said == [
        "There is no Chromium here: downloading Playwright's, some 100 MB …",
        "That failed: /no/python: No such file or directory.",
        "Installing Debian's chromium-headless-shell with apt-get …",
    ]


def test_of_what_a_download_says_the_line_that_tells_most_is_told(bare, said, monkeypatch):
    words = (
        "Downloading\\nError: getaddrinfo ENOTFOUND cdn.example\\n    at GetAddrInfo\\nFailed\\n"
    )
    python = program(bare, "bin/python", f"printf '{words}'; exit 1")
    monkeypatch.setattr(sys, "executable", str(python))

    with pytest.raises(BrowserMissing):
        install(said.append)

    assert said[1] == "That failed: getaddrinfo ENOTFOUND cdn.example."


def test_when_nothing_helps_one_sentence_says_what_to_do(bare, said):
    with pytest.raises(BrowserMissing, match="--browser or KAPSEL_BROWSER"):
        install(said.append)
