"""What a browser sends becomes a record, or is refused in words."""

import datetime as dt
import json

import msgspec
import pytest

from consent_server.log.records import LATE, MAX_BODY, read_decision, same_decision, to_record
from consent_server.model import Action, ConsentRecord
from scanner.errors import DecisionInvalid

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ID = "0195c2d1-7c3e-7a10-9b1d-2f6e8a4c0d11"


def sent(**changes):
    decision = {
        "id": ID,
        "revision": "r1",
        "choices": {"functional": True, "statistics": False, "marketing": False},
        "action": "save",
        "language": "nb",
        "decided_at": "2026-11-22T11:59:59.123456Z",
        "page": "https://www.shop.example/kasse",
        "gpc": False,
    } | changes
    return json.dumps({k: v for k, v in decision.items() if v is not ...}).encode()


def record(body, *, revisions=("r1",), from_page=True, received_at=NOON):
    return to_record(
        read_decision(body),
        site="shop",
        received_at=received_at,
        revisions=revisions,
        from_page=from_page,
    )


def test_a_decision_becomes_a_record_with_both_times_in_milliseconds():
    assert record(sent(), received_at=NOON.replace(microsecond=1999)) == ConsentRecord(
        id=ID,
        site="shop",
        revision="r1",
        choices={"functional": True, "statistics": False, "marketing": False},
        action=Action.SAVE,
        language="nb",
        decided_at=NOON - dt.timedelta(milliseconds=877),
        received_at=NOON.replace(microsecond=1000),
        page="https://www.shop.example/kasse",
        gpc=False,
        flags=(),
    )


def test_page_and_gpc_may_be_left_out():
    decided = record(sent(page=..., gpc=...))

    assert (decided.page, decided.gpc) == (None, False)


def test_a_category_that_was_not_offered_is_neither_granted_nor_refused():
    assert record(sent(choices={"marketing": True})).choices == {"marketing": True}


def test_the_id_is_kept_in_lower_case():
    assert record(sent(id=ID.upper())).id == ID


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://www.shop.example/a?mail=kari@shop.example#top", "https://www.shop.example/a"),
        ("https://kari:secret@www.shop.example:8443/a", "https://www.shop.example:8443/a"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("https://www.shop.example", "https://www.shop.example"),
    ],
)
def test_what_may_identify_a_person_is_cut_off_the_page(address, kept):
    assert record(sent(page=address)).page == kept


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ip": "192.0.2.1"}, "unknown field `ip`"),
        ({"id": ...}, "missing required field `id`"),
        ({"id": "1"}, "id is not a UUID"),
        ({"id": ID + "\n"}, "id is not a UUID"),
        ({"id": ID.replace("-", "")}, "id is not a UUID"),
        ({"id": "00000000-0000-0000-0000-000000000000"}, "id is not a UUID"),
        ({"id": 7}, "Expected `str`, got `int` - at `$.id`"),
        ({"choices": {}}, "choices is empty"),
        ({"choices": {"necessary": True}}, "at `key` in `$.choices`"),
        ({"choices": {"marketing": 1}}, "Expected `bool`, got `int`"),
        ({"choices": {"marketing": None}}, "Expected `bool`, got `null`"),
        ({"choices": [["marketing", True]]}, "Expected `object`, got `array`"),
        ({"action": "agree"}, "Invalid enum value 'agree'"),
        ({"language": "norsk bokmål"}, "language is not a language tag"),
        ({"language": "nb\x00"}, "language is not a language tag"),
        ({"language": "a" * 40}, "language is not a language tag"),
        ({"revision": ""}, "revision is not one"),
        ({"revision": "r" * 65}, "revision is not one"),
        ({"revision": "r\x001"}, "revision is not one"),
        ({"decided_at": "2026-11-22T12:00:00"}, "decided_at has no time zone"),
        ({"decided_at": "yesterday"}, "at `$.decided_at`"),
        ({"decided_at": 1763812800}, "at `$.decided_at`"),
        ({"page": "javascript:alert(1)"}, "page is not an http or https address"),
        ({"page": "https:///a"}, "page is not an http or https address"),
        ({"page": "https://shop.example/\x00"}, "page is not an"),
        ({"page": "https://shop.example:99999/"}, "page is not an address"),
        ({"page": "https://shop.example/" + "a" * 2048}, "more than 2048 characters"),
        ({"gpc": "no"}, "at `$.gpc`"),
    ],
)
def test_what_is_not_a_decision_is_refused_in_words(changes, words):
    with pytest.raises(DecisionInvalid) as caught:
        read_decision(sent(**changes))

    assert words in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"{}" + b" " * MAX_BODY,
        sent() + b"x",
        sent().replace(b"kasse", b"\xff\xfe"),
        sent().replace(b"kasse", b"\\ud800"),
        b"[" * 5000,
        b'{"choices":' + b"[" * 5000,
        sent().replace(b'"gpc": false', b'"gpc": false, "gpc": true'),
        sent().replace(b'"marketing": false', b'"marketing": false, "marketing": true'),
        sent(decided_at="9" * 4000),
    ],
)
def test_bytes_that_are_not_one_proper_object_are_refused(body):
    with pytest.raises(DecisionInvalid):
        read_decision(body)


def test_a_clock_that_is_ahead_is_put_right_and_flagged():
    decided = record(sent(decided_at="2031-01-01T00:00:00Z"))

    assert (decided.decided_at, decided.flags) == (NOON, ("clock-ahead",))


def test_a_late_decision_is_kept_with_its_own_time_and_flagged():
    in_time = record(sent(decided_at=(NOON - LATE).isoformat()))
    late = record(sent(decided_at="2019-01-01T01:00:00+01:00"))

    assert in_time.flags == ()
    assert late.decided_at == dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
    assert late.flags == ("late",)


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_the_calendar_are_kept_too(end):
    assert record(sent(decided_at=end)).flags in (("late",), ("clock-ahead",))


def test_what_is_odd_is_kept_and_flagged():
    decided = record(sent(action="accept-all", revision="r9"), from_page=False)

    assert decided.flags == ("unknown-revision", "contradictory", "no-origin")


@pytest.mark.parametrize(
    ("action", "choices", "flags"),
    [
        ("accept-all", {"marketing": True}, ()),
        ("reject-all", {"marketing": False}, ()),
        ("reject-all", {"marketing": True, "statistics": False}, ("contradictory",)),
        ("withdraw", {"marketing": True}, ("contradictory",)),
        ("gpc", {"functional": True, "marketing": False}, ()),
    ],
)
def test_an_action_that_says_another_thing_than_the_choices_is_flagged(action, choices, flags):
    assert record(sent(action=action, choices=choices)).flags == flags


def test_a_decision_is_the_same_whenever_it_arrives():
    stored = record(sent())
    ahead = record(sent(decided_at="2031-01-01T00:00:00Z"))
    tomorrow = NOON + dt.timedelta(days=1)

    assert same_decision(stored, record(sent(), received_at=tomorrow, from_page=False))
    assert same_decision(
        ahead, record(sent(decided_at="2031-01-01T00:00:00Z"), received_at=tomorrow)
    )
    assert not same_decision(stored, record(sent(choices={"marketing": True})))
    assert not same_decision(stored, record(sent(decided_at="2026-11-22T11:00:00Z")))
    assert not same_decision(stored, msgspec.structs.replace(stored, site="other"))
