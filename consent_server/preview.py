"""What a preview of the banner shows: a site's declaration, looked at in another way. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from consent_server.banner import config
from scanner.errors import QuestionInvalid
from scanner.languages import LANGUAGES
from scanner.sites import fields
from widget import compose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from consent_server.model import Declaration

#: What of a theme can be tried out; the names are those of sites.yaml.
COLOURS = ("accent", "accent-text", "background", "text", "radius")

#: By the words for them in the address.
LAYERS = ("first", "second", "gpc", "answered")
LAYOUTS = ("bar", "box", "dialog")
SCHEMES = ("auto", "light", "dark")

#: Sizes of the screen, in CSS pixels.
SCREENS = {
    "desktop": "1280 × 800",
    "phone": "390 × 844",
    "small": "320 × 568",
}


class LookInvalid(QuestionInvalid):
    """What somebody wants to look at is none that there is; *name*: the field that is no CSS."""

    def __init__(self, text: str, *, name: str | None = None) -> None:
        super().__init__(text)
        self.name = name


class Look(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to look at a banner."""

    layout: Literal["bar", "box", "dialog"] = "box"
    scheme: Literal["auto", "light", "dark"] = "auto"
    language: str = "en"
    layer: Literal["first", "second", "gpc", "answered"] = "first"
    screen: Literal["phone", "small", "desktop"] = "desktop"
    theme: dict[str, str] = {}  # all of it; as in sites.yaml


def read_look(asked: Mapping[str, str], declaration: Declaration) -> Look:
    """
    Return what the query *asked* wants to see; without a word on it, as the site has it.

    Raises:
        LookInvalid: If a value is none that there is.
    """
    own = declaration.banner
    values = {
        "layout": own.layout,
        "scheme": own.scheme,
        "language": declaration.languages[0],
        **{key: value for key, value in asked.items() if value and key not in COLOURS},
    }
    wanted = {key: asked[key].strip() for key in COLOURS if asked.get(key, "").strip()}
    for name, value in wanted.items():
        if not fields.THEME_VALUE.fullmatch(value):
            raise LookInvalid(
                f"'{name}' must be one CSS value without ; {{ }} < > @ or url()", name=name
            )
    try:
        look = msgspec.convert({**values, "theme": {**own.theme, **wanted}}, Look)
    except msgspec.ValidationError as exc:
        raise LookInvalid(str(exc)) from exc
    if look.language not in LANGUAGES:
        raise LookInvalid(f"'language' is one of {', '.join(LANGUAGES)}")
    return look


def script(declaration: Declaration, look: Look) -> str:
    """Return the site's script as it would be with *look*, for no domain's cookies."""
    banner = msgspec.structs.replace(
        declaration.banner,
        layout=look.layout,
        scheme=look.scheme,
        theme=look.theme,
        revisit="icon",
        blocking="marked",
        take_over={},
    )
    shown = msgspec.structs.replace(
        declaration, banner=banner, languages=(look.language,), cookie_domains=()
    )
    return compose(msgspec.json.encode(config(shown))).decode()


def settings(declaration: Declaration, look: Look) -> list[str]:
    """Return the lines of sites.yaml that make the site's banner look so."""
    lines = ["banner:", f"  layout: {look.layout}", f"  scheme: {look.scheme}"]
    if look.theme:
        lines.append("  theme:")
        lines += [f"    {name}: {quoted(value)}" for name, value in sorted(look.theme.items())]
    if declaration.banner.revisit != "icon":
        lines.append(f"  revisit: {declaration.banner.revisit}")
    return lines


def quoted(value: str) -> str:
    """Return *value* as a quoted scalar of YAML."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
