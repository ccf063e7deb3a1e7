"""A visitor's receipt: her record, and the proof that the log holds it. Pure.

The proof can be checked by anybody, without the server: record and salt give the leaf, leaf and
path give the root, and the checkpoint states the root under the server's signature.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from consent_server.log import leaf, note
from consent_server.log.merkle import root_by_path
from consent_server.model import ConsentRecord
from scanner.model import OPTIONAL_CATEGORIES

if TYPE_CHECKING:
    from nacl.signing import VerifyKey


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """That a record is in the log."""

    position: int
    salt: str  # hexadecimal
    path: tuple[str, ...]  # hashes in hexadecimal, from the leaf up
    checkpoint: str  # a signed note
    key: str  # that it is signed with


class Receipt(ConsentRecord, frozen=True, kw_only=True):
    """
    A record with its proof, which is of those *services* that the browser named.

    *answered* says the same of every service that the revision offered.
    """

    answered: dict[str, bool] = msgspec.field(default_factory=dict)
    proof: Proof | None = None  # None: no checkpoint holds it yet; ask again in a moment


def read(data: bytes) -> Receipt | None:
    """Return the receipt in *data*; None: it is none."""
    try:
        return msgspec.json.decode(data, type=Receipt)
    except msgspec.MsgspecError:
        return None


def surplus(data: bytes) -> str | None:
    """Return what *data*, a receipt, says beside what is proven; None: nothing."""
    try:
        told = json.loads(data, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as exc:
        return str(exc)
    named = set(told) - set(Receipt.__struct_fields__)
    named |= set(told.get("proof") or ()) - set(Proof.__struct_fields__)
    named |= set(told["choices"]) - set(OPTIONAL_CATEGORIES)
    return (
        f"it says {', '.join(map(repr, sorted(named)))}, which no receipt does" if named else None
    )


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice in it, and readers may take either")
    return dict(pairs)


def fault(receipt: Receipt, key: VerifyKey) -> str | None:
    """Return why *receipt* proves nothing under *key*; None: it is proven."""
    proof = receipt.proof
    if proof is None:
        return "it holds no proof: fetch it again in a moment"
    stated = note.read(proof.checkpoint, key)
    if stated is None:
        return "its checkpoint is not signed with this key"
    try:
        salt = bytes.fromhex(proof.salt)
        path = [bytes.fromhex(each) for each in proof.path]
    except ValueError:
        return "its proof is no hexadecimal"
    found = leaf.of_record(receipt, salt)
    if root_by_path(found, proof.position, stated.size, path) != stated.root:
        return "the record is not the one that the log holds"
    if receipt.answered and not _follows(receipt):
        return "what it says of services does not follow from the answer"
    return None


def _follows(receipt: Receipt) -> bool:
    """
    Return whether *answered* can be what the answer means for services.

    Which category a service is in the log does not prove: that stands in what was shown.
    """
    named, told = receipt.services, set(receipt.choices.values())
    return named.items() <= receipt.answered.items() and all(
        granted in told for name, granted in receipt.answered.items() if name not in named
    )
