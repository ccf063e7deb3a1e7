"""What somebody wanted on a page and cannot have: a text of the pages says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consent_server.pages import PAGES
from scanner.errors import AccountInvalid
from scanner.wording import words

if TYPE_CHECKING:
    from scanner.wording import Words


class Mistake(AccountInvalid):
    """Something cannot be done like this; on the command line it is told in English."""

    def __init__(self, key: str, /, **facts: object) -> None:
        """Tell it by the text with this *key* below ``mistakes``."""
        self.key = key
        self.facts = facts
        super().__init__(words("en", PAGES).text(f"mistakes.{key}", **facts))

    def said(self, to: Words) -> str:
        """Return it as a sentence."""
        return sentence(to.text(f"mistakes.{self.key}", **self.facts))


def sentence(text: str) -> str:
    """Return *text* with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + "." * (not text.endswith("."))
