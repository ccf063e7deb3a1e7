"""Sign-in with an OpenID Connect provider: the authorization code flow, with PKCE and nonce.

The provider says who somebody is; what she may do is said by her account here. Nobody gets an
account by signing in.
"""

from __future__ import annotations

import base64
import hashlib
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from scanner.errors import KapselError

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH = 3600.0  # seconds for which the provider's own description is believed
RENEWED = 30.0  # seconds after which keys may have changed: a flood of bad words asks no oftener
TIMEOUT = 10.0  # seconds that it may take to answer
LEEWAY = 60  # seconds that its clock may differ from ours

#: Signatures that are taken; "none", and those with a shared secret, are not.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]


class ProviderFailed(KapselError):
    """The provider did not say who has signed in; the text says why."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the provider says it knows."""

    issuer: str
    subject: str
    email: str | None  # that it has verified, in small letters


class _Description(msgspec.Struct, frozen=True):
    """What of the provider's own description is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None


class Provider:
    """An OpenID Connect provider at *issuer*, to which this server is known as *client_id*."""

    def __init__(
        self,
        issuer: str,
        *,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._known: tuple[float, _Description, Any] | None = None

    async def address(self, *, back: str, state: str, nonce: str, verifier: str) -> str:
        """
        Return where somebody signs in.

        Args:
            back: Address to which the provider leads her then.
            state: Comes back with her.
            nonce: Comes back in what the provider signs.
            verifier: Known to this browser only; the provider gets its hash.

        Raises:
            ProviderFailed: If the provider does not describe itself.
        """
        description, _ = await self._description()
        challenge = hashlib.sha256(verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        mark = "&" if "?" in description.authorization_endpoint else "?"
        return f"{description.authorization_endpoint}{mark}{urlencode(query)}"

    async def identity(self, code: str, *, back: str, nonce: str, verifier: str) -> Identity:
        """
        Return who has signed in, for the *code* with which the provider has sent her back.

        Raises:
            ProviderFailed: If the provider does not say so, in a form that can be believed.
        """
        description, keys = await self._description()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        answer = await self._asked("POST", description.token_endpoint, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderFailed("the provider sent no id_token")
        try:
            claims = self._claims(token, keys, nonce=nonce)
        except ProviderFailed:
            if not self._may_have_new_keys():
                raise
            self._known = None
            description, keys = await self._description()
            claims = self._claims(token, keys, nonce=nonce)
        if "email" not in claims:
            claims = claims | await self._told_apart(description, answer, claims["sub"])
        email = claims.get("email") if claims.get("email_verified") is True else None
        return Identity(
            issuer=self.issuer,
            subject=str(claims["sub"]),
            email=email.casefold() if isinstance(email, str) else None,
        )

    def _may_have_new_keys(self) -> bool:
        """Return whether the provider's keys are not those of just now."""
        return self._known is None or self._clock() > self._known[0] - FRESH + RENEWED

    async def _told_apart(
        self, description: _Description, answer: dict[str, Any], subject: object
    ) -> dict[str, Any]:
        """Return the e-mail that the provider does not tell where it signs (OIDC Core, 5.4)."""
        access = answer.get("access_token")
        if description.userinfo_endpoint is None or not isinstance(access, str):
            return {}
        found = await self._asked("GET", description.userinfo_endpoint, bearer=access)
        if found.get("sub") != subject:
            raise ProviderFailed("the provider tells of somebody else")
        return {name: found[name] for name in ("email", "email_verified") if name in found}

    def _claims(self, token: str, keys: Any, *, nonce: str) -> dict[str, Any]:
        """Return what *token* says, if the provider has signed it, for us, just now."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        wanted = jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            found = jwt.decode(token, keys, algorithms=ALGORITHMS)
            wanted.validate(found.claims)
        except (JoseError, ValueError) as exc:
            raise ProviderFailed(f"the provider's word cannot be believed: {exc}") from exc
        several = isinstance(found.claims["aud"], list) and len(found.claims["aud"]) > 1
        if several and found.claims.get("azp") != self._client_id:
            raise ProviderFailed("the provider's word is for somebody else")
        return found.claims

    async def _description(self) -> tuple[_Description, Any]:
        """Return how the provider describes itself, and its keys."""
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        if self._known is not None and self._clock() < self._known[0]:
            return self._known[1:]
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            found = msgspec.convert(await self._asked("GET", address), _Description)
        except msgspec.ValidationError as exc:
            raise ProviderFailed(f"the provider describes itself badly: {exc}") from exc
        if found.issuer != self.issuer:
            raise ProviderFailed(f"the provider calls itself {found.issuer}, not {self.issuer}")
        told = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        for address in (*told, found.userinfo_endpoint or found.jwks_uri):
            check_address(address, local=is_local(self.issuer))
        listed: Any = await self._asked("GET", found.jwks_uri)
        try:
            keys = KeySet.import_key_set(listed)
        except (JoseError, ValueError, KeyError) as exc:
            raise ProviderFailed(f"the provider's keys cannot be read: {exc}") from exc
        self._known = (self._clock() + FRESH, found, keys)
        return found, keys

    async def _asked(
        self,
        method: str,
        address: str,
        form: dict[str, str] | None = None,
        *,
        bearer: str | None = None,
    ) -> dict[str, Any]:
        import httpx2  # only where somebody signs in so: it takes a megabyte

        # quoted as RFC 6749, section 2.3.1, asks
        known = (quote(self._client_id, safe=""), quote(self._client_secret, safe=""))
        auth = known if form is not None else None
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT) as client:
                answer = await client.request(
                    method, address, data=form, auth=auth, headers=headers
                )
            answer.raise_for_status()
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except httpx2.HTTPError as exc:
            reason = type(exc).__name__ if not str(exc) else str(exc)
            raise ProviderFailed(f"the provider does not answer: {reason}") from exc
        except msgspec.MsgspecError as exc:
            raise ProviderFailed("the provider does not answer in JSON") from exc


def is_local(address: str) -> bool:
    """Return whether *address* is on this machine."""
    return urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1")


def check_address(address: str, *, local: bool = True) -> None:
    """
    Let *address* pass if secrets may go there.

    Args:
        local: It may be on this machine, without https; a provider elsewhere has nothing to say
            of what runs here.

    Raises:
        ProviderFailed: If it is not https, nor on this machine.
    """
    here = local and is_local(address)
    scheme = urlsplit(address).scheme
    if scheme != "https" and not (scheme == "http" and here):
        raise ProviderFailed(f"the provider's address {address} is not https")
