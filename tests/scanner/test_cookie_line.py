import datetime as dt

import pytest

from scanner.cookie_line import read
from scanner.shape import Digester

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def line(text, url="https://www.shop.example/a/b?c"):
    return read(text, url=url, written_at=NOW, digester=Digester())


def test_all_that_a_line_asks_for():
    asked = line(
        "_ga=GA1.2; Domain=Shop.example; Path=/x; Max-Age=60; HttpOnly; Secure; SameSite=none; "
        "Partitioned"
    )

    assert (asked.name, asked.domain, asked.path) == ("_ga", ".shop.example", "/x")
    assert asked.declared_lifetime == 60
    assert asked.http_only
    assert asked.secure
    assert asked.partitioned
    assert asked.same_site == "None"
    assert asked.shape.length == 5
    assert not asked.deletes


def test_what_a_line_does_not_say_comes_from_its_place():
    asked = line("a=b=c")

    assert (asked.name, asked.domain, asked.path) == ("a", "www.shop.example", "/a")
    assert asked.declared_lifetime is None
    assert asked.shape.length == 3


@pytest.mark.parametrize("text", ["a=; Max-Age=0", "a=; expires=Thu, 01 Jan 1970 00:00:00 GMT"])
def test_a_line_may_take_a_cookie_away(text):
    assert line(text).deletes


@pytest.mark.parametrize(("text", "name"), [("lonely", ""), ("=value", ""), ("n=", "n")])
def test_lines_that_browsers_take_though_something_is_missing(text, name):
    assert line(text).name == name


@pytest.mark.parametrize("text", ["", "=", " ; Path=/"])
def test_lines_that_browsers_ignore(text):
    assert line(text) is None


def test_the_value_is_nowhere_in_what_is_kept():
    asked = line("uid=very-secret-value; Path=/")

    assert "very-secret-value" not in repr(asked)
    assert asked.digest != line("uid=very-secret-value; Path=/").digest  # another key


def test_an_attribute_that_is_too_long_is_none():
    asked = line(f"n=1; Domain={'x' * 1025}; Path=/{'y' * 1023}")

    assert (asked.domain, len(asked.path)) == ("www.shop.example", 1024)
