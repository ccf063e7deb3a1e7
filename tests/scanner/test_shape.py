import pytest

from scanner.shape import Digester, shape


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", "empty"),
        ("1", "flag"),
        ("true", "flag"),
        ("42.5", "number"),
        ("1795324114", "time"),
        ("1795324114086", "time"),
        ("2026-11-22T12:00:00Z", "time"),
        ("3f2b8c1e-1111-4222-8333-123456789abc", "uuid"),
        ("deadbeef00", "hex"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2ln", "jwt"),
        ('{"a": [1, 2]}', "json"),
        ("%7B%22a%22%3A1%7D", "json"),
        ("aGVsbG8gd29ybGQhIQ==", "base64"),
        ("GA1.2.1234.5678", "text"),
    ],
)
def test_what_kind_of_text_a_value_is(value, kind):
    assert shape(value).kind == kind


def test_entropy_is_in_bits_per_character():
    assert shape("aaaa").entropy == 0
    assert shape("abab").entropy == 1
    assert shape("abcd").length == 4


def test_a_digest_is_the_same_for_the_same_value_and_key_alone():
    one, other = Digester(), Digester()

    assert one.digest("x") == one.digest("x")
    assert one.digest("x") != one.digest("y")
    assert one.digest("x") != other.digest("x")
