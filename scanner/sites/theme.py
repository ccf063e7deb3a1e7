"""Whether the colours of a banner's theme can be read. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3: text that is not large

#: What is written on what; the widget's own colours, where a theme has none, as in banner.css.
PAIRS = (
    ("text", "background"),
    ("accent-text", "accent"),
    ("dark-text", "dark-background"),
    ("dark-accent-text", "dark-accent"),
)
OWN = {
    "background": "#fff",
    "text": "#1d2327",
    "accent": "#17496b",
    "accent-text": "#fff",
    "dark-background": "#1b2126",
    "dark-text": "#eef2f5",
    "dark-accent": "#9fd0f2",
    "dark-accent-text": "#0d1b26",
}

#: All that a theme may set: the custom properties of banner.css.
PROPERTIES = (*OWN, "border", "dark-border", "radius", "font")

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_RGB = re.compile(r"rgb\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*\)", re.IGNORECASE)


def faults(theme: Mapping[str, str]) -> tuple[str, ...]:
    """Say, with the measured ratio, which text of *theme* cannot be read on what is under it.

    Accept and reject share all their colours: a theme cannot make one of them weaker. Colours
    that are not written as ``#rgb``, ``#rrggbb`` or ``rgb()`` are taken on trust.
    """
    return tuple(
        f"theme: '{pale.over}' {pale.top} on '{pale.under}' {pale.below} has a contrast of "
        f"{pale.ratio:.1f}; text needs {MIN_CONTRAST}"
        for pale in pale_pairs(theme)
    )


class Pale(NamedTuple):
    """A text that cannot be read on what is under it: the keys of both, and their colours."""

    over: str
    top: str
    under: str
    below: str
    ratio: float


def pale_pairs(theme: Mapping[str, str]) -> tuple[Pale, ...]:
    """Return which texts of *theme* cannot be read on what is under them."""
    found = []
    for over, under in PAIRS:
        whole = completed(theme)
        top, below = whole.get(over, OWN[over]), whole.get(under, OWN[under])
        ratio = contrast(top, below)
        if (over in theme or under in theme) and ratio is not None and ratio < MIN_CONTRAST:
            found.append(Pale(over, top, under, below, ratio))
    return tuple(found)


def completed(theme: Mapping[str, str]) -> dict[str, str]:
    """Return *theme* with black or white text on each colour that it gives no text for."""
    whole = dict(theme)
    for over, under in PAIRS:
        if under in theme and over not in theme and _luminance(theme[under]) is not None:
            white = contrast("#fff", theme[under]) or 0.0
            whole[over] = "#fff" if white >= MIN_CONTRAST else "#000"
    return whole


def contrast(one: str, other: str) -> float | None:
    """Return the contrast of two colours by WCAG, 1 to 21; None: one of them is not understood."""
    lights = (_luminance(one), _luminance(other))
    if lights[0] is None or lights[1] is None:
        return None
    return (max(lights[0], lights[1]) + 0.05) / (min(lights[0], lights[1]) + 0.05)


def _luminance(colour: str) -> float | None:
    if found := _HEX.fullmatch(colour.strip()):
        digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
        parts = [int(digits[at : at + 2], 16) for at in (0, 2, 4)]
    elif found := _RGB.fullmatch(colour.strip()):
        parts = [min(int(part), 255) for part in found.groups()]
    else:
        return None
    red, green, blue = (_linear(part / 255) for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
