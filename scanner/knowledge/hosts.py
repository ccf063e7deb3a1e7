"""Hosts, and the domains above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def hosts_above(host: str) -> Iterator[str]:
    """Yield *host* without a leading dot, then each domain above it, but no top level alone."""
    labels = host.lstrip(".").lower().split(".")
    for start in range(max(len(labels) - 1, 1)):
        yield ".".join(labels[start:])
