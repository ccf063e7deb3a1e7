"""``kapsel log verify``: nobody has altered the log, or a receipt."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from consent_server.commands.log.opened import write_json
from consent_server.commands.options import checkpoints_option
from scanner.commands.options import database_option, format_option
from scanner.errors import KapselError

if TYPE_CHECKING:
    from nacl.signing import VerifyKey


@click.command()
@database_option
@click.option(
    "--key",
    envvar="KAPSEL_SIGNING_KEY",
    default=None,
    metavar="FILE|KEY",
    help="The server's signing key, or its public half as a receipt names it (kapsel+…).",
)
@checkpoints_option("Checkpoints that were kept outside the database.")
@click.option(
    "--receipt",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Check this receipt only; needs neither database nor server.",
)
@format_option("table", "json")
def verify(
    database: str, key: str | None, checkpoints: Path | None, receipt: Path | None, form: str
) -> None:
    """Check that nobody has altered the log.

    Leaves with 1, and says what, if somebody has.
    Every decision is compared with its leaf in the Merkle tree, and the tree with all signed
    checkpoints, those in the database and those that were written outside it.
    """
    if receipt is not None:
        _verify_receipt(receipt, key, form)
        return
    from consent_server.log import note
    from consent_server.log.verify import verify as verified
    from consent_server.settings import beside
    from scanner.database import must_exist, open_database

    must_exist(database)
    public = _public_key(key or str(beside(database, ".key")))
    file = checkpoints or beside(database, ".checkpoints")
    outside = note.split(_told(file)) if file.exists() else []
    if not outside:
        click.echo(f"No checkpoints outside the database were found ({file}).", err=True)
    engine = open_database(database)
    try:
        verdict = verified(engine, key=public, outside=outside)
    finally:
        engine.dispose()
    if form == "json":
        write_json(verdict)
    else:
        click.echo(
            f"{verdict.leaves} leaves, {verdict.erased} decisions erased, "
            f"{verdict.checkpoints} checkpoints hold, the newest over {verdict.proven} leaves."
        )
    if verdict.faults:
        raise KapselError("\n".join(verdict.faults))
    if form == "table":
        click.echo("Nothing was altered.")


def _told(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")  # no note is signed like that
    except OSError as exc:
        raise KapselError(f"the checkpoints {file} cannot be read: {exc.strerror}") from exc


def _verify_receipt(file: Path, key: str | None, form: str) -> None:
    from consent_server.log import receipt as receipts

    data = file.read_bytes()
    found = receipts.read(data)
    if found is None:
        raise KapselError(f"{file} holds no receipt")
    if key is None and found.proof is not None:
        click.echo(f"Trusting the key in the receipt: {found.proof.key}", err=True)
        key = found.proof.key
    fault = receipts.fault(found, _public_key(key or "")) or receipts.surplus(data)
    if form == "json":
        whose = {"id": found.id, "site": found.site, "decided_at": found.decided_at}
        write_json({**whose, "fault": fault})
    if fault is not None:
        raise KapselError(f"{file} proves nothing: {fault}")
    if form == "table":
        click.echo(f"The log holds this decision of {found.decided_at:%Y-%m-%d} for {found.site}.")
        if found.answered.keys() - found.services.keys():
            click.echo(
                "Which services its categories stood for is not part of the proof.", err=True
            )


def _public_key(given: str) -> VerifyKey:
    from consent_server.log import note
    from consent_server.log.signing import signing_key

    public = note.read_key(given)
    if public is None and Path(given).is_file():
        public = signing_key(Path(given)).verify_key
    if public is None:
        raise KapselError(f"there is no key '{given}': give the server's with --key")
    return public
