"""The tutorial is true: its commands run, in its order, and print what it shows."""

import re
import shlex
import signal
from pathlib import Path

import pytest

from tests.journeys.conftest import PATIENCE

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps():
    """Each command of the tutorial, and what it is said to print."""
    for block in BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")):
        for step in block.split("$ ")[1:]:
            line, _, shown = step.partition("\n")
            yield shlex.split(line), shown


def assert_shown(shown, printed):
    """Whether *printed* has all that is *shown*, in that order; … stands for anything."""
    place, text = 0, " ".join(printed.split())
    for part in (" ".join(piece.split()) for piece in shown.split("…")):
        found = text.find(part, place)
        assert found >= 0, f"not printed: {part}\nafter: {text[:place][-200:]}"
        place = found + len(part)


@pytest.fixture
def demo(kapsel):
    """The tutorial's first command, which stays while the others run."""
    process = kapsel.start("demo", "--port", "18800")
    printed = ""
    try:
        while "Database, list of sites" not in printed:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            printed += line
        yield printed
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def test_each_command_prints_what_the_tutorial_shows(kapsel, demo):
    commands = list(steps())
    first, shown = commands[0]
    assert first == ["kapsel", "demo"]
    assert_shown(shown, demo)

    for command, shown in commands[1:]:
        if command[0] == "cd":
            kapsel.folder /= command[1]
            continue
        assert command[0] == "kapsel"
        assert_shown(shown, kapsel.run(*command[1:]).stdout)

    assert len(commands) > 10
