"""A visitor's receipt: her record, and the proof that the log holds it. Pure.

The proof can be checked by anybody, without the server: record and salt give the leaf, leaf and
path give the root, and the checkpoint states the root under the server's signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from consent_server.log import leaf, note
from consent_server.log.merkle import root_by_path
from consent_server.model import ConsentRecord

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
    return None
