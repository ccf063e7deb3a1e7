"""Owners let people in at their own sites, with a link by which each chooses a password."""

import re

import pytest

from tests.consent_server.admin.conftest import PASSWORD, Somebody, token_of


def accounts(client):
    return {account.name: account.roles for account in client.app.state.accounts.all()}


def test_who_is_invited_chooses_a_password_once_and_is_in(client, enter):
    owner = enter("eier", everywhere="owner")

    page = owner.post("/admin/accounts", form={"name": "Kari", "site": "shop", "role": "editor"})
    link = re.search(r"https://consent\.example(/admin/invitations/[\w-]+)", page.text)[1]

    kari = Somebody(client)
    choosing = kari.get(link)
    assert choosing.headers["referrer-policy"] == "no-referrer"
    short = kari.client.post(link, data={"csrf": token_of(choosing.text), "new": "kort"})
    assert short.status_code == 400
    done = kari.post(link, form={"new": PASSWORD}, page=link)
    assert done.status_code == 303
    assert kari.get("/admin/shop/log").status_code == 200
    assert kari.get(link).status_code == 404
    assert accounts(client)["kari"] == {"shop": "editor"}
    assert Somebody(client).sign_in("kari").status_code == 303


def test_an_owner_of_all_changes_roles_ends_sessions_and_takes_accounts_away(client, enter):
    owner, kari = enter("eier", everywhere="owner"), enter("kari", shop="reader")
    change, page = "/admin/accounts/change", "/admin/accounts/change?name=kari"
    assert owner.get(change, name="kari").status_code == 200

    role = {"do": "role", "site": "other", "role": "editor"}
    assert owner.post(change, form=role, page=page, name="kari").status_code == 303
    assert accounts(client)["kari"] == {"other": "editor", "shop": "reader"}
    role = {"do": "role", "site": "shop", "role": "none"}
    assert owner.post(change, form=role, page=page, name="kari").status_code == 303
    assert kari.get("/admin/shop/log").status_code == 404

    assert owner.post(change, form={"do": "end"}, page=page, name="kari").status_code == 303
    assert kari.get("/admin").status_code == 401
    assert owner.post(change, form={"do": "remove"}, page=page, name="kari").status_code == 400
    sure = {"do": "remove", "sure": "yes"}
    assert owner.post(change, form=sure, page=page, name="kari").status_code == 303
    assert "kari" not in accounts(client)
    assert owner.get(change, name="kari").status_code == 404
    assert owner.post(change, form=sure, name="eier").status_code == 400


def test_an_owner_of_one_site_manages_that_site_alone(client, enter):
    enter("eier", everywhere="owner")
    enter("both", shop="reader", other="editor")
    enter("stranger", other="reader")
    owner = enter("butikk", shop="owner")

    page = owner.get("/admin/accounts").text
    assert "both" in page
    assert "other" not in page
    assert "stranger" not in page
    assert "eier" not in page

    change = "/admin/accounts/change"
    assert owner.get(change, name="stranger").status_code == 404
    for site in ("other", "*"):
        add = {"name": "ny", "site": site, "role": "owner"}
        assert owner.post("/admin/accounts", form=add).status_code == 400
        role = {"do": "role", "site": site, "role": "owner"}
        assert owner.post(change, form=role, name="both").status_code == 400
    for deed in ("invite", "end", "remove"):
        form = {"do": deed, "sure": "yes"}
        assert owner.post(change, form=form, name="both").status_code == 400
    assert accounts(client)["both"] == {"other": "editor", "shop": "reader"}
    assert "ny" not in accounts(client)

    add = {"name": "both", "site": "shop", "role": "editor"}
    assert owner.post("/admin/accounts", form=add).status_code == 400
    assert accounts(client)["both"] == {"other": "editor", "shop": "reader"}


def test_who_was_let_in_elsewhere_comes_to_a_site_by_an_owner_of_all_only(client, enter):
    """Else whoever makes an account first, and keeps its invitation, would get what others give."""
    everything = enter("eier", everywhere="owner")
    thief, owner = enter("tyv", other="owner"), enter("butikk", shop="owner")
    made = {"name": "personvern@shop.example", "site": "other", "role": "reader"}
    assert "/admin/invitations/" in thief.post("/admin/accounts", form=made).text

    add = made | {"site": "shop", "role": "editor"}
    page = owner.post("/admin/accounts", form=add)
    assert page.status_code == 400
    assert "an owner of all sites can say whose it is" in page.text
    assert accounts(client)["personvern@shop.example"] == {"other": "reader"}
    assert everything.post("/admin/accounts", form=add).status_code == 200
    assert accounts(client)["personvern@shop.example"] == {"other": "reader", "shop": "editor"}


