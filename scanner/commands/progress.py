"""The line that says what a scan does just now: on stderr, and only on a terminal."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.crawl import Progress


@contextlib.contextmanager
def progress_line() -> Iterator[Callable[[Progress], None] | None]:
    """Yield what shows each step of a scan; None: nobody would see it."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield None
        return
    with console.status(Text("Starting the browser")) as status:

        def show(progress: Progress) -> None:
            where = (
                f"{progress.site}, {progress.state}: {progress.visited} of {progress.known} pages"
            )
            status.update(Text(f"{where}, {progress.url}", overflow="ellipsis", no_wrap=True))

        yield show
