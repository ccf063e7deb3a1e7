"""GET /w/{site}/preview: the site's banner in every layout, language, theme and scheme, to look at.

The banner stands in a frame without an origin of its own: it can keep no cookie, and the policy of
the frame lets it send nothing. Whatever is pressed in it is no decision.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from consent_server import preview
from consent_server.addressed import served_to
from consent_server.admin import speech
from consent_server.admin.frame import spoken
from consent_server.answers import refusal
from consent_server.preview import (
    COLOURS,
    LAYERS,
    LAYOUTS,
    SCHEMES,
    SCREENS,
    Look,
    LookInvalid,
    read_look,
)
from scanner.languages import LANGUAGES, texts
from scanner.rendering import templates
from scanner.sites import theme

if TYPE_CHECKING:
    from starlette.requests import Request

    from consent_server.shelf import Served
    from scanner.wording import Words

_TEMPLATES = templates("consent_server")
_HOST = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-f:.]+\](:\d+)?", re.ASCII | re.IGNORECASE)


async def page(request: Request) -> Response:
    """Show the banner in a frame, and beside it what can be chosen."""
    served = await served_to(request)
    if served is None:
        return refusal(404, "there is no such site")
    asked = dict(request.query_params)
    words = speech.of(request, served.site)
    mistake: str | None = None
    try:
        look = read_look(asked, served.declaration)
    except LookInvalid as exc:
        look, mistake = read_look({}, served.declaration), _mistake(exc, words)
    shown = {} if mistake else asked
    return _html(
        "preview/page.html",
        {
            **spoken(words),
            "named": lambda kind, values: {each: words.term(kind, each) for each in values},
            "site": served.site.key,
            "look": look,
            "own": served.declaration.banner,
            "asked": shown,
            "mistakes": [mistake] if mistake else _pale(look, words),
            "settings": preview.settings(served.declaration, look),
            "languages": {code: texts(code)["language"] for code in LANGUAGES},
            "layouts": LAYOUTS,
            "layers": LAYERS,
            "schemes": SCHEMES,
            "screens": SCREENS,
            "colours": COLOURS,
            "frame": f"/w/{served.site.key}/preview/frame?{urlencode(shown)}",
        },
        status=400 if mistake else 200,
        policy="default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    )


def _mistake(exc: LookInvalid, words: Words) -> str:
    if exc.name is None:
        return words.text("mistakes.look_unknown")
    return words.text("mistakes.look_value", name=words.term("colours", exc.name))


def _pale(look: Look, words: Words) -> list[str]:
    """Say which texts of the theme cannot be read on what is under them."""
    return [
        words.text(
            "preview.pale",
            over=f"{words.term('colours', pale.over)} {pale.top}",
            under=f"{words.term('colours', pale.under)} {pale.below}",
            ratio=words.number(pale.ratio, "0.0"),
            needed=words.number(theme.MIN_CONTRAST),
        )
        for pale in theme.pale_pairs(look.theme)
    ]


async def frame(request: Request) -> Response:
    """Answer with a page that has nothing on it but the banner."""
    served = await served_to(request)
    if served is None:
        return refusal(404, "there is no such site")
    try:
        look = read_look(dict(request.query_params), served.declaration)
    except LookInvalid as exc:
        return refusal(400, str(exc))
    host = request.headers.get("host", "")
    facts = f"{host}/w/{served.site.key}.json" if _HOST.fullmatch(host) else "'none'"
    return _html(
        "preview/frame.html",
        _frame(served, look),
        # what a visitor decides would go to …/consents, and only the facts may be asked for
        policy="sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; "
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        f"img-src data:; connect-src {facts}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'",
    )


def _frame(served: Served, look: Look) -> dict[str, object]:
    words = texts(look.language)
    return {
        "site": served.site.key,
        "name": served.declaration.url.split("://", 1)[-1].strip("/"),
        "look": look,
        "direction": words["direction"],
        "script": preview.script(served.declaration, look),
        "embed": bool(served.declaration.categories),
    }


def _html(name: str, context: dict[str, object], *, policy: str, status: int = 200) -> Response:
    """Answer with a template whose style and scripts have a nonce; *policy* names it."""
    nonce = secrets.token_urlsafe(16)
    return Response(
        _TEMPLATES.get_template(name).render(**context, nonce=nonce),
        status_code=status,
        media_type="text/html; charset=utf-8",
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": policy.replace("{nonce}", nonce),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
    )


ROUTES = [
    Route("/w/{site}/preview", page),
    Route("/w/{site}/preview/frame", frame),
]
