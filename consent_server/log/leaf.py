"""The leaves of the log's Merkle tree: what of a decision they prove, and what can be erased.

    leaf = H(0x00 ‖ core ‖ inner)          inner = H(salt ‖ personal)

The core says what was decided, by nobody in particular; the personal part and the salt are what
erasure deletes. Core, inner and leaf stay, so every proof made before still holds, while without
the salt nobody can find out, by trying, whose decision it was.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from typing import TYPE_CHECKING

import msgspec

from scanner.model import OPTIONAL_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from consent_server.model import ConsentRecord

SALT_LENGTH = 16  # bytes: nobody tries 2**128 salts
LENGTH = 32  # bytes of a leaf

_CATEGORIES = tuple(category.value for category in OPTIONAL_CATEGORIES)
_ENCODER = msgspec.json.Encoder()
_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()


def core(record: ConsentRecord) -> bytes:
    """Return what of *record* stays for ever: day of receipt, site, revision, answer."""
    return core_of(
        record.received_at.toordinal() - _EPOCH_DAY,
        record.site,
        record.revision,
        record.action,
        tuple(map(record.choices.get, _CATEGORIES)),
        tuple(sorted(record.services.items())) if record.services else (),
        record.surface,
        record.layout,
    )


@functools.lru_cache(maxsize=4096)  # few differ on one day
def core_of(
    day: int,
    site: str,
    revision: str,
    action: str,
    answers: tuple[bool | None, ...],
    services: tuple[tuple[str, bool], ...],
    *where: str | None,
) -> bytes:
    """Return the core with these parts; *day* counts from 1970."""
    known: tuple[object, ...] = ("decision", day, site, revision, action, answers)
    if services or any(where):  # leaves of before these were kept had no place for them
        known = (*known, dict(services), *where)
    return _ENCODER.encode(known)


def personal(record: ConsentRecord) -> bytes:
    """Return what of *record* may lead to a person, and goes when it is erased."""
    parts = (
        record.id,
        record.decided_at,
        record.received_at,
        record.language,
        record.page,
        record.gpc,
        record.flags,
    )
    if record.country is None and record.network is None:
        return _ENCODER.encode(parts)
    return personal_of(*parts, record.country, record.network)


def personal_of(*parts: object) -> bytes:
    """Return the personal part with these *parts*, in the order in which `personal` has them."""
    if parts[-2] is None and parts[-1] is None:  # as in leaves of before these were kept
        parts = parts[:-2]
    return _ENCODER.encode(parts)


def inner(salt: bytes | bytearray, personal_part: bytes) -> bytes:
    """Return the hash that stands for the personal part."""
    return hashlib.sha256(salt + personal_part).digest()


def leaf_hash(core_part: bytes, inner_hash: bytes) -> bytes:
    """Return the leaf; RFC 9162 section 2.1.1 puts a zero before what is hashed."""
    return hashlib.sha256(b"\x00" + core_part + inner_hash).digest()


def split(first: int, hashes: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each of the leaves that stand in *hashes* after each other, with its position."""
    for place, start in enumerate(range(0, len(hashes), LENGTH), first):
        yield place, hashes[start : start + LENGTH]


def of_record(record: ConsentRecord, salt: bytes) -> bytes:
    """Return the leaf of *record*."""
    return leaf_hash(core(record), inner(salt, personal(record)))


def erasure(position: int, reason: str, now: dt.datetime) -> bytes:
    """Return the core of the leaf that says that the decision at *position* was erased."""
    return _ENCODER.encode(("erasure", now.toordinal() - _EPOCH_DAY, position, reason))


#: An erasure has nothing personal.
NOTHING = inner(b"", b"")
