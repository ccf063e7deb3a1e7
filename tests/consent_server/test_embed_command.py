"""``kapsel embed``: what it prints is what a site can paste."""

import json
import re

import pytest
from click.testing import CliRunner

import widget
from consent_server.cli import cli
from tests.consent_server.conftest import opened
from widget.enforce import RulesFile

SITES = """sites:
  shop: {url: "https://www.shop.example/"}
  strict: {url: "https://www.strict.example/", banner: {blocking: guarded}}
"""


@pytest.fixture
def embed(tmp_path):
    sites = tmp_path / "sites.yaml"
    sites.write_text(SITES, encoding="utf-8")

    def run(*arguments):
        places = ["--sites", str(sites), "--database", str(tmp_path / "kapsel.db")]
        server = ["--server", "https://consent.example/"]
        return CliRunner().invoke(cli, ["embed", *arguments, *server, *places])

    return run


def test_the_tag_loads_beside_the_page(embed):
    done = embed("shop")

    assert done.stdout == '<script async src="https://consent.example/w/shop.js"></script>\n'
    assert "script-src https://consent.example; connect-src https://consent.example" in done.stderr
    assert "shop has not been scanned" in done.stderr


def test_the_tag_of_a_guarded_site_comes_before_what_it_guards_against(embed):
    assert embed("strict").stdout == '<script src="https://consent.example/w/strict.js"></script>\n'


def test_the_snippet_for_google_stands_before_the_tag(embed):
    snippet, tag = embed("shop", "--consent-mode").stdout.splitlines()

    assert snippet.startswith("<script>")
    assert "'consent'" in snippet.replace('"', "'")
    assert tag.startswith("<script async")


def test_a_pinned_copy_has_its_integrity_value_and_knows_its_server(embed, tmp_path):
    file = tmp_path / "kapsel.js"

    tag = embed("shop", "--pin", str(file)).stdout

    assert f'integrity="{widget.integrity(file.read_bytes())}"' in tag
    assert 'src="/kapsel.js" data-server="https://consent.example/w/shop.js"' in tag
    assert re.search(rb'"site": ?"shop"', file.read_bytes())


def test_the_immutable_address_is_answered_by_the_server(embed, tmp_path):
    done = embed("shop", "--immutable")
    with opened(str(tmp_path / "kapsel.db"), tmp_path / "sites.yaml") as client:
        path = re.search(r'src="https://consent.example(/w/shop\.[0-9a-f]{32}\.js)"', done.stdout)[
            1
        ]
        answer = client.get(path, headers={"Origin": "https://www.shop.example"})

    assert answer.status_code == 200
    assert f'integrity="{widget.integrity(answer.content)}" crossorigin="anonymous"' in done.stdout
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--level", "guarded"], "takes the level from sites.yaml"),
        (["--pin", "kapsel.js"], "choose one"),
    ],
)
def test_an_immutable_address_is_of_what_the_server_serves(embed, options, words):
    done = embed("shop", "--immutable", *options)

    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_site_that_is_not_there_is_said(embed):
    done = embed("nobody")

    assert done.exit_code == 2
    assert "nobody" in done.stderr


def test_the_level_in_use_is_told(embed):
    assert "Level: marked." in embed("shop").stderr
    assert "Level: guarded." in embed("strict").stderr
    enforced = embed("shop", "--level", "enforced")

    assert "Level: enforced." in enforced.stderr
    assert enforced.stdout == '<script src="https://consent.example/w/shop.js"></script>\n'


def test_the_rules_are_what_the_middleware_reads(embed, tmp_path):
    embed("shop", "--rules", str(tmp_path / "rules.json"))

    rules = RulesFile(tmp_path / "rules.json").rules()
    assert (rules.site, rules.server) == ("shop", "https://consent.example")
    assert rules.own == ("shop.example",)


def test_the_snippet_takes_googles_options(embed):
    given = ["--region", "NO", "--region", "SE-AB", "--wait-for-update", "900", "--url-passthrough"]

    snippet = embed("shop", "--consent-mode", "--keep-ads-data", *given).stdout

    assert '["NO","SE-AB"]' in snippet.replace(" ", "")
    assert "900" in snippet
    assert "url_passthrough" in snippet
    assert "ads_data_redaction" not in snippet


def test_everything_can_be_had_as_data(embed):
    told = json.loads(embed("shop", "--format", "json").stdout)

    assert told["tag"] == '<script async src="https://consent.example/w/shop.js"></script>'
    assert told["policy"].startswith("default-src 'self' ")
    assert told["csp"]["connect-src"] == "https://consent.example"
    assert (told["level"], told["consent_mode"], told["unsorted_hosts"]) == ("marked", None, [])


def test_nginx_gets_a_file_of_its_own(embed, tmp_path):
    embed("shop", "--nginx", str(tmp_path / "kapsel.conf"))

    assert "map $cookie_kapsel_consent" in (tmp_path / "kapsel.conf").read_text()


@pytest.mark.parametrize("option", ["--pin", "--rules", "--nginx"])
def test_a_file_that_cannot_be_written_is_named(embed, tmp_path, option):
    done = embed("shop", "--level", "enforced", option, str(tmp_path / "nowhere" / "file"))

    assert done.exit_code == 1
    assert f"{tmp_path}/nowhere/file cannot be written: No such file" in done.stderr
    assert "<script" not in done.stdout
