"""A tiny OpenID Connect provider on loopback. It refuses whatever it does not expect."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "kapsel", "the client's secret"


class Idp:
    """Signs in whoever comes as *subject*; *claims* change what it says then."""

    def __init__(self):
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
        self.subject, self.email, self.verified = "s-1", "kari@example.no", True
        self.apart = {}  # what it tells of somebody beside what it signs
        self.claims, self.algorithm, self.signing = {}, "RS256", self.key
        self.waiting = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def description(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me",
        }

    def authorize(self, query):
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert "openid" in query["scope"].split()
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.waiting)}"
        self.waiting[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form, authorization):
        expected = base64.b64encode(f"{CLIENT}:{quote(SECRET)}".encode()).decode()
        query = self.waiting.pop(form["code"])
        hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert authorization == f"Basic {expected}"
        assert base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() == query["code_challenge"]
        assert form["redirect_uri"] == query["redirect_uri"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            "email": self.email,
            "email_verified": self.verified,
        } | self.claims
        claims = {name: value for name, value in claims.items() if value != "unsaid"}
        header = {"alg": self.algorithm, "kid": self.signing.kid}
        token = jwt.encode(header, claims, self.signing)
        return {"id_token": token, "token_type": "Bearer", "access_token": "let me see"}

    def _handler(self):
        idp = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                if parts.path == "/.well-known/openid-configuration":
                    self.answer(idp.description())
                elif parts.path == "/keys":
                    self.answer(KeySet([idp.key]).as_dict(private=False))
                elif parts.path == "/me":
                    assert self.headers["Authorization"] == "Bearer let me see"
                    self.answer(idp.apart)
                elif parts.path == "/authorize":
                    self.send_response(303)
                    self.send_header("Location", idp.authorize(dict(parse_qsl(parts.query))))
                    self.end_headers()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.answer(idp.token(dict(parse_qsl(body)), self.headers["Authorization"]))

            def answer(self, value):
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
