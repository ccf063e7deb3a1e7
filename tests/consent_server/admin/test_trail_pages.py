"""The audit trail as a page and as a file, each owner's own sites only."""

from tests.consent_server.conftest import ask, decision


def test_what_people_did_is_told_to_owners_of_that_site(client, enter):
    everybody, owner = enter("eier", everywhere="owner"), enter("butikk", shop="owner")
    enter("annen", other="owner")
    everybody.get("/admin/other/log/export", format="csv")
    everybody.get("/admin/shop/log/export", format="jsonl", action="withdraw")

    all_of_it, own = everybody.get("/admin/trail").text, owner.get("/admin/trail").text

    assert all_of_it.count("exported the log") == 2
    assert "signed in" in all_of_it
    assert own.count("exported the log") == 1
    assert "jsonl action=withdraw" in own
    assert "signed in" not in own

    lines = owner.get("/admin/trail.csv").text.splitlines()
    assert lines[0] == "at,actor,action,site,detail"
    assert ",eier,exported the log,shop,jsonl action=withdraw" in "\n".join(lines)
    assert "other" not in "\n".join(lines)


def test_what_a_token_takes_along_is_told_too(client, enter):
    ask(client, "/api/v1/consents/export", site="shop", format="csv")

    deeds = client.app.state.trail.page(sites={"shop"})

    assert [(deed.actor, deed.action, deed.detail) for deed in deeds] == [
        ("token: KAPSEL_API_TOKEN", "exported the log", "site=shop&format=csv")
    ]


def test_of_a_question_nothing_is_kept_that_names_a_decision(client, enter):
    """Else its id would be found in the database after it was erased."""
    key = decision(1)["id"]
    ask(client, "/api/v1/consents/export", site="shop", id=key)
    enter("kari", shop="reader").get("/admin/shop/log/export", format="jsonl", id=key)

    deeds = client.app.state.trail.page(sites={"shop"})

    assert [deed.detail for deed in deeds] == ["jsonl", "site=shop"]


def test_the_trail_is_read_page_by_page(client, enter):
    owner = enter("eier", everywhere="owner")
    for n in range(120):
        client.app.state.trail.add("eier", f"deed {n}.")

    first = owner.get("/admin/trail").text
    before = first.split("/admin/trail?before=")[1].split('"')[0]
    rest = owner.get("/admin/trail", before=before).text

    assert "deed 119." in first
    assert "deed 2." not in first
    assert "deed 2." in rest
    assert "before=" not in rest
    assert owner.get("/admin/trail", before="x").status_code == 200
