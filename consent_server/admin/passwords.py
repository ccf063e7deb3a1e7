"""Passwords: how long they must be, and the argon2id hash that is kept of them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from consent_server.admin.mistakes import Mistake

MIN_LENGTH = 12  # characters; NIST SP 800-63B asks for length, not for special signs
MAX_LENGTH = 256

if TYPE_CHECKING:
    from argon2 import PasswordHasher


def check(password: str, *, name: str) -> None:
    """
    Let a good *password* of the account *name* pass.

    Raises:
        Mistake: If it is too short, too long, or easily guessed.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Mistake("password_length", least=MIN_LENGTH, most=MAX_LENGTH)
    if len(set(password)) < 5 or password.casefold() in (name, name.partition("@")[0]):
        raise Mistake("password_weak")


def hashed(password: str) -> str:
    """Return what is kept of *password*: salted, with its parameters, by argon2id."""
    return _hasher().hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Return whether *password* is the one *kept*; it takes as long where there is none."""
    import argon2

    nobody = _nobody()
    try:
        _hasher().verify(kept or nobody, password[:MAX_LENGTH])
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Return whether *kept* was hashed with weaker parameters than today's."""
    return _hasher().check_needs_rehash(kept)


@functools.cache
def _hasher() -> PasswordHasher:
    """Return what hashes as OWASP proposes where memory is dear: 19 MiB, two passes."""
    import argon2  # most processes never see a password

    return argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@functools.cache
def _nobody() -> str:
    """Return what is compared with where there is no account: the time taken tells nothing."""
    return _hasher().hash("nobody has this password")
