"""The forms that pages send: read within limits, and only from pages of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from consent_server.answers import from_here

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_FORM = 32 * 1024  # bytes
MAX_FIELDS = 100


class FormRefused(Exception):
    """A form cannot be taken; *status* and the text say why, *key* tells pages which it is."""

    def __init__(self, status: int, key: str, reason: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.key = key


class Form:
    """The fields of a form, without the spaces around their values."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        """Return the first value of the field *name*; empty if it was not sent."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """Return the value as it was typed: spaces may belong to a password."""
        return self._fields.get(name, [""])[0]

    def all(self, name: str) -> tuple[str, ...]:
        """Return all values of the field *name*."""
        return tuple(value.strip() for value in self._fields.get(name, []))

    def values(self) -> dict[str, str]:
        """Return the first value of each field."""
        return {name: self[name] for name in self._fields}


async def read_form(request: Request) -> Form:
    """
    Return the form in *request*.

    Raises:
        FormRefused: If a page of another site sent it, or it is not a form.
    """
    if not from_here(request):
        raise FormRefused(403, "form_elsewhere", "this form was sent by a page of another site")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise FormRefused(415, "form_kind", "send a form as application/x-www-form-urlencoded")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise FormRefused(413, "form_large", f"a form has at most {MAX_FORM} bytes")
    return Form(_fields(body))


def _fields(body: bytes) -> dict[str, list[str]]:
    try:
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as exc:
        raise FormRefused(400, "form_broken", "this is not a form") from exc
    if any("\x00" in value for values in fields.values() for value in values):
        raise FormRefused(400, "form_broken", "a form holds no NUL")
    return fields
