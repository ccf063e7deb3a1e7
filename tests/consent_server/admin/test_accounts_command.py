"""``kapsel accounts``: who may sign in; no secret stands in the arguments or in what is printed."""

import json
import re

import pytest
from click.testing import CliRunner

from consent_server.admin.accounts import open_accounts
from consent_server.cli import cli
from scanner.deeds import operator

PASSWORD = "korrekt hest batteri"


@pytest.fixture
def kapsel(tmp_path):
    def run(*arguments, given=None):
        command = ["accounts", *arguments, "--database", str(tmp_path / "kapsel.db")]
        return CliRunner().invoke(cli, command, input=given)

    return run


def test_the_first_owner_is_made_with_a_password_that_is_asked_for_unseen(kapsel, tmp_path):
    made = kapsel("add", "Kari@Example.no", given=f"{PASSWORD}\n{PASSWORD}\n")

    assert made.exit_code == 0
    assert "kari@example.no is owner at all sites." in made.stderr
    assert PASSWORD not in made.output
    with open_accounts(str(tmp_path / "kapsel.db")) as (accounts, trail):
        assert accounts.with_password("kari@example.no", PASSWORD) is not None
        (deed,) = trail.page(sites=None)
        assert (deed.actor, deed.action) == (operator(), "gave a role")


def test_accounts_are_listed_changed_and_taken_away(kapsel):
    kapsel("add", "eier", "--password-stdin", given=PASSWORD)
    kapsel("add", "kari", "--role", "reader", "--site", "shop", "--no-password")
    kapsel("add", "kari", "--role", "editor", "--site", "other")

    listed = json.loads(kapsel("list", "--format", "json").stdout)["accounts"]
    assert [(one["name"], one["roles"], one["has_password"]) for one in listed] == [
        ("eier", {"*": "owner"}, True),
        ("kari", {"other": "editor", "shop": "reader"}, False),
    ]
    assert "reader at shop" in kapsel("list").stdout

    assert kapsel("password", "kari", "--password-stdin", given=PASSWORD).exit_code == 0
    assert kapsel("remove", "kari").exit_code == 0
    assert "kari" not in kapsel("list").stdout


@pytest.mark.parametrize(
    ("arguments", "given", "reason"),
    [
        (["add", "kari", "--password-stdin"], "kort", "12 to 256"),
        (["add", "kari nordmann"], None, "no spaces"),
        (["remove", "nobody"], None, "there is no account 'nobody'"),
        (["remove", "eier"], None, "stay owner"),
        (["password", "nobody", "--password-stdin"], PASSWORD, "there is no account 'nobody'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(kapsel, arguments, given, reason):
    kapsel("add", "eier", "--password-stdin", given=PASSWORD)

    done = kapsel(*arguments, given=given)

    assert done.exit_code == 2
    assert reason in done.stderr
    assert done.stderr.startswith("kapsel: ")


def test_an_empty_list_says_how_to_let_somebody_in(kapsel):
    done = kapsel("list")

    assert done.stdout == ""
    assert "kapsel accounts add" in done.stderr


def test_an_open_invitation_is_listed(kapsel, tmp_path):
    kapsel("add", "eier", "--password-stdin", given=PASSWORD)
    kapsel("add", "ny", "--site", "shop", "--role", "reader", "--no-password")
    with open_accounts(str(tmp_path / "kapsel.db")) as (accounts, _):
        accounts.invite("ny", by="eier")

    (told,) = (line for line in kapsel("list").stdout.splitlines() if line.startswith("ny"))

    assert re.fullmatch(r"ny\treader at shop\tinvited until \d{4}-\d\d-\d\d \d\d:\d\d UTC", told)
    (found,) = (
        each
        for each in json.loads(kapsel("list", "--format", "json").stdout)["accounts"]
        if each["name"] == "ny"
    )
    assert found["invitation"]["by"] == "eier"
