"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def pytest_collection_modifyitems(items):
    """Run tests with a `page` last: pytest-playwright leaves its event loop running."""
    items.sort(key=lambda item: "page" in getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    """A developer's own KAPSEL_… variables do not change what is tested."""
    for name in list(os.environ):
        if name.startswith("KAPSEL_") and name != "KAPSEL_BROWSER":
            monkeypatch.delenv(name)


@pytest.fixture
def anyio_backend():
    return "asyncio"
