"""The privacy officer asks the log; command line and HTTP say the same."""

import csv
import io
import json
import sqlite3

import httpx2
import pytest

from tests.journeys.conftest import PATIENCE, TOKEN

ORIGIN = {"Origin": "https://www.fjellbua.example"}
CATEGORIES = ("functional", "statistics", "marketing")
DECISIONS = [
    ("2026-01-05T08:00:00Z", "accept-all", (True, True, True)),
    ("2026-01-06T08:00:00Z", "reject-all", (False, False, False)),
    ("2026-01-07T08:00:00Z", "save", (True, True, False)),
    ("2026-01-07T23:59:59Z", "withdraw", (False, False, False)),
    ("2026-01-20T08:00:00Z", "accept-all", (True, True, True)),
]


def number(index):
    """The id of the decision at *index*."""
    return f"00000000-0000-4000-8000-{index:012}"


@pytest.fixture
def server(kapsel):
    """A consent server that has taken all the decisions, out of order."""
    with kapsel.server() as address, httpx2.Client(base_url=address, timeout=PATIENCE) as client:
        revision = client.get("/w/fjellbua.json").json()["revision"]
        for index in (3, 0, 4, 1, 2):
            decided_at, action, granted = DECISIONS[index]
            decision = {
                "id": number(index),
                "revision": revision,
                "choices": dict(
                    zip(("functional", "statistics", "marketing"), granted, strict=True)
                ),
                "action": action,
                "language": "nb",
                "decided_at": decided_at,
                "page": "https://www.fjellbua.example/kontakt?epost=kari@tur.example",
            }
            answer = client.post("/w/fjellbua/consents", json=decision, headers=ORIGIN)
            assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


QUESTIONS = [
    ({}, [4, 3, 2, 1, 0]),
    ({"from": "2026-01-06", "to": "2026-01-07"}, [3, 2, 1]),
    ({"from": "2026-01-07T23:59:59Z"}, [4, 3]),
    ({"action": "accept-all"}, [4, 0]),
    ({"category": "statistics", "granted": "true"}, [4, 2, 0]),
    ({"category": "marketing", "granted": "false"}, [3, 2, 1]),
    ({"id": number(2)}, [2]),
    ({"site": "fjellbua", "limit": "2"}, [4, 3]),
    ({"site": "en-annen"}, []),
]


def options(question):
    """The question as the command line takes it."""
    flags = {"true": ["--granted"], "false": ["--refused"]}
    for name, value in question.items():
        yield from flags[value] if name == "granted" else [f"--{name}", value]


@pytest.mark.parametrize(("question", "expected"), QUESTIONS, ids=lambda value: str(value))
def test_both_ways_to_ask_give_the_same_decisions(kapsel, server, question, expected):
    by_http = server.get("/api/v1/consents", params=question).json()
    by_command = json.loads(
        kapsel.run("log", "find", *options(question), "--format", "json").stdout
    )

    assert [record["id"] for record in by_http["records"]] == [number(i) for i in expected]
    assert by_command == by_http


def test_an_answer_in_pages_leaves_nothing_out_and_repeats_nothing(kapsel, server):
    ids, cursor = [], {}
    while cursor is not None:
        page = server.get("/api/v1/consents", params={"limit": 2, **cursor}).json()
        ids += [record["id"] for record in page["records"]]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None

    assert ids == [number(index) for index in (4, 3, 2, 1, 0)]


def test_the_exports_hold_every_decision_and_no_address_of_a_person(kapsel, server):
    lines = kapsel.run("log", "export", "--format", "jsonl").stdout
    table = kapsel.run("log", "export", "--format", "csv").stdout
    by_http = server.get("/api/v1/consents/export", params={"format": "csv"}).text

    expected = [number(index) for index in (4, 3, 2, 1, 0)]
    assert [json.loads(line)["id"] for line in lines.splitlines()] == expected
    assert [row["id"] for row in csv.DictReader(io.StringIO(table))] == expected
    assert by_http.replace("\r\n", "\n") == table.replace("\r\n", "\n")
    for text in (lines, table):
        assert "https://www.fjellbua.example/kontakt" in text
        assert "kari@tur.example" not in text
        assert "127.0.0.1" not in text


def test_without_the_token_nobody_reads_the_log(server):
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer kapsel_guess"}):
        for path in ("/api/v1/consents", "/api/v1/consents/export?format=csv"):
            answer = server.get(path, headers=headers)

            assert answer.status_code == 401
            assert set(answer.json()) == {"error"}


def test_what_is_erased_is_gone_everywhere(kapsel, server):
    kapsel.run("log", "erase", number(2))

    assert kapsel.run("log", "count").stdout == "4\n"
    assert server.get(f"/w/fjellbua/consents/{number(2)}").status_code == 404
    shown = kapsel.run("log", "show", number(2), status=1)
    assert shown.stderr == f"kapsel: there is no decision with the id {number(2)}\n"
    with sqlite3.connect(kapsel.folder / "kapsel.db") as database:
        left = database.execute("SELECT count(*) FROM consent WHERE id = ?", (number(2),))
        assert left.fetchone() == (0,)
    database.close()


def test_the_token_itself_is_not_in_the_database(kapsel, server):
    for path in kapsel.folder.glob("kapsel.db*"):
        assert TOKEN.encode() not in path.read_bytes()
