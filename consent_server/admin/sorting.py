"""What somebody says of an item in a form: its category, who gets it, and what for. Pure."""

from __future__ import annotations

import fnmatch
import glob
from typing import TYPE_CHECKING

from scanner.model import Category, Entry, Override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from consent_server.admin.forms import Form

MAX_TEXT = 500  # characters of a vendor or a purpose


class SortingInvalid(ValueError):
    """What the form says cannot be an override; the text says why."""


def proposed(entry: Entry) -> dict[str, str]:
    """Return what the form of *entry* holds before anybody has changed it."""
    return {
        "name": _spelled(entry),
        "category": entry.suggestion or entry.category,
        "vendor": entry.vendor or "",
        **{f"purpose-{language}": text for language, text in entry.purpose.items()},
    }


def read(form: Form, entry: Entry, *, languages: Sequence[str]) -> Override:
    """
    Return what *form* says of *entry*.

    Raises:
        SortingInvalid: If it says nothing that can be written down.
    """
    name = form["name"] or _spelled(entry)
    if not fnmatch.fnmatchcase(entry.name, name):
        raise SortingInvalid(f"'{name}' does not fit '{entry.name}': * stands for any characters")
    if form["category"] not in tuple(Category):
        raise SortingInvalid("choose a category")
    purposes = {language: _text(form, f"purpose-{language}") for language in languages}
    return Override(
        name=name,
        category=Category(form["category"]),
        domain=entry.domain.lstrip(".") or None if form["only-domain"] else None,
        vendor=_text(form, "vendor") or None,
        purpose={language: text for language, text in purposes.items() if text},
    )


def _spelled(entry: Entry) -> str:
    """Return a glob for the name of *entry*, which is one itself where it holds a ``*``."""
    return glob.escape(entry.name).replace("[*]", "*")


def _text(form: Form, name: str) -> str:
    text = " ".join(form[name].split())
    if len(text) > MAX_TEXT or not text.isprintable():
        raise SortingInvalid(f"a text has at most {MAX_TEXT} printable characters")
    return text
