"""What the owner is told of a request: that it came, and that the month runs out. Pure.

No word of the visitor's leaves the inbox: messages pass through hands that have no need of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from consent_server.pages import PAGES
from scanner.news import Message
from scanner.wording import words

if TYPE_CHECKING:
    import datetime as dt

    from consent_server.rights.model import RightsRequest
    from scanner.wording import Words


def notice(request: RightsRequest, *, now: dt.datetime, spoken: Words | None = None) -> Message:
    """
    Return what to tell of *request*, which is not answered yet.

    Args:
        now: The present.
        spoken: In which words people are told; None: English, as programs always are.
    """
    english = words("en", PAGES)
    say = spoken or english
    left = request.days_left(now)
    assert left is not None, "it is not answered"
    lines = [
        say.text(
            "notice.left" if left >= 0 else "notice.late",
            moment=say.moment(request.received_at),
            count=abs(left),
        ),
        say.text("notice.read", id=request.id),
    ]
    return Message(
        site=request.site,
        title=_title(request, say),
        text="\n".join(lines) + "\n",
        payload=msgspec.json.encode(
            {
                "event": "request.received" if request.reminded == 0 else "request.reminder",
                "title": _title(request, english),
                "site": request.site,
                "id": request.id,
                "right": request.right,
                "received_at": request.received_at,
                "due_at": request.due_at,
                "days_left": left,
            }
        ),
    )


def _title(request: RightsRequest, say: Words) -> str:
    return say.text(
        "notice.received" if request.reminded == 0 else "notice.reminder",
        site=request.site,
        right=say.term("rights", request.right),
        day=say.day(request.due_at),
    )
