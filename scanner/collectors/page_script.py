"""The scripts that a crawl runs in a page's place, beside this module."""

from __future__ import annotations

from importlib import resources


def page_script(name: str) -> str:
    """Return the source of the script *name*, without ``.js``: most are one function."""
    return resources.files(__package__).joinpath(f"{name}.js").read_text(encoding="utf-8")
