"""The vendors alone, each read when it is asked for: all that a server needs of the knowledge.

The whole of it takes some ten megabytes, and is for telling whose an item is; what a scan has
kept knows that already.
"""

from __future__ import annotations

import functools
import re
import tomllib
from typing import TYPE_CHECKING, Protocol

import msgspec

from scanner.errors import KnowledgeInvalid
from scanner.knowledge import imported
from scanner.knowledge.files import HERE
from scanner.knowledge.model import Vendor

if TYPE_CHECKING:
    from pathlib import Path

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]*")


class Vendors(Protocol):
    """Who can be asked for a vendor."""

    def vendor(self, id: str) -> Vendor | None:  # noqa: A002 the name that the files use
        """Return the vendor whose file has this name."""


class VendorFiles:
    """The vendors in *folders*; of two with one name, that in the first."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._read: dict[str, Vendor | None] = {}

    def vendor(self, id: str) -> Vendor | None:  # noqa: A002 the name that the files use
        """
        Return the vendor whose file has this name.

        Raises:
            KnowledgeInvalid: the file cannot be used.
        """
        if id not in self._read:
            self._read[id] = self._found(id) if _ID.fullmatch(id) else None
        return self._read[id]

    def _found(self, name: str) -> Vendor | None:
        for folder in self._folders:
            path = folder / "vendors" / f"{name}.toml"
            try:
                return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Vendor)
            except FileNotFoundError:
                continue
            except ValueError as exc:  # of TOML, of msgspec, of UTF-8
                raise KnowledgeInvalid([f"{path}: {exc}"]) from exc
        return None


@functools.cache
def vendor_files() -> VendorFiles:
    """Return the built-in vendors and the owner's own, which take the built-in ones' place."""
    return VendorFiles(imported.folder(), HERE)
