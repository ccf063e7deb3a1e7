"""``kapsel accounts``: who may sign in to /admin. The first owner is made here."""

from __future__ import annotations

import sys

import click

from scanner.commands.group import Group
from scanner.commands.options import database_option, format_option

ROLES = ("reader", "editor", "owner")  # as in admin/model.py; so that --help imports nothing

_stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, one line."
)


@click.group(cls=Group)
def command() -> None:
    """Say who may sign in to /admin, and what for."""


@command.command()
@click.argument("name")
@click.option(
    "--role", type=click.Choice(ROLES), default="owner", show_default=True, help="What for."
)
@click.option("--site", "sites", multiple=True, help="Only at this site; repeatable.")
@_stdin_option
@click.option(
    "--no-password", is_flag=True, help="Give it none: it signs in with the provider only."
)
@database_option
def add(
    name: str,
    role: str,
    sites: tuple[str, ...],
    password_stdin: bool,
    no_password: bool,
    database: str,
) -> None:
    """Let NAME in, with a password that is asked for; give an account that is there a role.

    NAME is best an e-mail address. Without --site the role holds at all sites.
    """
    from consent_server.admin.accounts import open_accounts
    from consent_server.admin.model import ALL_SITES, Role, account_name
    from scanner.deeds import operator

    name = account_name(name)
    with open_accounts(database) as (accounts, trail):
        roles = dict.fromkeys(sites or (ALL_SITES,), Role(role))
        if accounts.get(name) is not None:
            for site, given in roles.items():
                accounts.grant(name, site, given)
        else:
            password = None if no_password else _password(from_stdin=password_stdin)
            accounts.add(name, roles=roles, password=password)
        places = " ".join(sites) or "all sites"
        trail.add(operator(), "gave a role", detail=f"{name}: {role} at {places}")
    click.echo(f"{name} is {role} at {places}.", err=True)


@command.command("list")
@format_option("table", "json")
@database_option
def listed(form: str, database: str) -> None:
    """Print who may sign in, and as what."""
    import msgspec

    from consent_server.admin.accounts import open_accounts

    with open_accounts(database) as (accounts, _):
        found = accounts.all()
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode({"accounts": found})))
        return
    if not found:
        click.echo("Nobody may sign in yet: let somebody in with 'kapsel accounts add'.", err=True)
    for each in found:
        roles = ", ".join(
            f"{role} at {'all sites' if site == '*' else site}" for site, role in each.roles.items()
        )
        ways = [
            *(["password"] if each.has_password else []),
            *([each.provider] if each.provider else []),
        ]
        if each.invitation:
            ways.append(f"invited until {each.invitation.until:%Y-%m-%d %H:%M} UTC")
        click.echo(f"{each.name}\t{roles or 'no role'}\t{', '.join(ways) or 'not signed in yet'}")


@command.command()
@click.argument("name")
@database_option
def remove(name: str, database: str) -> None:
    """Take the account NAME away, and end its sessions."""
    from consent_server.admin.accounts import open_accounts
    from consent_server.admin.model import account_name
    from scanner.deeds import operator

    name = account_name(name)
    with open_accounts(database) as (accounts, trail):
        accounts.remove(name)
        trail.add(operator(), "removed an account", detail=name)
    click.echo(f"{name} has no account any more.", err=True)


@command.command()
@click.argument("name")
@_stdin_option
@database_option
def password(name: str, password_stdin: bool, database: str) -> None:
    """Give NAME another password, that is asked for, and end its sessions."""
    from consent_server.admin.accounts import open_accounts
    from consent_server.admin.model import account_name
    from scanner.deeds import operator

    name = account_name(name)
    with open_accounts(database) as (accounts, trail):
        accounts.set_password(name, _password(from_stdin=password_stdin))
        trail.add(operator(), "changed a password", detail=name)
    click.echo(f"{name} has another password; all sessions are ended.", err=True)


def _password(*, from_stdin: bool) -> str:
    """Return the password that somebody types, unseen, or that standard input holds."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed
