"""Let cookies expire that scripts cannot see, where they are in a category that was refused. Pure.

Which of a visitor's cookies are ``HttpOnly``, and where they belong, no request tells; so each is
let expire where the scan saw it, and then on every parent domain and every path above the page.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from widget.enforce.answer import COOKIE
from widget.enforce.rules import matches, parents, under

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from widget.enforce.rules import CookieRule, Rules

MOST = (
    60  # headers in one answer: servers in front take few kilobytes; the next answer has the rest
)

#: Characters of a cookie's name; another could end the header.
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~\w]+", re.ASCII)

#: Of a path, as a browser writes it: no header takes another character, and ";" ends it.
_PATH = re.compile(r"[ -:<-~]+")


def expired(
    names: Iterable[str], *, rules: Rules, granted: frozenset[str], host: str, path: str
) -> list[str]:
    """
    Return the ``Set-Cookie`` lines that remove what of *names* was refused.

    Args:
        names: Of the cookies that the browser has sent.
        host: That it has asked.
        path: That it has asked for.
    """
    lines: dict[str, None] = {}
    for name in sorted(set(names) - {COOKIE}):
        if not rules.refuses(name, granted) or not _NAME.fullmatch(name):
            continue
        found = [rule for rule in rules.cookies if matches(rule.name, name)]
        lines.update(dict.fromkeys(_lines(name, found, rules=rules, host=host, path=path)))
    return list(lines)[:MOST]


def dropped(line: str, *, rules: Rules, granted: frozenset[str]) -> bool:
    """Return whether a ``Set-Cookie`` *line* of the site's own must not be sent."""
    name = line.partition(";")[0].partition("=")[0].strip()
    return rules.refuses(name, granted) and not _removes(line)


def _removes(line: str) -> bool:
    return re.search(r";\s*max-age\s*=\s*(0|-\d+)\s*(;|$)", line, re.IGNORECASE) is not None


def _lines(
    name: str, found: list[CookieRule], *, rules: Rules, host: str, path: str
) -> Iterator[str]:
    partitioned = any(rule.partitioned for rule in found)
    everywhere = itertools.product(paths(path), domains(host, rules))
    if name.startswith("__Host-"):
        everywhere = itertools.product(["/"], [""])
    seen = [
        (rule.path, rule.domain.lstrip(".") if rule.domain.startswith(".") else "")
        for rule in found
        if rule.domain.lstrip(".") == host or under(host, (rule.domain.lstrip("."),))
    ]
    for at, domain in dict.fromkeys((*seen, *everywhere)):
        line = f"{name}=; Max-Age=0; Path={at}" + (f"; Domain={domain}" if domain else "")
        if partitioned:
            yield f"{line}; Secure; SameSite=None; Partitioned"
        yield f"{line}; Secure" if name.startswith(("__Host-", "__Secure-")) else line


def domains(host: str, rules: Rules) -> list[str]:
    """Return no domain (for this host alone) and each that *host* shares with others."""
    return ["", *(above for above in parents(host) if under(above, rules.own))]


def paths(path: str) -> list[str]:
    """Return every path that a cookie can have which is sent to *path*."""
    found = ["/"]
    for at in range(1, len(path) + 1):
        if path[at - 1 : at] == "/" and at > 1:
            found += [path[: at - 1], path[:at]]
        elif at == len(path):
            found.append(path)
    return [one for one in dict.fromkeys(found) if _PATH.fullmatch(one)]
