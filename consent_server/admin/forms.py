"""The forms of the pages for people, each with a token that only its reader's browser has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consent_server import forms
from consent_server.admin.sessions import form_token_fits
from consent_server.forms import Form, FormRefused

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["TOKEN_FIELD", "Form", "FormRefused", "read_form"]

TOKEN_FIELD = "csrf"  # noqa: S105 the name of a field


async def read_form(request: Request, secret: str | None) -> Form:
    """
    Return the form in *request*, sent by a page that the browser with the cookie *secret* got.

    Raises:
        FormRefused: If another site's page sent it, its token is wrong, or it is not a form.
    """
    form = await forms.read_form(request)
    if secret is None or not form_token_fits(form[TOKEN_FIELD], secret):
        raise FormRefused(403, "form_old")
    return form
