"""What is worth telling about a scan, and in which words. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.change_words import change_words
from scanner.changes import Difference, compare
from scanner.findings import told as rules
from scanner.model import Finding, Scan, Statement, said
from scanner.report.document import difference_values
from scanner.statements import in_english, in_words
from scanner.visible import in_one_line
from scanner.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.model import Entry
    from scanner.wording import Words

NO_PAGE = said("no_page")  # why a scan failed of which nothing else is known
MAX_LINES = 30  # of a message for people; the JSON has everything


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan found that the one before did not, or the other way round."""

    site: str
    url: str
    scanned_at: dt.datetime
    before_at: dt.datetime | None  # None: there was no scan before that did not fail
    failure: str | None = None  # why the scan failed, where the one before did not; in English
    cause: Statement | None = None  # the same for any language
    difference: Difference = Difference()
    findings: tuple[Finding, ...] = ()  # of rules that the scan before did not break
    settled: tuple[str, ...] = ()  # rules that it broke, and this one does not


def news(scan: Scan, before: Scan | None, *, failed_before: bool = False) -> News | None:
    """
    Return what is new in *scan*; None: nothing is, or there is nothing to compare it with.

    A scan that was cut short tells what came, but not what went.

    Args:
        before: The newest scan before it that did not fail.
        failed_before: The scan before it failed; that this one fails too is no news.
    """
    if scan.status == "failed":
        return None if failed_before else _failed(scan, before)
    if before is None or before.status == "failed":
        return None
    difference = compare(before, scan)
    broken, broken_before = ({f.rule for f in s.findings} for s in (scan, before))
    settled = tuple(f.rule for f in before.findings if f.rule not in broken)
    if scan.status == "partial":
        difference, settled = Difference(new=difference.new), ()
    findings = tuple(f for f in scan.findings if f.rule not in broken_before)
    if not (difference or findings or settled):
        return None
    return News(
        site=scan.site,
        url=scan.url,
        scanned_at=scan.started_at,
        before_at=before.started_at,
        difference=difference,
        findings=findings,
        settled=settled,
    )


def _failed(scan: Scan, before: Scan | None) -> News:
    failed = next((visit for visit in scan.visits if visit.failure is not None), None)
    return News(
        site=scan.site,
        url=scan.url,
        scanned_at=scan.started_at,
        before_at=before.started_at if before is not None else None,
        failure=failed.failure if failed is not None else in_english(NO_PAGE),
        cause=failed.cause if failed is not None else NO_PAGE,
    )


def title(told: News, spoken: Words | None = None) -> str:
    """Return the news in one line; in English where nothing else is *spoken*."""
    say = spoken or words("en")
    counts = (
        ("new", len(told.difference.new)),
        ("gone", len(told.difference.gone)),
        ("changed", len(told.difference.changed)),
        ("findings", len(told.findings)),
        ("settled", len(told.settled)),
    )
    parts = [say.text(f"news.{key}", count=count) for key, count in counts if count]
    return f"{told.site}: {', '.join(parts) or say.text('news.failed')}"


def text(told: News, spoken: Words | None = None) -> str:
    """Return the news in some lines for people; in English where nothing else is *spoken*."""
    say = spoken or words("en")
    lines = [*_lines(told, say)]
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES], say.text("news.more", count=len(lines) - MAX_LINES)]
    facts = {"url": told.url, "moment": say.moment(told.scanned_at)}
    if told.before_at is None:
        head = say.text("news.scanned", **facts)
    else:
        head = say.text("news.compared", **facts, before=say.moment(told.before_at))
    return "\n".join([head, "", *lines]) + "\n"


def _lines(told: News, say: Words) -> Iterable[str]:
    titles = {rule.id: rule.title for rule in rules(say.language)}
    if told.failure is not None:
        reason = in_words([told.cause], say) if told.cause is not None else told.failure
        yield say.text("news.failed_why", reason=in_one_line(reason))
    for finding in told.findings:
        yield say.text(
            "news.finding_items" if finding.items else "news.finding",
            severity=say.term("severities", finding.severity),
            title=titles.get(finding.rule, finding.rule),
            rule=finding.rule,
            items=in_one_line(", ".join(finding.items[:10])),
        )
    for rule in told.settled:
        yield say.text("news.rule_settled", title=titles.get(rule, rule), rule=rule)
    for entry in told.difference.new:
        yield say.text("news.item_new", **_item(entry, say))
    for entry in told.difference.gone:
        yield say.text("news.item_gone", **_item(entry, say))
    for change in told.difference.changed:
        facts = "; ".join(change_words(change, say))
        yield say.text("news.item_changed", **_item(change.new, say), facts=facts)


def _item(entry: Entry, say: Words) -> dict[str, str]:
    return {
        "kind": say.term("kinds", entry.kind),
        "name": in_one_line(entry.name),
        "domain": in_one_line(entry.domain),
        "category": say.term("categories", entry.category),
    }


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to people and to programs about a site."""

    site: str
    title: str  # one line
    text: str  # some lines
    payload: bytes  # JSON


def message(told: News, spoken: Words | None = None) -> Message:
    """Return the news as it is sent: to people as *spoken*, to programs always the same."""
    return Message(
        site=told.site,
        title=title(told, spoken),
        text=text(told, spoken),
        payload=payload(told),
    )


def payload(told: News) -> bytes:
    """Return the JSON that a webhook gets: the same news, the same bytes."""
    event = "catalogue.changed" if told.failure is None else "scan.failed"
    return msgspec.json.encode({"event": event, **_values(told)})


def _values(told: News) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(told)
    values["difference"] = difference_values(told.difference)
    return {"title": title(told), **values}


def signature(body: bytes, *, secret: str, time: int) -> str:
    """
    Return the header by which a receiver knows that *body* is ours, and fresh.

    It is ``t=TIME,v1=HEX``; HEX is the HMAC-SHA256 of ``TIME.BODY`` under *secret*, and *time*
    is in seconds since 1970.
    """
    digest = hmac.new(secret.encode(), f"{time}.".encode() + body, hashlib.sha256)
    return f"t={time},v1={digest.hexdigest()}"


def feed(site: str, url: str, scans: Sequence[Scan], spoken: Words | None = None) -> bytes:
    """
    Return a JSON Feed (version 1.1) of what changed from scan to scan.

    Args:
        scans: Of one site, newest first.
        spoken: In which words readers are told; programs always get the same ones.
    """
    say = spoken or words("en")
    told = [found for new, old in itertools.pairwise(scans) if (found := news(new, old))]
    items = [
        {
            "id": f"{site}/{one.scanned_at:%Y-%m-%dT%H:%M:%SZ}",
            "title": title(one, say),
            "content_text": text(one, say),
            "url": url,
            "date_published": f"{one.scanned_at:%Y-%m-%dT%H:%M:%SZ}",
            "tags": sorted({f.severity.value for f in one.findings}),
            "_kapsel": _values(one),
        }
        for one in told
    ]
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": say.text("news.feed", site=site),
                "language": say.language,
                "home_page_url": url,
                "items": items,
            }
        ),
        indent=2,
    )
