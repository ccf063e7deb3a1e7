import base64
import json

import pytest

from scanner.answer.given import Memory
from scanner.answer.kept import says
from scanner.answer.traces import Traces


def kept(**cookies):
    return Traces(
        cookies=frozenset((name, ".shop.example", "/", value) for name, value in cookies.items()),
        storage=frozenset(),
        tcf=frozenset(),
        gpp=frozenset(),
        consent=(),
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("true", "yes"),
        ("0", "no"),
        ("accept", "yes"),
        ("godkendt", "yes"),
        ("rejected", "no"),
        ("accept+withdraw", "no"),
        ('{"consent":"denied","at":1700000000}', "no"),
        ('{"accepted":true,"version":"1"}', "yes"),
        ('{"categories":["necessary"]}', "no"),
        (base64.b64encode(b'{"analytics":true}').decode(), "yes"),
        ("GA1.1.1234567890.1700000000", None),
        ("4f9a-88bc", None),
        ("", None),
    ],
)
def test_a_kept_value_says_yes_or_no(value, expected):
    assert says(value) == expected


@pytest.mark.parametrize(
    ("with_consent", "after", "expected"),
    [
        pytest.param({"cc": "yes"}, {}, True, id="gone"),
        pytest.param({"cc": "yes"}, {"cc": "no"}, True, id="turned into a no"),
        pytest.param({"cc": "k3xz"}, {"cc": "p0qq"}, True, id="turned into another"),
        pytest.param({"cc": "yes"}, {"cc": "yes", "withdrawn": "1"}, None, id="only one more"),
        pytest.param({"cc": "k3xz"}, {"cc": "k3xz", "no": "1"}, None, id="only one more, unread"),
        pytest.param({"cc": "all.170"}, {"cc": "all.171"}, None, id="only another time"),
        pytest.param(
            {"cc": '{"consent":true,"n":1}'},
            {"cc": '{"consent":true,"n":2,"x":"y"}'},
            None,
            id="yes",
        ),
        pytest.param(
            {"shown": "yes", "cookie_statistics": "allow"},
            {"shown": "yes", "cookie_statistics": "deny"},
            True,
            id="one of several says no",
        ),
        pytest.param(
            {"consent": "yes", "_ga": "GA1.1.1.2"}, {"consent": "yes"}, None, id="a tracker went"
        ),
    ],
)
def test_a_consent_is_taken_back_where_its_record_shows_it(with_consent, after, expected):
    memory = Memory()
    memory.gave(kept(session="77ab"), kept(session="77ab", **with_consent))

    then, now = kept(session="77ab", **with_consent), kept(session="99cd", **after)

    assert memory.taken_back(now, then, name=None) is expected


def test_a_record_is_known_by_its_name_where_nobody_saw_it_being_written():
    memory = Memory()
    then = kept(menu="1", cookie_consent="x1yz", session="a")

    assert memory.taken_back(kept(menu="1", session="b"), then, name=None) is True
    assert memory.taken_back(kept(cookie_consent="x1yz"), then, name=None) is None


def test_a_platforms_own_record_comes_first():
    memory = Memory()
    yes = json.dumps({"analytics": "true"})
    then = kept(CookieConsent="{statistics:true,marketing:true}", mine=yes)

    refused = kept(CookieConsent="{statistics:false,marketing:false}", mine=yes)

    assert memory.taken_back(refused, then, name="cookiebot") is True
    assert (
        memory.taken_back(kept(CookieConsent="{statistics:true}"), then, name="cookiebot") is False
    )
