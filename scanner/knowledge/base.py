"""The knowledge base in memory: who stands behind a name, a script, a host; and in what words."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from scanner.errors import KnowledgeInvalid
from scanner.knowledge import files, imported, weights
from scanner.knowledge.hosts import hosts_above
from scanner.knowledge.kinship import Kin, Kinship
from scanner.knowledge.patterns import Index, Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from scanner.knowledge.imported import Imports
    from scanner.knowledge.model import Vendor
    from scanner.knowledge.purposes import Vocabulary
    from scanner.knowledge.weights import Weights
    from scanner.model import Category


class Knowledge:
    """What is known of vendors and of what they store. Never changed once made."""

    def __init__(
        self,
        vendors: Iterable[Vendor],
        vocabulary: Vocabulary,
        *,
        weights: Weights | None = None,
        imports: Imports | None = None,
        hosts: Mapping[str, Category] | None = None,
        version: str = "none",
    ) -> None:
        self.version = version
        self.imports = imports
        self._hosts = dict(hosts or {})
        self.weights = weights
        self.vocabulary = vocabulary
        self.vendors = tuple(vendors)
        self._by_id = {vendor.id: vendor for vendor in self.vendors}
        known = [Known(vendor, cookie) for vendor in self.vendors for cookie in vendor.cookie]
        self._index = Index(known)
        self._kinship = Kinship(known)
        self._setters: dict[str, list[tuple[str, Vendor]]] = {}
        self._owners: dict[str, list[Vendor]] = {}
        for vendor in self.vendors:
            for setter in vendor.setter:
                self._setters.setdefault(setter.host, []).append((setter.path, vendor))
            for domain in vendor.domains:
                self._owners.setdefault(domain, []).append(vendor)
        self._texts: dict[tuple[tuple[str, ...], str], dict[str, str]] = {}

    def vendor(self, id: str) -> Vendor | None:  # noqa: A002 the name that the files use
        """Return the vendor whose file has this name."""
        return self._by_id.get(id)

    def known(self, name: str) -> Iterator[Known]:
        """Yield every cookie whose pattern matches the whole of *name*, in no particular order."""
        return self._index.find(name)

    def entry(self, name: str, entry: str) -> Known | None:
        """Return what is known of *name* by the *entry*; None: that does not speak of it."""
        return next((one for one in self.known(name) if one.entry == entry), None)

    def ruled(self, name: str, rule: str | None) -> Known | None:
        """Return the entry by which *rule* decided about *name*; None: something else did."""
        layer, _, entry = (rule or "").partition(":")
        return self.entry(name, entry) if layer == "knowledge" else None

    def kin(self, name: str) -> Kin | None:
        """Return what is known of names that begin like *name*, its own entries left aside."""
        return self._kinship.of(name, own={one.entry for one in self.known(name)})

    def setters(self, host: str, path: str = "") -> tuple[Vendor, ...]:
        """Return whose script or server stands at *host*, or at the nearest host above it.

        Of several vendors on one host those count whose start of the path is the longest.
        """
        for above in hosts_above(host):
            near = [
                (len(start), vendor)
                for start, vendor in self._setters.get(above, ())
                if path.startswith(start)
            ]
            if near:
                most = max(length for length, _ in near)
                return tuple(vendor for length, vendor in near if length == most)
        return ()

    def owners(self, host: str) -> tuple[Vendor, ...]:
        """Return the vendors whose own domain *host* is, or lies in."""
        for above in hosts_above(host):
            if above in self._owners:
                return tuple(self._owners[above])
        return ()

    def host(self, host: str) -> Category | None:
        """Return what *host* is known for, where no vendor is known."""
        return next(
            (self._hosts[above] for above in hosts_above(host) if above in self._hosts), None
        )

    def texts(self, purposes: tuple[str, ...], vendor: Vendor) -> dict[str, str]:
        """Say in every language what an item of *vendor* is for. Shared: not to be changed."""
        if not purposes:
            return {}
        key = (purposes, vendor.id)
        if key not in self._texts:
            self._texts[key] = self.vocabulary.texts(purposes, vendor)
        return self._texts[key]


@functools.cache
def load() -> Knowledge:
    """Return the built-in knowledge and the owner's own beside it, read once per process.

    A file of the owner's for a vendor that is built in takes the built-in one's place.

    Raises:
        KnowledgeInvalid: a file cannot be used.
    """
    return read(imported.folder())


def read(own: Path) -> Knowledge:
    """Return the built-in knowledge together with that in the folder *own*.

    Raises:
        KnowledgeInvalid: a file cannot be used.
    """
    contents = files.load()
    sources = files.collect(own)
    vendors, mistakes = files.parse_vendors(sources)
    if mistakes:
        raise KnowledgeInvalid([f"{own}/{mistake}" for mistake in mistakes])
    replaced = {vendor.id for vendor in vendors}
    collections = imported.read(own)
    version = contents.version
    if vendors or collections:
        version += f"+own:{imported.version(own).removeprefix('sha256:')}"
    return Knowledge(
        (*(vendor for vendor in contents.vendors if vendor.id not in replaced), *vendors),
        contents.vocabulary,
        weights=weights.load(),
        imports=imported.Imports(collections) if collections else None,
        hosts=contents.hosts,
        version=version,
    )
