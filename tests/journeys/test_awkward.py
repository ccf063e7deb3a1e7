"""A site that stores things in every way there is, and has traps: nothing is missed or made up."""

import json

import pytest

from consent_server.demo import loopback
from tests.sites.awkward import site

SLACK = 60  # seconds between a cookie's being set and its being read


def test_every_cookie_is_found_with_its_party_lifetime_and_setter(kapsel):
    with loopback.serve(site.apps()) as server:
        rules = [word for rule in server.resolve for word in ("--resolve", rule)]
        done = kapsel.run(
            *("scan", f"https://{site.SHOP}/", *rules, "--insecure", "--state", "before"),
            *("--max-pages", "40", "--format", "json"),
        )

    (scan,) = json.loads(done.stdout)["scans"]
    cookies = {
        (entry["name"], entry["domain"], entry["path"]): entry
        for entry in scan["entries"]
        if entry["kind"] == "cookie"
    }
    assert cookies.keys() == {(c.name, c.domain, c.path) for c in site.COOKIES}
    for cookie in site.COOKIES:
        entry = cookies[cookie.name, cookie.domain, cookie.path]
        assert entry["party"] == cookie.party, cookie.name
        assert entry["partitioned"] == cookie.partitioned, cookie.name
        assert entry["set_by"]["kind"] == cookie.setter, cookie.name
        assert (entry["set_by"]["url"] or "").startswith(cookie.setter_url or ""), cookie.name
        if cookie.declared is None:
            assert entry["declared_lifetime"] is None, cookie.name
        else:
            wanted = pytest.approx(cookie.declared, abs=SLACK)
            assert entry["declared_lifetime"] == wanted, cookie.name
    assert {entry["name"] for entry in scan["refused"]} == site.REFUSED
    stored = {(entry["kind"], entry["name"], entry["domain"]) for entry in scan["entries"]}
    assert stored >= site.STORAGE
