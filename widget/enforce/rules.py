"""What must wait for consent by the newest scan: a document that the consent server gives out."""

from __future__ import annotations

import functools
import re

import msgspec

NECESSARY = "necessary"
UNCLASSIFIED = "unclassified"

#: What a visitor may be asked about, as in the banner.
OPTIONAL = ("functional", "statistics", "marketing")


class CookieRule(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie that the site itself sets, or lets be set under its own name."""

    name: str  # a * stands for any characters
    category: str
    domain: str  # as in the jar: a leading dot means "and sub-domains"
    path: str = "/"
    http_only: bool = False
    partitioned: bool = False


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the enforced level of one site goes by."""

    site: str
    server: str  # where visitors reach the consent server; no slash at the end
    revision: str = ""
    category_revisions: dict[str, str] = {}
    categories: tuple[str, ...] = ()  # that a visitor is asked about
    remember_days: int = 180
    own: tuple[str, ...] = ()  # registrable domains of the site
    hosts: dict[str, tuple[str, ...]] = {}  # of others -> what they are used for
    cookies: tuple[CookieRule, ...] = ()
    any_port: bool = False  # the site has a port of its own, and so may its neighbours

    def waits_for(self, host: str) -> tuple[str, ...]:
        """
        Return the categories that must be granted before *host* may be asked; none: it may.

        What a page needs is needed, whatever else its host does; a host that the scan did not
        find, or that nobody has sorted, waits until everything is granted.
        """
        if under(host, self.own) or host == self.server_host:
            return ()
        for above in parents(host):
            found = self.hosts.get(above)
            if found is not None:
                return () if NECESSARY in found else found
        return (UNCLASSIFIED,)

    @property
    def server_host(self) -> str:
        """The name under which the consent server is reached."""
        return self.server.partition("://")[2].partition("/")[0].partition(":")[0].lower()

    @property
    def script(self) -> str:
        """The address of the widget."""
        return f"{self.server}/w/{self.site}.js"

    def is_script(self, url: str) -> bool:
        """Return whether *url* is the widget's address, or that of one edition of it."""
        path = rf"/w/{re.escape(self.site)}(\.[0-9a-f]{{32}})?\.js\Z"
        return re.search(path, url) is not None

    def refuses(self, cookie: str, granted: frozenset[str]) -> bool:
        """Return whether a cookie of the site's own of this name is in refused categories only."""
        found = {rule.category for rule in self.cookies if matches(rule.name, cookie)}
        return bool(found.intersection(OPTIONAL)) and found.isdisjoint(granted)


def allows(granted: frozenset[str], categories: tuple[str, ...] | frozenset[str]) -> bool:
    """Return whether all of *categories* are granted."""
    return granted.issuperset(categories)


def parents(host: str) -> list[str]:
    """Return *host* and the domains above it, but no top level alone."""
    labels = host.split(".")
    return [".".join(labels[at:]) for at in range(max(len(labels) - 1, 1))]


def under(host: str, domains: tuple[str, ...]) -> bool:
    """Return whether *host* is one of *domains*, or lies under one."""
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def matches(pattern: str, name: str) -> bool:
    """Return whether the whole of *name* is what *pattern* stands for."""
    return _compiled(pattern).fullmatch(name) is not None


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
