"""A large piece of memory that was let go does not stay with the process."""

import platform
import subprocess
import sys

import pytest

from consent_server import frugality

SCRIPT = """
import resource, sys
from consent_server.frugality import keep_nothing_large

def resident():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * resource.getpagesize()

if sys.argv[1] == "with":
    assert keep_nothing_large()
piece = bytes(16_000_000)  # after which glibc would keep what is smaller
del piece
before = resident()
pieces = [b"x" * 1_000_000 for _ in range(8)]
del pieces
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have other ways")
def test_large_pieces_are_given_back_however_large_one_was():
    def kept(how):
        command = [sys.executable, "-c", SCRIPT, how]
        return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    assert kept("with") < 1_000_000 < kept("without")


def test_another_c_library_has_its_own_way(monkeypatch):
    monkeypatch.setattr(frugality.ctypes, "CDLL", lambda name: object())

    assert not frugality.keep_nothing_large()
