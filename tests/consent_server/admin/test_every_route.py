"""
Every address that the server has, tried by everybody who has no business there.

The addresses come from the application itself, so that one that is added is tried as well.
"""

import datetime as dt
import json

import msgspec
import pytest

from consent_server import tokens
from consent_server.admin.jobs import Status
from consent_server.admin.model import Role
from consent_server.rights.inbox import Inbox
from consent_server.rights.model import Right, RightsRequest, read
from consent_server.tokens import Scope
from scanner.model import Category, SetBy, State, Visit
from scanner.store import Store
from scanner.tables import metadata
from tests.consent_server.admin.conftest import Somebody
from tests.consent_server.admin.found import entry, scan
from tests.consent_server.conftest import ORIGIN, decision, send

SECRET = "secret-of-other"
MARKUP = "'\"><xss-el></xss-el></script><xss-el></title></style><xss-el>"
REQUEST = "5f0a4e6c-0d0f-4a5b-9a57-0f6d3a0c1f11"

#: What changes by itself, or tells of the asking alone.
UNSTEADY = frozenset(("session", "trail", "node", "checkpoint"))


@pytest.fixture
def routes(client):
    found = sorted(
        (method, route.path)
        for route in client.app.routes
        for method in route.methods - {"HEAD", "OPTIONS"}
    )
    assert len(found) > 60
    return found


@pytest.fixture
def everything(client):
    """All that a server knows of two sites; what is secret at the second has a mark."""
    engine = client.app.state.engine
    for site in ("shop", "other"):
        mark = SECRET if site == "other" else "own"
        origin = f"https://www.{site}.example"
        number = 1 if site == "other" else 2
        body = decision(number, page=f"{origin}/{mark}", revision=mark)
        assert send(client, body, site=site, origin=origin).status_code == 201
        Store(engine).save(scan(entry("known"), site=site))
        client.app.state.trail.add(mark, mark, site=site, detail=mark)
        client.app.state.jobs.add(site, asked_by=mark)
        tokens.add(engine, mark, name=mark, now=dt.datetime.now(dt.UTC), sites=[site])
        client.app.state.accounts.add(f"for-{site}", roles={site: Role.READER}, password=None)
        if site == "other":
            Inbox(engine).add(
                RightsRequest(
                    id=REQUEST,
                    site=site,
                    right=Right.ACCESS,
                    contact=f"{mark}@example.no",
                    message=mark,
                    receipt=None,
                    language="nb",
                    received_at=dt.datetime.now(dt.UTC),
                )
            )
        client.portal.call(client.app.state.shelf.look_again, site)


@pytest.fixture
def hostile(client):
    """A site whose pages, visitors and people put markup wherever they can; the ids to ask for."""
    engine = client.app.state.engine
    set_by = SetBy(kind="script", url=f"https://x.example/{MARKUP}", line=1)
    facts = {"vendor": MARKUP, "purpose": {"en": MARKUP, "nb": MARKUP}, "set_by": set_by}
    facts |= {"domain": MARKUP, "path": f"/{MARKUP}", "rule": MARKUP, "pages": (MARKUP,)}
    named = [entry(f"{MARKUP}{each}", each, **facts) for each in Category]
    found = scan(*named)
    visits = [Visit(url=MARKUP, final_url=MARKUP, state=State.BEFORE, status=None, failure=MARKUP)]
    Store(engine).save(
        msgspec.structs.replace(
            found,
            visits=(*found.visits, *visits),
            unsteady=(MARKUP,),
            findings=tuple(
                msgspec.structs.replace(each, items=(MARKUP,), evidence=(MARKUP,))
                for each in found.findings
            ),
        )
    )
    body = decision(1, page=f"{ORIGIN}/{MARKUP}", services={MARKUP: True})
    assert send(client, body).status_code == 201
    request = {"right": "access", "contact": "kari@example.no", "message": MARKUP}
    asked_for = read(request, site="shop", language="nb", received_at=dt.datetime.now(dt.UTC))
    Inbox(engine).add(asked_for)
    client.app.state.trail.add(MARKUP, MARKUP, site="shop", detail=MARKUP)
    job = client.app.state.jobs.add("shop", asked_by=MARKUP)
    client.app.state.jobs.end(job.id, Status.FAILED, detail=MARKUP)
    tokens.add(engine, "t", name=MARKUP, now=dt.datetime.now(dt.UTC), sites=["shop"])
    client.portal.call(client.app.state.shelf.look_again, "shop")
    return [body["id"], asked_for.id, str(job.id), "unclassified-cookie"]


