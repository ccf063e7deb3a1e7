"""``kapsel demo``: the whole loop on the bundled shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.commands.options import browser_option
from scanner.errors import KapselError

if TYPE_CHECKING:
    from consent_server.demo.showing import Showing
    from consent_server.model import ConsentRecord
    from scanner.model import Scan


@click.command()
@click.option("--once", is_flag=True, help="Let two visitors answer the banner, then leave.")
@click.option(
    "--port",
    default=8700,
    show_default=True,
    type=click.IntRange(1024, 65000),
    help="The first port to use; where one is taken, the next free one.",
)
@click.option(
    "--folder",
    default=Path("kapsel-demo"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where the demo keeps its database and its sites.yaml.",
)
@browser_option
def command(once: bool, port: int, folder: Path, browser: Path | None) -> None:
    """Scan the bundled shop and serve its banner.

    Fjellbua is an invented Norwegian web shop. It is scanned as it was found and with Kapsel's
    banner, then served on this machine until Ctrl-C. A browser is got if there is none.
    """
    import asyncio
    import logging
    from functools import partial

    import structlog

    from consent_server.demo import proof, showing
    from scanner.browser import install

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if browser is None:
        click.echo(install(partial(click.echo, err=True)), err=True)
    try:
        with showing.show(folder, port=port) as running:
            as_found, with_kapsel = asyncio.run(_scan(running, browser))
            _print_scans(as_found, with_kapsel)
            shortfalls = proof.compare(as_found, with_kapsel).shortfalls
            if shortfalls:
                raise KapselError("\n".join(shortfalls))
            _say_what_to_open(running, folder)
            if once:
                records = asyncio.run(showing.decide_twice(running, browser=browser))
                _print_records(records)
            else:
                _wait()
    except OSError as exc:
        raise KapselError(f"the demo cannot be shown: {exc}") from exc


async def _scan(running: Showing, browser: Path | None) -> tuple[Scan, ...]:
    """Scan both dresses; Ctrl-C ends the command."""
    from consent_server.demo import showing
    from scanner.commands.progress import progress_line
    from scanner.commands.signals import stop_on_signals

    click.echo("Scanning the shop as it was found, then with Kapsel's banner.", err=True)
    with stop_on_signals() as stop, progress_line() as line:
        scans = await showing.scan_both(running, browser=browser, progress=line.show, stop=stop)
    if stop.is_set():
        raise click.exceptions.Exit(stop.status)
    return scans


def _print_scans(as_found: Scan, with_kapsel: Scan) -> None:
    from consent_server.demo import proof
    from scanner.report.console import print_entries

    for title, scan in (("as it was found", as_found), ("with Kapsel", with_kapsel)):
        click.secho(f"What Fjellbua stores {title}", bold=True)
        print_entries(scan.entries)
    for sentence in proof.compare(as_found, with_kapsel).sentences:
        click.echo(sentence)


def _say_what_to_open(running: Showing, folder: Path) -> None:
    from consent_server.demo import showing

    click.echo()
    for what, where in (
        ("The shop as it was found", running.shop.as_found),
        ("The shop with the banner", running.shop.with_kapsel),
        ("Its declaration", f"{running.consent}/w/fjellbua/declaration?lang=nb"),
        ("The consent log", f"{running.consent}/admin/{showing.SITE}/log"),
        ("The token that opens it", running.token),
        ("Database, list of sites", f"{folder}/kapsel.db, {folder}/sites.yaml"),
    ):
        click.echo(f"{what + ':':26}{where}")


def _print_records(records: tuple[ConsentRecord, ...]) -> None:
    from consent_server.log.query import json_lines

    click.echo()
    click.echo("One visitor has accepted and one has refused. The log says:")
    click.echo(json_lines(records), nl=False)


def _wait() -> None:
    """Wait for Ctrl-C or SIGTERM."""
    import signal
    import threading

    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell's background job ignores the first
        signal.signal(ending, signal.default_int_handler)
    click.echo("Ctrl-C ends the demo.", err=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("The demo has ended.", err=True)
