"""Passwords: how long they must be, and the argon2id hash that is kept of them."""

from __future__ import annotations

import argon2

from consent_server.admin.mistakes import Mistake

MIN_LENGTH = 12  # characters; NIST SP 800-63B asks for length, not for special signs
MAX_LENGTH = 256

#: As OWASP proposes where memory is dear: 19 MiB, two passes.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

#: Compared with where there is no account, so that the time taken tells nothing.
_NOBODY = _HASHER.hash("nobody has this password")


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
    return _HASHER.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Return whether *password* is the one *kept*; it takes as long where there is none."""
    try:
        _HASHER.verify(kept or _NOBODY, password[:MAX_LENGTH])
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False
    return kept is not None


def outdated(kept: str) -> bool:
    """Return whether *kept* was hashed with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)
