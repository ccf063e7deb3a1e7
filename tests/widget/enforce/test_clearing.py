"""HttpOnly cookies of refused categories expire wherever they may lie; no other does."""

import msgspec

from tests.widget.enforce.conftest import NOTHING, RULES, STATISTICS
from widget.enforce.clearing import MOST, dropped, expired, paths
from widget.enforce.rules import CookieRule


def lines(*names, granted=NOTHING, rules=RULES, host="www.shop.example", path="/x/y"):
    return expired(names, rules=rules, granted=granted, host=host, path=path)


def test_a_refused_cookie_expires_on_every_domain_and_path():
    assert lines("_ga", path="/x/y") == [
        "_ga=; Max-Age=0; Path=/; Domain=shop.example",
        "_ga=; Max-Age=0; Path=/",
        "_ga=; Max-Age=0; Path=/; Domain=www.shop.example",
        "_ga=; Max-Age=0; Path=/x",
        "_ga=; Max-Age=0; Path=/x; Domain=www.shop.example",
        "_ga=; Max-Age=0; Path=/x; Domain=shop.example",
        "_ga=; Max-Age=0; Path=/x/",
        "_ga=; Max-Age=0; Path=/x/; Domain=www.shop.example",
        "_ga=; Max-Age=0; Path=/x/; Domain=shop.example",
        "_ga=; Max-Age=0; Path=/x/y",
        "_ga=; Max-Age=0; Path=/x/y; Domain=www.shop.example",
        "_ga=; Max-Age=0; Path=/x/y; Domain=shop.example",
    ]


def test_what_is_granted_needed_or_unknown_stays():
    names = ("_gallery", "x_ga", "sid", "own", "kapsel_consent")

    assert lines(*names) == []
    assert lines("_ga", "_ga_AB", granted=STATISTICS) == []


def test_a_cookie_is_first_removed_where_the_scan_saw_it():
    assert lines("ab", path="/")[0] == "ab=; Max-Age=0; Path=/x"


def test_prefixes_are_heeded():
    rules = msgspec.structs.replace(
        RULES,
        cookies=(
            CookieRule(name="__Host-t", category="statistics", domain="www.shop.example"),
            CookieRule(name="__Secure-t", category="statistics", domain=".shop.example"),
        ),
    )

    assert lines("__Host-t", rules=rules) == ["__Host-t=; Max-Age=0; Path=/; Secure"]
    assert all(line.endswith("; Secure") for line in lines("__Secure-t", rules=rules))


def test_a_partitioned_cookie_has_a_jar_of_its_own():
    rules = msgspec.structs.replace(
        RULES,
        cookies=(
            CookieRule(
                name="p", category="statistics", domain="www.shop.example", partitioned=True
            ),
        ),
    )

    assert lines("p", rules=rules, path="/")[:2] == [
        "p=; Max-Age=0; Path=/; Secure; SameSite=None; Partitioned",
        "p=; Max-Age=0; Path=/",
    ]


def test_no_name_and_no_path_can_end_a_header():
    assert lines("_ga_;Domain=x", "_ga_\r\nX: y") == []
    assert paths("/a;b/c\n") == ["/"]


def test_an_answer_has_room_for_so_many():
    assert len(lines(*(f"_ga_{n}" for n in range(100)))) == MOST


def test_a_refused_cookie_is_not_sent_but_its_removal_is():
    def is_dropped(line, granted=NOTHING):
        return dropped(line, rules=RULES, granted=granted)

    assert is_dropped("_ga=1; Path=/; HttpOnly")
    assert is_dropped("_ga_AB=1; Max-Age=0123")
    assert not is_dropped("_ga=1", granted=STATISTICS)
    assert not is_dropped("_ga=; max-age=0")
    assert not is_dropped("sid=1; Max-Age=100")
    assert not is_dropped("_gallery=1")
