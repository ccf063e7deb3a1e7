"""The scans of a site: start one, watch it, stop it; and those that there were."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from starlette.routing import Route

from consent_server.admin.gate import Asked, at_site
from consent_server.admin.model import Role
from consent_server.answers import answer, refusal
from scanner.errors import ScanRunning
from scanner.model import State

if TYPE_CHECKING:
    from starlette.responses import Response

    from consent_server.admin.jobs import Jobs
    from consent_server.admin.runner import Runner

HISTORY = 50  # scans that are listed

_NUMBER = re.compile(r"\d{1,18}")


@at_site(Role.READER)
async def show(asked: Asked) -> Response:
    """Show the scan that runs, if one does, and those before it."""
    jobs: Jobs = asked.request.app.state.jobs
    job = await asyncio.to_thread(jobs.newest, asked.site)
    history = await asyncio.to_thread(asked.store.history, asked.site, limit=HISTORY)
    return asked.page(
        "scans",
        job=job,
        history=history,
        may_scan=asked.person.may(Role.EDITOR, asked.site),
        progress_text=asked.words.text(
            "scans.progress", state="{state}", visited="{visited}", known="{known}"
        ),
        states={state.value: asked.words.term("states", state) for state in State},
        details=asked.words.named("job_details"),
        done=asked.request.query_params.get("done"),
    )


@at_site(Role.READER)
async def state(asked: Asked) -> Response:
    """Answer with what the job with the number ?id= does, for the page's script."""
    text = asked.request.query_params.get("id", "")
    jobs: Jobs = asked.request.app.state.jobs
    job = None
    if _NUMBER.fullmatch(text):
        job = await asyncio.to_thread(jobs.get, asked.site, int(text))
    return refusal(404, "there is no such scan") if job is None else answer(job)


@at_site(Role.EDITOR)
async def start(asked: Asked) -> Response:
    """Start a scan of the site."""
    runner: Runner = asked.request.app.state.runner
    try:
        await runner.start(asked.site, asked_by=asked.person.name)
    except ScanRunning:
        return asked.back(f"/admin/{asked.site}/scans", done="running")
    await asked.did("started a scan", site=asked.site)
    return asked.back(f"/admin/{asked.site}/scans")


@at_site(Role.EDITOR)
async def stop(asked: Asked) -> Response:
    """Stop the scan of the site that runs; what it has found is kept."""
    jobs: Jobs = asked.request.app.state.jobs
    job = await asyncio.to_thread(jobs.newest, asked.site)
    if job is not None and not job.status.is_over:
        await asyncio.to_thread(jobs.stop, job.id)
        await asked.did("stopped a scan", site=asked.site)
    return asked.back(f"/admin/{asked.site}/scans")


ROUTES = [
    Route("/admin/{site}/scans", show),
    Route("/admin/{site}/scans/state", state),
    Route("/admin/{site}/scans/start", start, methods=["POST"]),
    Route("/admin/{site}/scans/stop", stop, methods=["POST"]),
]
