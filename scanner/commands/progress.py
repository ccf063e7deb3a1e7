"""What a scan does just now, on stderr: a line on a terminal, or JSON for another program."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, TextIO

import msgspec
from rich.console import Console
from rich.text import Text

from scanner.visible import in_one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.status import Status

    from scanner.crawl import Progress


class ProgressLine:
    """The line, which gives way while something else is printed."""

    def __init__(self, status: Status | None) -> None:
        self._status = status  # None: there is no terminal that would show it

    def show(self, progress: Progress) -> None:
        """Say where the crawl is."""
        if self._status is not None:
            counts = f"{progress.visited} of {progress.known} pages"
            text = f"{progress.site}, {progress.state}: {counts}, {progress.url}"
            self._status.update(Text(in_one_line(text), overflow="ellipsis", no_wrap=True))

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Take the line away until the block ends."""
        if self._status is not None:
            self._status.stop()
        try:
            yield
        finally:
            if self._status is not None:
                self._status.start()


class ProgressLog(ProgressLine):
    """A JSON object for each step, a line each, for a program that started the scan."""

    def __init__(self, out: TextIO) -> None:
        super().__init__(None)
        self._out = out

    def show(self, progress: Progress) -> None:
        """Say where the crawl is."""
        self._out.write(msgspec.json.encode(progress).decode() + "\n")
        self._out.flush()


@contextlib.contextmanager
def progress_line(console: Console | None = None, *, form: str = "line") -> Iterator[ProgressLine]:
    """Yield the line, which is gone when the block ends; *form* ``json``: yield the log."""
    if form == "json":
        yield ProgressLog(sys.stderr)
        return
    console = console or Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield ProgressLine(None)
        return
    with console.status(Text("Starting the browser")) as status:
        yield ProgressLine(status)
