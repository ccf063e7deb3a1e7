"""Knowledge of the owner's own: other people's lists, kept beside the built-in files.

They lie in the folder that `folder` names, which no upgrade touches, and count for less than
the built-in knowledge: see `scanner.classify.imported`.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from scanner.errors import KnowledgeInvalid
from scanner.knowledge import files
from scanner.knowledge.hosts import hosts_above
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One cookie of somebody's list."""

    name: str
    category: Category
    prefix: bool = False  # the name is the beginning of many
    domain: str | None = None  # None: on any
    vendor: str | None = None
    lifetime: float | None = None  # seconds


class Collection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file that was imported."""

    source: str  # the name of the file that it came from
    format: Literal[
        "open-cookie-database", "declaration", "disclosure", "labels", "export", "hosts"
    ]
    imported_at: dt.datetime
    confidence: float  # of each line
    lines: tuple[Line, ...] = ()
    hosts: tuple[str, ...] = ()  # of trackers


class Found(msgspec.Struct, frozen=True):
    """A line, with the collection that it stands in."""

    line: Line
    collection: Collection


class Imports:
    """All collections, ready to be asked."""

    def __init__(self, collections: Iterable[Collection]) -> None:
        self.collections = tuple(collections)
        self._exact: dict[str, list[Found]] = {}
        self._prefixes: dict[str, list[Found]] = {}
        self._hosts: dict[str, Collection] = {}
        for collection in self.collections:
            for line in collection.lines:
                where = self._prefixes if line.prefix else self._exact
                where.setdefault(line.name, []).append(Found(line, collection))
            for host in collection.hosts:
                self._hosts.setdefault(host, collection)

    def named(self, name: str) -> Iterator[Found]:
        """Yield the lines for *name*: exact ones, then those with the longest beginning."""
        yield from self._exact.get(name, ())
        for end in range(len(name), 2, -1):
            yield from self._prefixes.get(name[:end], ())

    def tracker(self, host: str) -> Collection | None:
        """Return the collection that lists *host*, or a host above it, as a tracker's."""
        return next(
            (self._hosts[above] for above in hosts_above(host) if above in self._hosts), None
        )


def folder() -> Path:
    """Return where own knowledge lies: ``KAPSEL_KNOWLEDGE``, else in the user's data folder."""
    chosen = os.environ.get("KAPSEL_KNOWLEDGE")
    if chosen:
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "kapsel" / "knowledge"


def version(place: Path) -> str:
    """Return the hash of all own knowledge in the folder *place*."""
    paths = [*sorted(place.glob("*.json")), *sorted((place / "vendors").glob("*.toml"))]
    return files.version({str(path.relative_to(place)): path.read_bytes() for path in paths})


def read(place: Path) -> list[Collection]:
    """Return the collections in the folder *place*, by name of file.

    Raises:
        KnowledgeInvalid: with one line for each file that cannot be used.
    """
    collections = []
    mistakes = []
    for path in sorted(place.glob("*.json")):
        try:
            collections.append(msgspec.json.decode(path.read_bytes(), type=Collection))
        except msgspec.DecodeError as exc:
            mistakes.append(f"{path}: {exc}; import it again, or delete it")
    if mistakes:
        raise KnowledgeInvalid(mistakes)
    return collections


def keep(collection: Collection, place: Path) -> Path:
    """Write *collection* into the folder *place* and return its file.

    A collection from a file of the same name is replaced.
    """
    place.mkdir(parents=True, exist_ok=True)
    slug = re.sub(r"[^a-z0-9]+", "-", collection.source.lower()).strip("-") or "import"
    path = place / f"{slug}.json"
    beside = path.with_suffix(".json.new")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(collection), indent=1))
    beside.replace(path)
    return path
