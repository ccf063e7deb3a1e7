"""What the owner is told of a request: that it came, and that the month runs out. Pure.

No word of the visitor's leaves the inbox: messages pass through hands that have no need of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scanner.news import Message

if TYPE_CHECKING:
    import datetime as dt

    from consent_server.rights.model import RightsRequest


def notice(request: RightsRequest, *, now: dt.datetime) -> Message:
    """Return what to tell of *request*, which is not answered yet."""
    first = request.reminded == 0
    due = f"{request.due_at:%Y-%m-%d}"
    left = request.days_left(now)
    what = f"{request.site}: a request ({request.right}) "
    what += f"came in, to be answered by {due}" if first else f"must be answered by {due}"
    return Message(
        site=request.site,
        title=what,
        text=(
            f"Received {request.received_at:%Y-%m-%d %H:%M} UTC, {left} days left.\n"
            f"Read it under /admin, or with: kapsel requests show {request.id}\n"
        ),
        payload=msgspec.json.encode(
            {
                "event": "request.received" if first else "request.reminder",
                "title": what,
                "site": request.site,
                "id": request.id,
                "right": request.right,
                "received_at": request.received_at,
                "due_at": request.due_at,
                "days_left": left,
            }
        ),
    )
