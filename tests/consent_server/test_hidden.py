"""Cookies that no script can see expire through the server, if they were refused."""

import time

import pytest

from scanner.store import Store
from tests.consent_server.conftest import ORIGIN
from tests.consent_server.test_declaration import entry
from tests.consent_server.test_script import SCANNED

PATH = "/w/shop/clear"


@pytest.fixture
def shop(client, database):
    import msgspec

    from scanner.database import open_database

    engine = open_database(database)
    entries = (entry("hidden", http_only=True), entry("_ga"))
    Store(engine).save(msgspec.structs.replace(SCANNED, entries=entries))
    engine.dispose()
    client.base_url = "https://consent.shop.example"
    deadline = time.monotonic() + 60
    while "hidden" not in client.get("/w/shop/enforcement.json").text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return client


def jar(client, choices, *others):
    revision = client.get("/w/shop.json").json()["revision"]
    kept = f"kapsel_consent=revision={revision}&choices={choices}&at={time.time() * 1000:.0f}"
    return "; ".join([kept, *others])


def post(client, cookies, *, origin=ORIGIN, path="/x"):
    headers = {"Cookie": cookies, "Origin": origin, "Content-Type": "text/plain"}
    return client.post(PATH, content=path, headers=headers, follow_redirects=False)


def test_what_was_refused_expires_and_the_answer_leads_to_what_is_left(shop):
    cookies = jar(shop, "statistics:0", "hidden=1", "own=1")

    answer = post(shop, cookies)

    lines = answer.headers.get_list("set-cookie")
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    assert "hidden=; Max-Age=0; Path=/x; Domain=shop.example" in lines
    assert all(line.startswith("hidden=;") for line in lines)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    left = shop.get(PATH, headers={"Cookie": cookies, "Origin": ORIGIN})
    assert left.json() == ["hidden"]


def test_what_was_granted_stays(shop):
    cookies = jar(shop, "statistics:1", "hidden=1")

    assert post(shop, cookies).headers.get_list("set-cookie") == []
    assert shop.get(PATH, headers={"Cookie": cookies}).json() == []


def test_without_the_visitors_answer_nothing_is_removed(shop):
    answer = post(shop, "hidden=1")

    assert answer.status_code == 409
    assert "set-cookie" not in answer.headers


def test_other_pages_and_other_sites_are_refused(shop):
    cookies = jar(shop, "statistics:0", "hidden=1")

    assert post(shop, cookies, origin="https://evil.example").status_code == 403
    assert shop.post("/w/none/clear").status_code == 404


@pytest.mark.parametrize("path", ["x", "", "/" * 3000, "/x\r\nSet-Cookie: a=b"])
def test_a_path_that_is_none_counts_as_the_root(shop, path):
    lines = post(shop, jar(shop, "statistics:0", "hidden=1"), path=path).headers.get_list(
        "set-cookie"
    )

    assert {line.split("; ")[2] for line in lines} == {"Path=/"}


@pytest.mark.parametrize(
    "path", ["/søk/日本", "/x\r\nSet-Cookie: a=1", "/x; Domain=example", "/\x7f"]
)
def test_a_path_that_no_header_can_hold_adds_nothing_to_the_answer(shop, path):
    answer = post(shop, jar(shop, "statistics:0", "hidden=1"), path=path.encode())

    lines = answer.headers.get_list("set-cookie")
    assert answer.status_code == 303
    assert {line.split("; ")[2] for line in lines} == {"Path=/"}
    domains = {line.split("; ")[3] for line in lines if line.count("; ") > 2}
    assert domains == {"Domain=shop.example", "Domain=consent.shop.example"}
