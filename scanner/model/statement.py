"""What is said to people, before it is said in a language: a code and its facts."""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """
    One sentence, or a part of one.

    *code* names its text under ``statements`` in ``scanner/locale/report``. A fact that is itself
    a statement is said in the same language.
    """

    code: str
    facts: dict[str, str | int | Statement] = {}


#: What stands on one line, part after part.
Line: TypeAlias = tuple[Statement, ...]


def said(code: str, /, **facts: str | int | Statement) -> Statement:
    """Return the statement of this *code* about *facts*."""
    return Statement(code=code, facts=facts)
