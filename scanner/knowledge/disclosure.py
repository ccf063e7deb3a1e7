"""What a vendor stores on devices, as it tells IAB's TCF: facts that it vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from scanner.knowledge.imported import Line
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Names of TCF purposes by what they mean for the visitor, the most invasive first.
TCF = (
    (Category.MARKETING, {2, 3, 4, 7}),
    (Category.STATISTICS, {8, 9, 10}),
    (Category.FUNCTIONAL, {5, 6, 11}),
)


class Disclosure(msgspec.Struct, frozen=True):
    """An item of a device storage disclosure, in the words of IAB's specification."""

    identifier: Annotated[str, msgspec.Meta(min_length=1)]
    type: str | None = None  # "cookie", "web" or "app"
    purposes: tuple[int, ...] | None = None
    domain: str | None = None
    domains: tuple[str, ...] | None = None
    maxAgeSeconds: float | None = None  # noqa: N815 the specification's own name


def read(disclosures: list[Any]) -> tuple[tuple[Line, ...], list[str]]:
    """Return the cookies whose purpose *disclosures* tell, and what cannot be read in them."""
    lines: list[Line] = []
    skipped = []
    for number, row in enumerate(disclosures, 1):
        try:
            told = msgspec.convert(row, Disclosure)
        except msgspec.ValidationError as exc:
            skipped.append(f"disclosure {number}: {exc}")
            continue
        what = next((ours for ours, codes in TCF if set(told.purposes or ()) & codes), None)
        if told.type == "app":
            skipped.append(f"disclosure {number}: '{told.identifier}' is kept by apps only")
        elif what is None:
            skipped.append(f"disclosure {number}: '{told.identifier}' has no purpose that tells")
        else:
            lines += _stored(told, what)
    return tuple(lines), skipped


def _stored(told: Disclosure, what: Category) -> Iterator[Line]:
    for host in told.domains or (told.domain,):
        domain = (host or "").removeprefix("https://").removeprefix("*.").strip("/. ")
        yield Line(
            name=told.identifier.rstrip("*"),
            category=what,
            prefix=told.identifier.endswith("*"),
            domain=domain.lower() if "." in domain else None,
            lifetime=told.maxAgeSeconds if (told.maxAgeSeconds or 0) > 0 else None,
        )
