"""``kapsel serve``: serve the banner and keep the decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from consent_server.commands.options import checkpoints_option
from scanner.commands.options import database_option, sites_option, time_zone_option

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from consent_server.serving import Identity


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


def _is_an_address(
    context: click.Context, parameter: click.Parameter, given: str | None
) -> str | None:
    """Let the address of a web server pass."""
    from urllib.parse import urlsplit

    if given is None:
        return None
    place = urlsplit(given)
    if place.scheme not in ("http", "https") or not place.hostname:
        raise click.BadParameter(f"'{given}' is no address: write https://host/path")
    return given


def _are_names(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """Let names of hosts pass: no request would ever be for anything else."""
    for each in given:
        if not each or (any(sign in each for sign in "/: @*") and each[0] != "["):
            raise click.BadParameter(
                f"'{each}' is no name of a host: write it as consent.example.org, without "
                "https://, port and path"
            )
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
    callback=_are_names,
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
@checkpoints_option(
    "Checkpoints are added to it; keep a copy elsewhere. Beside the SQLite file unless told."
)
@click.option(
    "--checkpoints-url",
    envvar="KAPSEL_CHECKPOINTS_URL",
    default=None,
    callback=_is_an_address,
    metavar="URL",
    help="Each checkpoint is posted there too; keep them where this machine cannot change them.",
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
    checkpoints_url: str | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
) -> None:
    """Serve the banner and keep the decisions.

    Stops at Ctrl-C or SIGTERM, after what it acknowledged is on disk. The first start prints an
    API token, once; what is kept of it is a digest.
    """
    from consent_server import serving
    from consent_server.settings import Oidc, Settings
    from scanner.sites import load

    told = click.get_current_context().find_root().params  # how to log is an option of them all
    count = len(load(sites_file))
    identity = _identity(tls_certificate, tls_key)
    level, form = told.get("log_level", "warning"), told.get("log_format", "text")
    engine = serving.open_upgraded(database, ("--log-level", level, "--log-format", form))
    try:
        _let_somebody_in(engine, api_token)
    finally:
        engine.dispose()
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
        checkpoints_url=checkpoints_url,
        log_level=level,
        log_format=form,
    )
    serving.prepare(settings)
    with serving.listen(host, port) as listener:
        address = serving.address(listener, identity)
        click.echo(
            f"kapsel: serving {count} site{'s' * (count != 1)} on {address}, "
            "the pages for people on /admin",
            err=True,
        )
        serving.run(listener, workers=workers, patience=patience, identity=identity)


def _identity(certificate: Path | None, key: Path | None) -> Identity | None:
    """Return what the two options say; raise if they do not fit together."""
    from consent_server.serving import Identity

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise click.UsageError("--tls-certificate and --tls-key are given together")
    identity = Identity(certificate, key)
    identity.must_fit()
    return identity


def _let_somebody_in(engine: Engine, api_token: str | None) -> None:
    """Where no token exists, make one and print it."""
    import datetime as dt

    from consent_server import tokens
    from scanner.deeds import Deeds, operator

    if api_token is None and not tokens.any_token(engine):
        secret = tokens.new_token()
        tokens.add(engine, secret, name="first start", now=dt.datetime.now(dt.UTC))
        Deeds(engine, operator()).did("made a token", detail="first start")
        click.echo(f"kapsel: API token (shown only now): {secret}", err=True)
