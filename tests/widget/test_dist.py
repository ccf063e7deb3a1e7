"""What is committed in widget/dist is what the sources give."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

import widget

FOLDER = Path(widget.__file__).parent
BUILT = ("kapsel.js", "guarded.js", "defaults.js")


def sources():
    names = ["build.mjs", "package-lock.json", *(f"src/{p.name}" for p in FOLDER.glob("src/*"))]
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(f"{name}\0".encode() + (FOLDER / name).read_bytes() + b"\0")
    return digest.hexdigest()


@pytest.mark.parametrize("name", BUILT)
def test_the_committed_script_was_built_from_these_sources(name):
    [first, *_] = (FOLDER / "dist" / name).read_text(encoding="utf-8").splitlines()

    assert first == f"/* sources sha256:{sources()} */", "run: make widget"


@pytest.mark.skipif(
    not shutil.which("node") or not (FOLDER / "node_modules").is_dir(),
    reason="only where the widget's developers have run 'make widget'",
)
def test_building_again_gives_the_same_bytes(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "widget", symlinks=True)

    subprocess.run(["node", "build.mjs"], cwd=tmp_path / "widget", check=True, capture_output=True)

    for name in BUILT:
        built = (tmp_path / "widget" / "dist" / name).read_bytes()
        assert built == (FOLDER / "dist" / name).read_bytes()


def test_the_lock_file_holds_no_download_addresses():
    assert '"resolved"' not in (FOLDER / "package-lock.json").read_text(encoding="utf-8")


def test_what_the_owner_writes_cannot_end_the_script():
    composed = widget.compose('{"site":"</script><!--\u2028"}'.encode())

    assert b"</script>" not in composed
    assert b"<!--" not in composed
    assert "\u2028".encode() not in composed


def test_the_integrity_value_is_of_the_whole_script():
    assert widget.integrity(b"") == (
        "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb"
    )
