"""What an owner pastes into a site: its tag, what a policy must allow, nginx's part. Pure."""

from __future__ import annotations

import itertools
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import escape

from consent_server.document import name_of
from consent_server.enforcement import unsorted_hosts
from scanner.model import OPTIONAL_CATEGORIES
from scanner.rendering import templates
from widget import integrity
from widget.enforce.policy import policy
from widget.enforce.rules import NECESSARY, UNCLASSIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from widget.enforce.rules import Rules

#: What each level holds back, in words for the owner.
LEVELS = {
    "marked": "the tags that you have marked, and nothing else.",
    "guarded": "also unmarked tags and requests to hosts that the scan has sorted, and what they "
    "would store. Scripts and images in the page's own HTML are still asked for, but not run.",
    "enforced": "everything that the scan has not found to be necessary, on your own server, "
    "before the page leaves it.",
}

_LONGEST = 3000  # characters of one word in nginx's configuration, which takes 4096


class Tag(NamedTuple):
    """The tag of a site, and how it is loaded."""

    html: str
    origin: str  # of the consent server, for a policy of the site's own


def tag(
    site: str,
    *,
    server: str,
    level: str,
    copy: tuple[str, bytes] | None = None,
    edition: bytes | None = None,
) -> Tag:
    """
    Return the tag of *site*.

    Args:
        copy: Name and content of a file that the site serves itself.
        edition: The script that the consent server keeps at an address of its own.
    """
    base = server.rstrip("/")
    # what is to be guarded must not run first
    loading = " async" if level == "marked" else ""
    address = f"{escape(base)}/w/{escape(site)}.js"
    html = f'<script{loading} src="{address}"></script>'
    if edition is not None:
        own = f"{escape(base)}/w/{escape(site)}.{name_of(edition)}.js"
        html = (
            f'<script{loading} src="{own}" integrity="{integrity(edition)}" '
            'crossorigin="anonymous"></script>'
        )
    if copy is not None:
        name, content = copy
        html = (
            f'<script{loading} src="/{escape(name)}" data-server="{address}" '
            f'integrity="{integrity(content)}"></script>'
        )
    return Tag(html, "/".join(base.split("/")[:3]))


def summary(rules: Rules, *, level: str) -> list[str]:
    """Return what the owner is told of the level that is in use, as sentences."""
    told = [f"Level: {level}. Held back: {LEVELS[level]}"]
    if level == "enforced" and (unsorted := unsorted_hosts(rules)):
        told.append(
            f"Nobody has sorted {', '.join(unsorted)}: they wait until everything is granted. "
            "Where the page needs one, give it a category under 'overrides' in sites.yaml."
        )
    return told


def nginx(rules: Rules) -> str:
    """Return the configuration with which nginx enforces *rules*, without a middleware."""
    names = tuple(c.value for c in OPTIONAL_CATEGORIES if c.value in rules.categories)
    waiting = {
        host: categories
        for host, categories in rules.hosts.items()
        if NECESSARY not in categories and UNCLASSIFIED not in categories
    }
    policies = {
        "".join("01"[yes] for yes in answers): _pieces(_policy(rules, names, answers, waiting))
        for answers in itertools.product((False, True), repeat=len(names))
    }
    environment = templates("consent_server")
    environment.filters["quoted"] = _quoted
    return environment.get_template("nginx.conf").render(
        rules=rules,
        names=names,
        parts=[
            {word: "".join(pieces[n : n + 1]) for word, pieces in policies.items()}
            for n in range(max(map(len, policies.values())))
        ],
        hosts=waiting,
        needs=sorted(set(waiting.values())),
    )


def _policy(
    rules: Rules, names: tuple[str, ...], answers: tuple[bool, ...], frames: Iterable[str]
) -> str:
    granted = {name for name, yes in zip(names, answers, strict=True) if yes}
    if names and all(answers):
        granted.add(UNCLASSIFIED)
    # the frames of a page are held back as tags: so that a visitor can load one, they may come
    return policy(rules, frozenset({NECESSARY, *granted}), frames=tuple(frames)) or ""


def _pieces(text: str) -> list[str]:
    """Return *text* in pieces that nginx can read."""
    first, *others = textwrap.wrap(text, _LONGEST, break_on_hyphens=False) or [""]
    return [first, *(f" {piece}" for piece in others)]


def _quoted(text: str) -> str:
    """Return *text* as one word of nginx's."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def described(tag: Tag, rules: Rules, *, level: str, snippet: str | None) -> dict[str, Any]:
    """Return all that is printed, for ``--format json``."""
    return {
        "site": rules.site,
        "level": level,
        "tag": tag.html,
        "consent_mode": snippet,
        "policy": policy(rules, frozenset({NECESSARY})),  # before consent, at the enforced level
        "csp": {"script-src": tag.origin, "connect-src": tag.origin},
        "unsorted_hosts": unsorted_hosts(rules),
        "says": summary(rules, level=level),
    }
