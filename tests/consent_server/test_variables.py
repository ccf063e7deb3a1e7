"""Every option is an environment variable, called as the option is."""

import json

import pytest
from click import Context, Option
from click.testing import CliRunner

from consent_server.cli import cli
from scanner.commands.override import override

COOKIE = json.dumps({"name": "_ga"})
SITES = "sites: {shop: {url: 'https://www.shop.example/'}}\n"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites.yaml").write_text(SITES)

    def run(*arguments, **environment):
        return CliRunner().invoke(cli, arguments, env=environment, auto_envvar_prefix="KAPSEL")

    return run


@pytest.mark.parametrize("name", ["KAPSEL_SITES_CHECK_FORMAT", "KAPSEL_SITES_CHECK_FORM"])
def test_a_variable_stands_for_an_option(run, name):
    done = run("sites", "check", **{name: "json"})

    assert json.loads(done.stdout)["sites"][0]["key"] == "shop"


def test_what_is_said_on_the_command_line_wins_over_a_variable(run):
    done = run("sites", "check", "--format", "table", KAPSEL_SITES_CHECK_FORMAT="json")

    assert "Next scan" in done.stdout


def test_a_variable_that_says_which_version_there_is_stops_no_command(run):
    assert "shop" in run("sites", "check", KAPSEL_VERSION="0.1.0").stdout
    assert "shop" in run("sites", "check", KAPSEL_VERSION="1").stdout


def test_a_text_with_blanks_comes_from_a_variable_as_a_whole(run, tmp_path):
    (tmp_path / "sites.yaml").write_text(
        "sites:\n  shop:\n    url: https://www.shop.example/\n    languages: [nb, en]\n"
    )

    done = run(
        *("catalogue", "override", "shop", "cart_*", "--category", "necessary"),
        KAPSEL_CATALOGUE_OVERRIDE_PURPOSE="nb=Husker handlekurven\nen=Remembers the cart\n",
    )

    assert done.exit_code == 0, done.stderr
    assert "Remembers the cart" in (tmp_path / "sites.yaml").read_text()


def test_a_header_with_a_blank_comes_from_a_variable(run):
    done = run("scan", "shop", "--browser", "nowhere", KAPSEL_SCAN_HEADER="X-Stage: abc")

    assert "nowhere: no such program" in done.stderr


def test_no_two_options_of_a_command_share_a_variable():
    def commands(command, context):
        yield command
        for name in getattr(command, "list_commands", lambda _: ())(context):
            yield from commands(command.get_command(context, name), context)

    found = [
        [option.envvar for option in command.params if isinstance(option, Option) and option.envvar]
        for command in commands(cli, Context(cli))
    ]

    assert sum(map(len, found)) > 200
    assert [names for names in found if len(set(names)) != len(names)] == []
    assert override in list(commands(cli, Context(cli)))
