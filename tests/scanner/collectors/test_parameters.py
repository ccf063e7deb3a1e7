import hashlib

import pytest

from scanner.collectors.parameters import carried, digests, hashes_of_email, pairs
from scanner.shape import Digester

HOST = "www.shop.example"
FORM = (
    '--x\r\nContent-Disposition: form-data; name="em"\r\n\r\nk@example.no\r\n'
    '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nbytes\r\n'
    '--x\r\nContent-Disposition: form-data; name="two words"\r\n'
    "Content-Type: text/plain\r\n\r\n1\r\n2\r\n--x--\r\n"
)


@pytest.mark.parametrize(
    ("name", "value", "content"),
    [
        ("em", "kari@example.no", "email"),
        ("u", "kari%40example.no", "email"),
        ("ud[em]", "0cc175b9c0f1b6a831c399e269772661", "email_hash"),
        ("email_sha512", "0cc175b9c0f1b6a831c399e269772661" * 4, "email_hash"),
        ("em", "9FuIT4bDKcXuG5KlmQ0GvjhvMf5ISV-yYD7OrQHJTsk=", "email_hash"),
        ("d", "a2FyaUBleGFtcGxlLm5v", "email"),
        ("d", "6b617269406578616d706c652e6e6f", "email"),
        ("gclid", "x", "click"),
        ("dl", "https://www.shop.example/vare", "page"),
        ("dl", "https%3A%2F%2Fwww.shop.example%2F", "page"),
        ("sr", "1366x768", "screen"),
        ("cid", "1290384756.1763820000", "identifier"),
        ("x", "3f2a1c77-d2b0-4a50-9c3e-0f1e2d3c4b5a", "identifier"),
        ("deviceId", "a81bc81bdead4e5d", "identifier"),
        ("tid", "G-SHOP1", None),
        ("t", "1763820000123", None),
        ("v", "2", None),
        ("lang", "nb-NO", None),
        ("title", "Tindra telt for to personer", None),
        ("dl", "https://other.example/", None),
        ("uid", "", None),
    ],
)
def test_what_a_parameter_tells(name, value, content):
    told = carried(name, value, page_host=HOST)

    assert (told and told.content) == content
    assert told is None or (told.name, value in repr(told).replace(name, "")) == (name, False)


def test_what_is_known_to_be_stored_is_an_identifier_whatever_it_looks_like():
    assert carried("a", "abc", page_host=HOST, known=True).content == "identifier"


def test_parameters_come_from_the_query_and_from_the_body():
    assert list(pairs("a=1&b=2")) == [("a", "1"), ("b", "2")]
    assert list(pairs("", "c=3")) == [("c", "3")]
    assert list(pairs("", '{"user": {"mail": "k@example.no"}, "ids": [7, true]}')) == [
        ("mail", "k@example.no"),
        ("ids", "7"),
    ]
    assert list(pairs("", "{broken")) == []
    assert list(pairs("", FORM)) == [("em", "k@example.no"), ("two words", "1\r\n2")]
    assert list(pairs("data=eyJtYWlsIjoiayJ9&j=%5B7%5D")) == [
        ("data", "eyJtYWlsIjoiayJ9"),
        ("j", "[7]"),
        ("mail", "k"),
        ("j", "7"),
    ]
    assert len(list(pairs("&".join(f"p{n}=1" for n in range(1000))))) == 150


def test_parts_that_identify_are_compared_by_hashes():
    digester = Digester()

    stored = digests("GA1.1.1290384756.1763820000", digester)

    assert stored & digests("cid:1290384756", digester)
    assert not stored & digests("1763820000", digester)  # a time is nobody's
    assert not digests("Tindra telt for to personer", digester)
    assert "1290384756" not in repr(stored)


def test_what_an_address_is_hashed_to_is_known_under_any_name():
    digester = Digester()

    known = hashes_of_email(" Kari@example.no", digester)

    another = hashlib.sha256(b"ola@example.no").hexdigest()
    assert not digests(another, digester) & known
    for text in ("kari@example.no", "Kari@example.no"):
        told = hashlib.sha256(text.encode()).hexdigest()
        assert digests(told, digester) & known
        assert digests(told.upper(), digester) & known
