"""What a site keeps of each category, where its record says so in words. Pure.

Many records can be read without knowing whose they are: ``{"analytics": false, "ads": true}``,
``statistics=0&marketing=1``, ``{"categories": ["necessary", "analytics"]}``.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from scanner.answer import words
from scanner.answer.words import Meaning
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Characters of a value that are read; what is longer is no record of an answer.
MOST_READ = 4000

#: A name, and a yes or a no.
_PAIR = re.compile(
    r"""([\w-]{3,40})["']?\s*[:=]\s*["']?(?:(true|1|yes|granted|allow(?:ed)?|accept(?:ed)?|on)"""
    r"""|(false|0|no|denied|deny|reject(?:ed)?|off))(?![\w.-])""",
    re.IGNORECASE,
)

#: A list of what was chosen, told by that what is necessary stands in it.
_LIST = re.compile(r"\[([^\[\]{}]*)\]")
_NECESSARY = re.compile(r"^(?:strictly)?necessary|^essential|^required", re.IGNORECASE)

#: Where one word of a name ends: "adStorage", "ad_storage".
_JOINT = re.compile(r"(?<=[a-z])(?=[A-Z])|[_-]+")

#: What is held without asking has a yes of its own.
_INTEREST = re.compile("interest|legint", re.IGNORECASE)

#: The categories that a refusal refuses everywhere; what is functional counts as necessary to some.
_REFUSED = (Category.STATISTICS, Category.MARKETING)


#: What stands in the place of a yes or a no in many records.
_YES = frozenset({"1", "true", "yes", "y", "on", "all", "granted", "allowall"})
_NO = frozenset({"0", "false", "no", "n", "off", "none", "denied"})

#: A word that is kept, under a name or alone.
_NAMED = re.compile(r"""([\w-]{3,40})["']?\s*[:=]\s*["']?([\w+ -]{1,40})""")

#: What such a name must speak of, so that a bare yes or no is one to the visitor's question.
_ASKED = re.compile("consent|accept|agree|allow|cookie|approv|answer|choice|gdpr", re.IGNORECASE)

#: Text that was packed: letters of the alphabet of base64, and enough of them.
_PACKED = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")


def granted(values: Iterable[str]) -> dict[Category, bool]:
    """Return to which categories *values* of cookies and storage say yes or no: most to none."""
    found: dict[Category, bool] = {}
    for value in values:
        text = _readable(value)
        for name, yes, _ in _PAIR.findall(text):
            category = _category(name)
            if category is not None:
                found[category] = found.get(category, False) or bool(yes)
        for listed in _LIST.findall(text):
            names = [name.strip(" \"'") for name in listed.split(",")]
            if any(map(_NECESSARY.match, names)):
                chosen = {_category(name) for name in names}
                found |= {c: c in chosen or found.get(c, False) for c in _REFUSED}
                found |= {c: True for c in chosen if c is not None}
    return found


def says(value: str) -> Literal["yes", "no"] | None:
    """Return whether a kept *value* is a consent, or a refusal; None: that cannot be told."""
    told = granted([value])
    refusable = [told[category] for category in _REFUSED if category in told]
    if refusable:
        return "yes" if any(refusable) else "no"
    text = _readable(value)
    pairs = [(name, word) for name, word in _NAMED.findall(text) if _ASKED.search(name)]
    answers = {_answer(word) for _, word in pairs} if pairs else {_answer(text)}
    answers.discard(None)
    return answers.pop() if len(answers) == 1 else None


def _answer(word: str) -> Literal["yes", "no"] | None:
    plain = word.strip(" \"'").casefold()
    if plain in _YES:
        return "yes"
    if plain in _NO:
        return "no"
    if words.meaning(plain) in (Meaning.ACCEPT, Meaning.ACKNOWLEDGE):
        return "yes"
    return "no" if words.refuses(plain) or words.meaning(plain) is Meaning.WITHDRAW else None


def _readable(value: str) -> str:
    """Return *value* without what it is packed in: signs of URLs, of JSON in JSON, base64."""
    text = unquote(value[:MOST_READ])
    if _PACKED.fullmatch(text):
        try:
            padded = text + "=" * (-len(text) % 4)
            packed = base64.b64decode(padded, altchars=b"-_" if set(text) & set("-_") else None)
            unpacked = packed.decode()
        except (binascii.Error, UnicodeDecodeError):
            unpacked = ""
        text = unpacked if unpacked.isprintable() and unpacked else text
    return text.replace('\\"', '"')


def agrees(
    granted: Mapping[Category, bool], answer: Literal["yes", "no"] | Category
) -> bool | None:
    """Return whether what was *granted* is what the *answer* said; None: that cannot be told."""
    told = [granted[category] for category in _REFUSED if category in granted]
    if answer == "yes":
        return any(granted.values()) if granted else None
    if answer == "no":
        return not any(told) if told else None
    others = [granted[c] for c in _REFUSED if c in granted and c is not answer]
    if any(others) or granted.get(answer) is False:
        return False
    return True if granted.get(answer) else None


def _category(name: str) -> Category | None:
    if _INTEREST.search(name):
        return None
    return words.category(_JOINT.sub(" ", name))
