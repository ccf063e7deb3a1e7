"""Owners make API tokens for their sites, for a purpose and a time, and take them away."""

import re

import pytest

from tests.consent_server.conftest import ask


def made(owner, **fields):
    form = {"name": "export", "scope": "read", "site": "shop", "days": "90"} | fields
    page = owner.post("/admin/tokens", form=form)
    found = re.search(r"data-copy>(kapsel_[\w-]+)<", page.text)
    return page.status_code, found and found[1]


def test_a_token_opens_what_it_is_for_at_its_site_alone(client, enter):
    owner = enter("eier", everywhere="owner")

    status, token = made(owner)

    assert status == 200
    assert ask(client, "/api/v1/consents", token=token, site="shop").status_code == 200
    assert ask(client, "/api/v1/consents", token=token, site="other").status_code == 404
    assert ask(client, "/api/v1/consents", token=token).status_code == 400
    assert ask(client, "/api/v1/consents/count", token=token, site="other").status_code == 404
    assert ask(client, "/api/v1/consents/export", token=token, site="shop").status_code == 403
    assert ask(client, "/api/v1/stats", token=token, site="other").status_code == 404
    assert ask(client, "/api/v1/scans", token=token, site="other").status_code == 404
    assert ask(client, "/api/v1/findings", token=token, site="other").status_code == 404
    assert ask(client, "/api/v1/sites/other/catalogue", token=token).status_code == 404
    assert ask(client, "/api/v1/sites/shop/catalogue", token=token).status_code == 200
    told = ask(client, "/api/v1/sites", token=token).json()["sites"]
    assert [site["site"] for site in told] == ["shop"]
    assert token not in owner.get("/admin/tokens").text


def test_a_token_that_is_taken_away_opens_nothing(client, enter):
    owner = enter("eier", everywhere="owner")
    _, token = made(owner, scope="export", site="*", days="0")
    assert ask(client, "/api/v1/consents/export", token=token).status_code == 200

    digest = re.search(r'name="token" value="([0-9a-f]{64})"', owner.get("/admin/tokens").text)[1]
    assert owner.post("/admin/tokens/remove", form={"token": digest}).status_code == 303

    assert ask(client, "/api/v1/consents/export", token=token).status_code == 401
    assert owner.post("/admin/tokens/remove", form={"token": digest}).status_code == 404


def test_an_owner_of_one_site_has_tokens_of_that_site_alone(client, enter):
    everybody, owner = enter("eier", everywhere="owner"), enter("butikk", shop="owner")
    made(everybody, name="secret of all", site="*")
    made(everybody, name="secret of other", site="other")
    made(everybody, name="of the shop")

    page = owner.get("/admin/tokens").text
    assert "of the shop" in page
    assert "secret" not in page
    assert made(owner, site="other") == (400, None)
    assert made(owner, site="*") == (400, None)
    theirs = re.findall(r'name="token" value="([0-9a-f]{64})"', everybody.get("/admin/tokens").text)
    own = re.findall(r'name="token" value="([0-9a-f]{64})"', page)
    for digest in set(theirs) - set(own):
        assert owner.post("/admin/tokens/remove", form={"token": digest}).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 81}, {"scope": "king"}, {"site": "no"}, {"days": "7"}]
)
def test_what_makes_no_token_is_said(client, enter, wrong):
    assert made(enter("eier", everywhere="owner"), **wrong) == (400, None)
