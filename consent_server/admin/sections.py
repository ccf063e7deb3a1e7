"""What there is to see of a site: one list, from which every page's navigation is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from consent_server.admin.model import Role

if TYPE_CHECKING:
    from collections.abc import Collection

    from consent_server.admin.model import Person


class Section(NamedTuple):
    """A page under /admin/{site}/, or under /admin/; of a site's also elsewhere."""

    path: str
    key: str  # of its name among the texts
    role: Role = Role.READER
    elsewhere: str | None = None

    @property
    def route(self) -> str:
        """The address of a site's section, with {site} in it."""
        return self.elsewhere or f"/admin/{{site}}/{self.path}"


#: Of a site. A section is offered where there is a route for it.
SECTIONS = (
    Section("catalogue", "catalogue"),
    Section("findings", "findings"),
    Section("rates", "rates"),
    Section("log", "log"),
    Section("requests", "requests"),
    Section("scans", "scans"),
    Section("preview", "preview", elsewhere="/w/{site}/preview"),
)

#: Of the whole server, for those who have that role at any site.
GENERAL = (
    Section("", "sites"),
    Section("accounts", "accounts", Role.OWNER),
    Section("tokens", "tokens", Role.OWNER),
    Section("trail", "trail", Role.OWNER),
)


def offered(person: Person, site: str, routes: Collection[str]) -> tuple[Section, ...]:
    """Return the sections that *person* may open at *site*, of those that have a route."""
    return tuple(
        section
        for section in SECTIONS
        if section.route in routes and person.may(section.role, site)
    )


def general(person: Person) -> tuple[Section, ...]:
    """Return the general sections that *person* may open."""
    return tuple(section for section in GENERAL if person.somewhere(section.role))
