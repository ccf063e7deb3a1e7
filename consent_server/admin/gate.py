"""The gate of the pages for people: who asks, may she, and did her own page send this form.

A site that somebody has no role at does not exist for her: the answer is the same 404 as for a site
that there is not. A page of a site that she may read but not change answers 403.
"""

from __future__ import annotations

import asyncio
import functools
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from consent_server.admin import cookies, frame, speech
from consent_server.admin.forms import Form, FormRefused, read_form
from consent_server.admin.model import ALL_SITES, Person, Role
from consent_server.tokens import Scope
from scanner.store import Store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from consent_server.admin.accounts import Accounts
    from consent_server.admin.mistakes import Mistake
    from consent_server.admin.sessions import Sessions
    from consent_server.admin.trail import Trail
    from consent_server.log import ConsentLog
    from consent_server.shelf import Shelf
    from consent_server.tokens import Door
    from scanner.model import Site
    from scanner.wording import Words

READING = frozenset({Scope.READ, Scope.EXPORT})  # what a token needs that opens the pages

FORM_LASTS = 3600.0  # seconds for which a sign-in page can be used


class Asked(NamedTuple):
    """A request of somebody who may."""

    request: Request
    person: Person
    secret: str  # of her session
    words: Words  # in which she is spoken to
    form: Form = Form({})  # empty, unless one was sent

    @property
    def site(self) -> str:
        """Key of the site in the address."""
        key: str = self.request.path_params["site"]
        return key

    @property
    def accounts(self) -> Accounts:
        """The accounts of people."""
        found: Accounts = self.request.app.state.accounts
        return found

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        found: Sessions = self.request.app.state.sessions
        return found

    @property
    def door(self) -> Door:
        """The API tokens."""
        found: Door = self.request.app.state.door
        return found

    @property
    def store(self) -> Store:
        """The scans."""
        return Store(self.request.app.state.engine)

    @property
    def log(self) -> ConsentLog:
        """The consent log."""
        found: ConsentLog = self.request.app.state.log
        return found

    @property
    def shelf(self) -> Shelf:
        """What each site is served."""
        found: Shelf = self.request.app.state.shelf
        return found

    async def listed(self) -> Site | None:
        """Return the site in the address, as sites.yaml has it; None: it is not there."""
        return next((site for site in await self.shelf.sites() if site.key == self.site), None)

    async def readable(self) -> tuple[Site, ...]:
        """Return the sites that the person may read."""
        sites = await self.shelf.sites()
        return tuple(site for site in sites if self.person.may(Role.READER, site.key))

    async def did(self, action: str, detail: str = "", *, site: str | None = None) -> None:
        """Write down in the audit trail what the person has done."""
        trail: Trail = self.request.app.state.trail
        await asyncio.to_thread(trail.add, self.person.name, action, site=site, detail=detail)

    def page(self, template: str, /, *, status: int = 200, **facts: Any) -> Response:
        """Return the page of the template *template*."""
        return frame.page(
            self.request,
            template,
            words=self.words,
            person=self.person,
            secret=self.secret,
            status=status,
            **facts,
        )

    def problem(
        self, status: int, key: str, why: str | None = None, *, mistake: Mistake | None = None
    ) -> Response:
        """Return a page that says what was not done, and why: by keys of texts, or by *mistake*."""
        title = self.words.text(f"problems.{key}")
        if mistake is not None:
            text = mistake.said(self.words)
        else:
            text = self.words.text(why or f"problems.{key}_why")
        return self.page("problem", status=status, title=title, text=text)

    def back(self, path: str, **query: str) -> Response:
        """Lead to *path* after something was done."""
        address = f"{path}?{urlencode(query)}" if query else path
        return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


if TYPE_CHECKING:
    Page = Callable[[Asked], Awaitable[Response]]
    Endpoint = Callable[[Request], Awaitable[Response]]


def at_site(role: Role) -> Callable[[Page], Endpoint]:
    """Let in who has at least *role* at the site in the address."""

    async def check(asked: Asked) -> Response | None:
        if not asked.person.may(Role.READER, asked.site) or await asked.listed() is None:
            return asked.problem(404, "site")
        return None if asked.person.may(role, asked.site) else _forbidden(asked)

    return functools.partial(_guarded, check=check)


