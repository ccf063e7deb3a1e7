"""People sign in, in the open only where nobody listens, and out again, here or everywhere."""

import asyncio
import re

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from tests.consent_server.admin.conftest import PASSWORD, Somebody, token_of
from tests.consent_server.conftest import TOKEN, decision, opened, send

HTTP = "http://consent.example"


def test_the_address_of_the_server_leads_to_a_page_on_which_to_sign_in(client):
    assert client.get("/", follow_redirects=False).headers["location"] == "/admin"
    page = client.get("/admin")

    assert page.status_code == 401
    assert 'action="/admin/sign-in"' in page.text
    assert "kapsel accounts add" in page.text
    fields = re.findall(r'name="(name|token)"', page.text)
    assert fields == ["token", "name"]  # nobody has an account yet
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_session_is_a_host_cookie_that_no_script_reads(client, enter):
    kari = enter("kari", shop="reader")

    cookie = next(c for c in kari.client.cookies.jar if c.name == "__Host-kapsel_session")
    assert cookie.secure
    assert cookie.path == "/"
    assert not cookie.domain_specified
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    assert kari.get("/admin").status_code == 200


def test_who_signs_in_anew_ends_the_session_of_that_browser_only(client, enter):
    kari = enter("kari", shop="reader")
    elsewhere = Somebody(client)
    assert elsewhere.sign_in("kari").status_code == 303
    former = kari.client.cookies["__Host-kapsel_session"]

    assert kari.sign_in("kari").status_code == 303

    assert kari.client.cookies["__Host-kapsel_session"] != former
    assert client.app.state.sessions.who(former) is None
    assert kari.get("/admin").status_code == 200
    assert elsewhere.get("/admin").status_code == 200


def test_tries_are_counted_together_by_all_processes(tmp_path, sites_file):
    database = str(tmp_path / "kapsel.db")
    with opened(database, sites_file) as one, opened(database, sites_file) as other:
        statuses = [
            Somebody(server).sign_in("kari", "feil passord, ja").status_code
            for server in (one, other, one, other, one, other, one)
        ]

    assert statuses == [401] * 5 + [429] * 2


def test_where_there_are_accounts_they_are_asked_for_first(client, enter):
    enter("kari", shop="reader")

    page = Somebody(client).get("/admin").text

    assert re.findall(r'name="(name|token)"', page) == ["name", "token"]
    assert "kapsel accounts add" not in page


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client, enter):
    enter("kari", shop="reader")

    def answer(name):
        page = Somebody(client).sign_in(name, "feil passord, ja")
        return page.status_code, re.sub(r'value="[^"]*"', "", page.text)

    assert answer("kari") == answer("kristin")
    assert answer("kari")[0] == 401


def test_a_sign_in_that_the_change_of_its_password_overtakes_lets_nobody_in(
    client, enter, monkeypatch
):
    enter("kari", shop="reader")
    accounts, sessions = client.app.state.accounts, client.app.state.sessions
    proven = accounts.with_password

    def overtaken(name, password):
        found = proven(name, password)
        accounts.set_password("kari", "en helt annen setning")
        return found

    monkeypatch.setattr(accounts, "with_password", overtaken)
    thief = Somebody(client)

    assert thief.sign_in("kari").status_code == 401
    assert thief.get("/admin/account").status_code == 401
    assert sessions.end_all("kari") == 0


def test_who_guesses_is_held_back_even_with_the_right_password(client, enter):
    enter("kari", shop="reader")
    thief = Somebody(client)
    for _ in range(5):
        assert thief.sign_in("kari", "feil passord, ja").status_code == 401

    late = thief.sign_in("kari")

    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 60
    assert "Too many attempts" in late.text


def test_after_signing_in_one_is_where_one_wanted_to_be_on_this_server(client, enter):
    enter("kari", shop="reader")
    page = Somebody(client).get("/admin/shop/log", action="withdraw").text
    goal = re.search(r'name="goal" value="([^"]+)"', page)[1]

    assert goal == "/admin/shop/log?action=withdraw"
    assert Somebody(client).sign_in("kari", goal=goal).headers["location"] == goal
    for foreign in ("https://evil.example/", "//evil.example", "/admin/\\evil", "javascript:1"):
        assert Somebody(client).sign_in("kari", goal=foreign).headers["location"] == "/admin"


def test_a_form_without_its_token_or_from_elsewhere_does_nothing(client, enter):
    kari = enter("kari", everywhere="owner")
    form = {"name": "ola", "site": "*", "role": "owner"}

    bare = kari.client.post("/admin/accounts", data=form)
    stale = kari.post("/admin/accounts", form=form | {"csrf": "0" * 64})
    token = token_of(kari.get("/admin").text)
    foreign = kari.client.post(
        "/admin/accounts", data=form | {"csrf": token}, headers={"Origin": "https://evil.example"}
    )
    cross = kari.client.post(
        "/admin/accounts", data=form | {"csrf": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert {bare.status_code, stale.status_code, foreign.status_code, cross.status_code} == {403}
    assert client.app.state.accounts.get("ola") is None
    assert kari.post("/admin/accounts", form=form).status_code == 200
    assert client.app.state.accounts.get("ola") is not None


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"csrf=x" * 10_000, "application/x-www-form-urlencoded", 413),
        (b"&a=1" * 200, "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"a=%00", "application/x-www-form-urlencoded", 400),
        (b"\xff", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "application/x-www-form-urlencoded", 403),
    ],
)
@pytest.mark.parametrize("path", ["/admin/sign-in", "/admin/accounts"])
def test_what_is_no_form_is_refused(client, enter, path, body, kind, status):
    owner = enter("kari", everywhere="owner")

    answer = owner.client.post(path, content=body, headers={"Content-Type": kind})

    assert answer.status_code == status


