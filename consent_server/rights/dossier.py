"""What the consent log knows of the person behind a request: for the answer to her. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from consent_server.log.releases import Shown
    from consent_server.model import ConsentRecord
    from consent_server.rights.model import RightsRequest


def dossier(
    request: RightsRequest, record: ConsentRecord | None, shown: Shown | None
) -> dict[str, Any]:
    """
    Return, as plain values, all that is held in connection with *request*.

    Args:
        record: The decision whose number the visitor gave; None: she gave none, or it is gone.
        shown: What stood on her screen when she decided.
    """
    return {
        "request": {**msgspec.to_builtins(request), "due_at": f"{request.due_at.isoformat()}"},
        "decision": msgspec.to_builtins(record),
        "shown": None if shown is None else json.loads(shown.facts),
    }
