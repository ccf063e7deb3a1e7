"""A Merkle tree as in RFC 9162, section 2.1: roots, inclusion proofs, their verification. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    #: Finds the hash of the complete subtree of 2**level leaves that begins at level, position.
    Find = Callable[[int, int], bytes | None]

#: Nodes are kept for subtrees of 256, 65536, … leaves: a proof reads a few hundred rows.
STEP = 8
BLOCK = 1 << STEP

EMPTY = hashlib.sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over *left* and *right*."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: enough to add leaves and to tell the root."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # level and hash, from the left

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add *leaf*; return the nodes that it completes, as level, position and hash."""
        return self.add_subtree(0, leaf)

    def add_many(self, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Add *leaves*; return of the nodes completed those over 256, 65536, … leaves."""
        completed, at = [], 0
        while at < len(leaves):
            if self.size % BLOCK == 0 and len(leaves) - at >= BLOCK:
                level, position = STEP, self.size >> STEP
                current = root_of_block(leaves[at : at + BLOCK])
                completed.append((level, position, current))
                nodes = self.add_subtree(level, current)
                at += BLOCK
            else:
                nodes = self.add(leaves[at])
                at += 1
            completed += [node for node in nodes if node[0] % STEP == 0]
        return completed

    def add_subtree(self, level: int, current: bytes) -> list[tuple[int, int, bytes]]:
        """
        Add a complete subtree of 2**level leaves; none smaller may stand at the edge.

        Returns:
            The nodes that it completes, as level, position and hash.
        """
        position, completed = self.size, []
        self.size += 1 << level
        while self._peaks and self._peaks[-1][0] == level:
            current = node_hash(self._peaks.pop()[1], current)
            level += 1
            completed.append((level, position >> level, current))
        self._peaks.append((level, current))
        return completed

    def copy(self) -> Frontier:
        """Return another that grows by itself."""
        other = Frontier()
        other.size, other._peaks = self.size, self._peaks.copy()
        return other

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._peaks:
            return EMPTY
        current = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            current = node_hash(peak, current)
        return current


def root_of_block(hashes: Sequence[bytes]) -> bytes:
    """Return the root over *hashes*, a power of two of them."""
    sha256 = hashlib.sha256
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return hashes[0]


def subtree(start: int, size: int, find: Find) -> bytes:
    """Return the hash over the *size* leaves that begin at *start*, with what *find* has."""
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        known = find(level, start >> level)
        if known is not None:
            return known
        if size == 1:
            raise LookupError(f"there is no leaf {start}")
    half = 1 << ((size - 1).bit_length() - 1)
    return node_hash(subtree(start, half, find), subtree(start + half, size - half, find))


def inclusion_path(position: int, size: int, find: Find) -> list[bytes]:
    """Return the proof that the leaf at *position* is in the tree of *size* leaves."""
    start, path = 0, []
    while size > 1:
        half = 1 << ((size - 1).bit_length() - 1)
        if position - start < half:
            path.append(subtree(start + half, size - half, find))
            size = half
        else:
            path.append(subtree(start, half, find))
            start, size = start + half, size - half
    return path[::-1]


def root_by_path(leaf: bytes, position: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root that *path* leads to from *leaf*; None: it is no path in such a tree."""
    if not 0 <= position < size:
        return None
    current, first, last = leaf, position, size - 1
    for beside in path:
        if last == 0:
            return None
        if first & 1 or first == last:
            current = node_hash(beside, current)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            current = node_hash(current, beside)
        first, last = first >> 1, last >> 1
    return current if last == 0 else None
