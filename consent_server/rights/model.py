"""What a person may ask of whoever has data of her, and the clock that then runs. Pure.

The clock is article 12(3) of the GDPR: an answer without undue delay and within one month, which
may be extended by two further months where the person is told why within the first.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
import uuid
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_CONTACT = 254  # characters of an e-mail address (RFC 5321)
MAX_MESSAGE = 4000  # characters
TERM = dt.timedelta(days=30)  # to answer
EXTENSION = dt.timedelta(days=60)  # that may be added once
REMINDERS = (20, 27)  # days after which an unanswered request is told of again

_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]{2,}")


class Right(enum.StrEnum):
    """What can be asked for, by the article of the GDPR that gives the right."""

    ACCESS = "access"  # 15
    RECTIFICATION = "rectification"  # 16
    ERASURE = "erasure"  # 17
    RESTRICTION = "restriction"  # 18
    PORTABILITY = "portability"  # 20
    OBJECTION = "objection"  # 21


class Standing(enum.StrEnum):
    """How far the answer is."""

    OPEN = "open"
    EXTENDED = "extended"
    ANSWERED = "answered"
    REFUSED = "refused"


class RightsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request. Its id is known to the visitor and the owner only: it is the key to it."""

    id: str
    site: str
    right: Right
    contact: str  # an e-mail address
    message: str
    receipt: str | None  # id of a decision in the consent log
    language: str
    received_at: dt.datetime
    standing: Standing = Standing.OPEN
    closed_at: dt.datetime | None = None  # None: not answered yet
    reminded: int = 0  # how often the owner was told of it: once at first, then REMINDERS

    @property
    def due_at(self) -> dt.datetime:
        """When it must have been answered."""
        more = EXTENSION if self.standing is Standing.EXTENDED else dt.timedelta()
        return self.received_at + TERM + more

    def days_left(self, now: dt.datetime) -> int | None:
        """Return the whole days that are left to answer, negative when late; None: answered."""
        return None if self.closed_at is not None else (self.due_at - now).days

    def tellings_due(self, now: dt.datetime) -> int:
        """Return how often the owner should have been told by *now*; 1 is the first news of it."""
        if self.closed_at is not None:
            return self.reminded
        late = self.due_at - self.received_at - TERM
        return 1 + sum(now >= self.received_at + late + dt.timedelta(days=d) for d in REMINDERS)


class RequestInvalid(ValueError):
    """What a visitor sent is no request; *mistakes* names the fields that are wrong."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__(f"wrong or missing: {', '.join(mistakes)}")
        self.mistakes = mistakes


def read(
    fields: Mapping[str, str], *, site: str, language: str, received_at: dt.datetime
) -> RightsRequest:
    """
    Return the request that a form's *fields* make.

    Raises:
        RequestInvalid: If they make none; all mistakes at once.
    """
    right, contact, message, receipt = (
        fields.get(name, "").strip() for name in ("right", "contact", "message", "receipt")
    )
    message = message.replace("\r\n", "\n")
    mistakes = [
        name
        for name, wrong in (
            ("right", right not in set(Right)),
            ("contact", not _is_address(contact)),
            ("message", len(message) > MAX_MESSAGE or not _readable(message)),
            ("receipt", bool(receipt) and not _is_uuid(receipt)),
        )
        if wrong
    ]
    if mistakes:
        raise RequestInvalid(tuple(mistakes))
    return RightsRequest(
        id=str(uuid.uuid4()),
        site=site,
        right=Right(right),
        contact=contact,
        message=message,
        receipt=receipt.lower() or None,
        language=language,
        received_at=received_at,
    )


def _is_address(text: str) -> bool:
    known = len(text) <= MAX_CONTACT and text.isprintable()
    return known and _ADDRESS.fullmatch(text) is not None


def _readable(text: str) -> bool:
    return all(character.isprintable() or character in "\n\t" for character in text)


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