def somewhere(role: Role) -> Callable[[Page], Endpoint]:
    """Let in who has at least *role* at any site; the page shows no more than that."""

    async def check(asked: Asked) -> Response | None:
        return None if asked.person.somewhere(role) else _forbidden(asked)

    return functools.partial(_guarded, check=check)


def everybody() -> Callable[[Page], Endpoint]:
    """Let in whoever has signed in; the page shows no more than that person may see."""

    async def check(asked: Asked) -> Response | None:
        return None

    return functools.partial(_guarded, check=check)


def signed_in() -> Callable[[Page], Endpoint]:
    """Let in who has an account."""

    async def check(asked: Asked) -> Response | None:
        return None if asked.person.has_account else _forbidden(asked)

    return functools.partial(_guarded, check=check)


def _guarded(page: Page, check: Callable[[Asked], Awaitable[Response | None]]) -> Endpoint:
    @functools.wraps(page)
    async def guarded(request: Request) -> Response:
        person, secret = await somebody(request)
        if person is None or secret is None:
            return await to_sign_in(request)
        asked = Asked(request, person, secret, speech.of(request))
        if "site" in request.path_params and person.may(Role.READER, asked.site):
            asked = asked._replace(words=speech.of(request, await asked.listed()))
        if any("\0" in value for value in request.query_params.values()):
            return asked.problem(404, "page")  # PostgreSQL has no text with one
        if request.method == "POST":
            try:
                asked = asked._replace(form=await read_form(request, secret))
            except FormRefused as exc:
                return asked.problem(exc.status, "not_done", f"mistakes.{exc.key}")
        refused = await check(asked)
        return await page(asked) if refused is None else refused

    return guarded


async def somebody(request: Request) -> tuple[Person, str] | tuple[None, None]:
    """Return who has signed in, and the secret of her session."""
    secret = cookies.read(request, "session")
    person = None if secret is None else await run_in_threadpool(_person, request, secret)
    return (None, None) if person is None or secret is None else (person, secret)


def _person(request: Request, secret: str) -> Person | None:
    """Return whose session *secret* is; None: it is over."""
    sessions: Sessions = request.app.state.sessions
    found = sessions.who(secret)
    if found is None:
        return None
    name, token_digest = found
    if name is not None:
        account = request.app.state.accounts.get(name)
        return None if account is None else account.person
    token = request.app.state.door.known(token_digest)
    if token is None or not token.scopes >= READING:
        return None
    sites = (ALL_SITES,) if token.sites is None else sorted(token.sites)
    return Person(
        name=f"token: {token.name}", roles=dict.fromkeys(sites, Role.READER), has_account=False
    )


async def to_sign_in(
    request: Request,
    *,
    mistake: str | None = None,
    count: int = 0,
    status: int = 401,
    name: str = "",
) -> Response:
    """Return the page on which people sign in; *mistake* is the key of a text, with its *count*."""
    words = speech.of(request)
    secret = cookies.read(request, "form") or secrets.token_urlsafe(32)
    accounts: Accounts = request.app.state.accounts
    response = frame.page(
        request,
        "sign_in",
        words=words,
        secret=secret,
        status=status,
        mistake=mistake and words.text(f"mistakes.{mistake}", count=count),
        name=name,
        safe=cookies.is_safe(request),
        nobody=not await asyncio.to_thread(accounts.any),
        provider=request.app.state.provider is not None,
        goal=_goal(request),
    )
    if cookies.is_safe(request):
        cookies.put(response, request, "form", secret, lasts=FORM_LASTS)
    return response


def _goal(request: Request) -> str:
    """Return the page that somebody wanted who has to sign in first."""
    path = request.url.path
    if request.method != "GET" or path.startswith(("/admin/sign-", "/admin/invitations/")):
        return "/admin"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{path}{query}"


def _forbidden(asked: Asked) -> Response:
    return asked.problem(403, "forbidden")
