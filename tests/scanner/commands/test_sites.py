"""``kapsel sites check``."""

import json

import pytest
from click.testing import CliRunner

from consent_server.cli import cli


@pytest.fixture
def check(tmp_path):
    def run(text, *arguments):
        file = tmp_path / "sites.yaml"
        file.write_text(text, encoding="utf-8")
        return CliRunner().invoke(cli, ["sites", "check", str(file), *arguments])

    return run


GOOD = 'sites:\n  shop: {url: "https://shop.example/", schedule: "0 3 * * *", languages: [nb]}\n'


def test_a_right_file_is_shown_and_the_status_is_0(check):
    done = check(GOOD)

    assert done.exit_code == 0
    assert "shop" in done.stdout
    assert "03:00" in done.stdout
    assert "no mistake" in done.stderr


def test_as_json_every_key_is_there(check):
    done = check(GOOD, "--format", "json")

    (site,) = json.loads(done.stdout)["sites"]
    assert (site["key"], site["languages"], site["max_pages"]) == ("shop", ["nb"], 25)


def test_mistakes_go_to_stderr_with_their_lines_and_the_status_is_2(check):
    done = check("sites:\n  shop:\n    ulr: x\n    max_pages: 0\n")

    assert done.exit_code == 2
    assert done.stdout == ""
    assert "sites.yaml:3: unknown key 'ulr' in site 'shop': did you mean 'url'?" in done.stderr
    assert "sites.yaml:4: max_pages must be" in done.stderr
    assert "sites.yaml:2: site 'shop' has no url" in done.stderr


def test_a_missing_file_is_wrong_use(tmp_path):
    done = CliRunner().invoke(cli, ["sites", "check", str(tmp_path / "none.yaml")])

    assert done.exit_code == 2
    assert "there is no such file" in done.stderr
