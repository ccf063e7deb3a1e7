"""Requests are kept until they are answered, and erased afterwards."""

import datetime as dt

import msgspec
import pytest

from consent_server.rights import inbox as inboxes
from consent_server.rights.inbox import Inbox, InboxFull
from consent_server.rights.model import Standing, read
from scanner.database import open_database

RECEIVED = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def inbox(database):
    engine = open_database(database)
    yield Inbox(engine)
    engine.dispose()


def asked(*, site="shop", days=0, message="alt"):
    return read(
        {"right": "erasure", "contact": "kari@example.no", "message": message},
        site=site,
        language="nb",
        received_at=RECEIVED + days * DAY,
    )


def test_what_was_kept_is_what_was_asked(inbox):
    request = asked()

    inbox.add(request)

    assert inbox.get(request.id) == request
    assert inbox.get(request.id, site="shop") == request
    assert inbox.get(request.id, site="other") is None
    assert inbox.get("no") is None


def test_the_one_that_must_be_answered_first_is_at_the_top(inbox):
    late, early, extended, done = asked(days=5), asked(days=2), asked(), asked(days=1)
    for request in (late, early, extended, done):
        inbox.add(request)
    inbox.extend(extended.id)
    inbox.close(done.id, Standing.ANSWERED, now=RECEIVED + 3 * DAY)

    assert [r.id for r in inbox.find()] == [early.id, late.id, extended.id]
    assert [r.id for r in inbox.find(closed=True)] == [early.id, late.id, extended.id, done.id]


def test_a_site_sees_its_own_only(inbox):
    ours, theirs = asked(), asked(site="other")
    inbox.add(ours)
    inbox.add(theirs)

    assert [r.id for r in inbox.find(sites=["shop"])] == [ours.id]
    assert inbox.find(sites=[]) == ()


def test_an_answer_can_take_longer_once(inbox):
    request = asked()
    inbox.add(request)
    inbox.told(request.id, 3)

    assert inbox.extend(request.id)
    assert not inbox.extend(request.id)

    assert inbox.get(request.id) == msgspec.structs.replace(
        request, standing=Standing.EXTENDED, reminded=1
    )


def test_a_request_is_closed_once(inbox):
    request = asked()
    inbox.add(request)

    assert inbox.close(request.id, Standing.REFUSED, now=RECEIVED + DAY)
    assert not inbox.close(request.id, Standing.ANSWERED, now=RECEIVED + 2 * DAY)
    assert not inbox.extend(request.id)

    kept = inbox.get(request.id)
    assert (kept.standing, kept.closed_at) == (Standing.REFUSED, RECEIVED + DAY)


def test_what_is_erased_is_gone(inbox):
    request = asked()
    inbox.add(request)

    assert inbox.erase(request.id)

    assert not inbox.erase(request.id)
    assert inbox.get(request.id) is None


def test_only_what_was_closed_long_ago_is_pruned(inbox):
    old, new, waiting = asked(), asked(), asked()
    for request in (old, new, waiting):
        inbox.add(request)
    inbox.close(old.id, Standing.ANSWERED, now=RECEIVED + DAY)
    inbox.close(new.id, Standing.ANSWERED, now=RECEIVED + 9 * DAY)

    assert inbox.prune(closed_before=RECEIVED + 5 * DAY, dry_run=True) == 1
    assert inbox.prune(closed_before=RECEIVED + 5 * DAY) == 1

    assert {r.id for r in inbox.find(closed=True)} == {new.id, waiting.id}


def test_a_flood_is_stopped(inbox, monkeypatch):
    monkeypatch.setattr(inboxes, "MAX_WAITING", 2)
    inbox.add(asked())
    inbox.add(asked())

    with pytest.raises(InboxFull):
        inbox.add(asked())

    inbox.add(asked(site="other"))
