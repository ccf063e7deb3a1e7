"""People sign in with a provider; it says who they are, and their account what they may."""

import base64
import json
import time

import httpx2
import pytest
from joserfc.jwk import RSAKey

from consent_server.admin.model import Role
from consent_server.admin.provider import RENEWED, ProviderFailed, check_address
from consent_server.settings import Oidc
from scanner.errors import KapselError
from tests.consent_server.admin.conftest import Somebody
from tests.consent_server.admin.idp import CLIENT, SECRET, Idp
from tests.consent_server.conftest import opened


@pytest.fixture
def idp():
    idp = Idp()
    yield idp
    idp.close()


@pytest.fixture
def client(tmp_path, sites_file, idp):
    oidc = Oidc(issuer=idp.issuer, client_id=CLIENT, client_secret=SECRET)
    with opened(str(tmp_path / "kapsel.db"), sites_file, oidc=oidc) as client:
        client.app.state.accounts.add("kari@example.no", roles={"shop": Role.READER}, password=None)
        yield client


def sign_in(somebody, **change):
    """Go to the provider and come back, as a browser does."""
    left = somebody.get("/admin/provider", goal="/admin/shop/log")
    assert left.status_code == 303, left.text
    back = httpx2.get(left.headers["location"], timeout=60).headers["location"]
    path = back.removeprefix("https://consent.example")
    assert path.startswith("/admin/provider/back?")
    for old, new in change.items():
        path = path.replace(f"{old}=", f"{new}=")
    return somebody.get(path)


def test_who_has_an_account_is_in_and_stays_known_by_the_subject(client, idp):
    kari = Somebody(client)
    assert "Sign in with your organisation" in kari.get("/admin").text

    done = sign_in(kari)

    assert done.headers["location"] == "/admin/shop/log"
    assert kari.get("/admin/shop/log").status_code == 200
    assert client.app.state.accounts.get("kari@example.no").provider == idp.issuer
    idp.email = "another@example.no"
    assert sign_in(Somebody(client)).status_code == 303
    idp.email, idp.subject = "kari@example.no", "s-2"
    assert sign_in(Somebody(client)).status_code == 403


@pytest.mark.parametrize(
    ("email", "verified"), [("ola@example.no", True), ("kari@example.no", False)]
)
def test_nobody_gets_an_account_by_signing_in(client, idp, email, verified):
    idp.email, idp.verified = email, verified
    stranger = Somebody(client)

    answer = sign_in(stranger)

    assert answer.status_code == 403
    assert "you have no account here" in answer.text
    assert stranger.get("/admin").status_code == 401


def test_a_provider_may_tell_the_email_beside_what_it_signs(client, idp):
    idp.claims = {"email": "unsaid", "email_verified": "unsaid"}
    idp.apart = {"sub": "s-1", "email": "kari@example.no", "email_verified": True}
    assert sign_in(Somebody(client)).status_code == 303

    idp.apart["sub"] = "s-2"
    assert sign_in(Somebody(client)).status_code == 502


def test_keys_that_the_provider_has_changed_are_asked_for_again_but_not_at_each_bad_word(
    client, idp
):
    assert sign_in(Somebody(client)).status_code == 303
    idp.key = idp.signing = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"}, private=True)

    assert sign_in(Somebody(client)).status_code == 502  # they were asked for just now
    provider = client.app.state.provider
    provider._clock = lambda: time.time() + 2 * RENEWED

    assert sign_in(Somebody(client)).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"exp": 1_000_000_000},
        {"nonce": "another"},
        {"sub": ""},
        {"exp": None},
    ],
)
def test_a_word_for_others_or_of_other_days_is_not_believed(client, idp, claims):
    idp.claims = claims

    assert sign_in(Somebody(client)).status_code == 502


def test_another_signature_is_not_believed(client, idp):
    idp.signing = RSAKey.generate_key(2048, {"kid": "one"}, private=True)

    assert sign_in(Somebody(client)).status_code == 502


def test_a_word_without_signature_is_not_believed(client, idp, monkeypatch):
    def unsigned(form, authorization):
        head, body = ({"alg": "none"}, {"iss": idp.issuer, "aud": CLIENT, "sub": "s-1"})
        parts = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode() for p in (head, body)]
        return {"id_token": ".".join(part.rstrip("=") for part in parts) + "."}

    monkeypatch.setattr(idp, "token", unsigned)

    assert sign_in(Somebody(client)).status_code == 502


def test_what_did_not_begin_in_this_browser_is_refused(client, idp):
    kari = Somebody(client)

    assert sign_in(kari, state="stats").status_code == 400
    assert sign_in(kari, code="cod").status_code == 401
    assert Somebody(client).get("/admin/provider/back", code="c", state="s").status_code == 400


def test_whom_the_provider_did_not_let_in_begins_anew(client, idp):
    kari = Somebody(client)
    left = kari.get("/admin/provider")
    back = httpx2.get(left.headers["location"], timeout=60).headers["location"]
    path = back.removeprefix("https://consent.example")

    refused = kari.get(path.replace("code=", "cod="))
    again = kari.get(path)

    assert refused.status_code == 401
    assert again.status_code == 400


def test_a_provider_elsewhere_names_nothing_on_this_machine(idp):
    check_address("https://id.example/token", local=False)
    for address in ("http://localhost:9000/", "http://127.0.0.1:5432/", "http://[::1]/"):
        check_address(address)
        with pytest.raises(ProviderFailed):
            check_address(address, local=False)


def test_a_provider_that_is_away_is_told(client, idp):
    idp.close()

    answer = Somebody(client).get("/admin/provider")

    assert answer.status_code == 502
    assert "The provider cannot be used just now" in answer.text


def test_a_provider_that_calls_itself_otherwise_is_not_used(client, idp, monkeypatch):
    told = idp.description() | {"issuer": "https://evil.example"}
    monkeypatch.setattr(idp, "description", lambda: told)

    assert Somebody(client).get("/admin/provider").status_code == 502


def test_secrets_travel_by_https_or_on_this_machine_only():
    check_address("https://id.example/")
    check_address("http://localhost:9000/")
    for address in ("http://id.example/", "ftp://id.example/", ""):
        with pytest.raises(ProviderFailed):
            check_address(address)


def test_the_environment_names_the_provider_wholly_or_not_at_all(monkeypatch):
    assert Oidc.from_environment() is None
    monkeypatch.setenv("KAPSEL_OIDC_ISSUER", "https://id.example")
    monkeypatch.setenv("KAPSEL_OIDC_CLIENT_ID", "kapsel")
    with pytest.raises(KapselError, match="KAPSEL_OIDC_CLIENT_SECRET"):
        Oidc.from_environment()
    monkeypatch.setenv("KAPSEL_OIDC_CLIENT_SECRET", "secret")
    assert Oidc.from_environment() == Oidc(
        issuer="https://id.example", client_id="kapsel", client_secret="secret"
    )
