"""A command is asked to end by a signal."""

import os
import signal

import pytest

from scanner.commands.signals import stop_on_signals

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
async def test_a_signal_sets_the_event_and_names_the_exit_status(number, status):
    before = signal.getsignal(number)

    with stop_on_signals() as stop:
        assert not stop.is_set()
        assert stop.status == 0
        os.kill(os.getpid(), number)
        await stop.wait()

    assert stop.status == status
    assert signal.getsignal(number) == before


async def test_without_a_signal_the_handlers_are_as_before():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with stop_on_signals() as stop:
        pass

    assert stop.status == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
