"""``kapsel declaration``, on a real database."""

import datetime as dt
import json

import pytest
from click.testing import CliRunner

from consent_server.cli import cli
from scanner.model import BannerAnswer, Scan
from scanner.store import open_store

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SITES = "sites: {{shop: {{url: 'https://shop.example/', languages: [sv, en]}}{more}}}\n"


@pytest.fixture
def kapsel(tmp_path):
    database = str(tmp_path / "kapsel.db")
    with open_store(database) as store:
        for site in ("shop", "www.other.example"):
            store.save(
                Scan(
                    site=site,
                    url=f"https://{site}/",
                    started_at=NOON,
                    finished_at=NOON,
                    status="complete",
                    visits=(),
                    banner=BannerAnswer(),
                    entries=(),
                )
            )
    sites = tmp_path / "sites.yaml"
    sites.write_text(SITES.format(more=", new: {url: 'https://new.example/'}"))

    def run(*arguments):
        where = ["--sites", str(sites), "--database", database]
        return CliRunner().invoke(cli, ["declaration", *arguments, *where])

    run.sites = sites
    return run


def test_the_site_s_first_language_is_spoken_unless_another_is_asked_for(kapsel):
    assert '<html lang="sv"' in kapsel("shop").stdout
    assert '<html lang="da"' in kapsel("shop", "--lang", "da").stdout
    assert kapsel("shop", "--lang", "xx").exit_code == 2


def test_markdown_and_json_say_the_same(kapsel):
    found = json.loads(kapsel("shop", "--format", "json").stdout)

    assert (found["site"], found["language"]) == ("shop", "sv")
    assert [item["name"] for item in found["items"]] == ["kapsel_consent"]
    assert r"kapsel\_consent" in kapsel("shop", "--format", "markdown").stdout


def test_a_site_that_was_scanned_by_its_url_needs_no_list(kapsel):
    assert kapsel("www.other.example").exit_code == 0
    kapsel.sites.unlink()
    assert kapsel("www.other.example").exit_code == 0


def test_a_site_that_was_never_scanned_is_told_so(kapsel):
    done = kapsel("new")

    assert done.exit_code == 0
    assert "new has not been scanned yet: run 'kapsel scan new'" in done.stderr
    assert "The site has not been checked yet" in done.stdout


def test_an_unknown_site_is_wrong_use(kapsel):
    done = kapsel("nobody")

    assert done.exit_code == 2
    assert "there is no site 'nobody'" in done.stderr
