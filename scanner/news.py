"""What is worth telling about a scan, and in which words. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import itertools
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.changes import Difference, compare
from scanner.languages import lifetime_in_words
from scanner.model import Finding, Kind, Scan
from scanner.report.document import difference_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_LINES = 30  # of a message for people; the JSON has everything


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan found that the one before did not, or the other way round."""

    site: str
    url: str
    scanned_at: dt.datetime
    before_at: dt.datetime | None  # None: there was no scan before that did not fail
    failure: str | None = None  # why the scan failed, where the one before did not
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
    reasons = [visit.failure for visit in scan.visits if visit.failure is not None]
    return News(
        site=scan.site,
        url=scan.url,
        scanned_at=scan.started_at,
        before_at=before.started_at if before is not None else None,
        failure=reasons[0] if reasons else "no page could be read",
    )


def title(told: News) -> str:
    """Return the news in one line."""
    counts = (
        (len(told.difference.new), "new"),
        (len(told.difference.gone), "gone"),
        (len(told.difference.changed), "changed"),
    )
    words = [f"{count} {word}" for count, word in counts if count]
    if told.findings:
        words.append(f"{len(told.findings)} new finding{'s' * (len(told.findings) != 1)}")
    if told.settled:
        words.append(f"{len(told.settled)} settled")
    return f"{told.site}: {', '.join(words) or 'the scan failed'}"


def text(told: News) -> str:
    """Return the news in some lines for people."""
    lines = [*_lines(told)]
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES], f"and {len(lines) - MAX_LINES} more"]
    head = f"{told.url}, scanned {told.scanned_at:%Y-%m-%d %H:%M} UTC"
    if told.before_at is not None:
        head += f", compared with {told.before_at:%Y-%m-%d %H:%M}"
    return "\n".join([head, "", *lines]) + "\n"


def _lines(told: News) -> Iterable[str]:
    if told.failure is not None:
        yield f"the scan failed: {told.failure}"
    for finding in told.findings:
        items = f": {', '.join(finding.items[:10])}" if finding.items else ""
        yield f"finding ({finding.severity}) {finding.rule}{items}"
    for rule in told.settled:
        yield f"settled {rule}"
    for entry in told.difference.new:
        yield f"new {entry.category} {_kind(entry.kind)} {entry.name} on {entry.domain}"
    for entry in told.difference.gone:
        yield f"gone {entry.category} {_kind(entry.kind)} {entry.name} on {entry.domain}"
    for change in told.difference.changed:
        facts = "; ".join(
            f"{field.name.replace('_', ' ')} {_value(field.name, field.old, change.old.kind)} → "
            f"{_value(field.name, field.new, change.new.kind)}"
            for field in change.fields
        )
        yield f"changed {_kind(change.new.kind)} {change.new.name} on {change.new.domain}: {facts}"


def _kind(kind: Kind) -> str:
    return kind.value.replace("_", " ")


def _value(field: str, value: str | float | list[str] | None, kind: Kind) -> str:
    if field == "lifetime" and (value is None or isinstance(value, int | float)):
        return lifetime_in_words(value, kind, "en")
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return "unknown" if value is None else str(value)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to people and to programs about a site."""

    site: str
    title: str  # one line
    text: str  # some lines
    payload: bytes  # JSON


def message(told: News) -> Message:
    """Return the news as it is sent."""
    return Message(site=told.site, title=title(told), text=text(told), payload=payload(told))


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


def feed(site: str, url: str, scans: Sequence[Scan]) -> bytes:
    """
    Return a JSON Feed (version 1.1) of what changed from scan to scan.

    Args:
        scans: Of one site, newest first.
    """
    told = [found for new, old in itertools.pairwise(scans) if (found := news(new, old))]
    items = [
        {
            "id": f"{site}/{one.scanned_at:%Y-%m-%dT%H:%M:%SZ}",
            "title": title(one),
            "content_text": text(one),
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
                "title": f"Cookies of {site}",
                "home_page_url": url,
                "items": items,
            }
        ),
        indent=2,
    )
