"""GET /w/{site}/declaration: what the site tells its visitors, as a page, Markdown or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from consent_server import declaration_page
from consent_server.addressed import served_to
from consent_server.answers import answer, refusal, style_policy
from scanner.languages import LANGUAGES, choose

if TYPE_CHECKING:
    from starlette.requests import Request


_HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
    "X-Content-Type-Options": "nosniff",
}


async def page(request: Request) -> Response:
    """Answer with the declaration, in the form that the address ends in."""
    served = await served_to(request)
    if served is None:
        return refusal(404, "there is no such site")
    wanted = request.query_params.get("lang")
    if wanted is not None and wanted not in LANGUAGES:
        return refusal(400, f"'lang' is one of {', '.join(LANGUAGES)}")
    declaration = served.declaration
    language = wanted or choose(request.headers.get("accept-language", ""), declaration.languages)
    headers = {**_HEADERS, "Content-Language": language}
    form = request.url.path.rpartition(".")[2]
    if form == "json":
        return answer(declaration_page.values(declaration, language), headers=headers)
    if form == "md":
        return Response(
            declaration_page.markdown(declaration, language),
            headers=headers,
            media_type="text/markdown; charset=utf-8",
        )
    html = declaration_page.html(declaration, language, switch=True)
    return Response(
        html,
        headers={**headers, "Content-Security-Policy": style_policy(html)},
        media_type="text/html; charset=utf-8",
    )


ROUTES = [
    Route("/w/{site}/declaration", page),
    Route("/w/{site}/declaration.json", page),
    Route("/w/{site}/declaration.md", page),
]
