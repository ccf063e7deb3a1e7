"""The catalogue of a site: what changed, what is to be sorted, and every item with its reasons."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.routing import Route

from consent_server.admin import sorting
from consent_server.admin.gate import Asked, at_site
from consent_server.admin.glance import picture
from consent_server.admin.mistakes import Mistake
from consent_server.admin.model import Role
from scanner.change_words import change_words
from scanner.errors import KapselError
from scanner.model import Category

if TYPE_CHECKING:
    from starlette.responses import Response

    from consent_server.admin.glance import Picture
    from scanner.model import Entry

#: What nobody has sorted comes first: it is work.
ORDER = (Category.UNCLASSIFIED, *(each for each in Category if each is not Category.UNCLASSIFIED))


@at_site(Role.READER)
async def show(asked: Asked) -> Response:
    """Show what the site stores, what changed since the scan before, and what is to be sorted."""
    seen = await _picture(asked)
    fresh = {entry.identity for entry in seen.difference.new}
    groups = {
        category: [entry for entry in seen.entries if entry.category is category]
        for category in ORDER
    }
    return asked.page(
        "catalogue",
        seen=seen,
        groups={category: entries for category, entries in groups.items() if entries},
        changes=[(change, change_words(change, asked.words)) for change in seen.difference.changed],
        fresh=fresh,
        may_sort=asked.person.may(Role.EDITOR, asked.site),
        categories=tuple(Category),
        proposed=sorting.proposed,
        done=asked.request.query_params.get("done"),
        mistakes=asked.shelf.mistakes,
    )


@at_site(Role.READER)
async def item(asked: Asked) -> Response:
    """Show one item with all that is known of it, and a form to sort it."""
    return await _item(asked, mistake=None)


@at_site(Role.EDITOR)
async def sort(asked: Asked) -> Response:
    """Write what somebody says of an item into sites.yaml, and serve it at once."""
    site = await asked.listed()
    assert site is not None, "the gate has seen it"
    entry = _found(await _picture(asked), asked.form.values())
    if entry is None:
        return _gone(asked)
    try:
        override = sorting.read(asked.form, entry, languages=site.languages)
        await asyncio.to_thread(asked.shelf.override, asked.site, override)
    except Mistake as exc:
        return await _item(asked, mistake=exc.said(asked.words))
    except KapselError as exc:
        told = asked.words.text("mistakes.not_saved")
        return await _item(asked, mistake=told, detail=str(exc))
    await asked.shelf.look_again(asked.site)
    await asked.did("sorted an item", f"{override.name}: {override.category}", site=asked.site)
    return asked.back(f"/admin/{asked.site}/catalogue", done=override.name)


async def _item(asked: Asked, *, mistake: str | None, detail: str = "") -> Response:
    seen = await _picture(asked)
    query = dict(asked.request.query_params) if mistake is None else asked.form.values()
    entry = _found(seen, query)
    if entry is None:
        return _gone(asked)
    return asked.page(
        "item",
        status=200 if mistake is None else 400,
        entry=entry,
        languages=seen.site.languages,
        typed=asked.form.values() if mistake else sorting.proposed(entry),
        may_sort=asked.person.may(Role.EDITOR, asked.site),
        categories=tuple(Category),
        mistake=mistake,
        detail=detail,
    )


def _gone(asked: Asked) -> Response:
    return asked.problem(404, "item")


async def _picture(asked: Asked) -> Picture:
    site = await asked.listed()
    assert site is not None, "the gate has seen it"
    return await asyncio.to_thread(picture, asked.store, site)


def _found(seen: Picture, query: dict[str, str]) -> Entry | None:
    """Return the entry that *query* names, by what makes it the same from scan to scan."""
    names = ("kind", "item", "domain", "path")
    for entry in seen.entries:
        own = (entry.kind.value, entry.name, entry.domain, entry.path)
        if own == tuple(query.get(name, "") for name in names):
            return entry
    return None


ROUTES = [
    Route("/admin/{site}/catalogue", show),
    Route("/admin/{site}/catalogue/item", item),
    Route("/admin/{site}/catalogue/sort", sort, methods=["POST"]),
]
