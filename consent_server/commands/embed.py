"""``kapsel embed``: the tag to paste into a site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from scanner.commands.options import database_option, sites_option
from scanner.errors import KapselError

if TYPE_CHECKING:
    from consent_server.embedding import Tag
    from scanner.model import Site
    from widget.enforce.rules import Rules


def _is_an_origin(context: click.Context, parameter: click.Parameter, given: str) -> str:
    """Let pass what a browser can load the script from."""
    from urllib.parse import urlsplit

    try:
        place = urlsplit(given)
        right = place.scheme in ("http", "https") and bool(place.hostname) and place.port != 0
    except ValueError:
        right = False
    if not right or place.query or place.fragment or place.username is not None:
        raise click.BadParameter(f"'{given}' is no address: write https://consent.example.org")
    return given


_UET = "microsoft-advertising"  # of the knowledge base
_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("site")
@click.option(
    "--server",
    default="http://127.0.0.1:8080",
    show_default=True,
    metavar="URL",
    callback=_is_an_origin,
    help="Where visitors reach the consent server.",
)
@click.option(
    "--level",
    type=click.Choice(["marked", "guarded", "enforced"]),
    help="What is held back; as sites.yaml has it, if not given.",
)
@click.option(
    "--consent-mode",
    is_flag=True,
    help="Print the snippet, too, that must stand before Google's tags (Consent Mode v2).",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="CODE",
    help="Of the snippet: refuse beforehand in this region only (ISO 3166-2); repeat it.",
)
@click.option(
    "--wait-for-update",
    type=click.IntRange(0, 10_000),
    default=500,
    show_default=True,
    metavar="MILLISECONDS",
    help="Of the snippet: how long Google's tags wait for the banner.",
)
@click.option(
    "--url-passthrough",
    is_flag=True,
    help="Of the snippet: let links carry identifiers in their addresses while refused.",
)
@click.option(
    "--keep-ads-data",
    is_flag=True,
    help="Of the snippet: do not set ads_data_redaction.",
)
@click.option(
    "--pin",
    type=_FILE,
    metavar="FILE",
    help="Write today's script to FILE, for the site to serve itself, and print the tag with its "
    "integrity value. It does not follow later scans.",
)
@click.option(
    "--immutable",
    is_flag=True,
    help="Print the tag of today's script at an address that never answers with another, with its "
    "integrity value. It does not follow later scans.",
)
@click.option(
    "--rules",
    "rules_file",
    type=_FILE,
    metavar="FILE",
    help="Write the rules of the enforced level to FILE, for the middleware in the site.",
)
@click.option(
    "--nginx",
    type=_FILE,
    metavar="FILE",
    help="Write nginx's configuration for the enforced level to FILE.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the tag is printed.",
)
@sites_option
@database_option
def command(
    site: str,
    server: str,
    level: str | None,
    consent_mode: bool,
    regions: tuple[str, ...],
    wait_for_update: int,
    url_passthrough: bool,
    keep_ads_data: bool,
    pin: Path | None,
    immutable: bool,
    rules_file: Path | None,
    nginx: Path | None,
    form: str,
    sites_file: Path,
    database: str,
) -> None:
    """Print the tag to paste into SITE, and what its Content-Security-Policy must allow."""
    import msgspec

    from consent_server import embedding
    from scanner.sites import load, pick
    from widget import consent_mode_defaults

    (chosen,) = pick(load(sites_file), [site])
    chosen = _at_level(chosen, level, immutable=immutable, pin=pin)
    made = _made(chosen, database, server=server.rstrip("/"), keep=immutable)
    if not made.scanned:
        click.echo(
            f"{site} has not been scanned: nothing that it loads or stores is sorted yet."
            f" Begin with 'kapsel scan {site}'.",
            err=True,
        )
    _write(made, pin=pin, rules_file=rules_file, nginx=nginx)
    snippet = None
    if consent_mode:
        code = consent_mode_defaults(
            regions=regions,
            wait_for_update=wait_for_update,
            ads_data_redaction=not keep_ads_data,
            url_passthrough=url_passthrough,
            uet=made.has_uet,
        )
        snippet = f"<script>{code.decode().strip()}</script>"
    tag = embedding.tag(
        site,
        server=server,
        level=chosen.banner.blocking,
        copy=(pin.name, made.script) if pin is not None else None,
        edition=made.script if immutable else None,
    )
    if form == "json":
        facts = embedding.described(tag, made.rules, level=chosen.banner.blocking, snippet=snippet)
        click.echo(msgspec.json.format(msgspec.json.encode(facts)).decode())
        return
    if snippet is not None:
        click.echo(snippet)
    click.echo(tag.html)
    _advise(tag, made.rules, level=chosen.banner.blocking)


def _at_level(site: Site, level: str | None, *, immutable: bool, pin: Path | None) -> Site:
    """Return *site* with its blocking at *level*; raise where the options contradict each other."""
    import msgspec

    if immutable and pin is not None:
        raise click.UsageError("--pin serves a copy yourself, --immutable does without: choose one")
    if level is None or level == site.banner.blocking:
        return site
    if immutable:
        raise click.UsageError(
            f"--immutable takes the level from sites.yaml: set banner.blocking to {level} there"
        )
    banner = msgspec.structs.replace(site.banner, blocking=level)
    return msgspec.structs.replace(site, banner=banner)


def _write(made: _Made, *, pin: Path | None, rules_file: Path | None, nginx: Path | None) -> None:
    """Write the files that are asked for."""
    import msgspec

    from consent_server import embedding

    if pin is not None:
        _write_file(pin, made.script)
    if rules_file is not None:
        _write_file(rules_file, msgspec.json.format(msgspec.json.encode(made.rules)) + b"\n")
    if nginx is not None:
        _write_file(nginx, embedding.nginx(made.rules).encode())


def _write_file(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as exc:
        raise KapselError(f"{file} cannot be written: {exc.strerror}") from exc


def _advise(tag: Tag, rules: Rules, *, level: str) -> None:
    """Say where the tag goes, and what it needs there."""
    from consent_server import embedding

    click.echo("Paste it into the <head> of every page, before other scripts.", err=True)
    click.echo(
        f"With a Content-Security-Policy, add: script-src {tag.origin}; connect-src {tag.origin}",
        err=True,
    )
    for sentence in embedding.summary(rules, level=level):
        click.echo(sentence, err=True)


class _Made(NamedTuple):
    """What the server would serve now."""

    script: bytes
    rules: Rules
    scanned: bool
    has_uet: bool  # the scan found Microsoft Advertising, whose tag has a consent mode, too


def _made(site: Site, database: str, *, server: str, keep: bool) -> _Made:
    """Return what *site* would be served; *keep* it, so that the server finds it by its digest."""
    from consent_server import publishing
    from consent_server.enforcement import enforcement
    from consent_server.log.releases import Releases
    from scanner.database import answering, open_database
    from scanner.store import Store

    engine = open_database(database)
    try:
        with answering():
            releases = Releases(engine)
            published = publishing.made(site, store=Store(engine), releases=releases)
            if keep:
                publishing.keep(published, releases)
    finally:
        engine.dispose()
    return _Made(
        script=published.edition.script,
        rules=enforcement(site, published.catalogue, published.declaration, server=server),
        scanned=published.catalogue.scanned_at is not None,
        has_uet=any(entry.vendor_id == _UET for entry in published.catalogue.entries),
    )
