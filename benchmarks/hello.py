"""What the consent server is measured against: Starlette alone, and one commit per decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request


async def hello(request: Request) -> PlainTextResponse:
    """Answer without reading anything."""
    return PlainTextResponse("hello")


app = Starlette(routes=[Route("/", hello, methods=["GET", "POST"])])


def serve_commit_each() -> None:
    """Be ``kapsel``, with groups of one."""
    from consent_server.cli import main
    from consent_server.log import writer

    writer.MAX_BATCH = 1
    main()
