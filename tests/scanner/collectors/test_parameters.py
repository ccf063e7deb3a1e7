import pytest

from scanner.collectors.parameters import carried, digests, pairs
from scanner.shape import Digester

HOST = "www.shop.example"


@pytest.mark.parametrize(
    ("name", "value", "content"),
    [
        ("em", "kari@example.no", "email"),
        ("u", "kari%40example.no", "email"),
        ("ud[em]", "0cc175b9c0f1b6a831c399e269772661", "email_hash"),
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
    assert len(list(pairs("&".join(f"p{n}=1" for n in range(1000))))) == 150


def test_parts_that_identify_are_compared_by_hashes():
    digester = Digester()

    stored = digests("GA1.1.1290384756.1763820000", digester)

    assert stored & digests("cid:1290384756", digester)
    assert not stored & digests("1763820000", digester)  # a time is nobody's
    assert not digests("Tindra telt for to personer", digester)
    assert "1290384756" not in repr(stored)
