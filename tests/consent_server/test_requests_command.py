"""``kapsel requests`` as a person runs it, on a real database."""

import asyncio
import datetime as dt
import json
import uuid

import pytest
from click.testing import CliRunner

from consent_server.admin.trail import Trail
from consent_server.cli import cli
from consent_server.log import ConsentLog
from consent_server.log.releases import Releases
from consent_server.model import Action, ConsentRecord
from consent_server.rights.inbox import Inbox
from consent_server.rights.model import read
from scanner.database import open_database
from scanner.deeds import operator

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
DAY = dt.timedelta(days=1)
RECEIPT = "0195c2d1-7c3e-7a10-9b1d-000000000001"


@pytest.fixture
def inbox(database):
    engine = open_database(database)
    found = Inbox(engine)
    found.engine = engine
    yield found
    engine.dispose()


@pytest.fixture
def run(database, inbox):
    def command(*arguments, status=0):
        given = [*arguments, "--database", database]
        result = CliRunner().invoke(cli, ["requests", *given], env={"COLUMNS": "120"})
        assert result.exit_code == status, result.output
        return result

    return command


def asked(inbox, *, site="shop", days=0, receipt=""):
    request = read(
        {"right": "access", "contact": "kari@example.no", "message": "Alt", "receipt": receipt},
        site=site,
        language="nb",
        received_at=NOW - days * DAY,
    )
    inbox.add(request)
    return request


def test_the_list_begins_with_what_must_be_answered_first(run, inbox):
    new, old = asked(inbox), asked(inbox, days=12, site="other")

    lines = run("list").stdout.splitlines()

    assert [line.split()[:3] for line in lines[1:]] == [
        [old.id, "other", "access"],
        [new.id, "shop", "access"],
    ]
    listed = json.loads(run("list", "--site", "shop", "--format", "json").stdout)
    assert [request["id"] for request in listed] == [new.id]
    assert listed[0]["days_left"] == 29


def test_an_empty_inbox_says_so(run):
    assert "No requests wait." in run("list").stderr


def test_a_request_is_shown_extended_and_closed(run, inbox):
    request = asked(inbox, days=20)

    assert "kari@example.no" in run("show", request.id).stdout
    assert "and tell kari@example.no why" in run("extend", request.id).stderr
    assert "cannot be extended" in run("extend", request.id, status=1).stderr
    run("close", request.id, "--refused")
    assert "is closed already" in run("close", request.id, status=1).stderr

    shown = json.loads(run("show", request.id.upper(), "--format", "json").stdout)
    assert (shown["standing"], shown["days_left"]) == ("refused", None)
    deeds = Trail(inbox.engine).page(sites={"shop"})
    assert [deed.action for deed in deeds] == ["refused a request", "extended a request"]
    assert {(deed.actor, deed.detail) for deed in deeds} == {
        (operator(), f"access of {request.received_at:%Y-%m-%d}")
    }


def test_a_request_is_erased(run, inbox):
    request = asked(inbox)

    run("erase", request.id)

    for command in ("erase", "show", "close", "extend", "export"):
        assert "there is no request" in run(command, request.id, status=1).stderr
    (deed,) = Trail(inbox.engine).page(sites={"shop"})
    assert (deed.actor, deed.action) == (operator(), "erased a request")


def test_the_export_holds_what_the_log_knows_and_what_was_shown(run, inbox):
    record = ConsentRecord(
        id=RECEIPT,
        site="shop",
        revision="r1",
        choices={"marketing": True},
        action=Action.SAVE,
        language="nb",
        decided_at=NOW,
        received_at=NOW,
        page=None,
        gpc=False,
    )

    async def fill():
        async with ConsentLog.open(inbox.engine) as log:
            await log.append(record)

    asyncio.run(fill())
    Releases(inbox.engine).keep("shop", "r1", facts=b'{"site": "shop"}', engine=b"", script=b"")
    request, foreign = asked(inbox, receipt=RECEIPT), asked(inbox, site="other", receipt=RECEIPT)
    unknown = asked(inbox, receipt=str(uuid.uuid4()))

    exported = json.loads(run("export", request.id).stdout)

    assert exported["request"]["id"] == request.id
    assert exported["decision"]["id"] == RECEIPT
    assert exported["shown"] == {"site": "shop"}
    for other in (foreign, unknown):
        nothing = json.loads(run("export", other.id).stdout)
        assert (nothing["decision"], nothing["shown"]) == (None, None)


def test_where_there_is_no_database_nobody_is_told_that_nothing_waits(tmp_path):
    place = tmp_path / "typo.db"

    done = CliRunner().invoke(cli, ["requests", "list", "--database", str(place)])

    assert done.exit_code == 1
    assert "typo.db: there is no such database" in done.stderr
    assert not place.exists()
