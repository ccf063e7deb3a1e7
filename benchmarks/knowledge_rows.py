"""Labelled cookies for benchmark and training, from CSV files that are given by path.

Two forms are read, told apart by their columns:

* cookies as they were met on real sites, with the category that the site declared
  (``site, name, domain, party, label4, session, expiry_s, http_only, ...``);
* entries of an open cookie database (``example_name, domain, party, category4, accept4, ...``).
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from scanner.model import Category, Party, Subject, ValueShape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What the files call the forms of a value, and what we do.
VALUE_KINDS = {"bool": "flag", "int": "number"}
SAME_SITE = {"lax": "Lax", "strict": "Strict", "no_restriction": "None"}


class Row(NamedTuple):
    """One labelled cookie."""

    subject: Subject
    label: Category  # of four
    group: str  # rows of one group stand or fall together: a site, or a vendor
    source: str
    consent: bool  # the consent platform's own


def read(path: Path) -> list[Row]:
    """Return the rows of a file of either form."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        met = "label4" in (reader.fieldnames or ())
        return list(_met(reader) if met else _listed(reader))


def three(category: Category) -> str:
    """Return the class of *category* where necessary and functional count as one."""
    exempt = category in (Category.NECESSARY, Category.FUNCTIONAL)
    return "essential" if exempt else str(category)


def _met(reader: csv.DictReader[str]) -> Iterator[Row]:
    for row in reader:
        kind = row["value_kind"]
        yield Row(
            subject=Subject(
                name=row["name"],
                domain=row["domain"],
                site=row["site"],
                party=Party(row["party"]),
                lifetime=None if row["session"] == "True" else float(row["expiry_s"]),
                http_only=row["http_only"] == "True",
                secure=row["secure"] == "True",
                same_site=SAME_SITE.get(row["same_site"]),  # type: ignore[arg-type]
                value_shape=ValueShape(
                    length=int(row["value_len"]),
                    entropy=float(row["value_entropy"]),
                    kind=VALUE_KINDS.get(kind, kind),  # type: ignore[arg-type]
                ),
            ),
            label=Category(row["label4"]),
            group=row["site"],
            source="met",
            consent=row["is_cmp_cookie"] == "1",
        )


def _listed(reader: csv.DictReader[str]) -> Iterator[Row]:
    for row in reader:
        yield Row(
            subject=Subject(
                name=row["example_name"],
                domain=row["domain"] or None,
                party=Party(row["party"]),
                lifetime=_seconds(row["retention_s"]),
            ),
            label=Category(row["category4"]),
            group=row["vendor"],
            source="listed",
            consent=False,
        )


def _seconds(text: str) -> float | None:
    """Return a retention in seconds; None for sessions, and for what cannot be told."""
    try:
        return float(text) or None
    except ValueError:
        return None
