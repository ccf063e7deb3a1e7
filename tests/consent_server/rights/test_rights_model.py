"""What may be asked, and the clock that runs from then on."""

import datetime as dt

import pytest

from consent_server.rights.model import (
    MAX_MESSAGE,
    RequestInvalid,
    Right,
    RightsRequest,
    Standing,
    read,
)

RECEIVED = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def form(**changes):
    return {"right": "access", "contact": "kari@example.no"} | changes


def taken(**changes):
    return read(form(**changes), site="shop", language="nb", received_at=RECEIVED)


def asked(**changes):
    fields = {
        "id": "1",
        "site": "shop",
        "right": Right.ACCESS,
        "contact": "kari@example.no",
        "message": "",
        "receipt": None,
        "language": "nb",
        "received_at": RECEIVED,
    }
    return RightsRequest(**fields | changes)


def test_a_form_makes_a_request_with_an_id_that_nobody_can_guess():
    one, other = (
        taken(message="Hei,\r\nhva vet dere?", receipt="0191E0F3-7C1A-7D5E-8F00-0123456789AB")
        for _ in range(2)
    )

    assert (one.right, one.contact, one.message) == (
        Right.ACCESS,
        "kari@example.no",
        "Hei,\nhva vet dere?",
    )
    assert one.receipt == "0191e0f3-7c1a-7d5e-8f00-0123456789ab"
    assert one.standing is Standing.OPEN
    assert len(one.id) == 36
    assert one.id != other.id


def test_all_mistakes_are_told_at_once():
    with pytest.raises(RequestInvalid) as told:
        taken(right="everything", contact="kari", message="x" * (MAX_MESSAGE + 1), receipt="42")

    assert told.value.mistakes == ("right", "contact", "message", "receipt")


@pytest.mark.parametrize(
    "contact",
    [
        "",
        "kari",
        "kari@example",
        "a@b.no, c@d.no",
        "<a@b.no>",
        "a@b.no\nBcc: c@d.no",
        "x" * 250 + "@b.no",
    ],
)
def test_an_answer_needs_one_address(contact):
    with pytest.raises(RequestInvalid) as told:
        taken(contact=contact)

    assert told.value.mistakes == ("contact",)


def test_a_message_holds_no_signs_that_nobody_can_see():
    with pytest.raises(RequestInvalid):
        taken(message="hei\x00")


def test_an_answer_is_due_after_thirty_days_and_ninety_when_extended():
    assert asked().due_at == RECEIVED + 30 * DAY
    assert asked(standing=Standing.EXTENDED).due_at == RECEIVED + 90 * DAY


@pytest.mark.parametrize(
    ("after", "left"), [(0, 30), (0.5, 29), (29.5, 0), (30, 0), (30.1, -1), (45, -15)]
)
def test_the_days_that_are_left_are_whole_ones(after, left):
    assert asked().days_left(RECEIVED + after * DAY) == left


def test_what_was_answered_has_no_days_left():
    answered = asked(standing=Standing.ANSWERED, closed_at=RECEIVED + DAY)

    assert answered.days_left(RECEIVED + 40 * DAY) is None


@pytest.mark.parametrize(
    ("standing", "after", "times"),
    [
        (Standing.OPEN, 0, 1),
        (Standing.OPEN, 19.9, 1),
        (Standing.OPEN, 20, 2),
        (Standing.OPEN, 27, 3),
        (Standing.OPEN, 100, 3),
        (Standing.EXTENDED, 27, 1),
        (Standing.EXTENDED, 80, 2),
        (Standing.EXTENDED, 87, 3),
    ],
)
def test_the_owner_is_told_at_once_and_twenty_and_twenty_seven_days_into_the_month(
    standing, after, times
):
    assert asked(standing=standing).tellings_due(RECEIVED + after * DAY) == times


def test_nobody_is_reminded_of_what_was_answered():
    answered = asked(standing=Standing.ANSWERED, closed_at=RECEIVED + DAY, reminded=1)

    assert answered.tellings_due(RECEIVED + 28 * DAY) == 1
