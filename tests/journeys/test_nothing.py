"""A site that stores nothing is said to store nothing."""

import json

from consent_server.demo import loopback
from tests.sites.small import plain


def test_a_scan_of_a_site_without_cookies_finds_none(kapsel):
    with loopback.serve({"www.plain.example": plain()}) as server:
        done = kapsel.run(
            *("scan", "https://www.plain.example/", "--resolve", server.resolve[0]),
            *("--insecure", "--format", "json"),
        )

    (scan,) = json.loads(done.stdout)["scans"]
    assert scan["status"] == "complete"
    assert {visit["url"] for visit in scan["visits"]} == {
        "https://www.plain.example/",
        "https://www.plain.example/one",
        "https://www.plain.example/two",
    }
    assert scan["entries"] == []
    assert scan["refused"] == []
    assert scan["findings"] == []
