"""What somebody says of an item in a form: its category, who gets it, and what for. Pure."""

from __future__ import annotations

import fnmatch
import glob
from typing import TYPE_CHECKING

from consent_server.admin.mistakes import Mistake
from scanner.model import Category, Entry, Override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from consent_server.admin.forms import Form

MAX_TEXT = 500  # characters of a vendor or a purpose


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
        Mistake: If it says nothing that can be written down.
    """
    name = form["name"] or _spelled(entry)
    if not fnmatch.fnmatchcase(entry.name, name):
        raise Mistake("sort_name", name=name, item=entry.name)
    if form["category"] not in tuple(Category):
        raise Mistake("sort_category")
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
        raise Mistake("sort_text", most=MAX_TEXT)
    return text
