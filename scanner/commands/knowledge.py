"""``kapsel knowledge``: what is known of cookies, and why a verdict is what it is."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner.commands.group import Group
from scanner.commands.options import format_option

if TYPE_CHECKING:
    from scanner.classify import Explanation
    from scanner.knowledge.remarks import Owned, Remarks
    from scanner.model import Subject, Verdict

SKIPPED_TOLD = 10  # lines of an imported file that are told one by one
NAMES_TOLD = 12  # of what a service stores


def _host(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value.strip(". ") or any(sign in value for sign in "/: ")):
        raise click.BadParameter(f"'{value}' is not a host: without https://, port and path")
    return value


def _address(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and "://" not in value:
        raise click.BadParameter(f"'{value}' is not an address: https://…")
    return value


@click.group("knowledge", cls=Group)
def command() -> None:
    """Ask what a cookie is for, and why."""


@command.command()
@click.argument("name")
@click.option("--domain", metavar="HOST", callback=_host, help="The host that the cookie lies on.")
@click.option("--site", metavar="HOST", callback=_host, help="The site that it was met on.")
@click.option(
    "--setter", metavar="URL", callback=_address, help="The script or the response that set it."
)
@click.option(
    "--lifetime",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="How long it was asked to stay.",
)
@click.option(
    "--kind",
    type=click.Choice(["cookie", "local_storage", "session_storage", "indexed_db"]),
    default="cookie",
    show_default=True,
    help="Where it is kept.",
)
@click.option("--lang", default="en", show_default=True, help="The language of the purpose.")
@format_option("table", "json")
def explain(
    name: str,
    domain: str | None,
    site: str | None,
    setter: str | None,
    lifetime: float | None,
    kind: str,
    lang: str,
    form: str,
) -> None:
    """Say what NAME is for, and what each layer of evidence says for and against it."""
    import msgspec

    from scanner.classify import explain as ask
    from scanner.domains import registrable
    from scanner.knowledge import load
    from scanner.knowledge.remarks import remarks
    from scanner.model import Kind, SetBy, Subject

    knowledge = load()
    explanation = ask(
        Subject(
            name=name,
            domain=domain,
            site=registrable(site) if site else None,
            kind=Kind(kind),
            lifetime=lifetime,
            set_by=SetBy(kind="script", url=setter) if setter else None,
        ),
        knowledge=knowledge,
    )
    remarked = remarks(name, explanation.verdict.rule, knowledge)
    if form == "json":
        told = {**msgspec.to_builtins(explanation), "remarks": remarked}
        click.echo(msgspec.json.format(msgspec.json.encode(told), indent=2))
    else:
        _print(explanation, lang, remarked)


def _print(explanation: Explanation, language: str, remarked: Remarks) -> None:
    from rich.console import Console
    from rich.table import Table

    from scanner.languages import choose, texts

    subject, verdict = explanation.subject, explanation.verdict
    console = Console(highlight=False, soft_wrap=True)
    category = texts(language)["categories"][verdict.category]["name"]
    sure = f", {verdict.confidence:.0%} sure" if verdict.rule else ""
    guess = verdict.rule is not None and verdict.rule.startswith("model:")
    perhaps = "perhaps " if guess else ""
    console.print(f"{subject.name}: {perhaps}{category} ({verdict.category}){sure}", markup=False)
    if guess:
        console.print("A guess: in a scan it stays unclassified until you say what it is.")
    if verdict.purpose:
        spoken = choose([language, "en"], tuple(verdict.purpose))
        console.print(verdict.purpose[spoken], markup=False)
    facts: list[tuple[str, Any]] = [
        ("vendor", verdict.vendor),
        ("rule", verdict.rule),
        ("contested", "yes: the layers do not agree" if explanation.contested else None),
    ]
    facts.append(("documented lifetime", _documented(explanation, language)))
    facts += _remarked(remarked)
    facts += [("evidence", url) for url in explanation.evidence]
    facts.append(("knowledge", explanation.knowledge))
    for what, fact in facts:
        if fact:
            console.print(f"  {what}: {fact}", markup=False)
    table = Table("", "layer", "says", "sure", "because")
    for sign, words_of in (("+", explanation.because), ("-", explanation.against)):
        for word in words_of:
            reason = f"{word.reason}; {word.contested}" if word.contested else word.reason
            table.add_row(sign, word.layer, word.category, f"{word.confidence:.0%}", reason)
    if table.row_count:
        console.print(table)
    else:
        console.print(
            "  no layer knows anything of it: classify it by hand (sites.yaml, overrides)"
        )


def _remarked(remarks: Remarks) -> list[tuple[str, Any]]:
    """Return the remarks as lines for people."""
    called = remarks.service
    ended = f", which ended on {called.ended}" if called and called.ended else ""
    return [
        ("misspelt", remarks.misspelling_of and f"the name is {remarks.misspelling_of}"),
        ("ended", remarks.ended),
        ("note", remarks.note),
        ("known elsewhere", _owned(remarks.elsewhere)),
        ("perhaps meant", _owned(remarks.alike)),
        ("the name of a service", called and f"{called.name}{ended}"),
        ("it stores", called and ", ".join(called.stores[:NAMES_TOLD])),
    ]


def _owned(names: tuple[Owned, ...]) -> str:
    return ", ".join(
        f"{one.name} ({one.vendor}{' on ' + one.hosts[0] if one.hosts else ''})"
        for one in names[:NAMES_TOLD]
    )


def _documented(explanation: Explanation, language: str) -> str | None:
    """Say in words how long the entry that decided is documented to live; None: nobody tells."""
    from scanner.knowledge import load
    from scanner.languages import lifetime_in_words
    from scanner.model import Kind

    subject = explanation.subject
    known = load().ruled(subject.name, explanation.verdict.rule)
    if known is None or not known.cookie.max_age:
        return None
    kind = Kind.LOCAL_STORAGE if known.cookie.max_age == "persistent" else subject.kind
    return lifetime_in_words(known.cookie.lifetime, kind, language)


@command.command()
@format_option("json")
def classify(form: str) -> None:
    """Read cookies as NDJSON on stdin, write verdicts as NDJSON in the same order.

    One object a line: name, and as far as known domain, site, kind, party, lifetime (seconds;
    null: session), http_only, secure, same_site, set_by {kind, url}, value_shape {length,
    entropy, kind}.

    A line that cannot be read gets {"line", "error"} in its place and a line on stderr; the
    others are answered. Exit status: 0 all are answered, 2 some could not be read.
    """
    import msgspec

    from scanner.classify.stream import Mistake, verdicts
    from scanner.domains import registrable
    from scanner.knowledge import load

    assert form == "json"
    encoder = msgspec.json.Encoder()
    out = sys.stdout.buffer
    mistakes = 0
    for answer in verdicts(sys.stdin.buffer, knowledge=load(), registrable=registrable):
        if isinstance(answer, Mistake):
            mistakes += 1
            told: dict[str, Any] = {"line": answer.line, "error": answer.text}
            click.echo(f"line {answer.line}: {answer.text}", err=True)
        else:
            told = _answer(*answer)
        out.write(encoder.encode(told) + b"\n")
    out.flush()
    if mistakes:
        lines = "line is" if mistakes == 1 else "lines are"
        raise click.UsageError(
            f"{mistakes} {lines} not read: write one JSON object a line, with a name"
        )


def _answer(subject: Subject, verdict: Verdict) -> dict[str, Any]:
    return {
        "name": subject.name,
        "category": verdict.category,
        "vendor": verdict.vendor,
        "vendor_id": verdict.vendor_id,
        "purposes": verdict.purposes,
        "rule": verdict.rule,
        "confidence": round(verdict.confidence, 3),
    }


@command.command()
@format_option("table", "json")
def check(form: str) -> None:
    """Check every knowledge file, the built-in ones and your own.

    Each mistake goes to stderr in a line. Exit status: 0 all is right, 2 there are mistakes.
    """
    import msgspec

    from scanner.errors import KnowledgeInvalid
    from scanner.knowledge import load
    from scanner.knowledge.check import check as look

    figures: dict[str, object] = {}
    try:
        knowledge = load()
        vendors = knowledge.vendors
        mistakes = look(vendors, knowledge.vocabulary, today=dt.datetime.now(dt.UTC).date())
        cookies = sum(len(vendor.cookie) for vendor in vendors)
        figures = {"vendors": len(vendors), "cookies": cookies}
    except KnowledgeInvalid as exc:
        mistakes = exc.mistakes
    if form == "json":
        told = {**figures, "mistakes": mistakes}
        click.echo(msgspec.json.format(msgspec.json.encode(told), indent=2))
    if mistakes:
        raise KnowledgeInvalid(mistakes)
    if form == "table":
        click.echo(f"{len(vendors)} vendors, {cookies} cookies, no mistake", err=True)


@command.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE...",
)
def import_files(files: tuple[Path, ...]) -> None:
    """Keep other people's lists beside the built-in knowledge.

    FILE is an Open Cookie Database CSV, a declaration exported from Cookiebot, OneTrust,
    CookieYes and the like (CSV or JSON), labelled cookies (JSON), a device storage disclosure
    (JSON), a filter list or a hosts file. What is built in, and your own TOML files, count more.
    A file that cannot be used is told, and the others are kept.
    """
    from scanner.errors import KnowledgeInvalid
    from scanner.knowledge.formats import parse
    from scanner.knowledge.imported import folder, keep

    mistakes: list[str] = []
    for path in files:
        try:
            read = parse(path.name, path.read_bytes(), now=dt.datetime.now(dt.UTC))
        except KnowledgeInvalid as exc:
            mistakes += exc.mistakes
            continue
        for skipped in read.skipped[:SKIPPED_TOLD]:
            click.echo(skipped, err=True)
        if len(read.skipped) > SKIPPED_TOLD:
            more = len(read.skipped) - SKIPPED_TOLD
            click.echo(f"{path}: {more} more are skipped", err=True)
        collection = read.collection
        kept = keep(collection, folder())
        found = len(collection.lines) + len(collection.hosts)
        entries = "1 entry" if found == 1 else f"{found} entries"
        click.echo(f"{path}: {collection.format}, {entries}, kept in {kept}", err=True)
    if mistakes:
        raise KnowledgeInvalid(mistakes)


@command.command()
@format_option("csv", "json")
def export(form: str) -> None:
    """Print every cookie that is known, with vendor, purpose and evidence."""
    from scanner.knowledge import load
    from scanner.knowledge.exporting import as_csv, as_json

    click.echo((as_json if form == "json" else as_csv)(load()).rstrip("\n"))


@command.command()
@format_option("table", "json")
def stats(form: str) -> None:
    """Count what is known, and on what it rests."""
    import collections

    import msgspec

    from scanner.knowledge import load

    knowledge = load()
    cookies = [cookie for vendor in knowledge.vendors for cookie in vendor.cookie]
    figures: dict[str, Any] = {
        "knowledge": knowledge.version,
        "vendors": len(knowledge.vendors),
        "cookies": len(cookies),
        "purposes": len(knowledge.vocabulary.codes),
        "languages": sorted(knowledge.vocabulary.phrases),
        "categories": collections.Counter(str(cookie.category) for cookie in cookies),
        "basis": collections.Counter(cookie.basis for cookie in cookies),
        "countries": collections.Counter(
            vendor.country for vendor in knowledge.vendors if vendor.country
        ),
        "imported": {
            collection.source: len(collection.lines) + len(collection.hosts)
            for collection in (knowledge.imports.collections if knowledge.imports else ())
        },
    }
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(figures), indent=2))
        return
    for what, figure in figures.items():
        if isinstance(figure, dict):
            told = ", ".join(
                f"{name} {count}"
                for name, count in sorted(figure.items(), key=lambda pair: (-pair[1], pair[0]))
            )
            click.echo(f"{what:<12} {told or 'none'}")
        else:
            told = ", ".join(figure) if isinstance(figure, list) else str(figure)
            click.echo(f"{what:<12} {told}")
