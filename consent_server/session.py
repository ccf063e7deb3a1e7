"""The sign-in of people: a cookie that says until when, signed with the digest of their token.

So nothing is kept on the server, any worker can check it, and a token that is taken away ends the
sessions that began with it.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LIFETIME = 12 * 3600  # seconds: a working day

_COOKIE = re.compile(r"(\d{1,12})\.([0-9a-f]{64})")


def begin(token_digest: bytes, *, now: float) -> str:
    """Return the cookie of a session that begins *now* (seconds since 1970)."""
    until = str(int(now) + LIFETIME)
    return f"{until}.{_signature(token_digest, until)}"


def holds(cookie: str, token_digests: Iterable[bytes], *, now: float) -> bool:
    """Return whether *cookie* was given out under one of the tokens, and has not run out."""
    found = _COOKIE.fullmatch(cookie)
    if found is None or int(found[1]) < now:
        return False
    return any(
        hmac.compare_digest(_signature(digest, found[1]), found[2]) for digest in token_digests
    )


def _signature(token_digest: bytes, until: str) -> str:
    return hmac.new(token_digest, f"session until {until}".encode(), "sha256").hexdigest()
