"""``kapsel serve``: serve the banner and keep the decisions."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.commands.options import database_option, sites_option, time_zone_option
from scanner.errors import KapselError

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

BACKLOG = 2048  # connections that wait to be taken
SHUTDOWN = 10  # seconds for requests to end when the server is told to stop


def _are_addresses(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Let addresses and networks pass; a name would never be believed."""
    import ipaddress

    for each in given:
        try:
            ipaddress.ip_network(each)
        except ValueError as exc:
            raise click.BadParameter(str(exc)) from exc
    return given


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one and says which.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that serve; each writes the log by itself.",
)
@database_option
@sites_option
@click.option(
    "--api-token",
    envvar="KAPSEL_API_TOKEN",
    default=None,
    metavar="TOKEN",
    help="Lets into the read API and the log page; without it one is made at the first start.",
)
@click.option(
    "--host-name",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="Answer only to requests for this name; may be given several times. Without it: to any.",
)
@click.option(
    "--rate",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Decisions a second that one network may send; 0: no limit. Withdrawals always pass.",
)
@click.option(
    "--burst",
    default=300.0,
    show_default=True,
    type=click.FloatRange(1),
    help="Decisions that one network may send at once.",
)
@click.option(
    "--site-rate",
    default=1000.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Decisions a second that one site's visitors may send; 0: no limit.",
)
@click.option(
    "--patience",
    default=30,
    show_default=True,
    type=click.IntRange(1, 3600),
    metavar="SECONDS",
    help="How long a request may take to come, and a line may be quiet, before it is cut off.",
)
@click.option(
    "--trusted-proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    default=("127.0.0.1", "::1"),
    show_default=True,
    callback=_are_addresses,
    help="Believe X-Forwarded-For and -Proto from this address, or network such as 172.16.0.0/12; "
    "may be given several times.",
)
@click.option(
    "--country-header",
    default=None,
    metavar="NAME",
    help="In which a trusted proxy names the visitor's country, such as CF-IPCountry.",
)
@click.option(
    "--keep-network",
    is_flag=True,
    help="Keep the /24 (IPv6: /48) that a decision came from; without it no address is kept.",
)
@time_zone_option
@click.option(
    "--signing-key",
    envvar="KAPSEL_SIGNING_KEY",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Signs the log's checkpoints; made if absent. Beside the SQLite file unless told.",
)
@click.option(
    "--checkpoints",
    envvar="KAPSEL_CHECKPOINTS",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Checkpoints are added to it; keep a copy elsewhere. Beside the SQLite file unless told.",
)
@click.option(
    "--tls-certificate",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Serve over TLS with this certificate and its chain (PEM); without it a proxy does that.",
)
@click.option(
    "--tls-key",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="The certificate's key (PEM).",
)
def command(
    host: str,
    port: int,
    workers: int,
    database: str,
    sites_file: Path,
    api_token: str | None,
    hosts: tuple[str, ...],
    rate: float,
    burst: float,
    site_rate: float,
    patience: int,
    proxies: tuple[str, ...],
    country_header: str | None,
    keep_network: bool,
    time_zone: str,
    signing_key: Path | None,
    checkpoints: Path | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
) -> None:
    """Serve the banner and keep the decisions.

    Stops at Ctrl-C or SIGTERM, after what it acknowledged is on disk. The first start prints an
    API token, once; what is kept of it is a digest.
    """
    import signal

    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from consent_server.lines import Line
    from consent_server.log import signing
    from consent_server.settings import Oidc, Settings
    from scanner.sites import load

    told = click.get_current_context().find_root().params  # how to log is an option of them all
    count = len(load(sites_file))
    _must_fit(tls_certificate, tls_key)
    _let_somebody_in(database, api_token)
    settings = Settings(
        oidc=Oidc.from_environment(),
        database=database,
        sites_file=sites_file,
        api_token=api_token,
        hosts=hosts,
        rate=rate,
        burst=burst,
        site_rate=site_rate,
        proxies=proxies,
        country_header=country_header,
        keep_network=keep_network,
        time_zone=time_zone,
        signing_key=signing_key,
        checkpoints=checkpoints,
        log_level=told.get("log_level", "warning"),
        log_format=told.get("log_format", "text"),
    )
    signing.signing_key(settings.key_file)  # once, before the workers want it
    signing.must_take_checkpoints(settings.checkpoint_file)
    settings.to_environment()
    config = uvicorn.Config(
        "consent_server.app:create_from_environment",
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
        ssl_certfile=tls_certificate,
        ssl_keyfile=tls_key,
    )
    server = uvicorn.Server(config)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    with _listener(host, port) as listener:
        shown, taken = listener.getsockname()[:2]
        scheme = "http" if tls_certificate is None else "https"
        place = f"[{shown}]" if ":" in shown else shown
        address = f"{scheme}://{place}:{taken}"
        click.echo(
            f"kapsel: serving {count} sites on {address}, the pages for people on /admin", err=True
        )
        if workers == 1:
            server.run(sockets=[listener])
        else:
            with _counts():
                Multiprocess(config, sockets=[listener]).run()
    if workers == 1 and not server.started:
        raise KapselError("the server could not start; the lines above say why")


@contextlib.contextmanager
def _counts() -> Iterator[None]:
    """Give the processes a folder in which each counts, so that /metrics tells of them all."""
    import os
    import tempfile

    from consent_server.metrics import FOLDER

    with tempfile.TemporaryDirectory(prefix="kapsel-counts-") as folder:
        os.environ[FOLDER] = folder
        yield


def _must_fit(certificate: Path | None, key: Path | None) -> None:
    """Raise if the files of the two options are not a certificate and its key."""
    import ssl

    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        raise click.UsageError("--tls-certificate and --tls-key are given together")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as exc:
        reason = getattr(exc, "reason", None) or exc
        raise KapselError(f"{certificate} and {key} are no certificate and key: {reason}") from exc


def _leave(number: int, frame: object) -> None:
    """Leave with status 0: the server hands the signal on when it has stopped."""
    raise SystemExit(0)


def _let_somebody_in(database: str, api_token: str | None) -> None:
    """Bring the database up to date; where no token exists, make one and print it."""
    import datetime as dt

    from consent_server import tokens
    from scanner.database import open_database
    from scanner.deeds import Deeds, operator

    engine = open_database(database)
    try:
        if api_token is None and not tokens.any_token(engine):
            secret = tokens.new_token()
            tokens.add(engine, secret, name="first start", now=dt.datetime.now(dt.UTC))
            Deeds(engine, operator()).did("made a token", detail="first start")
            click.echo(f"kapsel: API token (shown only now): {secret}", err=True)
    finally:
        engine.dispose()


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens on *host* and *port*."""
    import socket

    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as exc:
        raise KapselError(f"cannot listen on {host} port {port}: {exc.strerror}") from exc
