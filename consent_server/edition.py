"""All that a site is served, as bytes: the script, and what is kept to show it again. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from consent_server import banner
from consent_server.declaration_page import plain_items
from widget import compose

if TYPE_CHECKING:
    from consent_server.model import Declaration


class Edition(NamedTuple):
    """One edition of a site's banner."""

    script: bytes  # JavaScript: the engine with what the banner needs of the facts in it
    facts: bytes  # JSON: texts, theme, categories, every item in full
    engine: bytes  # JavaScript, without the facts


def edition(declaration: Declaration) -> Edition:
    """Return what *declaration*'s site is served."""
    config = banner.config(declaration)
    bare = {"banner": {"blocking": config["banner"].get("blocking")}}
    return Edition(
        script=compose(msgspec.json.encode(config)),
        facts=msgspec.json.encode({**config, "items": plain_items(declaration)}),
        engine=compose(msgspec.json.encode(bare)),
    )
