"""The line on a terminal, and its absence elsewhere."""

import io
import json

from rich.console import Console

from scanner.commands.progress import progress_line
from scanner.crawl import Progress
from scanner.model import State

STEP = Progress(
    site="shop", state=State.ACCEPT, visited=3, known=12, url="https://shop.example/[a]"
)


def terminal(out):
    return Console(file=out, force_terminal=True, width=100, highlight=False)


def test_it_says_where_the_crawl_is():
    out = io.StringIO()

    with progress_line(terminal(out)) as line:
        line.show(STEP)

    assert "shop, accept: 3 of 12 pages, https://shop.example/[a]" in out.getvalue()


def test_another_program_reads_it_as_json(capsys):
    with progress_line(form="json") as line:
        line.show(STEP)
        with line.aside():
            pass

    (said,) = capsys.readouterr().err.splitlines()
    assert json.loads(said) == {
        "site": "shop",
        "state": "accept",
        "visited": 3,
        "known": 12,
        "url": "https://shop.example/[a]",
    }


def test_it_gives_way_to_what_is_printed_meanwhile():
    out = io.StringIO()

    with progress_line(terminal(out)) as line:
        line.show(STEP)
        with line.aside():
            before = out.getvalue()

    assert before.endswith("\x1b[2K")  # the line was wiped
    assert out.getvalue().endswith("\x1b[2K")


def test_nothing_is_written_where_there_is_no_terminal():
    out = io.StringIO()

    with progress_line(Console(file=out)) as line:
        line.show(STEP)
        with line.aside():
            pass

    assert out.getvalue() == ""
