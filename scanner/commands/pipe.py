"""What becomes of output that nobody reads any more: ``kapsel … | head`` is no failure."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def unread() -> Iterator[None]:
    """End what is within when its reader has gone; what is written after it goes nowhere."""
    try:
        yield
    except (BrokenPipeError, SystemExit) as exc:
        # rich leaves the process, with a 1, where it cannot write
        lost = exc if isinstance(exc, BrokenPipeError) else exc.__context__
        if not isinstance(lost, BrokenPipeError) or (lost is exc and not _send_nowhere()):
            raise


def _send_nowhere() -> bool:
    """Let what is written from now on go nowhere where its reader has gone; False: nobody has."""
    gone = [each for each in (1, 2) if _is_closed(each)]
    if gone:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for each in gone:
            os.dup2(nowhere, each)
        os.close(nowhere)
    return bool(gone)


def _is_closed(descriptor: int) -> bool:
    """Return whether the reader of *descriptor* has gone: a foreign pipe may have broken, too."""
    poll = select.poll()
    poll.register(descriptor, 0)  # errors are told unasked
    return bool(poll.poll(0))


def flush() -> None:
    """Write what waits; nobody needs to be there to read it."""
    with unread():
        sys.stdout.flush()
