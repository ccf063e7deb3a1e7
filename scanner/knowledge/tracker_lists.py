"""Filter lists (EasyList, EasyPrivacy, AdGuard), hosts files, lists of hosts: whom they block.

Only rules for whole hosts are taken, some nine in ten. Rules for parts of a site, or for some
sites only, say nothing about what a whole host is for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

#: ``||host^`` and its options; ``@@`` before it spares the host.
RULE = re.compile(r"^(@@)?\|\|([\w.-]+\.[a-z][\w-]+)\^(?:\$(.*))?$")

#: Options of a rule that holds on some sites only, or blocks nothing.
LIMITED = re.compile(
    r"(^|,)(domain=|~third-party|1p|badfilter|denyallow|removeparam|csp|redirect|permissions|replace)"
)

HOST = re.compile(r"[a-z0-9._-]+\.[a-z][a-z0-9-]+")

LINE = re.compile(r"[^\r\n]+")

#: Lines of a filter list that are no rule: remarks, headings.
REMARK = re.compile(r"^(!|#(?!#|@#|\?#|%#|\$#)|\[|$)")

#: A line of a hosts file: an address that leads nowhere, and the hosts that it stands for.
HOSTS_LINE = re.compile(r"^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+([^#]+)")

#: Names of the machine itself in hosts files.
OWN = frozenset({"localhost.localdomain"})


class Listed(NamedTuple):
    """What a list of trackers blocks."""

    hosts: tuple[str, ...] = ()  # as a whole, sorted
    others: int = 0  # rules that say nothing about a whole host


def tracker_hosts(text: str) -> Listed:
    """Return the hosts that *text* blocks as a whole and does not spare."""
    blocked: set[str] = set()
    spared: set[str] = set(OWN)
    others = 0
    for line in _lines(text):
        if found := HOSTS_LINE.match(line):
            blocked.update(filter(HOST.fullmatch, found[1].split()))
        elif (found := RULE.match(line)) and not LIMITED.search(found[3] or ""):
            (spared if found[1] else blocked).add(_ascii(found[2]))
        elif not REMARK.match(line):
            others += 1
    if not blocked:
        return Listed(tuple(sorted(_bare(text) - spared)))
    return Listed(tuple(sorted(blocked - spared)), others)


def _ascii(host: str) -> str:
    """Return *host* as browsers send it: names beyond ASCII in punycode."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def _bare(text: str) -> set[str]:
    """Return the hosts of a list that has nothing but one host a line, and remarks."""
    hosts = set()
    for line in _lines(text):
        if host := line.split("#")[0].strip():
            if not HOST.fullmatch(host):
                return set()
            hosts.add(host)
    return hosts


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of *text* one by one, for lists are long: stripped, in small letters."""
    for line in LINE.finditer(text):
        yield line[0].strip().lower()
