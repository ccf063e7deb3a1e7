"""API tokens: the page on which owners make them and take them away."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING

from starlette.routing import Route

from consent_server.admin.gate import Asked, somewhere
from consent_server.admin.mistakes import Mistake
from consent_server.admin.model import ALL_SITES, Role
from consent_server.tokens import Scope, Token

if TYPE_CHECKING:
    from starlette.responses import Response

PATH = "/admin/tokens"
MAX_NAME = 80  # characters

#: Days after which a token may run out; 0: never.
LASTS = (30, 90, 365, 0)


@somewhere(Role.OWNER)
async def show(asked: Asked) -> Response:
    """Show the tokens of the person's sites, and make another."""
    made, mistake = None, None
    if asked.request.method == "POST":
        try:
            made = await _made(asked)
        except Mistake as exc:
            mistake = exc.said(asked.words)
    own = await _own(asked)
    found = await asyncio.to_thread(asked.door.all)
    return asked.page(
        "tokens",
        status=200 if mistake is None else 400,
        tokens=[token for token in found if _owns(asked, token)],
        scopes=tuple(Scope),
        sites=own,
        lasts=LASTS,
        everywhere=asked.person.may(Role.OWNER, ALL_SITES),
        now=dt.datetime.now(dt.UTC),
        made=made,
        mistake=mistake,
        typed=asked.form,
        done=asked.request.query_params.get("done"),
    )


async def _made(asked: Asked) -> str:
    """Make a token as the form says; return it."""
    form = asked.form
    name = form["name"]
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise Mistake("token_name", most=MAX_NAME)
    scopes = frozenset(scope for scope in Scope if scope in form.all("scope"))
    if not scopes:
        raise Mistake("token_scope")
    sites = await _sites(asked)
    days = next((days for days in LASTS if str(days) == form["days"]), None)
    if days is None:
        raise Mistake("token_lasts")
    secret = await asyncio.to_thread(
        asked.door.make,
        name,
        scopes=scopes,
        sites=sites,
        lasts=dt.timedelta(days=days) if days else None,
        created_by=asked.person.name,
    )
    places = "all sites" if sites is None else " ".join(sites)
    await asked.did("made a token", f"{name}: {' '.join(sorted(scopes))} at {places}")
    return secret


@somewhere(Role.OWNER)
async def remove(asked: Asked) -> Response:
    """Take a token away: it opens nothing from now on."""
    found = await asyncio.to_thread(asked.door.all)
    for token in found:
        if token.digest.hex() == asked.form["token"] and _owns(asked, token):
            await asyncio.to_thread(asked.door.remove, token.digest)
            await asked.did("removed a token", token.name)
            return asked.back(PATH, done="removed")
    return asked.problem(404, "token")


async def _sites(asked: Asked) -> tuple[str, ...] | None:
    """Return the sites that the form chooses; None: all, also those to come."""
    chosen, own = asked.form.all("site"), await _own(asked)
    if ALL_SITES in chosen and asked.person.may(Role.OWNER, ALL_SITES):
        return None
    if not chosen or not set(chosen) <= set(own):
        raise Mistake("token_sites")
    return chosen


async def _own(asked: Asked) -> tuple[str, ...]:
    """Return the sites whose owner the person is."""
    sites = await asked.shelf.sites()
    return tuple(site.key for site in sites if asked.person.may(Role.OWNER, site.key))


def _owns(asked: Asked, token: Token) -> bool:
    """Return whether the person is owner of all that *token* opens."""
    places = (ALL_SITES,) if token.sites is None else token.sites
    return all(asked.person.may(Role.OWNER, site) for site in places)


ROUTES = [
    Route(PATH, show, methods=["GET", "POST"]),
    Route("/admin/tokens/remove", remove, methods=["POST"]),
]
