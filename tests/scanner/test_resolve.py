import pytest

from scanner.errors import ResolveInvalid
from scanner.resolve import Resolution


@pytest.mark.parametrize(
    ("rule", "host", "port", "target"),
    [
        ("www.shop.example=127.0.0.1:8443", "www.shop.example", 443, ("127.0.0.1", 8443)),
        ("www.shop.example=127.0.0.1", "WWW.Shop.Example", 443, ("127.0.0.1", 443)),
        ("*.example=127.0.0.1:8443", "a.b.example", 80, ("127.0.0.1", 8443)),
        ("*=127.0.0.1:1", "anything", 443, ("127.0.0.1", 1)),
        ("shop.example:80=10.0.0.1:81", "shop.example", 80, ("10.0.0.1", 81)),
        ("shop.example:443:10.0.0.1", "shop.example", 443, ("10.0.0.1", 443)),
        ("shop.example=[::1]:81", "shop.example", 443, ("::1", 81)),
    ],
)
def test_a_name_leads_to_its_address(rule, host, port, target):
    assert Resolution.parse((rule,)).lookup(host, port) == target


@pytest.mark.parametrize("host", ["other.example", "example", "shop.example.com"])
def test_other_names_lead_where_they_always_do(host):
    resolution = Resolution.parse(("shop.example:443=10.0.0.1", "*.shop.example=10.0.0.2"))

    assert resolution.lookup(host, 443) == (host, 443)


def test_the_first_rule_that_speaks_of_a_name_decides():
    resolution = Resolution.parse(("www.example=10.0.0.1", "*.example=10.0.0.2"))

    assert resolution.lookup("www.example", 443) == ("10.0.0.1", 443)
    assert resolution.lookup("cdn.example", 443) == ("10.0.0.2", 443)


def test_the_rules_as_chromium_takes_them():
    resolution = Resolution.parse(("*.example=127.0.0.1:8443", "a.b:443:::1"))

    assert resolution.chromium_rules() == "MAP *.example 127.0.0.1:8443, MAP a.b:443 [::1]"
    assert Resolution().chromium_rules() is None


@pytest.mark.parametrize(
    "rule", ["", "shop.example", "a=b=c", "=127.0.0.1", "a:x=1.2.3.4", "a=1.2.3.4:99999", "a=*"]
)
def test_a_malformed_rule_is_refused_with_an_example(rule):
    with pytest.raises(ResolveInvalid, match=r"127\.0\.0\.1:8443"):
        Resolution.parse((rule,))
