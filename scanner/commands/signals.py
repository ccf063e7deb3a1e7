"""Let a command end cleanly when it is told to, by Ctrl-C or by a service manager."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(asyncio.Event):
    """Set when the process is asked to end; *signal* is the one that asked."""

    signal: int | None = None

    @property
    def status(self) -> int:
        """The exit status that tells the shell which signal ended the command."""
        return 0 if self.signal is None else 128 + self.signal


@contextlib.contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """
    Yield an event that SIGINT, SIGTERM or SIGHUP sets; the second ends the process at once.

    SIGHUP stays ignored where it was, as ``nohup`` does.

    Needs a running event loop in the main thread.
    """
    stop = Stop()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _HANDLED}
    if before[signal.SIGHUP] == signal.SIG_IGN:
        del before[signal.SIGHUP]

    def ask(number: int) -> None:
        stop.signal = number
        stop.set()
        for other in before:
            loop.remove_signal_handler(other)
            signal.signal(other, signal.SIG_DFL)

    for number in before:
        loop.add_signal_handler(number, ask, number)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
