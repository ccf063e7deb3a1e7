"""The consent server, on one screen."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.metadata
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from consent_server import (
    answers,
    api,
    decisions,
    declarations,
    hidden,
    metrics,
    openapi,
    preview_page,
    receipts,
    scans,
    script,
)
from consent_server.admin import routes as people
from consent_server.admin import scan_api
from consent_server.admin.desk import furnish
from consent_server.answers import STRICT_TRANSPORT, answer
from consent_server.decisions import Things
from consent_server.editions import Editions
from consent_server.front import Front
from consent_server.frugality import keep_nothing_large
from consent_server.limits import Buckets, Limits
from consent_server.lines import Crowd, Line
from consent_server.log import ConsentLog
from consent_server.log.growth import Growth
from consent_server.log.releases import Releases
from consent_server.log.signing import Signer, signing_key
from consent_server.log.tree import Tree
from consent_server.log.witness import Witness
from consent_server.logs import write_logs, write_logs_of_libraries
from consent_server.proxy import Proxies
from consent_server.rights import routes as rights
from consent_server.settings import Settings
from consent_server.shelf import Shelf
from scanner.database import open_database
from scanner.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Message, Receive, Scope, Send


GARBAGE = 10_000  # objects that may be garbage: what a decision leaves is none
SITE_BURST = 10  # seconds' worth of decisions that one site's visitors may send at once

GPC_SINCE = "2026-11-22"  # the day on which what we say of it last changed


async def healthz(request: Request) -> Response:
    """Answer that the process lives."""
    return answer({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Answer that decisions can be stored; 503 where they cannot."""
    log: ConsentLog = request.app.state.log
    await log.check()
    return answer({"status": "ready"})


async def counted(request: Request) -> Response:
    """Answer with what this process has counted, for Prometheus."""
    return Response(
        metrics.text(),
        media_type=metrics.CONTENT_TYPE,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


async def description(request: Request) -> Response:
    """Answer with the description of all this for machines."""
    return answer(described())


def described() -> dict[str, Any]:
    """Return the description of all routes for machines (OpenAPI 3.1)."""
    told = [
        (route.path, frozenset(route.methods or ()), (route.endpoint.__doc__ or "").split("\n")[0])
        for route in ROUTES
        if "OPTIONS" not in (route.methods or ()) and route not in people.ROUTES
    ]
    return openapi.describe(told, version=importlib.metadata.version("kapsel"))


async def gpc(request: Request) -> Response:
    """Answer that Global Privacy Control is honoured."""
    return answer({"gpc": True, "lastUpdate": GPC_SINCE})


ROUTES = [
    *script.ROUTES,
    *declarations.ROUTES,
    *rights.ROUTES,
    *receipts.ROUTES,
    *decisions.ROUTES,
    *hidden.ROUTES,
    *preview_page.ROUTES,
    *api.ROUTES,
    *scans.ROUTES,
    *scan_api.ROUTES,
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", counted),
    Route("/openapi.json", description),
    Route("/.well-known/gpc.json", gpc),
    *people.ROUTES,
]


def kept_to_tls(scope: Scope, send: Send) -> Send:
    """Return *send* so that a browser that came over TLS never comes without it again."""
    if scope["type"] != "http" or scope["scheme"] != "https":
        return send

    async def strict(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], STRICT_TRANSPORT]
        await send(message)

    return strict


class ConsentServer(Starlette):
    """The routes, with a *front* before them."""

    front: Front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "http" and await self.front.answered(scope, receive, send):
                return
        except Exception as exc:  # the routes' own faults are answered so too
            fault = await answers.from_fault(Request(scope), exc)
            await fault(scope, receive, send)
            raise
        await super().__call__(scope, receive, kept_to_tls(scope, send))


def create_app(settings: Settings) -> ConsentServer:
    """
    Return the application; its lifespan opens the database and sites.yaml.

    Raises (when it starts):
        DatabaseUnusable: If the database cannot be used.
        SitesInvalid: If sites.yaml cannot be used.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        engine = await asyncio.to_thread(open_database, settings.database)
        try:
            growth = Growth()
            tree = Tree(engine, growth)
            key = await asyncio.to_thread(signing_key, settings.key_file)
            witness = Witness(settings.checkpoints_url) if settings.checkpoints_url else None
            signer = Signer(tree, key, settings.checkpoint_file, witness=witness)
            async with signer.at_work(), ConsentLog.open(engine, growth=growth) as log:
                releases = Releases(engine)
                shelf = Shelf(Store(engine), releases, settings.sites_file)
                await shelf.open()
                app.state.engine, app.state.log, app.state.shelf = engine, log, shelf
                app.state.tree, app.state.signer = tree, signer
                app.state.releases, app.state.editions = releases, Editions(releases)
                limits = Limits(
                    Buckets(settings.rate, burst=settings.burst),
                    Buckets(settings.site_rate, burst=settings.site_rate * SITE_BURST),
                )
                things = Things(log, shelf, limits, settings.keep_network)
                server.front.things = app.state.things = things
                app.state.request_limits = rights.limits()
                async with furnish(app.state, settings):
                    gc.freeze()  # what is there now stays: it needs not be looked through again
                    gc.set_threshold(GARBAGE)
                    yield
                await shelf.close()
        finally:
            engine.dispose()

    server = ConsentServer(
        routes=ROUTES,
        lifespan=lifespan,
        exception_handlers={
            HTTPException: answers.from_status,
            ClientDisconnect: answers.from_breaking_off,
            Exception: answers.from_fault,
            **dict.fromkeys(answers.STATUS, answers.from_error),
        },
    )
    server.router.redirect_slashes = False  # it would lead to whatever Host a stranger names
    server.front = Front(
        hosts=settings.hosts,
        proxies=Proxies(settings.proxies, country=settings.country_header),
    )
    return server


def create_as_told() -> ConsentServer:
    """Return the application of a worker process; its parent left the settings."""
    keep_nothing_large()
    settings = Settings.handed_on()
    write_logs(level=settings.log_level, form=settings.log_format)
    write_logs_of_libraries(form=settings.log_format)
    app = create_app(settings)
    Line.crowd = Crowd.of_process(proxies=settings.proxies)
    Line.desk = app.front
    return app
