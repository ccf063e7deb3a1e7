"""From TOML files to one value. The version of the knowledge is the hash of the files."""

from __future__ import annotations

import hashlib
import importlib.resources
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from scanner.errors import KnowledgeInvalid
from scanner.knowledge import purposes
from scanner.knowledge.model import Vendor
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The built-in knowledge.
HERE = Path(str(importlib.resources.files("scanner.knowledge")))

Sources = dict[str, bytes]  # path below the folder, with slashes -> contents


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """All that the files say."""

    version: str  # hash of names and contents
    vendors: tuple[Vendor, ...]
    vocabulary: purposes.Vocabulary
    hosts: dict[str, Category]  # registrable domains of companies without a file of their own


def load(folder: Path = HERE) -> Contents:
    """Return the knowledge that lies in *folder*.

    Raises:
        KnowledgeInvalid: with one line for each file that cannot be used.
    """
    return parse(collect(folder))


def collect(folder: Path) -> Sources:
    """Return the files of the vocabulary, of the vendors and of hosts below *folder*, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for part in ("purposes/*.toml", "vendors/*.toml", "hosts.toml")
        for path in sorted(folder.glob(part))
    }


def version(sources: Mapping[str, bytes]) -> str:
    """Return the hash of all names and contents, with its algorithm before it."""
    digest = hashlib.sha256()
    for name in sorted(sources):
        digest.update(f"{name}\0{len(sources[name])}\0".encode())
        digest.update(sources[name])
    return f"sha256:{digest.hexdigest()[:16]}"


def parse(sources: Mapping[str, bytes]) -> Contents:
    """Return what the files in *sources* say.

    Raises:
        KnowledgeInvalid: with one line for each file that cannot be used.
    """
    vendors, mistakes = parse_vendors(sources)
    try:
        vocabulary = purposes.read(
            {
                name.removeprefix("purposes/"): text
                for name, text in sources.items()
                if name.startswith("purposes/")
            }
        )
    except (KeyError, ValueError) as exc:  # TOML and msgspec raise kinds of ValueError
        mistakes.append(f"purposes: {exc}")
    try:
        hosts = parse_hosts(sources.get("hosts.toml", b""))
    except ValueError as exc:
        mistakes.append(f"hosts.toml: {exc}")
    if mistakes:
        raise KnowledgeInvalid(mistakes)
    return Contents(
        version=version(sources), vendors=tuple(vendors), vocabulary=vocabulary, hosts=hosts
    )


def parse_vendors(sources: Mapping[str, bytes]) -> tuple[list[Vendor], list[str]]:
    """Return the vendors of *sources*, and a line for each file that cannot be used."""
    vendors = []
    mistakes = []
    for name, text in sources.items():
        if name.startswith("vendors/"):
            try:
                vendors.append(msgspec.convert(tomllib.loads(text.decode()), Vendor))
            except ValueError as exc:  # of TOML, of msgspec, of UTF-8
                mistakes.append(f"{name}: {exc}")
    return vendors, mistakes


def parse_hosts(text: bytes) -> dict[str, Category]:
    """Return the category of each domain that the file of hosts lists.

    Raises:
        ValueError: it is not such a file.
    """
    by_category = msgspec.convert(tomllib.loads(text.decode()), dict[Category, tuple[str, ...]])
    return {host: category for category, hosts in by_category.items() for host in hosts}
