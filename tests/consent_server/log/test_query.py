"""Questions are read strictly; answers are written so that nothing in them can act."""

import csv
import datetime as dt
import io
import json

import msgspec
import pytest

from consent_server.log.query import COLUMNS, csv_head, csv_lines, json_lines, read_question
from consent_server.model import Action, ConsentRecord, Filter, Surface
from scanner.errors import QuestionInvalid

RECORD = ConsentRecord(
    id="0195c2d1-7c3e-7a10-9b1d-2f6e8a4c0d11",
    site="shop",
    revision="r1",
    choices={"functional": True, "marketing": False},
    action=Action.SAVE,
    language="nb",
    decided_at=dt.datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=dt.UTC),
    received_at=dt.datetime(2026, 11, 22, 12, 0, 1, tzinfo=dt.UTC),
    page="https://www.shop.example/",
    gpc=True,
    flags=("late", "no-origin"),
    services={"YouTube": False, "Matomo": True},
    surface=Surface.PREFERENCES,
    country="NO",
    network="192.0.2.0/24",
    layout="box",
)


def test_a_question_is_read_whole():
    question = read_question(
        [
            ("site", "shop"),
            ("from", "2026-11-01"),
            ("to", "2026-11-22T12:00:00+01:00"),
            ("category", "marketing"),
            ("category", "statistics"),
            ("granted", "false"),
            ("action", "withdraw"),
            ("revision", "r1"),
            ("id", "ABC"),
            ("language", "nb"),
            ("service", "YouTube"),
            ("surface", "embed"),
            ("country", "no"),
            ("cursor", "1763812800000.42"),
            ("limit", "7"),
        ]
    )

    assert question.filter == Filter(
        site="shop",
        since=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        until=dt.datetime(2026, 11, 22, 11, tzinfo=dt.UTC),
        refused=("marketing", "statistics"),
        action=Action.WITHDRAW,
        revision="r1",
        id="abc",
        language="nb",
        refused_services=("YouTube",),
        surface=Surface.EMBED,
        country="NO",
    )
    assert (question.cursor, question.limit) == ((1763812800000, 42), 7)


def test_a_day_alone_counts_as_a_whole():
    asked = read_question([("from", "2026-11-22"), ("to", "2026-11-22")]).filter

    assert asked.since == dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    assert asked.until == dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("ip", "192.0.2.1")], "'ip' cannot be asked for"),
        ([("site", "a"), ("site", "b")], "'site' stands twice"),
        ([("site", "a\x00")], "'site' holds a NUL"),
        ([("granted", "true")], "'granted' needs a category"),
        ([("category", "marketing"), ("granted", "yes")], "'granted' is one of true, false"),
        ([("category", "necessary")], "'category' is one of functional, statistics, marketing"),
        ([("surface", "wall")], "'surface' is one of banner"),
        ([("service", "a\x00")], "'service' holds a NUL"),
        ([("action", "agree")], "'action' is one of accept-all"),
        ([("from", "yesterday")], "(2026-11-22T12:00:00Z): 'yesterday'"),
        ([("from", "2026-11-22T12:00:00")], "'from' is neither a day"),
        ([("to", "9999-12-31")], "'to' is neither a day"),
        ([("to", "0001-01-01T00:00:00+14:00")], "'to' is neither a day"),
        ([("limit", "0")], "'limit' is a number from 1 to 1000"),
        ([("limit", "1001")], "'limit' is a number from 1 to 1000"),
        ([("limit", "ten")], "'limit' is a number from 1 to 1000"),
        ([("cursor", "abc")], "'cursor' is not one"),
        ([("cursor", "1.99999999999999999999")], "'cursor' is not one"),
        ([("cursor", "1.9999999999999999999")], "'cursor' is not one"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_words(pairs, words):
    with pytest.raises(QuestionInvalid) as caught:
        read_question(pairs)

    assert words in str(caught.value)


def test_a_question_without_pages_has_no_cursor():
    with pytest.raises(QuestionInvalid):
        read_question([("limit", "1")], paged=False)


def test_csv_has_a_column_for_each_word():
    rows = list(csv.DictReader(io.StringIO(csv_head() + csv_lines([RECORD]))))

    assert rows == [
        {
            "id": "0195c2d1-7c3e-7a10-9b1d-2f6e8a4c0d11",
            "site": "shop",
            "decided_at": "2026-11-22T12:00:00.250Z",
            "received_at": "2026-11-22T12:00:01.000Z",
            "action": "save",
            "functional": "granted",
            "statistics": "not offered",
            "marketing": "refused",
            "language": "nb",
            "revision": "r1",
            "page": "https://www.shop.example/",
            "gpc": "yes",
            "flags": "late no-origin",
            "services": "Matomo: granted; YouTube: refused",
            "surface": "preferences",
            "country": "NO",
            "network": "192.0.2.0/24",
            "layout": "box",
        }
    ]
    assert tuple(rows[0]) == COLUMNS


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\uff1d"])
def test_no_cell_is_a_formula(start):
    poisoned = msgspec.structs.replace(RECORD, revision=start + "HYPERLINK()")

    cell = next(csv.DictReader(io.StringIO(csv_head() + csv_lines([poisoned]))))["revision"]

    assert cell == "'" + start + "HYPERLINK()"


def test_json_lines_hold_one_record_each():
    lines = json_lines([RECORD, RECORD]).splitlines()

    assert len(lines) == 2
    assert json.loads(lines[0]) == {
        "id": "0195c2d1-7c3e-7a10-9b1d-2f6e8a4c0d11",
        "site": "shop",
        "revision": "r1",
        "choices": {"functional": True, "marketing": False},
        "action": "save",
        "language": "nb",
        "decided_at": "2026-11-22T12:00:00.250000Z",
        "received_at": "2026-11-22T12:00:01Z",
        "page": "https://www.shop.example/",
        "gpc": True,
        "flags": ["late", "no-origin"],
        "services": {"YouTube": False, "Matomo": True},
        "surface": "preferences",
        "country": "NO",
        "network": "192.0.2.0/24",
        "layout": "box",
    }
