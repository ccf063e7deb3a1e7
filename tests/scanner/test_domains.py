import pytest

from scanner.domains import party, registrable, same_site, shared, within
from scanner.model import Party


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.no", "example.no"),
        ("Shop.Example.CO.UK:8443", "example.co.uk"),
        ("www.shop.example", "shop.example"),  # a suffix that no list knows
        ("a.b.intranet", "b.intranet"),
        ("customer.github.io", "customer.github.io"),
        (".example.no.", "example.no"),
        ("localhost:8080", "localhost"),
        ("www.shop.localhost", "shop.localhost"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]:443", "::1"),
        ("co.uk", "co.uk"),
    ],
)
def test_the_registrable_domain(host, domain):
    assert registrable(host) == domain


def test_sub_domains_are_of_one_site_and_neighbours_on_a_shared_host_are_not():
    assert same_site("www.example.no", "static.example.no")
    assert not same_site("one.github.io", "two.github.io")


@pytest.mark.parametrize(
    ("host", "own", "whose"),
    [
        (".shop.example", (), Party.FIRST),
        ("static.shop.example", (), Party.FIRST),
        ("tracker.example", (), Party.THIRD),
        ("cdn.shop-cdn.example", ("shop-cdn.example",), Party.FIRST),
        ("evilshop-cdn.example", ("shop-cdn.example",), Party.THIRD),
    ],
)
def test_whose_item_it_is(host, own, whose):
    assert party(host, site_host="www.shop.example", own_domains=own) is whose


@pytest.mark.parametrize(
    ("domain", "by_many"),
    [("no", True), ("co.uk", True), ("github.io", True), ("a.github.io", False), ("intern", False)],
)
def test_a_public_suffix_is_shared_by_many(domain, by_many):
    assert shared(domain) is by_many


@pytest.mark.parametrize("host", ["a.no", "www.A.no:8443", "kasse.butikk.example.com"])
def test_a_host_is_within_its_domain_and_within_a_sub_domain_that_is_named(host):
    assert within(host, homes={"a.no", "butikk.example.com"})
    assert not within("annet.example.com", homes={"a.no", "butikk.example.com"})
