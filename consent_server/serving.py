"""Serve the app on a listener of our own, by one process or several."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from consent_server.plainly import unseen

with unseen("watchfiles"), unseen("greenlet"):  # for who edits it as it runs; for coroutines
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from scanner.database import is_up_to_date, open_database

from consent_server.lines import Line
from consent_server.log import signing
from consent_server.metrics import FOLDER
from scanner.errors import KapselError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from consent_server.settings import Settings

BACKLOG = 2048  # connections that wait to be taken
SHUTDOWN = 10  # seconds for requests to end when the server is told to stop


class Identity(NamedTuple):
    """With what a server shows over TLS who it is: files in PEM."""

    certificate: Path
    key: Path

    def must_fit(self) -> None:
        """
        Check that the files are a certificate and its key.

        Raises:
            KapselError: If they are not.
        """
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*self)
        except (OSError, ssl.SSLError) as exc:
            reason = getattr(exc, "reason", None) or exc
            raise KapselError(
                f"{self.certificate} and {self.key} are no certificate and key: {reason}"
            ) from exc


def upgrade(database: str, logged: Sequence[str] = ()) -> None:
    """
    Bring *database* up to date by a process of its own, with which Alembic's memory goes.

    What fails there fails once more when the server opens the database, and is told then.

    Args:
        database: File or URL.
        logged: The options of ``kapsel`` that say how it logs.
    """
    engine = open_database(database, upgrade=False)
    try:
        if is_up_to_date(engine):
            return
    finally:
        engine.dispose()
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "consent_server", *logged, "database", "upgrade"],
        env=os.environ | {"KAPSEL_DATABASE": database},  # an argument would show its password
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        sys.stderr.write(done.stderr)


def listen(host: str, port: int) -> socket.socket:
    """
    Return a socket that listens on *host* and *port*; 0 takes a free one.

    Raises:
        KapselError: If that cannot be had.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as exc:
        raise KapselError(
            f"cannot listen on {host} port {port}: {_why_not(exc)}: "
            "choose others with --host and --port"
        ) from exc


def _why_not(exc: OSError) -> str:
    """Return the system's words without the address, which Python writes behind them."""
    if isinstance(exc, socket.gaierror) or exc.errno is None:
        return str(exc.strerror)
    return os.strerror(exc.errno)


def address(listener: socket.socket, identity: Identity | None) -> str:
    """Return the URL at which *listener* is reached."""
    host, port = listener.getsockname()[:2]
    scheme = "http" if identity is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def prepare(settings: Settings) -> None:
    """
    Make ready, once, what every process of the server needs.

    Raises:
        KapselError: If the signing key is none, or checkpoints cannot be written.
    """
    signing.signing_key(settings.key_file)
    signing.must_take_checkpoints(settings.checkpoint_file)
    settings.hand_on()


def run(listener: socket.socket, *, workers: int, patience: int, identity: Identity | None) -> None:
    """
    Serve until SIGTERM or SIGINT, then leave with status 0; what was acknowledged is on disk.

    Args:
        listener: Where requests arrive.
        workers: How many processes serve.
        patience: Seconds after which a quiet line is cut off.
        identity: None: without TLS.

    Raises:
        KapselError: If the server could not start.
    """
    config = _config(workers, patience, identity)
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    if workers > 1:
        with _counts():
            Multiprocess(config, sockets=[listener]).run()
        return
    server.run(sockets=[listener])
    if not server.started:
        raise KapselError("the server could not start; the lines above say why")


def _config(workers: int, patience: int, identity: Identity | None) -> uvicorn.Config:
    return uvicorn.Config(
        "consent_server.app:create_as_told",
        factory=True,
        workers=workers,
        access_log=False,  # it would hold visitors' addresses
        log_config=None,
        server_header=False,
        proxy_headers=False,  # consent_server/proxy.py reads them
        timeout_graceful_shutdown=SHUTDOWN,
        http=Line,
        ws="none",
        timeout_keep_alive=patience,
        ssl_certfile=identity and identity.certificate,
        ssl_keyfile=identity and identity.key,
    )


@contextlib.contextmanager
def _counts() -> Iterator[None]:
    """Give the processes a folder in which each counts, so that /metrics tells of them all."""
    with tempfile.TemporaryDirectory(prefix="kapsel-counts-") as folder:
        os.environ[FOLDER] = folder
        yield


def _leave(number: int, frame: object) -> None:
    """Leave with status 0: the server hands the signal on when it has stopped."""
    raise SystemExit(0)
