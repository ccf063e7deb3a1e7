"""``kapsel demo``: the whole loop on the bundled shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.commands.options import browser_option
from scanner.errors import KapselError

if TYPE_CHECKING:
    from consent_server.demo.showing import Showing


@click.command()
@click.option("--once", is_flag=True, help="Let two visitors answer the banner, then leave.")
@click.option(
    "--port",
    default=8700,
    show_default=True,
    type=click.IntRange(1024, 65000),
    help="The first port to use; of those that are taken, the next free one.",
)
@click.option(
    "--folder",
    default="kapsel-demo",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where the demo keeps its database and its sites.yaml.",
)
@browser_option
def command(once: bool, port: int, folder: Path, browser: Path | None) -> None:
    """Scan the bundled shop and serve its banner.

    Fjellbua is an invented Norwegian web shop. It is scanned as it was found and with Kapsel's
    banner, then served on this machine until Ctrl-C.
    """
    import asyncio

    from scanner.report.console import print_entries

    from consent_server.demo import proof, showing

    _get_browser(browser)
    try:
        with showing.show(folder, port=port) as running:
            as_found, with_kapsel = asyncio.run(
                showing.scan_both(running, browser=browser, progress=None)
            )
            for title, scan in (("as found", as_found), ("with Kapsel", with_kapsel)):
                click.secho(f"What Fjellbua stores {title}", bold=True)
                print_entries(scan.entries)
            outcome = proof.compare(as_found, with_kapsel)
            for sentence in outcome.sentences:
                click.echo(sentence)
            if outcome.shortfalls:
                raise KapselError("\n".join(outcome.shortfalls))
            _say_what_to_open(running, folder)
            if once:
                _print_decisions(running, browser)
            else:
                _wait()
    except OSError as exc:
        raise KapselError(f"the demo cannot be shown: {exc}") from exc


def _get_browser(path: Path | None) -> None:
    """Make sure that there is a browser; get one if not."""
    from scanner.browser import install

    click.echo(install(path), err=True)


def _say_what_to_open(running: Showing, folder: Path) -> None:
    click.echo()
    for what, where in (
        ("The shop as it was found", running.shop.as_found),
        ("The shop with Kapsel's banner", running.shop.with_kapsel),
        ("Its declaration", f"{running.consent}/w/fjellbua/declaration?lang=nb"),
        ("The consent log", f"{running.consent}/admin"),
        ("  and the token that opens it", running.token),
    ):
        click.echo(f"{what + ':':32}{where}")
    click.echo(f"Database and list of sites are kept in {folder}/.")


def _print_decisions(running: Showing, browser: Path | None) -> None:
    import asyncio

    from consent_server.demo import showing
    from consent_server.query import json_lines

    records = asyncio.run(showing.decide_twice(running, browser=browser))
    click.echo()
    click.echo("One visitor accepted and one refused. The log has:")
    click.echo(json_lines(records), nl=False)


def _wait() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    import signal
    import threading

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    click.echo("Ctrl-C ends the demo.", err=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("The demo has ended.", err=True)
