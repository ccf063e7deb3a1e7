"""Let a command end cleanly when it is told to, by Ctrl-C or by a service manager."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_HANDLED = (signal.SIGINT, signal.SIGTERM)


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
    Yield an event that SIGINT or SIGTERM sets; the second signal ends the process at once.

    Needs a running event loop in the main thread.
    """
    stop = Stop()
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _HANDLED}

    def ask(number: int) -> None:
        stop.signal = number
        stop.set()
        for other in _HANDLED:
            loop.remove_signal_handler(other)
            signal.signal(other, signal.SIG_DFL)

    for number in _HANDLED:
        loop.add_signal_handler(number, ask, number)
    try:
        yield stop
    finally:
        for number in _HANDLED:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])
