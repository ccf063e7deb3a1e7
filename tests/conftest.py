"""What all tests share."""

from __future__ import annotations

import os
import shutil
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


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the browser that a scan would start, and lead every host name to loopback."""
    path = os.environ.get("KAPSEL_BROWSER") or next(
        filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None
    )
    return {
        **browser_type_launch_args,
        **({"executable_path": path} if path else {}),
        "args": ["--host-resolver-rules=MAP * 127.0.0.1"],
    }
