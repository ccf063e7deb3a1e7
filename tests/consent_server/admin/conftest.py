"""People who have signed in to a consent server for two sites of different owners."""

import re

import pytest
from starlette.testclient import TestClient

from consent_server.admin.model import Role
from tests.consent_server.conftest import opened

PASSWORD = "korrekt hest batteri"


@pytest.fixture
def client(tmp_path, sites_file):
    """The pages are the same on both dialects; what asks the database is tested on both."""
    with opened(str(tmp_path / "kapsel.db"), sites_file) as client:
        yield client


def token_of(page):
    """The form token that the page *page* holds."""
    return re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]


class Somebody:
    """A browser of its own, in front of the same server."""

    def __init__(self, client):
        self.client = TestClient(
            client.app, base_url="https://consent.example", raise_server_exceptions=False
        )
        self.client.portal = client.portal  # one event loop for all

    def get(self, path, /, **params):
        return self.client.get(path, params=params or None, follow_redirects=False)

    def post(self, path, /, *, form=None, page="/admin", **params):
        """Send a form as the page *page* holds it."""
        data = {"csrf": token_of(self.get(page).text)} | (form or {})
        return self.client.post(path, data=data, params=params or None, follow_redirects=False)

    def sign_in(self, name, password=PASSWORD, **fields):
        form = {"name": name, "password": password} | fields
        return self.post("/admin/sign-in", form=form, page="/admin/sign-in")


@pytest.fixture
def enter(client):
    """Make accounts and sign them in: enter("kari", shop="reader"); site "*" by everywhere=."""

    def entered(name, *, everywhere=None, **roles):
        given = {site: Role(role) for site, role in roles.items()}
        if everywhere:
            given["*"] = Role(everywhere)
        client.app.state.accounts.add(name, roles=given, password=PASSWORD)
        somebody = Somebody(client)
        assert somebody.sign_in(name).status_code == 303
        return somebody

    return entered
