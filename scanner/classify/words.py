"""What one layer says about an item: a word for a category, with its reasons."""

from __future__ import annotations

import enum

import msgspec

from scanner.model import Category

#: Categories that a visitor is not asked about, or hardly ever: the ones to be careful with.
EXEMPT = frozenset({Category.NECESSARY, Category.FUNCTIONAL})

#: Categories whose items follow people.
TRACKING = frozenset({Category.STATISTICS, Category.MARKETING})


class Layer(enum.StrEnum):
    """Where a word comes from, the strongest first."""

    OWNER = "override"
    KNOWLEDGE = "knowledge"
    SETTER = "setter"
    HOST = "host"
    IMPORTED = "imported"
    STRUCTURE = "structure"
    MODEL = "model"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One layer's opinion. A layer that knows nothing says nothing."""

    layer: Layer
    entry: str  # what in the layer says so: file and cookie, rule, host
    category: Category
    confidence: float  # 0 to 1
    reason: str  # one clause for people
    vendor_id: str | None = None
    vendor: str | None = None
    purposes: tuple[str, ...] = ()
    text: dict[str, str] = {}  # language -> purpose in the owner's own words
    evidence: tuple[str, ...] = ()  # URLs
    documented: bool = False  # by code, or by the vendor's own documents
    contested: str | None = None  # who sees it otherwise, and why
    confirmed: bool = False  # host or setter agree with the name

    @property
    def rule(self) -> str:
        """How a verdict names what decided."""
        return f"{self.layer}:{self.entry}"