def test_without_tls_nobody_signs_in_from_elsewhere_and_here_with_a_plain_cookie(client, enter):
    enter("kari", shop="reader")
    away = TestClient(client.app, base_url=HTTP)
    page = away.get("/admin")
    assert "without TLS" in page.text
    assert "password" not in re.findall(r'type="(\w+)"', page.text)
    assert not away.cookies.jar
    assert away.post("/admin/sign-in", data={"name": "kari"}).status_code == 403

    for host in ("localhost:8080", "127.0.0.1:8080", "[::1]:8080"):
        here = TestClient(client.app, base_url=f"http://{host}", follow_redirects=False)
        csrf = token_of(here.get("/admin").text)
        form = {"csrf": csrf, "name": "kari", "password": PASSWORD}
        answer = here.post("/admin/sign-in", data=form)
        assert answer.status_code == 303
        assert "kapsel_session=" in answer.headers["set-cookie"]
        assert "__Host-" not in answer.headers["set-cookie"]
        assert "secure" not in answer.headers["set-cookie"].lower()


def test_signing_out_ends_this_session_and_everywhere_all(client, enter):
    here = enter("kari", shop="reader")
    there, third = Somebody(client), Somebody(client)
    there.sign_in("kari")
    third.sign_in("kari")

    assert here.post("/admin/sign-out").status_code == 303
    assert here.get("/admin").status_code == 401
    assert there.get("/admin").status_code == 200

    assert there.post("/admin/account/sign-out-everywhere").status_code == 303
    assert there.get("/admin").status_code == 401
    assert third.get("/admin").status_code == 401


def test_a_token_opens_the_pages_for_reading_as_long_as_it_stands(client):
    send(client, decision(1))
    robot = Somebody(client)

    wrong = robot.post("/admin/sign-in", form={"token": "wrong"}, page="/admin/sign-in")
    right = robot.post("/admin/sign-in", form={"token": TOKEN}, page="/admin/sign-in")

    assert wrong.status_code == 401
    assert "That token is not known here." in wrong.text
    assert right.status_code == 303
    assert decision(1)["id"] in robot.get("/admin/shop/log").text
    assert robot.get("/admin/accounts").status_code == 403
    assert robot.get("/admin/account").status_code == 403


def test_one_changes_ones_own_password_with_the_present_one(client, enter):
    kari, elsewhere = enter("kari", shop="reader"), Somebody(client)
    elsewhere.sign_in("kari")

    wrong = kari.post("/admin/account", form={"password": "feil", "new": "et annet passord"})
    short = kari.post("/admin/account", form={"password": PASSWORD, "new": "kort"})
    done = kari.post("/admin/account", form={"password": PASSWORD, "new": "et annet passord"})

    assert (wrong.status_code, short.status_code, done.status_code) == (400, 400, 303)
    assert "The present password is wrong." in wrong.text
    assert "12 to 256" in short.text
    assert "The password is changed" in kari.get("/admin/account", done="password").text
    assert elsewhere.get("/admin").status_code == 401
    assert Somebody(client).sign_in("kari").status_code == 401
    assert Somebody(client).sign_in("kari", "et annet passord").status_code == 303


@pytest.mark.anyio
async def test_the_present_password_is_not_guessed_by_many_forms_at_once(client, enter):
    kari = enter("kari", shop="reader")
    guess = {"csrf": token_of(kari.get("/admin/account").text), "new": "et annet passord"}
    there = httpx.ASGITransport(client.app)

    async with httpx.AsyncClient(
        transport=there, base_url="https://consent.example", cookies=dict(kari.client.cookies)
    ) as at_once:
        answers = await asyncio.gather(
            *(
                at_once.post("/admin/account", data={**guess, "password": f"gjetning {number}"})
                for number in range(8)
            )
        )

    texts = [answer.text for answer in answers]
    assert sum("The present password is wrong." in text for text in texts) == 5
    assert sum("Too many attempts." in text for text in texts) == 3


def test_no_secret_is_in_the_log_of_the_server(client, enter, capsys, caplog):
    kari = enter("kari", everywhere="owner")
    Somebody(client).sign_in("kari", "feil passord, ja")
    kari.post("/admin/account", form={"password": PASSWORD, "new": "et annet passord"})

    said = "".join(capsys.readouterr()) + caplog.text
    deeds = str(client.app.state.trail.page(sites=None))

    for secret in (PASSWORD, "feil passord", "et annet passord"):
        assert secret not in said
        assert secret not in deeds
    assert "changed the password" in deeds
