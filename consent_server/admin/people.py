"""Who may do what: the pages on which owners let people in, and give and take roles."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.routing import Route

from consent_server.admin.gate import Asked, somewhere
from consent_server.admin.mistakes import Mistake
from consent_server.admin.model import ALL_SITES, Account, Role, account_name

if TYPE_CHECKING:
    from starlette.responses import Response

PATH = "/admin/accounts"
CHANGE = "/admin/accounts/change"


@somewhere(Role.OWNER)
async def accounts(asked: Asked) -> Response:
    """Show the accounts with a role at the person's sites, and let others in."""
    invitation, mistake = None, None
    if asked.request.method == "POST":
        try:
            invitation = await _added(asked)
        except Mistake as exc:
            mistake = exc.said(asked.words)
    everybody = await asyncio.to_thread(asked.accounts.all)
    own = await _own(asked)
    return asked.page(
        "accounts",
        status=200 if mistake is None else 400,
        accounts=[found for each in everybody if (found := _visible(each, asked, own))],
        sites=own,
        roles=tuple(Role),
        everywhere=asked.person.may(Role.OWNER, ALL_SITES),
        mistake=mistake,
        invitation=invitation,
        typed=asked.form.values(),
        done=asked.request.query_params.get("done"),
    )


async def _added(asked: Asked) -> dict[str, str] | None:
    """Let somebody in; return her invitation, if she needs one."""
    form = asked.form
    name = account_name(form["name"])
    site, role = await _place(asked), _role(form["role"])
    known = await asyncio.to_thread(asked.accounts.get, name)
    if known is not None:
        if _visible(known, asked, await _own(asked)) is None:
            raise Mistake("account_elsewhere", name=name)
        if site in known.roles:
            raise Mistake("role_there", name=name)
        await asyncio.to_thread(asked.accounts.grant, name, site, role)
    else:
        await asyncio.to_thread(asked.accounts.add, name, roles={site: role}, password=None)
    await asked.did("gave a role", f"{name}: {role}", site=_one(site))
    if known is not None:
        return None
    return {"name": name, "address": await _invited(asked, name)}


@somewhere(Role.OWNER)
async def change(asked: Asked) -> Response:
    """Change the roles of one account, invite anew, end its sessions, or take it away."""
    name = asked.request.query_params.get("name", "")
    found = await asyncio.to_thread(asked.accounts.get, name)
    own = await _own(asked)
    shown = found and _visible(found, asked, own)
    if shown is None:
        return asked.problem(404, "account")
    invitation, mistake = None, None
    if asked.request.method == "POST":
        try:
            done = await _CHANGES.get(asked.form["do"], _nothing)(asked, shown)
        except Mistake as exc:
            mistake = exc.said(asked.words)
        else:
            if asked.form["do"] != "invite":
                return asked.back(PATH, done=done)
            invitation = {"name": name, "address": done}
    return asked.page(
        "account_change",
        status=200 if mistake is None else 400,
        account=shown,
        sites=own,
        roles=tuple(Role),
        everywhere=asked.person.may(Role.OWNER, ALL_SITES),
        mistake=mistake,
        invitation=invitation,
    )


async def _give(asked: Asked, account: Account) -> str:
    site, text = await _place(asked), asked.form["role"]
    role = None if text == "none" else _role(text)
    await asyncio.to_thread(asked.accounts.grant, account.name, site, role)
    action = "took a role" if role is None else "gave a role"
    detail = account.name if role is None else f"{account.name}: {role}"
    await asked.did(action, detail, site=_one(site))
    return "role"


async def _invite(asked: Asked, account: Account) -> str:
    _for_owners_of_all(asked)
    return await _invited(asked, account.name)


async def _end_sessions(asked: Asked, account: Account) -> str:
    _for_owners_of_all(asked)
    count = await asyncio.to_thread(asked.sessions.end_all, account.name)
    await asked.did("ended sessions", f"{account.name}: {count}")
    return "ended"


async def _remove(asked: Asked, account: Account) -> str:
    _for_owners_of_all(asked)
    if not asked.form["sure"]:
        raise Mistake("tick_sure")
    await asyncio.to_thread(asked.accounts.remove, account.name)
    await asked.did("removed an account", account.name)
    return "removed"


async def _nothing(asked: Asked, account: Account) -> str:
    raise Mistake("say_what")


async def _revoke(asked: Asked, account: Account) -> str:
    if account.invitation is None or account.invitation.by != asked.person.name:
        _for_owners_of_all(asked)
    await asyncio.to_thread(asked.accounts.revoke, account.name)
    await asked.did("withdrew an invitation", account.name)
    return "revoked"


_CHANGES = {
    "role": _give,
    "invite": _invite,
    "revoke": _revoke,
    "end": _end_sessions,
    "remove": _remove,
}


async def _invited(asked: Asked, name: str) -> str:
    """Return the address at which the account *name* may choose a password."""
    secret = await asyncio.to_thread(asked.accounts.invite, name, by=asked.person.name)
    await asked.did("invited", name)
    return str(asked.request.url_for("invitation", secret=secret))


async def _own(asked: Asked) -> tuple[str, ...]:
    """Return the sites whose owner the person is."""
    sites = await asked.shelf.sites()
    return tuple(site.key for site in sites if asked.person.may(Role.OWNER, site.key))


async def _place(asked: Asked) -> str:
    """Return the site that the form names."""
    site = asked.form["site"]
    if site == ALL_SITES:
        _for_owners_of_all(asked)
    elif site not in await _own(asked):
        raise Mistake("choose_site")
    return site


def _visible(account: Account, asked: Asked, own: tuple[str, ...]) -> Account | None:
    """Return what the person may know of *account*."""
    if asked.person.may(Role.OWNER, ALL_SITES):
        return account
    roles = {site: role for site, role in account.roles.items() if site in own}
    made = account.invitation
    return (
        Account(
            name=account.name,
            roles=roles,
            created_at=account.created_at,
            has_password=account.has_password,
            provider=account.provider,
            invitation=made if made is not None and made.by == asked.person.name else None,
        )
        if roles
        else None
    )


def _for_owners_of_all(asked: Asked) -> None:
    if not asked.person.may(Role.OWNER, ALL_SITES):
        raise Mistake("only_owners")


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise Mistake("choose_role") from None


def _one(site: str) -> str | None:
    return None if site == ALL_SITES else site


ROUTES = [
    Route(PATH, accounts, methods=["GET", "POST"]),
    Route(CHANGE, change, methods=["GET", "POST"]),
]
