"""Libraries without what they load where they find it, and a server of months never uses.

structlog loads rich, of four megabytes, for its tracebacks, and ours show no variables (see
`logs`); what draws tables loads it when it does. It loads greenlet too, of one, for coroutines
of a kind that are not ours. `serving` keeps more away in the same way.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def unseen(name: str) -> Iterator[None]:
    """Let nobody import the library *name* inside the block, unless somebody has already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # Python has it that way
    try:
        yield
    finally:
        del sys.modules[name]


with unseen("rich"), unseen("greenlet"):
    import structlog as structlog
