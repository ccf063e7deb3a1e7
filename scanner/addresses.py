"""Addresses as reports may show them."""

from __future__ import annotations


def without_query(url: str) -> str:
    """Return *url* without query and fragment: they may carry identifiers of a person."""
    return url.split("#", 1)[0].split("?", 1)[0]
