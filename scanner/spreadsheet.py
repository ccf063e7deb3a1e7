"""Cells of files that spreadsheets open: what a stranger wrote never becomes a formula there."""

from __future__ import annotations

import re

from scanner.visible import visible

#: What a formula begins with; also as East Asian keyboards write it: spreadsheets take those too.
_SIGNS = "=+\\-@＝＋－＠"

_FORMULA = re.compile(rf" *[{_SIGNS}\t\r\n]")

#: In most of Europe a spreadsheet parts cells at semicolons, whatever else the file does. It then
#: sees no quotes around what begins elsewhere, so that the part behind may be a formula by itself.
_FORMULA_BEHIND = re.compile(rf'(?<=[;\t\r\n])(?=[ "]*[{_SIGNS}])')


def harmless(cell: str) -> str:
    """Return *cell* so that no spreadsheet takes a part of it for a formula, and nothing hides."""
    cell = _FORMULA_BEHIND.sub("'", visible(cell))
    return "'" + cell if _FORMULA.match(cell) else cell
