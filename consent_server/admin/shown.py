"""What a visitor was shown when she decided: from the stored release, in words and alive. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from babel.lists import format_list

from scanner.languages import choose, lifetime_in_words
from scanner.model import Kind
from widget import ESCAPES

if TYPE_CHECKING:
    from consent_server.log.releases import Shown

#: The configuration in a stored engine, which is the same for all sites.
_BARE = re.compile(rb'\{"banner":\{"blocking":(?:null|"[a-z]+")\}\}')


class Wording(NamedTuple):
    """The banner's texts, as they stood on the screen."""

    language: str
    direction: str
    title: str
    sentences: tuple[str, ...]
    buttons: tuple[str, ...]
    layout: str


class Told(NamedTuple):
    """One item that visitors were told of."""

    name: str
    where: str
    vendor: str
    purpose: str
    lifetime: str


class Offered(NamedTuple):
    """A category with what belonged to it."""

    key: str
    name: str
    description: str
    items: tuple[Told, ...]


def wording(shown: Shown, language: str) -> Wording:
    """Return the first view of the banner in *language*, or in the one that stood in for it."""
    facts = _facts(shown)
    language = _spoken(facts, language)
    texts = facts["texts"][language]
    asked = [texts["purposes"].get(key, key) for key in facts["categories"]]
    question = texts["question"].replace(
        "{purposes}", format_list(asked, locale=language.replace("-", "_")) if asked else ""
    )
    sentences = [question, texts.get("partners"), texts.get("transfer")]
    sentences += [texts.get("refusing"), texts.get("revisit")]
    return Wording(
        language=language,
        direction=texts.get("direction", "ltr"),
        title=texts["title"],
        sentences=tuple(sentence for sentence in sentences if sentence),
        buttons=(texts["accept"], texts["reject"], texts["choose"]),
        layout=facts["banner"].get("layout", "box"),
    )


def offered(shown: Shown, language: str) -> tuple[Offered, ...]:
    """Return what visitors could read behind it, category by category."""
    facts = _facts(shown)
    language = _spoken(facts, language)
    names = facts["texts"][language]["categories"]
    return tuple(
        Offered(
            key=key,
            name=name["name"],
            description=name["description"],
            items=tuple(
                _told(item, language) for item in facts["items"] if item["category"] == key
            ),
        )
        for key, name in names.items()
    )


def script(shown: Shown, language: str) -> bytes | None:
    """
    Return the script that put it on the screen, for no domain's cookies; None: it is not known.

    The engine is kept with a bare configuration; what the visitor's site had is put in its place.
    """
    facts = _facts(shown)
    facts |= {"languages": [_spoken(facts, language)], "cookie_domains": []}
    config = msgspec.json.encode(facts)
    for harmful, harmless in ESCAPES:
        config = config.replace(harmful, harmless)
    whole, times = _BARE.subn(lambda _: config, shown.engine)
    return whole if times == 1 else None


def _facts(shown: Shown) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.json.decode(shown.facts)
    return facts


def _spoken(facts: dict[str, Any], language: str) -> str:
    return choose([language], list(facts["texts"]))


def _told(item: dict[str, Any], language: str) -> Told:
    purpose = item.get("purpose") or {}
    text = purpose[choose([language], list(purpose))] if purpose else ""
    return Told(
        name=item["name"],
        where=item["domain"],
        vendor=item.get("vendor") or "",
        purpose=text,
        lifetime=lifetime_in_words(item.get("lifetime"), Kind(item["kind"]), language),
    )
