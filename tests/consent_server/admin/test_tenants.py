"""Who has a role at one site learns nothing of another, by any address that there is."""

import pytest

from consent_server.admin.routes import ROUTES
from scanner.store import Store
from tests.consent_server.admin.conftest import Somebody
from tests.consent_server.admin.found import entry, scan
from tests.consent_server.conftest import decision, send

SECRET = "secret_of_other"
OF_A_SITE = sorted(
    (method, route.path)
    for route in ROUTES
    if "{site}" in route.path
    for method in route.methods - {"HEAD"}
)
OTHERS = sorted(
    (method, route.path)
    for route in ROUTES
    if "{site}" not in route.path and route.path != "/" and "sign-" not in route.path
    for method in route.methods - {"HEAD"}
    if not any(word in route.path for word in ("/static/", "invitations", "provider", "speech"))
)


@pytest.fixture
def foreign(client):
    """Another owner's site with everything that one could want to know of it."""
    Store(client.app.state.engine).save(scan(entry(SECRET), site="other"))
    body = decision(1, page=f"https://www.other.example/{SECRET}", revision=SECRET)
    send(client, body, site="other", origin="https://www.other.example")
    client.app.state.trail.add("eier", SECRET, site="other")
    client.app.state.jobs.add("other", asked_by=SECRET)


def asked(somebody, method, path):
    query = {"id": decision(1)["id"], "kind": "cookie", "item": SECRET}
    if method == "GET":
        return somebody.get(path, **query)
    return somebody.post(path, form={"sure": "yes", **query}, id=query["id"])


def test_there_are_addresses_to_try():
    assert len(OF_A_SITE) > 10
    assert len(OTHERS) > 5


def test_another_s_site_is_not_there(foreign, enter):
    kari = enter("kari", shop="owner")

    for method, path in OF_A_SITE:
        there = asked(kari, method, path.replace("{site}", "other"))
        nowhere = asked(kari, method, path.replace("{site}", "nowhere"))

        assert there.status_code == nowhere.status_code == 404, path
        assert there.text.replace("other", "nowhere") == nowhere.text, path
        assert SECRET not in there.text, path


def test_no_other_page_tells_of_it(foreign, enter):
    kari = enter("kari", shop="owner")

    for method, path in sorted(OTHERS, key=lambda pair: "everywhere" in pair[1]):
        answer = asked(kari, method, path)

        assert answer.status_code < 500, path
        assert SECRET not in answer.text, path
        assert "other.example" not in answer.text, path


def test_who_has_not_signed_in_is_asked_to(foreign, client):
    stranger = Somebody(client)

    for method, path in OF_A_SITE + OTHERS:
        answer = stranger.client.request(method, path.replace("{site}", "other"))

        assert answer.status_code == 401, path
        assert "Sign in" in answer.text, path
        assert SECRET not in answer.text, path


def test_a_reader_changes_nothing(client, enter):
    kari = enter("kari", shop="reader")
    before = client.app.state.trail.page(sites=None)

    for method, path in OF_A_SITE:
        if method == "POST":
            answer = asked(kari, method, path.replace("{site}", "shop"))
            assert answer.status_code in (403, 404), path

    assert client.app.state.trail.page(sites=None) == before
