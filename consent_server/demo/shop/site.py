"""The shop's own host: its pages, in one of two dresses."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from consent_server.demo.shop import goods, hosts, keys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    Endpoint = Callable[[Request], Awaitable[Response]]

_HERE = Path(__file__).parent

#: Who can log in, and with what; the login page says so.
CUSTOMER, PASSWORD = "kari@tur.example", "turglede"

MAX_FORM = 4096  # bytes of a form that somebody sends


class Dress(enum.StrEnum):
    """What the shop looks like to its visitors."""

    AS_FOUND = "as-found"  # everything fires at once, and there is no banner
    WITH_KAPSEL = "with-kapsel"  # tags are held back until the visitor has chosen


class Shop:
    """The shop in one *dress*; `app` answers for its host."""

    def __init__(self, *, dress: Dress, addresses: hosts.Addresses) -> None:
        self._dressed = dress is Dress.WITH_KAPSEL
        self._addresses = addresses
        self._goods = goods.load()
        self._carts: dict[str, dict[str, int]] = {}  # visitor -> slug -> how many
        self._tickets: set[str] = set()  # who is logged in
        self._templates = Environment(
            loader=PackageLoader("consent_server.demo.shop"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            at=addresses.of, host=hosts, kapsel=self._dressed, shelves=self._goods.shelves
        )
        self._templates.filters["kroner"] = lambda price: f"{price:,} kr".replace(",", "\N{NBSP}")
        self.app = Starlette(
            routes=[
                Route("/", self._front),
                Route("/robots.txt", self._text("robots.txt", "text/plain")),
                Route("/sitemap.xml", self._text("sitemap.xml", "application/xml")),
                Route("/favicon.ico", self._icon),
                Route("/skript/{name}.js", self._script),
                Route("/kategori/{slug}", self._shelf),
                Route("/vare/{slug}", self._article),
                Route("/handlekurv", self._cart, methods=["GET", "POST"]),
                Route("/kasse", self._checkout),
                Route("/logg-inn", self._login, methods=["GET", "POST"]),
                Route("/logg-ut", self._logout, methods=["POST"]),
                Route("/kontakt", self._page("kontakt.html")),
                Route("/kampanje/vintersalg", self._page("kampanje.html")),
                Route("/personvern", self._page(f"personvern-{dress}.html")),
            ],
            exception_handlers={404: self._missing},
        )

    # --- pages ---------------------------------------------------------------------------------

    async def _front(self, request: Request) -> Response:
        return self._render(request, "forside.html", articles=self._goods.articles)

    async def _shelf(self, request: Request) -> Response:
        shelf = self._goods.shelf(request.path_params["slug"])
        if shelf is None:
            raise HTTPException(404)
        return self._render(request, "kategori.html", shelf=shelf, articles=self._goods.on(shelf))

    async def _article(self, request: Request) -> Response:
        article = self._goods.article(request.path_params["slug"])
        if article is None:
            raise HTTPException(404)
        shelf = self._goods.shelf(article.shelf)
        return self._render(request, "vare.html", article=article, shelf=shelf)

    async def _cart(self, request: Request) -> Response:
        number = keys.visitor(request)
        cart = self._carts.get(number, {})
        if request.method == "POST":
            slug = (await self._form(request)).get("vare", "")
            if self._goods.article(slug) is None:
                raise HTTPException(404)
            self._carts[number] = cart | {slug: cart.get(slug, 0) + 1}
            response: Response = RedirectResponse("/handlekurv", status_code=303)
        else:
            lines = [(a, cart[a.slug]) for a in self._goods.articles if a.slug in cart]
            total = sum(article.price * count for article, count in lines)
            response = self._render(request, "handlekurv.html", lines=lines, total=total)
        keys.keep(request, response, number=number, secure=self._secure)
        return response

    async def _checkout(self, request: Request) -> Response:
        response = self._render(request, "kasse.html")
        response.set_cookie(keys.CHECKOUT, "1", samesite="lax", secure=self._secure)
        return response

    async def _login(self, request: Request) -> Response:
        if request.method == "POST":
            form = await self._form(request)
            if (form.get("epost"), form.get("passord")) == (CUSTOMER, PASSWORD):
                response: Response = RedirectResponse("/logg-inn", status_code=303)
                remember = "husk" in form
                ticket = keys.log_in(response, remember=remember, secure=self._secure)
                self._tickets.add(ticket)
                return response
            return self._render(request, "logg-inn.html", status=401, wrong=True)
        inside = request.cookies.get(keys.LOGIN) in self._tickets
        if inside:
            return self._render(request, "min-side.html")
        return self._render(request, "logg-inn.html", wrong=False)

    async def _logout(self, request: Request) -> Response:
        self._tickets.discard(request.cookies.get(keys.LOGIN, ""))
        response = RedirectResponse("/", status_code=303)
        keys.log_out(response)
        return response

    async def _missing(self, request: Request, _: Exception) -> Response:
        return self._render(request, "ikke-funnet.html", status=404)

    def _page(self, template: str) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return self._render(request, template)

        return endpoint

    # --- files ---------------------------------------------------------------------------------

    def _text(self, template: str, media_type: str) -> Endpoint:
        async def endpoint(_: Request) -> Response:
            text = self._templates.get_template(template).render(articles=self._goods.articles)
            return Response(text, media_type=media_type)

        return endpoint

    async def _icon(self, _: Request) -> Response:
        return FileResponse(_HERE / "static" / "merke.svg", media_type="image/svg+xml")

    async def _script(self, request: Request) -> Response:
        path = _HERE / "scripts" / f"{request.path_params['name']}.js"
        if path.name not in {file.name for file in path.parent.iterdir()}:
            raise HTTPException(404)
        return FileResponse(path, media_type="text/javascript")

    # --- what they share -----------------------------------------------------------------------

    def _render(
        self, request: Request, template: str, *, status: int = 200, **values: object
    ) -> Response:
        html = self._templates.get_template(template).render(path=request.url.path, **values)
        response = HTMLResponse(html, status_code=status)
        if not self._dressed:  # as found, each page opens a session, needed or not
            keys.keep(request, response, number=keys.visitor(request), secure=False)
        return response

    @property
    def _secure(self) -> bool:
        """As found, the shop forgets the attribute that its cookies should have."""
        return self._dressed and self._addresses.secure

    @staticmethod
    async def _form(request: Request) -> dict[str, str]:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_FORM:
                raise HTTPException(413)
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}
