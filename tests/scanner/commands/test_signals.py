"""A command is asked to end by a signal."""

import os
import signal

import pytest

from scanner.commands.signals import stop_on_signals

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["INT", "TERM", "HUP"],
)
async def test_a_signal_sets_the_event_and_names_the_exit_status(number, status):
    was = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it
    before = signal.getsignal(number)

    with stop_on_signals() as stop:
        assert not stop.is_set()
        assert stop.status == 0
        os.kill(os.getpid(), number)
        await stop.wait()

    assert stop.status == status
    assert signal.getsignal(number) == before
    signal.signal(signal.SIGHUP, was)


async def test_who_ignores_that_the_terminal_is_closed_goes_on():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()

    assert stop.status == 143
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    signal.signal(signal.SIGHUP, before)


async def test_without_a_signal_the_handlers_are_as_before():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with stop_on_signals() as stop:
        pass

    assert stop.status == 0
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
