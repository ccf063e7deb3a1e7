import sys

import pytest


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine without any browser, and without tools to get one."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setattr(sys, "executable", "/no/python")
    return tmp_path
