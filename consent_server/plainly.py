"""structlog without rich, which it loads for its tracebacks where it finds it.

Ours show no variables (see `logs`), so rich, of four megabytes, would do nothing for a server that
runs for months. What draws tables loads it when it does.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def _unseen(name: str) -> Iterator[None]:
    """Let nobody import the library *name* inside the block, unless somebody has already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # Python has it that way
    try:
        yield
    finally:
        del sys.modules[name]


with _unseen("rich"):
    import structlog as structlog
