"""Texts of strangers in Markdown."""

from __future__ import annotations

import re


def escaped_markdown(text: object) -> str:
    """Return *text* so that Markdown takes it as it is, in a cell of a table too."""
    plain = " ".join(str(text).split())
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", plain)
