"""Websites of a page or three, for what only a small site can show."""

import threading

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

PAGE = '<!doctype html><html lang="en"><title>{0}</title><h1>{0}</h1>{1}</html>'


def plain():
    """A site that stores nothing and asks nobody else for anything."""
    links = '<a href="/one">One</a> <a href="/two">Two</a>'

    async def page(request):
        return HTMLResponse(PAGE.format(request.url.path, links))

    return Starlette(routes=[Route("/", page), Route("/one", page), Route("/two", page)])


def one_cookie(name, *, pages=1):
    """A site whose every page sets one cookie."""
    links = "".join(f'<a href="/{number}">{number}</a>' for number in range(1, pages))

    async def page(request):
        response = HTMLResponse(PAGE.format(request.url.path, links))
        response.set_cookie(name, "1")
        return response

    return Starlette(
        routes=[Route("/", page), *(Route(f"/{number}", page) for number in range(1, pages))]
    )


class Slow:
    """A site that sets a cookie on its first page, and answers no other before it is let go."""

    def __init__(self, name):
        self.asked = threading.Event()  # somebody waits for a page
        self.let_go = threading.Event()
        self._name = name
        self.app = Starlette(
            routes=[
                Route("/", self._first),
                Route("/robots.txt", self._robots),
                Route("/slow", self._slow),
            ]
        )

    async def _robots(self, request):
        return PlainTextResponse("")

    async def _first(self, request):
        response = HTMLResponse(PAGE.format("First", '<a href="/slow">Slow</a>'))
        response.set_cookie(self._name, "1")
        return response

    async def _slow(self, request):
        import anyio.to_thread

        self.asked.set()
        await anyio.to_thread.run_sync(self.let_go.wait, abandon_on_cancel=True)
        return HTMLResponse(PAGE.format("Slow", ""))
