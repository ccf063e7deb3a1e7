"""Filter lists (EasyList, EasyPrivacy, AdGuard), hosts files, lists of hosts: whom they block.

Only rules for whole hosts are taken, some nine in ten. Rules for parts of a site, or for some
sites only, say nothing about what a whole host is for.
"""

from __future__ import annotations

import re

#: ``||host^`` and its options; ``@@`` before it spares the host.
RULE = re.compile(r"^(@@)?\|\|([a-z0-9.-]+\.[a-z]{2,})\^(?:\$(.*))?$")

#: Options of a rule that holds on some sites only, or blocks nothing.
LIMITED = re.compile(
    r"(^|,)(domain=|~third-party|1p|badfilter|denyallow|removeparam|csp|redirect|permissions|replace)"
)

HOST = re.compile(r"[a-z0-9.-]+\.[a-z]{2,}")

#: A line of a hosts file: an address that leads nowhere, and the hosts that it stands for.
HOSTS_LINE = re.compile(r"^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+([^#]+)")

#: Names of the machine itself in hosts files.
OWN = frozenset({"localhost.localdomain"})


def tracker_hosts(text: str) -> tuple[str, ...]:
    """Return the hosts that *text* blocks as a whole and does not spare, sorted."""
    blocked: set[str] = set()
    spared: set[str] = set(OWN)
    for line in map(str.strip, text.lower().splitlines()):
        if found := HOSTS_LINE.match(line):
            blocked.update(filter(HOST.fullmatch, found[1].split()))
        elif (found := RULE.match(line)) and not LIMITED.search(found[3] or ""):
            (spared if found[1] else blocked).add(found[2])
    return tuple(sorted((blocked or _bare(text)) - spared))


def _bare(text: str) -> set[str]:
    """Return the hosts of a list that has nothing but one host a line, and remarks."""
    lines = [line.split("#")[0].strip() for line in text.lower().splitlines()]
    hosts = {line for line in lines if line}
    return hosts if all(map(HOST.fullmatch, hosts)) else set()
