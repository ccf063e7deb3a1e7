"""What a consent server is told when it starts."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import msgspec

from scanner.errors import KapselError

RATE = 30.0  # decisions a second from one network: some hundred offices behind one address
BURST = 300.0  # decisions at once from one network
SITE_RATE = 1000.0  # decisions a second for one site: some ten million visitors on a busy day
PROXIES = ("127.0.0.1", "::1")
HANDED_ON = "KAPSEL_SETTINGS"  # in which a process tells those that it starts


class Oidc(msgspec.Struct, frozen=True, kw_only=True):
    """The OpenID Connect provider with which people may sign in."""

    issuer: str
    client_id: str
    client_secret: str

    @classmethod
    def from_environment(cls) -> Oidc | None:
        """
        Return what the environment says of the provider; None: nothing.

        Raises:
            KapselError: If it says a part of it only, or what that needs is not installed.
        """
        names = ("KAPSEL_OIDC_ISSUER", "KAPSEL_OIDC_CLIENT_ID", "KAPSEL_OIDC_CLIENT_SECRET")
        values = [os.environ.get(name, "") for name in names]
        if not any(values):
            return None
        if not all(values):
            missing = [name for name, value in zip(names, values, strict=True) if not value]
            raise KapselError(f"sign-in with a provider also needs {' and '.join(missing)}")
        if importlib.util.find_spec("joserfc") is None:
            raise KapselError("sign-in with a provider needs joserfc: install 'kapsel[oidc]'")
        return cls(issuer=values[0], client_id=values[1], client_secret=values[2])


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How one consent server runs."""

    database: str = "kapsel.db"  # a file's path, or a postgresql:// URL
    sites_file: Path = Path("sites.yaml")
    api_token: str | None = None  # lets into the read API, beside those in the database
    signing_key: Path | None = None  # None: beside the SQLite file, else kapsel.key
    checkpoints: Path | None = None  # None: beside the SQLite file, else kapsel.checkpoints
    checkpoints_url: str | None = None  # to which they are posted too

    hosts: tuple[str, ...] = ()  # names that the server answers to; none: to any
    rate: float = RATE  # decisions a second from one network; 0: no limit
    burst: float = BURST
    site_rate: float = SITE_RATE  # decisions a second for one site; 0: no limit

    proxies: tuple[str, ...] = PROXIES  # addresses that are believed whom they speak for
    country_header: str | None = None  # in which they name the visitor's country
    oidc: Oidc | None = None
    keep_network: bool = False  # whether the log keeps the /24 or /48 that a decision came from
    time_zone: str = "UTC"  # of the pages, where neither a person nor a site names one
    log_level: str = "warning"
    log_format: str = "text"

    @property
    def key_file(self) -> Path:
        """Where the key is that signs checkpoints."""
        return self.signing_key or beside(self.database, ".key")

    @property
    def checkpoint_file(self) -> Path:
        """Where checkpoints are written, outside the database."""
        return self.checkpoints or beside(self.database, ".checkpoints")

    @classmethod
    def handed_on(cls) -> Settings:
        """Return the settings that `hand_on` left for this process."""
        told = msgspec.json.decode(os.environ[HANDED_ON], type=cls, dec_hook=_path)
        token = os.environ.get("KAPSEL_API_TOKEN")
        return msgspec.structs.replace(told, oidc=Oidc.from_environment(), api_token=token)

    def hand_on(self) -> None:
        """
        Leave the settings, in the environment, for the processes that this one starts.

        Secrets stand apart, under their own names: a scan that is started gets none of them.
        """
        if self.api_token is not None:
            os.environ["KAPSEL_API_TOKEN"] = self.api_token
        mine = msgspec.structs.replace(self, oidc=None, api_token=None)
        os.environ[HANDED_ON] = msgspec.json.encode(mine, enc_hook=str).decode()


def beside(database: str, suffix: str) -> Path:
    """Return the file that lies beside *database*, or here where that is no file."""
    return Path("kapsel" if "://" in database else database).with_suffix(suffix)


def _path(kind: type, value: str) -> Path:
    return Path(value)
