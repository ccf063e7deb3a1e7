"""A proxy of ours is believed whom it speaks for; nobody else is."""

import pytest

from consent_server.proxy import Proxies, network

FORWARDED = {
    b"x-forwarded-for": b"1.2.3.4, 203.0.113.9, 10.0.0.2",
    b"x-forwarded-proto": b"https",
    b"cf-ipcountry": b"no",
}


def seen(client, headers, *, trusted=("10.0.0.1", "10.0.0.2"), country="CF-IPCountry"):
    scope = {"client": client, "scheme": "http"}
    Proxies(trusted, country=country).look_through(scope, headers)
    return scope


def test_the_visitor_stands_where_the_proxy_stood():
    assert seen(("10.0.0.1", 4711), FORWARDED) == {
        "client": ("203.0.113.9", 0),
        "scheme": "https",
        "country": "NO",
    }


@pytest.mark.parametrize("client", [("203.0.113.9", 4711), None])
def test_a_stranger_is_believed_nothing(client):
    assert seen(client, FORWARDED) == {"client": client, "scheme": "http"}


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (b"203.0.113.9:4711", "203.0.113.9"),
        (b"[2001:db8::9]:4711", "2001:db8::9"),
        (b"[2001:db8::9]", "2001:db8::9"),
        (b"2001:db8::9", "2001:db8::9"),
        (b"::ffff:203.0.113.9", "203.0.113.9"),
        (b"[::FFFF:cb00:7109]:4711", "203.0.113.9"),
        (b"10.0.0.7, ::ffff:10.0.0.2", "10.0.0.7"),
        (b"::ffff:nobody", "::ffff:nobody"),
        (b"unknown", "unknown"),
        (b"", ""),
    ],
)
def test_an_address_is_known_with_its_port_too(written, address):
    assert seen(("10.0.0.1", 1), {b"x-forwarded-for": written})["client"] == (address, 0)


@pytest.mark.parametrize("told", [b"", b"XX", b"t1", b"NOR", b"N\xff"])
def test_what_is_no_country_is_none(told):
    assert "country" not in seen(("10.0.0.1", 1), {b"cf-ipcountry": told})


def test_a_network_of_proxies_is_believed_as_a_whole():
    trusted = ("10.0.0.1", "172.16.0.0/12", "2001:db8::/32")

    for address in ("172.18.0.1", "2001:db8::7"):
        headers = {b"x-forwarded-for": b"203.0.113.9, 172.31.0.9"}
        assert seen((address, 1), headers, trusted=trusted)["client"] == ("203.0.113.9", 0)
    for address in ("172.32.0.1", "nobody"):
        assert seen((address, 1), FORWARDED, trusted=trusted)["client"] == (address, 1)


def test_without_a_header_that_was_named_there_is_no_country():
    assert "country" not in seen(("10.0.0.1", 1), FORWARDED, country=None)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2a00:1450:4001:81b::200e", "2a00:1450:4001::/48"),
        ("testclient", None),
        (None, None),
    ],
)
def test_of_an_address_only_the_network_is_told(address, expected):
    assert network(address) == expected
