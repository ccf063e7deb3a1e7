"""What the enforced level goes by is what the scan found."""

import msgspec
import pytest

from consent_server.declaration import declare
from consent_server.enforcement import enforcement, unsorted_hosts
from scanner.knowledge import load
from scanner.model import Catalogue, Category, Kind, Override, Party
from tests.consent_server.test_declaration import NOON, SITE, entry
from widget.enforce.rules import CookieRule, Rules


def request(host, category):
    return entry(host, kind=Kind.REQUEST, domain=host, party=Party.THIRD, category=category)


def rules(*entries, site=SITE):
    catalogue = Catalogue(site=site.key, scanned_at=NOON, entries=entries)
    return enforcement(site, catalogue, declare(site, catalogue, knowledge=load()))


def test_each_host_of_others_is_there_with_what_it_is_used_for():
    found = rules(
        request("cdn.example", Category.NECESSARY),
        request("what.example", Category.UNCLASSIFIED),
        request("ads.example", Category.UNCLASSIFIED),
        entry(
            "ads.example/tr",
            kind=Kind.BEACON,
            domain="ads.example",
            party=Party.THIRD,
            category=Category.UNCLASSIFIED,
        ),
        entry("uid", domain=".ads.example", party=Party.THIRD, category=Category.MARKETING),
        entry("seg", domain="ads.example", party=Party.THIRD, category=Category.STATISTICS),
    )

    assert found.hosts == {
        "ads.example": ("statistics", "marketing"),
        "cdn.example": ("necessary",),
        "what.example": ("unclassified",),
    }
    assert unsorted_hosts(found) == ["what.example"]
    assert found.own == ("shop.example", "shop-cdn.example")


def test_the_owners_word_on_a_host_counts():
    site = msgspec.structs.replace(
        SITE, overrides=(Override(name="what.example", category=Category.NECESSARY),)
    )

    found = rules(request("what.example", Category.UNCLASSIFIED), site=site)

    assert found.hosts == {"what.example": ("necessary",)}


def test_cookies_of_the_sites_own_are_there_as_far_as_they_are_sorted():
    found = rules(
        entry("_ga", http_only=True, partitioned=True, path="/x"),
        entry("basket", category=Category.NECESSARY),
        entry("odd", category=Category.UNCLASSIFIED),
        entry("visits", kind=Kind.LOCAL_STORAGE),
        entry("uid", domain="ads.example", party=Party.THIRD),
    )

    assert found.cookies == (
        CookieRule(
            name="_ga", category="statistics", domain=".shop.example", path="/x", http_only=True,
            partitioned=True,
        ),
        CookieRule(name="basket", category="necessary", domain=".shop.example"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "any_port"), [("https://a.example/", False), ("https://a.example:8443/", True)]
)
def test_a_site_with_a_port_of_its_own_has_neighbours_with_theirs(url, any_port):
    assert rules(site=msgspec.structs.replace(SITE, url=url)).any_port is any_port


def test_the_server_gives_it_out_with_what_visitors_are_told(client):
    answer = client.get("/w/shop/enforcement.json")

    found = msgspec.json.decode(answer.content, type=Rules)
    told = client.get("/w/shop.json").json()
    assert (found.site, found.revision) == ("shop", told["revision"])
    assert found.category_revisions == told["category_revisions"]
    assert client.get("/w/none/enforcement.json").status_code == 404
