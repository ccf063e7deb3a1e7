"""``kapsel scan``: find out which cookies sites set."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from scanner.commands.options import (
    database_option,
    format_option,
    language_option,
    sites_option,
    time_zone,
)
from scanner.commands.pipe import unread
from scanner.commands.scanning import How, Round, scan_options, scan_round
from scanner.errors import KapselError, SitesInvalid
from scanner.report.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scanner.changes import Difference
    from scanner.model import Scan, Site
    from scanner.store import Store


@click.command("scan")
@click.argument("targets", nargs=-1, metavar="[SITE|URL]...")
@click.option("--due", is_flag=True, help="Only those whose schedule says that it is time.")
@scan_options
@click.option(
    "--fail-on",
    multiple=True,
    metavar="RULE|SEVERITY|new",
    help="Leave with 1 on this rule, on findings at least as severe, or on new items; repeatable.",
)
@click.option("--no-save", is_flag=True, help="Keep nothing in the database.")
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with scans that were killed or stopped within a day: what was read stays read.",
)
@click.option(
    "--progress",
    type=click.Choice(("line", "json")),
    default="line",
    show_default=True,
    help="Say on stderr what is read: as a line on a terminal, or as JSON for another program.",
)
@format_option("table", *FORMS)
@language_option
@sites_option
@database_option
def command(
    targets: tuple[str, ...],
    due: bool,
    fail_on: tuple[str, ...],
    no_save: bool,
    resume: bool,
    progress: str,
    form: str,
    language: str | None,
    sites_file: Path,
    database: str,
    jobs: int,
    **how: Any,
) -> None:
    """Scan each SITE of sites.yaml, or each URL; without either, all sites of sites.yaml.

    Each scan is saved before the next begins. Ctrl-C ends the scan that runs, keeps what it
    has found as a partial scan, and leaves with 130. Exit status: 0 done, 1 a scan failed or
    --fail-on says so, 2 wrong use.
    """
    from scanner.changes import compare
    from scanner.report.console import print_difference, print_scans
    from scanner.report.forms import report
    from scanner.scan import failures
    from scanner.wording import words_for

    wanted = _fail_on(fail_on)
    if resume and no_save:
        raise click.UsageError("--resume goes on from the database: it cannot be with --no-save")
    scans: list[Scan] = []
    reasons: list[str] = []
    changes: dict[str, Difference] = {}

    def done(scan: Scan, before: Scan | None) -> None:
        scans.append(scan)
        if before is not None:
            changes[scan.site] = compare(before, scan)
        found = failures(scan, before=before, fail_on=wanted)
        reasons.extend(f"{scan.site}: {reason}" for reason in found)
        if form == "table":
            with unread():  # the other sites are scanned all the same
                print_scans([scan])
                if before is not None and changes[scan.site]:
                    print_difference(changes[scan.site], old=before, new=scan)

    needs_history = due or "new" in wanted
    with _store(database if needs_history or not no_save else None) as store:
        sites = _sites(targets, sites_file)
        if due:
            assert store is not None
            sites = _due(sites, store)
        fault: KapselError | None = None
        try:
            status = asyncio.run(
                _scan(
                    sites,
                    How.read(**how),
                    store,
                    not no_save,
                    done,
                    jobs,
                    resume=resume,
                    progress=progress,
                )
            )
        except KapselError as exc:  # what was scanned before it is told all the same
            fault, status = exc, exc.status
    if form != "table":
        folders = {"pictures": how["pictures"], "evidence": how["evidence"]}
        of_all = sites[0] if sites else None
        spoken = words_for(of_all, language=language, zone_name=time_zone())
        text = report(form, scans, changes=changes, fail_on=wanted, spoken=spoken, **folders)
        with unread():  # what --fail-on names is a failure still
            click.echo(text.rstrip("\n"))
    elif due and not sites:
        click.echo("No site is due.", err=True)
    for reason in reasons:
        click.echo(f"kapsel: {reason}", err=True)
    if fault is not None:
        raise fault
    click.get_current_context().exit(status or (1 if reasons else 0))


async def _scan(
    sites: tuple[Site, ...],
    how: How,
    store: Store | None,
    save: bool,
    done: Callable[[Scan, Scan | None], None],
    jobs: int,
    *,
    resume: bool,
    progress: str,
) -> int:
    """Scan *sites*; return 0, or the exit status of the signal that ended it."""
    from scanner.commands.progress import progress_line
    from scanner.commands.signals import stop_on_signals

    with stop_on_signals() as stop, progress_line(form=progress) as line:

        def told(scan: Scan, before: Scan | None) -> None:
            with line.aside():
                done(scan, before)

        of = Round(how, store, save, told, line.show, stop, resume=resume)
        await scan_round(sites, of=of, jobs=jobs)
    return stop.status


def _sites(targets: tuple[str, ...], file: Path) -> tuple[Site, ...]:
    """Return what to scan, in the order of *targets*; the file is read only if it is needed."""
    from scanner.sites import ad_hoc, load, pick

    keys = [target for target in targets if "://" not in target]
    try:
        listed = load(file) if keys or not targets else ()
    except SitesInvalid as exc:
        if file.exists():
            raise
        raise SitesInvalid([f"{exc}; what is scanned without it begins with https://"]) from None
    if not targets:
        return listed
    named = {site.key: site for site in pick(listed, keys)}
    return tuple(
        ad_hoc(target) if "://" in target else named[target] for target in dict.fromkeys(targets)
    )


def _due(sites: tuple[Site, ...], store: Store) -> tuple[Site, ...]:
    from scanner.schedule import due, latest

    now = _now()
    started = {site.key: store.last_started(site.key, latest(now)) for site in sites}
    return due(sites, started, now=now)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _fail_on(words: tuple[str, ...]) -> frozenset[str]:
    """Return what ``--fail-on`` named, commas parted; a word that says nothing is wrong use."""
    from scanner.findings import RULES, SEVERITIES

    named = frozenset(word.strip() for text in words for word in text.split(",") if word.strip())
    known = {"new", *SEVERITIES, *(rule.id for rule in RULES)}
    for word in sorted(named - known):
        raise click.BadParameter(
            f"'{word}' is neither a rule, a severity ({', '.join(SEVERITIES)}) nor 'new'",
            param_hint="--fail-on",
        )
    return named


@contextlib.contextmanager
def _store(database: str | None) -> Iterator[Store | None]:
    """Open the database, if one is needed."""
    if database is None:
        yield None
        return
    from scanner.store import open_store

    with open_store(database) as store:
        yield store
