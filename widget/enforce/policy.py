"""The Content-Security-Policy that keeps a page to what its visitor has granted. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widget.enforce.rules import NECESSARY, UNCLASSIFIED, allows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from widget.enforce.rules import Rules

#: It only says which hosts may be asked; how a page's own code may run is for the site's own
#: policy to say, which stands beside this one.
_OWN = ("'self'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:")


def policy(rules: Rules, granted: frozenset[str], *, frames: Sequence[str] = ()) -> str | None:
    """
    Return the policy of a page; None: everything is granted, nothing is to be kept back.

    Args:
        frames: Hosts whose frames may come all the same.
    """
    if UNCLASSIFIED in granted:
        return None
    sources = [*_OWN, *allowed(rules, granted)]
    directives = [f"default-src {' '.join(sources)}"]
    if frames:
        more = [source for host in frames for source in _source(host, rules)]
        directives.append(f"frame-src {' '.join([*sources, *more])}")
    return "; ".join(directives)


def allowed(rules: Rules, granted: frozenset[str]) -> list[str]:
    """Return the sources beside the page's own that may be asked, each once."""
    server = [rules.server] if rules.server else []
    names = [*rules.own]
    for host, categories in sorted(rules.hosts.items()):
        if NECESSARY in categories or allows(granted, categories):
            names.append(host)
    return [*server, *dict.fromkeys(s for name in names for s in _source(name, rules))]


def _source(host: str, rules: Rules) -> list[str]:
    """Return what allows *host* and what lies under it, web sockets as well."""
    if not all(character.isalnum() or character in "-._" for character in host):
        return []  # an address in brackets cannot be named in a policy
    port = ":*" if rules.any_port else ""
    names = (f"{host}{port}", f"*.{host}{port}")
    # a name without a scheme stands for https, and not for wss
    return [*names, *(f"wss://{name}" for name in names)]
