"""``kapsel embed``: the tag to paste into a site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.commands.options import database_option, sites_option

if TYPE_CHECKING:
    from scanner.model import Site


@click.command()
@click.argument("site")
@click.option(
    "--server",
    default="http://127.0.0.1:8080",
    show_default=True,
    metavar="URL",
    help="Where visitors reach the consent server.",
)
@click.option(
    "--consent-mode",
    is_flag=True,
    help="Print the snippet, too, that must stand before Google's tags (Consent Mode v2).",
)
@click.option(
    "--pin",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write today's script to FILE, for the site to serve itself, and print the tag with its "
    "integrity value. It does not follow later scans.",
)
@sites_option
@database_option
def command(
    site: str,
    server: str,
    consent_mode: bool,
    pin: Path | None,
    sites_file: Path,
    database: str,
) -> None:
    """Print the tag to paste into SITE, and what its Content-Security-Policy must allow."""
    from markupsafe import escape

    from scanner.sites import load, pick
    from widget import consent_mode_defaults, integrity

    (chosen,) = pick(load(sites_file), [site])
    base = server.rstrip("/")
    origin = "/".join(base.split("/")[:3])
    if consent_mode:
        click.echo(f"<script>{consent_mode_defaults().decode().strip()}</script>")
    # what is to be guarded must not run first
    loading = "" if chosen.banner.blocking == "guarded" else " async"
    address = f"{escape(base)}/w/{site}.js"
    if pin is None:
        click.echo(f'<script{loading} src="{address}"></script>')
    else:
        script = _script(chosen, database)
        pin.write_bytes(script)
        click.echo(
            f'<script{loading} src="/{escape(pin.name)}" data-server="{address}" '
            f'integrity="{integrity(script)}"></script>'
        )
    click.echo("Paste it into the <head> of every page, before other scripts.", err=True)
    click.echo(
        f"With a Content-Security-Policy, add: script-src {origin}; connect-src {origin}", err=True
    )


def _script(site: Site, database: str) -> bytes:
    """Return the site's script as the server would serve it now."""
    import msgspec

    from consent_server.banner import config
    from consent_server.declaration import declare
    from scanner.knowledge import load as load_knowledge
    from scanner.store import open_store
    from widget import compose

    with open_store(database) as store:
        catalogue = store.catalogue(site.key)
    declaration = declare(site, catalogue, knowledge=load_knowledge())
    return compose(msgspec.json.encode(config(declaration)))
