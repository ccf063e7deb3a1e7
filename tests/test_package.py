"""The wheel holds all that Kapsel needs, and works where nothing else of it is."""

import os
import re
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


#: What only those need who build the widget, and what Python leaves behind.
DEVELOPERS = re.compile(
    r"^widget/(src|types|node_modules)/|^widget/[^/]+[.](json|mjs)$|__pycache__"
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


@pytest.fixture(scope="module")
def kapsel(wheel, tmp_path_factory):
    """The command, installed from the wheel into an environment that sees our libraries only."""
    place = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    ours = Path(pytest.__file__).parent.parent
    (packages / "libraries.pth").write_text(f"{ours}\n")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", place, "install", "-q", "--no-deps", wheel],
        check=True,
        capture_output=True,
    )

    def run(*arguments):
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [place / "bin" / "kapsel", *arguments],
            cwd=place,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
        )

    run.place = place
    return run


@pytest.mark.parametrize("name", CARRIED)
def test_the_wheel_carries(wheel, name):
    assert name in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_carries_every_file_that_users_need_and_none_of_the_widgets_sources(wheel):
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in ("scanner", "consent_server", "widget")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not DEVELOPERS.search(path.relative_to(ROOT).as_posix())
    }

    carried = set(zipfile.ZipFile(wheel).namelist())

    assert sorted(expected - carried) == []
    assert [name for name in carried if DEVELOPERS.search(name)] == []


def test_the_installed_command_is_the_one_from_the_wheel(kapsel):
    done = kapsel("--version")
    where = subprocess.run(
        [kapsel.place / "bin" / "python", "-c", "import scanner; print(scanner.__file__)"],
        cwd=kapsel.place,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert done.stdout == "kapsel, version 0.1.0\n"
    assert Path(where.strip()).is_relative_to(kapsel.place)


def test_the_installed_command_checks_a_list_of_sites(kapsel):
    (kapsel.place / "sites.yaml").write_text("sites: {shop: {url: https://www.example.no/}}\n")

    done = kapsel("sites", "check")

    assert (done.returncode, done.stderr) == (0, "sites.yaml: 1 site, no mistake\n")
    assert "shop" in done.stdout


def test_the_installed_command_prints_the_tag(kapsel):
    (kapsel.place / "sites.yaml").write_text("sites: {shop: {url: https://www.example.no/}}\n")

    done = kapsel("embed", "shop", "--server", "https://consent.example.org")

    assert done.returncode == 0
    assert '<script async src="https://consent.example.org/w/shop.js"></script>' in done.stdout


def test_the_installed_command_opens_a_database(kapsel):
    done = kapsel("database", "upgrade", "--database", str(kapsel.place / "new.db"))

    assert done.returncode == 0, done.stderr
    assert (kapsel.place / "new.db").exists()


def test_the_image_is_made_of_files_that_are_there_and_sent():
    recipe = ROOT / "docs/howto/Dockerfile"
    copied = [
        name
        for line in recipe.read_text("utf-8").splitlines()
        if line.startswith("COPY ")
        for name in line.split()[1:-1]
    ]
    sent = recipe.with_name("Dockerfile.dockerignore").read_text("utf-8").splitlines()

    assert len(copied) == 7
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {name for name in copied if f"!{name}" not in sent} == set()
