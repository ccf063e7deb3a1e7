"""The command line as a whole."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from consent_server.cli import _take_any_character
from consent_server.commands import database
from scanner.commands import pipe
from scanner.store import open_store
from tests.scanner import folded


class Terminal(io.BytesIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("place", "encoding", "told"),
    [
        (io.BytesIO, "ascii", "blåbær †".encode()),
        (io.BytesIO, "latin-1", "blåbær †".encode()),
        (Terminal, "latin-1", "blåbær ?".encode("latin-1")),
        (Terminal, "utf-8", "blåbær †".encode()),
    ],
)
def test_a_locale_without_a_character_ends_no_command(place, encoding, told):
    written = place()
    stream = io.TextIOWrapper(written, encoding=encoding)

    _take_any_character(stream)
    stream.write("blåbær †")
    stream.flush()

    assert written.getvalue() == told


def test_the_help_of_a_group_says_what_each_command_does_in_a_whole_sentence():
    shown = CliRunner().invoke(database.command, ["--help"]).stdout

    assert "the database is whole and up to date; leaves with 1 if it is not." in " ".join(
        shown.split()
    )


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="there is no such device here")
def test_a_full_disk_is_told_in_a_line():
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "consent_server", "knowledge", "export"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr == "kapsel: the output: No space left on device\n"


def unread(*words):
    """Run ``kapsel`` with a reader that has gone before anything was written."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return subprocess.run(
            [sys.executable, "-m", "consent_server", *words],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)


@pytest.mark.parametrize(
    "words",
    [
        ("catalogue", "show", "shop"),  # rich's table
        ("catalogue", "show", "shop", "--format", "json"),
        ("log", "find", "--format", "json"),  # what waits until the end
        ("knowledge", "export"),  # more than a pipe holds
        ("catalogue", "--help"),
    ],
)
def test_that_nobody_reads_on_is_no_failure(tmp_path, words):
    where = str(tmp_path / "kapsel.db")
    with open_store(where) as store:
        store.save(folded.scan())
    database_of = [] if words[0] == "knowledge" or "--help" in words else ["--database", where]

    done = unread(*words, *database_of)

    assert (done.returncode, done.stderr) == (0, "")


def test_another_pipe_that_breaks_is_a_failure():
    with pytest.raises(BrokenPipeError), pipe.unread():
        raise BrokenPipeError

    with pytest.raises(SystemExit), pipe.unread():
        raise SystemExit(1)
