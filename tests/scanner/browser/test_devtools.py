import asyncio
import json
import os

import msgspec
import pytest

from scanner.browser.devtools import DevToolsError, open_devtools

pytestmark = pytest.mark.anyio


class Spoken:
    """Keeps what is said to the browser."""

    def __init__(self):
        self.messages = []

    def write(self, data):
        self.messages += [msgspec.json.decode(each) for each in data.split(b"\0") if each]


@pytest.fixture
def browsers_end():
    """Yield both ends of the pipe on which a browser speaks; who reads closes the first."""
    heard, said = os.pipe()
    with os.fdopen(heard, "rb", buffering=0) as ours, os.fdopen(said, "wb", buffering=0) as theirs:
        yield ours, theirs


def message(**told):
    return json.dumps(told).encode() + b"\0"


async def test_messages_come_in_whatever_pieces(browsers_end):
    ours, theirs = browsers_end
    async with open_devtools(ours, Spoken()) as devtools:
        came = asyncio.Queue()
        devtools.browser.on("Page.seen", lambda params: came.put_nowait(params["n"]))
        said = b"".join(
            message(method="Page.seen", params={"n": n, "é": "x" * 9}) for n in range(4)
        )
        for piece in (said[:1], said[1:50], said[50:51], said[51:-1], said[-1:]):
            theirs.write(piece)
            await asyncio.sleep(0.01)  # so that each is read by itself
        assert [await asyncio.wait_for(came.get(), 5) for _ in range(4)] == [0, 1, 2, 3]


async def test_a_message_that_is_none_is_passed_over(browsers_end):
    ours, theirs = browsers_end
    async with open_devtools(ours, Spoken()) as devtools:
        asked = devtools.browser.post("Browser.getVersion")
        theirs.write(b"{no JSON\0" + message(id=1, result={"product": "Chromium"}))
        assert await asyncio.wait_for(asked, 5) == {"product": "Chromium"}


async def test_what_waits_fails_when_the_browser_hangs_up(browsers_end):
    ours, theirs = browsers_end
    spoken = Spoken()
    async with open_devtools(ours, spoken) as devtools:
        asked = devtools.browser.post("Browser.getVersion")
        theirs.write(b'{"id": 1, "resu')
        theirs.close()
        with pytest.raises(DevToolsError):
            await asyncio.wait_for(asked, 5)
        await asyncio.wait_for(devtools.gone.wait(), 5)
        with pytest.raises(DevToolsError):
            await devtools.browser.call("Browser.close")
    assert [each["method"] for each in spoken.messages] == ["Browser.getVersion"]


async def test_what_waits_fails_when_nobody_listens_any_more(browsers_end):
    ours, _ = browsers_end
    async with open_devtools(ours, Spoken()) as devtools:
        asked = devtools.browser.post("Browser.getVersion")
    with pytest.raises(DevToolsError):
        await asyncio.wait_for(asked, 5)