def test_no_page_takes_what_strangers_wrote_for_markup(client, routes, hostile, enter):
    owner = enter("owner@shop.example", everywhere="owner")
    questions = {"lang": "en", "kind": "cookie", "item": f"{MARKUP}marketing"}
    questions |= {"domain": MARKUP, "path": f"/{MARKUP}", "language": MARKUP, "goal": MARKUP}
    shown = set()

    for key in hostile:
        for method, address in addresses(routes, "shop", key=key):
            if method != "GET" or "/export" in address or "/provider" in address:
                continue
            for asked_for in ({"id": key}, {"id": key} | questions):
                answer = owner.client.get(
                    address, params=asked_for, headers={"Accept": "text/html"}
                )
                assert answer.status_code < 500, address
                if answer.headers["content-type"].startswith("text/html"):
                    assert "<xss-el" not in answer.text.lower(), address
                    shown |= {address} if "xss-el" in answer.text else set()

    assert len(shown) > 10, shown


def state(client, *, site=None):
    """All rows, or those that concern *site*."""
    rows = []
    with client.app.state.engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name not in UNSTEADY:
                rows += [(table.name, *row) for row in connection.execute(table.select())]
    return sorted(map(repr, rows if site is None else [row for row in rows if site in row]))


def addresses(routes, site, *, key=None):
    """The addresses of *site*, with what an id in them could be."""
    for method, path in routes:
        for each in [key] if key else [decision(1)["id"], REQUEST, "1"]:
            yield method, path.replace("{site}", site).replace("{id}", each)


def asked(somebody, method, address, *, site, **headers):
    """Ask for *address*, with all that the routes could want to know."""
    query = {"id": decision(1)["id"], "site": site, "name": "for-other"}
    if "/export" in address:
        query = {"site": site}
    form = {"sure": "yes", "do": "end", "role": "owner", **query}
    content = {"data": form | {"csrf": somebody.csrf}} if method == "POST" else {}
    if address.startswith(("/api/", "/w/")) and method == "POST":
        content = {"content": json.dumps({"site": site})}
    return somebody.client.request(
        method, address, params=query, headers=headers, follow_redirects=False, **content
    )


@pytest.fixture
def people(client, enter):
    """Somebody with each role at the shop, and the holder of each kind of token."""
    everybody = {}
    for role in ("reader", "editor", "owner"):
        everybody[role] = enter(f"{role}@shop.example", shop=role)
        page = everybody[role].get("/admin").text
        everybody[role].csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    for scopes in ([Scope.READ], [Scope.EXPORT], [Scope.SCAN], list(Scope)):
        secret = f"token-{'-'.join(scopes)}"
        now = dt.datetime.now(dt.UTC)
        engine = client.app.state.engine
        tokens.add(engine, secret, name=secret, now=now, scopes=scopes, sites=["shop"])
        everybody[secret] = Somebody(client)
        everybody[secret].client.headers["Authorization"] = f"Bearer {secret}"
        everybody[secret].csrf = ""
    everybody["page"] = Somebody(client)
    everybody["page"].client.headers["Origin"] = ORIGIN
    everybody["page"].csrf = ""
    return everybody


def test_who_belongs_to_one_site_learns_and_changes_nothing_of_another(
    client, routes, everything, people
):
    before = state(client, site="other")
    assert len(before) > 5

    for name, somebody in people.items():
        for site in ("other", "shop"):
            for method, address in addresses(routes, site):
                if name != "page" and site == "other" and address.startswith("/w/"):
                    continue  # everybody's, and the visitor's own who has its id
                if "sign-out" in address or (address == "/api/v1/scans" and site == "shop"):
                    continue
                answer = asked(somebody, method, address, site=site)

                assert answer.status_code < 500, (name, method, address)
                readable = name != "page" or "access-control-allow-origin" in answer.headers
                assert not (readable and SECRET in answer.text), (name, method, address)
        assert state(client, site="other") == before, name


def test_a_reader_and_a_token_that_reads_change_nothing(client, routes, everything, people):
    before = state(client)
    inside = [pair for pair in routes if pair[1].startswith(("/admin", "/api/"))]

    for name in ("reader", "token-read", "token-export"):
        for key in (decision(2)["id"], "1"):
            for method, address in addresses(inside, "shop", key=key):
                if "/sign-" in address or "/admin/account" in address:
                    continue  # her own session and password
                answer = asked(people[name], method, address, site="shop")

                assert answer.status_code < 500, (name, method, address)
        assert state(client) == before, name
