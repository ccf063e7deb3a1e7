"""The values of the pages for people: who somebody is, and what she may do at which site."""

from __future__ import annotations

import datetime as dt
import enum
import unicodedata

import msgspec

from consent_server.admin.mistakes import Mistake

ALL_SITES = "*"  # stands for the sites that there are, and those that will be
MAX_NAME = 254  # characters of an account's name; an e-mail address has no more


class Role(enum.StrEnum):
    """What somebody may do at a site; each may do what the ones before it may."""

    READER = "reader"  # see everything, and export it
    EDITOR = "editor"  # sort items, start scans, answer visitors, erase decisions
    OWNER = "owner"  # say who else may, give out tokens, see who did what

    def allows(self, other: Role) -> bool:
        """Return whether this role may do what *other* may."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Role)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking: somebody with an account, or the holder of an API token."""

    name: str
    roles: dict[str, Role]  # site, or ALL_SITES -> role
    has_account: bool = True

    def role_at(self, site: str) -> Role | None:
        """Return the role at *site*; None: for this person there is no such site."""
        found = [self.roles[key] for key in (site, ALL_SITES) if key in self.roles]
        return max(found, key=_ORDER.index, default=None)

    def may(self, role: Role, site: str) -> bool:
        """Return whether the person may do at *site* what *role* may; ALL_SITES: everywhere."""
        own = self.role_at(site)
        return own is not None and own.allows(role)

    def somewhere(self, role: Role) -> bool:
        """Return whether there is a site at which the person may do what *role* may."""
        return any(own.allows(role) for own in self.roles.values())


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A link with which somebody may choose a password, once."""

    by: str | None  # None: not to be known
    until: dt.datetime


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in."""

    name: str
    roles: dict[str, Role]
    created_at: dt.datetime
    has_password: bool
    provider: str | None = None  # issuer at which the account has signed in
    sessions: int = 0  # that are open
    invitation: Invitation | None = None  # that stands

    @property
    def person(self) -> Person:
        """Who asks when this account does."""
        return Person(name=self.name, roles=self.roles)


def account_name(text: str) -> str:
    """
    Return *text* as the name of an account: upper and lower case do not tell names apart.

    Raises:
        Mistake: If it cannot be a name.
    """
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if not name or len(name) > MAX_NAME:
        raise Mistake("name_length", most=MAX_NAME)
    if any(sign.isspace() or not sign.isprintable() for sign in name):
        raise Mistake("name_spaces")
    return name
