"""Put into the application what the pages for people work with."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from consent_server.admin.accounts import Accounts
from consent_server.admin.attempts import Attempts
from consent_server.admin.glance import Glances
from consent_server.admin.jobs import Jobs
from consent_server.admin.provider import Provider, check_address
from consent_server.admin.runner import Runner
from consent_server.admin.sessions import Sessions
from consent_server.admin.trail import Trail
from consent_server.log.signing import signing_key
from consent_server.tokens import Door
from scanner.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from consent_server.settings import Settings


@contextlib.asynccontextmanager
async def furnish(state: Any, settings: Settings) -> AsyncIterator[None]:
    """
    Give the application's *state* accounts, sessions, tokens and scans.

    It has an engine already, and its releases.
    """
    engine = state.engine
    state.time_zone = settings.time_zone
    state.door = Door(engine, settings.api_token)
    state.accounts = Accounts(engine)
    state.sessions = Sessions(engine)
    state.trail = Trail(engine)
    state.attempts = Attempts(engine, secret=bytes(signing_key(settings.key_file)))
    state.hashing = asyncio.Semaphore(1)  # a hash takes 19 MiB and a core: one at a time
    state.glances = Glances(Store(engine))
    state.jobs = Jobs(engine)
    state.provider = None
    if settings.oidc is not None:
        check_address(settings.oidc.issuer)
        state.provider = Provider(
            settings.oidc.issuer,
            client_id=settings.oidc.client_id,
            client_secret=settings.oidc.client_secret,
        )
    async with Runner.at_work(
        state.jobs,
        database=settings.database,
        sites_file=str(settings.sites_file),
        time_zone=settings.time_zone,
    ) as state.runner:
        yield
