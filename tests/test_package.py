"""The wheel holds all that Kapsel needs, and works where nothing else of it is."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: One file of each kind that is not Python, and that a package could forget.
CARRIED = (
    "consent_server/demo/sites.yaml",
    "consent_server/demo/shop/goods.toml",
    "consent_server/demo/shop/scripts/sist-sett.js",
    "consent_server/demo/shop/static/stil.css",
    "consent_server/demo/shop/templates/base.html",
    "consent_server/demo/shop/vendors/tellekontoret/ga.js",
    "scanner/locale/nb.json",
    "scanner/migrations/versions/0001_first.py",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("kapsel-*.whl")
    return built
