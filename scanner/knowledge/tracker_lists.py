"""Filter lists (EasyList, EasyPrivacy, AdGuard) and hosts files: the hosts that they block.

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

HOSTS_LINE = re.compile(r"^(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+([a-z0-9.-]+\.[a-z]{2,})\s*(?:#.*)?$")

#: Names of the machine itself in hosts files.
OWN = frozenset({"localhost.localdomain"})


def tracker_hosts(text: str) -> tuple[str, ...]:
    """Return the hosts that *text* blocks as a whole and does not spare, sorted."""
    blocked: set[str] = set()
    spared: set[str] = set(OWN)
    for line in map(str.strip, text.lower().splitlines()):
        if found := HOSTS_LINE.match(line):
            blocked.add(found[1])
        elif (found := RULE.match(line)) and not LIMITED.search(found[3] or ""):
            (spared if found[1] else blocked).add(found[2])
    return tuple(sorted(blocked - spared))
