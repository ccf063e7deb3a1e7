"""Put into the application what the pages for people work with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from consent_server.admin.accounts import Accounts
from consent_server.admin.attempts import Attempts
from consent_server.admin.glance import Glances
from consent_server.admin.sessions import Sessions
from consent_server.admin.trail import Trail
from consent_server.releases import Releases
from consent_server.tokens import Door
from scanner.store import Store

if TYPE_CHECKING:
    from consent_server.settings import Settings


def furnish(state: Any, settings: Settings) -> None:
    """Give the application's *state*, which has an engine, accounts, sessions, tokens."""
    engine = state.engine
    state.door = Door(engine, settings.api_token)
    state.accounts = Accounts(engine)
    state.sessions = Sessions(engine)
    state.trail = Trail(engine)
    state.attempts = Attempts()
    state.hashing = asyncio.Semaphore(1)  # a hash takes 19 MiB and a core: one at a time
    state.glances = Glances(Store(engine))
    state.releases = Releases(engine)
    state.provider = None
