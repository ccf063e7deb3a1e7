"""sites.yaml is changed by one at a time, wholly or not at all."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from scanner.errors import SitesInvalid, SitesNotSaved, UnknownSite
from scanner.model import Category, Override
from scanner.sites import load
from scanner.sites.saving import save_override

CART = Override(name="cart", category=Category.NECESSARY)
TEXT = "# ours\nsites:\n  shop: {url: 'https://a.example/'}  # yes\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sites.yaml"
    path.write_text(TEXT)
    path.chmod(0o640)
    return path


def test_an_override_is_saved_and_the_file_stays_what_it_was(file, tmp_path):
    link = tmp_path / "link.yaml"
    link.symlink_to(file)

    save_override(link, site="shop", override=CART)

    assert load(file)[0].overrides == (CART,)
    assert file.read_text().startswith("# ours\n")
    assert file.read_text().endswith("# yes\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "sites.yaml"]


@pytest.mark.parametrize(
    ("text", "site", "error"),
    [
        ("sites: {shop: {}}", "shop", SitesInvalid),
        (TEXT, "other", UnknownSite),
        ("sites:\n  a: &a {url: 'https://a.example/'}\n  shop: *a\n", "shop", SitesNotSaved),
    ],
)
def test_what_cannot_be_changed_is_left_alone(file, text, site, error):
    file.write_text(text)

    with pytest.raises(error):
        save_override(file, site=site, override=CART)

    assert file.read_text() == text


def test_a_file_that_is_not_there_or_no_text_is_said(file):
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SitesInvalid, match="UTF-8"):
        save_override(file, site="shop", override=CART)
    file.unlink()
    with pytest.raises(SitesInvalid, match="no such file"):
        save_override(file, site="shop", override=CART)


def test_several_threads_at_once_lose_nothing(file):
    names = [f"item_{n}" for n in range(12)]

    def save(name):
        own = Override(name=name, category=Category.FUNCTIONAL)
        save_override(file, site="shop", override=own)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, names))

    assert {override.name for override in load(file)[0].overrides} == set(names)


def test_several_processes_at_once_lose_nothing(file):
    script = (
        "import sys, pathlib\n"
        "from scanner.model import Category, Override\n"
        "from scanner.sites.saving import save_override\n"
        "for n in range(5):\n"
        "    own = Override(name=f'{sys.argv[2]}_{n}', category=Category.FUNCTIONAL)\n"
        "    save_override(pathlib.Path(sys.argv[1]), site='shop', override=own)\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(file), name]) for name in "ab"]

    assert [process.wait(timeout=60) for process in running] == [0, 0]

    names = {override.name for override in load(file)[0].overrides}
    assert names == {f"{letter}_{n}" for letter in "ab" for n in range(5)}
