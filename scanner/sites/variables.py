"""Secrets of a site: ``${NAME}`` in sites.yaml stands for the environment variable NAME. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from scanner.errors import VariableMissing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.model import Site

_REFERENCE = re.compile(r"\$\{([^}]*)\}?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def fault(text: str) -> str | None:
    """Return what is wrong with the references in *text*; None: nothing."""
    for found in _REFERENCE.finditer(text):
        if not found[0].endswith("}"):
            return "a ${ has no }"
        if not _NAME.fullmatch(found[1]):
            return f"'{found[0]}' names no environment variable: write it as ${{NAME}}"
    return None


def disclosed(site: Site, environment: Mapping[str, str]) -> Site:
    """
    Return *site* with the variables of *environment* filled in. It must not be kept or logged.

    Raises:
        VariableMissing: If one is not set.
    """

    def filled(text: str) -> str:
        return _REFERENCE.sub(lambda found: _value(site.key, found[1], environment), text)

    visitor = site.visitor
    credentials = visitor.credentials
    return msgspec.structs.replace(
        site,
        visitor=msgspec.structs.replace(
            visitor,
            headers={name: filled(value) for name, value in visitor.headers.items()},
            cookies=tuple(
                msgspec.structs.replace(cookie, value=filled(cookie.value))
                for cookie in visitor.cookies
            ),
            credentials=credentials
            and msgspec.structs.replace(
                credentials, user=filled(credentials.user), password=filled(credentials.password)
            ),
        ),
        login=tuple(
            msgspec.structs.replace(step, text=filled(step.text)) if step.text else step
            for step in site.login
        ),
    )


def _value(site: str, name: str, environment: Mapping[str, str]) -> str:
    if name not in environment:
        raise VariableMissing(
            f"the site '{site}' needs the environment variable {name}, which is not set"
        )
    return environment[name]