def link_in(page):
    return re.search(r"https://consent\.example(/admin/invitations/[\w-]+)", page.text)[1]


def test_an_invitation_is_listed_and_taken_back(client, enter):
    everything, owner = enter("eier", everywhere="owner"), enter("butikk", shop="owner")
    rival = enter("rival", shop="owner")
    change, page = "/admin/accounts/change", "/admin/accounts/change?name=kari"
    made = {"name": "Kari", "site": "shop", "role": "editor"}
    link = link_in(owner.post("/admin/accounts", form=made))
    assert Somebody(client).get(link).status_code == 200

    for somebody, shown in ((everything, True), (owner, True), (rival, False)):
        assert ("invited until" in somebody.get("/admin/accounts").text) is shown
        assert ("Made by butikk" in somebody.get(page).text) is shown
    assert rival.post(change, form={"do": "revoke"}, page=page, name="kari").status_code == 400
    assert Somebody(client).get(link).status_code == 200

    done = owner.post(change, form={"do": "revoke"}, page=page, name="kari")

    assert (done.status_code, done.headers["location"]) == (303, "/admin/accounts?done=revoked")
    assert "The invitation is taken back" in owner.get("/admin/accounts", done="revoked").text
    assert Somebody(client).get(link).status_code == 404
    assert "invited until" not in owner.get("/admin/accounts").text
    assert "took an invitation back" in everything.get("/admin/trail").text
    again = everything.post(change, form={"do": "invite"}, page=page, name="kari")
    assert Somebody(client).get(link_in(again)).status_code == 200
    assert everything.post(change, form={"do": "revoke"}, page=page, name="kari").status_code == 303
    assert Somebody(client).get(link_in(again)).status_code == 404


def test_who_lost_her_site_lets_nobody_in_by_a_link_that_she_kept(client, enter):
    everything, thief = enter("eier", everywhere="owner"), enter("tyv", shop="owner")
    made = {"name": "ny", "site": "shop", "role": "editor"}
    link = link_in(thief.post("/admin/accounts", form=made))
    stranger = Somebody(client)
    form = token_of(stranger.get(link).text)

    page = "/admin/accounts/change?name=tyv"
    taken = {"do": "role", "site": "shop", "role": "none"}
    everything.post("/admin/accounts/change", form=taken, page=page, name="tyv")

    assert stranger.get(link).status_code == 404
    late = stranger.client.post(link, data={"csrf": form, "new": PASSWORD}, follow_redirects=False)
    assert late.status_code == 404
    assert Somebody(client).sign_in("ny").status_code == 401


def test_of_two_who_use_an_invitation_at_once_one_is_let_in(client, enter, monkeypatch):
    owner = enter("eier", everywhere="owner")
    made = {"name": "ny", "site": "shop", "role": "editor"}
    link = link_in(owner.post("/admin/accounts", form=made))
    second = Somebody(client)
    form = {"csrf": token_of(second.get(link).text), "new": PASSWORD}
    accept = client.app.state.accounts.accept

    def late(secret, password, **given):  # the first comes while the second one's form is read
        assert accept(secret, "en annen setning", **given) == "ny"
        return accept(secret, password, **given)

    monkeypatch.setattr(client.app.state.accounts, "accept", late)

    assert second.client.post(link, data=form, follow_redirects=False).status_code == 404
    assert Somebody(client).sign_in("ny", "en annen setning").status_code == 303


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_who_is_no_owner_manages_nobody(client, enter, role):
    kari = enter("kari", everywhere=role)

    for path in ("/admin/accounts", "/admin/accounts/change", "/admin/tokens", "/admin/trail"):
        assert kari.get(path, name="kari").status_code == 403
    add = {"name": "ny", "site": "*", "role": "owner"}
    assert kari.post("/admin/accounts", form=add).status_code == 403
    assert list(accounts(client)) == ["kari"]


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "site": "shop", "role": "reader"},
        {"name": "kari", "site": "shop", "role": "king"},
        {"name": "kari", "site": "nowhere", "role": "reader"},
        {"name": "eier", "site": "*", "role": "reader"},
    ],
)
def test_what_cannot_be_is_said(client, enter, form):
    owner = enter("eier", everywhere="owner")

    answer = owner.post("/admin/accounts", form=form)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert accounts(client) == {"eier": {"*": "owner"}}
