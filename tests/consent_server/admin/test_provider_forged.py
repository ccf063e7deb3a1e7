"""Words of a provider that are forged, replayed or odd let nobody in, and are no fault of ours."""

import base64
import hmac
import json
import time

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from consent_server.admin.model import Role
from consent_server.settings import Oidc
from tests.consent_server.admin.conftest import Somebody
from tests.consent_server.admin.idp import CLIENT, SECRET, Idp
from tests.consent_server.admin.test_provider import sign_in
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


def claims(idp, nonce):
    now = int(time.time())
    said = {"iss": idp.issuer, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 300}
    return said | {"nonce": nonce, "email": "kari@example.no", "email_verified": True}


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_secret(idp, nonce, secret):
    """Sign as with a secret that both share: the public key, for one, everybody knows."""
    signed = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims(idp, nonce))}"
    digest = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def with_own_key(idp, nonce):
    """Bring the key along with which it is signed."""
    own = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
    head = {"alg": "RS256", "kid": "one", "jwk": own.as_dict(private=False)}
    return jwt.encode(head, claims(idp, nonce), own)


def changed(idp, nonce, **to):
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims(idp, nonce) | to, idp.key)


FORGED = {
    "the public key as secret": lambda idp, nonce: with_secret(
        idp, nonce, idp.key.as_pem(private=False)
    ),
    "the client's secret": lambda idp, nonce: with_secret(idp, nonce, SECRET.encode()),
    "its own key": with_own_key,
    "not yet": lambda idp, nonce: changed(idp, nonce, nbf=int(time.time()) + 3600),
    "of tomorrow": lambda idp, nonce: changed(idp, nonce, iat=int(time.time()) + 86_400),
    "an end that is none": lambda idp, nonce: changed(idp, nonce, exp="tomorrow"),
    "somebody of numbers": lambda idp, nonce: changed(idp, nonce, sub={"a": 1}),
    "for a list of nobody": lambda idp, nonce: changed(idp, nonce, aud=[]),
    "for what is no name": lambda idp, nonce: changed(idp, nonce, aud={"kapsel": 1}),
    "not signed at all": lambda idp, nonce: f"{part({})}.{part({})}.",
    "no word": lambda idp, nonce: "a.b.c",
    "not ASCII": lambda idp, nonce: "æ.ø.å",
    "nothing": lambda idp, nonce: "",
    "a list": lambda idp, nonce: ["a"],
    "five parts": lambda idp, nonce: "a.b.c.d.e",
}


@pytest.mark.parametrize("how", FORGED)
def test_what_is_forged_lets_nobody_in(client, idp, how, monkeypatch):
    def token(form, authorization):
        return {"id_token": FORGED[how](idp, idp.waiting.pop(form["code"])["nonce"])}

    monkeypatch.setattr(idp, "token", token)
    kari = Somebody(client)

    assert sign_in(kari).status_code == 502
    assert kari.get("/admin/shop/log").status_code == 401


@pytest.mark.parametrize("email", [["kari@example.no"], {"a": 1}, 7, "", "KARI@EXAMPLE.NO "])
def test_an_address_that_is_none_is_nobody_s(client, idp, email):
    idp.claims = {"email": email}

    assert sign_in(Somebody(client)).status_code == 403


def test_a_word_that_was_taken_once_is_not_taken_from_another(client, idp, monkeypatch):
    told = []
    usual = idp.token
    monkeypatch.setattr(idp, "token", lambda *given: told.append(usual(*given)) or told[0])

    first, second = sign_in(Somebody(client)), sign_in(Somebody(client))

    assert (first.status_code, second.status_code) == (303, 502)
