"""Open the templates of a package: the pages and Markdown texts that are made of facts."""

from __future__ import annotations

import importlib
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from scanner.markdown import escaped_markdown
from scanner.visible import visible


def folder(package: str) -> Path:
    """Return the folder ``templates`` of *package*, for what is sent as it is."""
    return Path(importlib.import_module(package).__path__[0]) / "templates"


def templates(package: str) -> Environment:
    """
    Return the templates in the folder ``templates`` of *package*.

    HTML is escaped by itself, Markdown with the filter ``md``; what a value hides is shown; a value
    that is not given is an error, never an empty place.
    """
    found = Environment(
        loader=PackageLoader(package),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    found.filters["md"] = escaped_markdown
    return found


def _shown(value: object) -> object:
    """Return *value* as it is put into a page; what is markup is ours."""
    return visible(value) if type(value) is str else value
