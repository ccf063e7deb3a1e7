"""What a receipt says beside what the log proves is not taken for proven."""

import msgspec
import pytest
from nacl.signing import SigningKey

from consent_server.log import leaf, note
from consent_server.log.receipt import Proof, Receipt, fault, read, surplus
from tests.consent_server.log.test_log import record

KEY = SigningKey(bytes(range(32)))
SALT = bytes(range(16))


def receipt(answered, **said):
    """A receipt of the only decision in a log."""
    kept = record(1, **said)
    checkpoint = note.write(note.Checkpoint(1, leaf.of_record(kept, SALT)), KEY)
    proof = Proof(
        position=0,
        salt=SALT.hex(),
        path=(),
        checkpoint=checkpoint,
        key=note.write_key(KEY.verify_key),
    )
    return Receipt(**msgspec.structs.asdict(kept), answered=answered, proof=proof)


@pytest.mark.parametrize(
    ("services", "answered", "follows"),
    [
        ({}, {}, True),
        ({}, {"Maps": True, "Ads": False}, True),
        ({"YouTube": False}, {"YouTube": False, "Maps": True}, True),
        ({"YouTube": False}, {}, True),  # a Kapsel of before did not tell
        ({"YouTube": False}, {"YouTube": True}, False),
        ({"YouTube": False}, {"Maps": True}, False),
    ],
)
def test_what_is_said_of_services_must_follow_from_the_answer(services, answered, follows):
    told = receipt(
        answered,
        services=services,
        choices={"functional": True, "statistics": False, "marketing": False},
    )

    assert (fault(told, KEY.verify_key) is None) == follows


@pytest.mark.parametrize("granted", [True, False])
def test_who_answered_all_alike_answered_no_service_otherwise(granted):
    choices = dict.fromkeys(("functional", "statistics", "marketing"), granted)

    told = receipt({"Maps": not granted}, services={}, choices=choices)

    assert fault(told, KEY.verify_key) == "what it says of services does not follow from the answer"


def test_a_receipt_as_the_server_gives_it_says_nothing_beside():
    data = msgspec.json.encode(receipt({"Maps": True}))

    assert read(data) is not None
    assert surplus(data) is None
    assert surplus(msgspec.json.encode(msgspec.structs.replace(read(data), proof=None))) is None


def test_what_stands_deep_in_a_receipt_is_no_fault_of_ours():
    data = msgspec.json.encode(receipt({}))
    deep = data[:-1] + b',"more":' + b"[" * 900 + b"]" * 900 + b"}"

    assert read(deep) is not None
    assert surplus(deep) == "it says 'more', which no receipt does"
