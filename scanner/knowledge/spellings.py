"""What other people's lists call categories, columns and lengths of time: ``spellings.toml``."""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib

import msgspec

from scanner import lifetimes
from scanner.model import Category

#: A number with the word behind it: "2 år", "1,5 Stunden".
MEASURE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+)")
PLAIN = re.compile(r"[\W_]")  # what does not count in the name of a category or column


class Spellings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: ours -> what others say."""

    categories: dict[Category, tuple[str, ...]]
    columns: dict[str, tuple[str, ...]]
    units: dict[str, tuple[str, ...]]
    cookies: tuple[str, ...]  # the word itself, which says nothing in the name of a category


class Meanings(msgspec.Struct, frozen=True, kw_only=True):
    """The same the other way round: what others say -> ours."""

    categories: dict[str, Category]
    columns: dict[str, str]
    units: dict[str, str]
    cookies: re.Pattern[str]


@functools.cache
def meanings() -> Meanings:
    """Return what each spelling means."""
    path = importlib.resources.files("scanner.knowledge") / "spellings.toml"
    read = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Spellings)
    return Meanings(
        categories={said: ours for ours, all_ in read.categories.items() for said in all_},
        columns={_plain(said): ours for ours, all_ in read.columns.items() for said in all_},
        units={said: ours for ours, all_ in read.units.items() for said in all_},
        cookies=re.compile("|".join(sorted(read.cookies, key=len, reverse=True))),
    )


def category(text: object) -> Category | None:
    """Return the category that *text* names in anybody's words; None: it names none."""
    plain = _plain(text)
    known = meanings().categories
    return known.get(plain) or known.get(meanings().cookies.sub("", plain))


def column(text: object) -> str | None:
    """Return what a column or key with this heading holds; None: nothing that we want."""
    return meanings().columns.get(_plain(text))


def _plain(text: object) -> str:
    """Return the letters and digits of *text*, in lower case."""
    return PLAIN.sub("", str(text).lower())


def seconds(text: str) -> float | None:
    """Return the seconds that "2 years", "13 mnd" or "1 vuosi" means; None: not a length."""
    units = meanings().units

    def english(found: re.Match[str]) -> str:
        return f"{found[1]} {units.get(found[2], found[2])}"

    return lifetimes.parse(MEASURE.sub(english, text.strip().lower()))
