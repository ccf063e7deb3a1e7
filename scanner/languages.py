"""What is said to people, in their language: texts, the choice of a language, lifetimes in words.

The texts lie in ``scanner/locale/*.json``. A language that lacks a text takes it from the
language nearest to it, and in the end from English.
"""

from __future__ import annotations

import functools
import importlib.resources
from typing import TYPE_CHECKING, Any

import msgspec
from babel.plural import PluralRule

from scanner.model import SENT_KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: All languages that Kapsel speaks.
# fmt: off
LANGUAGES = (
    "en", "nb", "nn", "sv", "da", "fi", "de", "fr", "nl", "es",
    "it", "pt", "pl", "et", "lv", "lt", "is", "uk", "ar",
)
# fmt: on

#: Where the texts lie that visitors read.
VISITORS = "scanner/locale"

#: Who can read what: the languages that stand in for one that is not offered, best first.
STAND_INS = {
    "no": ("nb", "nn"),
    "nb": ("no", "nn"),
    "nn": ("no", "nb"),
}

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

#: Unit, its lengths in seconds as vendors count them, and the numbers of it that read well:
#: vendors who mean one month write 30 days.
UNITS = (
    ("year", (365 * DAY, 365.25 * DAY), range(1, 10_000)),
    ("month", (30 * DAY, 30.4375 * DAY), range(2, 26)),
    ("day", (DAY,), range(1, 1_001)),
    ("hour", (HOUR,), range(1, 73)),
    ("minute", (MINUTE,), range(1, 121)),
    ("second", (1,), range(1, 121)),
)

#: How far a lifetime may lie from a round number and still be told as that number: a cookie
#: loses some seconds between its birth and the scanner's look into the jar.
TOLERANCE = 0.01


def texts(language: str, *, of: str = VISITORS) -> dict[str, Any]:
    """Return all texts in *language*, gaps filled from its stand-ins and then from English.

    The dictionary is shared between callers and must not be changed.

    Args:
        of: The folder of the texts, ``package/locale`` or one below it.
    """
    return _texts(language if language in LANGUAGES else choose([language], LANGUAGES), of)


@functools.cache
def _texts(language: str, folder: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for source in dict.fromkeys(("en", *reversed(STAND_INS.get(language, ())), language)):
        if source in LANGUAGES:
            merged = _overlaid(merged, _file(source, folder))
    return merged


def _file(language: str, folder: str) -> dict[str, Any]:
    """Return the texts of one file; not every folder has all languages."""
    package, _, below = folder.partition("/")
    path = importlib.resources.files(package).joinpath(below, f"{language}.json")
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any]) if path.is_file() else {}


def _overlaid(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, over in above.items():
        value, under = over, result.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            value = _overlaid(under, value)
        result[key] = value
    return result


def choose(wanted: str | Iterable[str], offered: Sequence[str]) -> str:
    """Return the language of *offered* that suits best; the first one when none does.

    Args:
        wanted: Language tags, best first, or the text of an ``Accept-Language`` header.
        offered: At least one language; regions in it are respected (``sv-FI``).
    """
    tags = _accepted(wanted) if isinstance(wanted, str) else list(wanted)
    by_tag = {tag.lower(): tag for tag in reversed(offered)}
    for tag in tags:
        language = tag.lower().replace("_", "-")
        base = language.partition("-")[0]
        for candidate in (language, base, *STAND_INS.get(base, ())):
            if candidate in by_tag:
                return by_tag[candidate]
    return offered[0]


def _accepted(header: str) -> list[str]:
    """Return the tags of an Accept-Language *header*, best first; refused ones are left out."""
    weighed = []
    for part in header.split(","):
        tag, _, parameter = part.partition(";")
        name, _, weight = parameter.partition("=")
        try:
            quality = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            quality = 0.0
        if tag.strip() and quality > 0:
            weighed.append((-quality, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]


def counted(forms: dict[str, str], count: int, language: str) -> str:
    """Return the one of *forms* that goes with *count* in *language*, the count written into it.

    The rules are Unicode CLDR's for whole numbers, and stand with the texts.

    Args:
        forms: Text by plural form (``one``, ``few`` …); ``other`` is always there.
    """
    form = forms.get(_plurals(language)(count), forms["other"])
    return form.replace("{count}", str(count))


@functools.cache
def _plurals(language: str) -> PluralRule:
    return PluralRule(texts(language)["plurals"])


#: How long that lives which has no date: for ever, unless it is one of these.
_ENDLESS = {Kind.COOKIE: "session", Kind.SESSION_STORAGE: "tab", Kind.WINDOW_NAME: "tab"}


def lifetime_in_words(seconds: float | None, kind: Kind, language: str) -> str:
    """Say how long an item stays: "2 years", "until you close the browser".

    Args:
        seconds: None when nothing but the browser, or a person, ends the item.
        kind: Where the item is kept; a request is not kept at all.
        language: One of LANGUAGES; another is taken as `texts` takes it.
    """
    words = texts(language)["lifetimes"]
    if kind in SENT_KINDS:
        return str(words["not_stored"])
    if seconds is None:
        endless = _ENDLESS.get(kind, "deleted")
        return str(words[endless])
    spoken = language if language in LANGUAGES else choose([language], LANGUAGES)
    count, unit = _rounded(seconds)
    own = words.get("units", {}).get(unit)
    if own:
        return counted(own, count, spoken)
    from babel.units import format_unit  # its data are five megabytes, and a banner has no units

    # CLDR mixes hard and soft spaces; one kind can be searched for and compared
    return format_unit(count, f"duration-{unit}", "long", locale=spoken).replace("\xa0", " ")


def _rounded(seconds: float) -> tuple[int, str]:
    """Return the number and the unit that tell *seconds* best."""
    for unit, lengths, natural in UNITS:
        for length in lengths:
            count = round(seconds / length)
            if count in natural and abs(seconds - count * length) <= TOLERANCE * seconds:
                return count, unit
    for unit, lengths, _ in UNITS:
        if (count := round(seconds / lengths[0])) >= 2:
            return count, unit
    return max(round(seconds), 0), "second"
