"""Turn what a browser sends into a record: checked strictly, clocks put right, nothing dropped.

A decision that is well formed is kept whatever else is odd about it; what is odd is said in the
record's flags:

* ``clock-ahead``: decided later than it was received; *decided_at* is the time of receipt.
* ``late``: decided more than `LATE` before it was received.
* ``unknown-revision``: the server does not know the declaration that was shown.
* ``contradictory``: the action says another thing than the choices; the choices stand.
* ``no-origin``: not sent by a page in a browser, which would have said where it is from.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit, urlunsplit

import msgspec

from consent_server.model import Action, ConsentRecord, Decision, Ignored
from scanner.errors import DecisionInvalid

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_MANY = 20  # decisions in one body
MAX_BODY = 8192  # bytes; a decision with a long page address has some 500
MAX_PAGE = 2048  # characters of a page's address that are taken
MAX_SERVICES = 64  # that one decision may name
MAX_SERVICE = 64  # characters of a service's name
LATE = dt.timedelta(days=30)  # how long the widget keeps a decision that it could not send

_is_uuid = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
).fullmatch
_REVISION = re.compile(r"[A-Za-z0-9._:+/=-]{1,64}")
_LANGUAGE = re.compile(r"(?=.{2,16}\Z)[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_is_bare_page = re.compile(r"https?://[a-z0-9.-]+(?:/[\x21\x22\x24-\x3e\x40-\x7e]*)?").fullmatch

#: What is not the visitor's, and may be another when she sends a decision again.
_BY_THE_SERVER = ("received_at", "flags", "country", "network", "layout")

_ACCEPT_ALL = Action.ACCEPT_ALL  # to look a member up takes longer than to compare with it
_REFUSALS = frozenset((Action.REJECT_ALL, Action.WITHDRAW))

_FIRST_MOMENT = dt.datetime.min.replace(tzinfo=dt.UTC)
_LAST_MOMENT = dt.datetime.max.replace(tzinfo=dt.UTC)
_IGNORED = msgspec.json.Decoder(Ignored)
_MANY = msgspec.json.Decoder(list[msgspec.Raw])
_DECODER = msgspec.json.Decoder(Decision)


def read_decision(body: bytes) -> Decision:
    """
    Return the decision in *body*, with *id* in lower case and *page* without query.

    Raises:
        DecisionInvalid: If it is not exactly one decision.
    """
    if len(body) > MAX_BODY:
        raise DecisionInvalid(f"a decision has at most {MAX_BODY} bytes")
    try:
        body.decode("utf-8")
        decision = _DECODER.decode(body)
        if not _surely_without_twins(body, decision):
            json.loads(body, object_pairs_hook=_refuse_twins)
    except UnicodeDecodeError as exc:
        raise DecisionInvalid("the body is not UTF-8") from exc
    except msgspec.MsgspecError as exc:
        raise DecisionInvalid(f"not a decision: {exc}") from exc
    except (ValueError, RecursionError) as exc:
        raise DecisionInvalid("the body is not proper JSON") from exc
    return _checked(decision)


def read_many(body: bytes) -> list[bytes]:
    """
    Return the decisions in *body*, a JSON array, each as it stands there.

    Raises:
        DecisionInvalid: If it is no such array, or holds none, or more than `MAX_MANY`.
    """
    try:
        body.decode("utf-8")
        found = [bytes(each) for each in _MANY.decode(body)]
    except UnicodeDecodeError as exc:
        raise DecisionInvalid("the body is not UTF-8") from exc
    except msgspec.MsgspecError as exc:
        raise DecisionInvalid(f"not decisions: {exc}") from exc
    except RecursionError as exc:
        raise DecisionInvalid("the body is not proper JSON") from exc
    if not 0 < len(found) <= MAX_MANY:
        raise DecisionInvalid(f"send from 1 to {MAX_MANY} decisions at once")
    return found


def read_ignored(body: bytes) -> Ignored:
    """
    Return what *body* says of a banner that was ignored.

    Raises:
        DecisionInvalid: If it says no such thing.
    """
    try:
        found = _IGNORED.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise DecisionInvalid(f"not about a banner that was ignored: {exc}") from exc
    if not _is_revision(found.revision):
        raise DecisionInvalid("revision is not one that Kapsel gives out")
    if not _is_language(found.language):
        raise DecisionInvalid("language is not a language tag, such as nb or en-GB")
    return found


def to_record(
    decision: Decision,
    *,
    site: str,
    received_at: dt.datetime,
    revisions: Collection[str],
    from_page: bool,
    country: str | None = None,
    network: str | None = None,
    layout: str | None = None,
) -> ConsentRecord:
    """
    Return the record of *decision*.

    Args:
        decision: As `read_decision` returned it.
        site: Key of the site that it was sent to.
        received_at: Now.
        revisions: The declarations that the server knows it has shown for *site*.
        from_page: Whether the browser said which page's script sent it (its Origin).
        country: Where it came from, if a trusted proxy said so.
        network: From where, if the owner of the site keeps that.
        layout: Of the site's banner.
    """
    decided_at = decision.decided_at
    if received_at.microsecond % 1000:
        received_at = _whole_milliseconds(received_at)
    if decided_at.microsecond % 1000:
        decided_at = _whole_milliseconds(decided_at)
    flags: list[str] = []
    if decided_at > received_at:
        decided_at = received_at
        flags.append("clock-ahead")
    elif received_at - decided_at > LATE:
        flags.append("late")
    if decision.revision not in revisions:
        flags.append("unknown-revision")
    if _contradictory(decision):
        flags.append("contradictory")
    if not from_page:
        flags.append("no-origin")
    return ConsentRecord(
        id=decision.id,
        site=site,
        revision=decision.revision,
        choices=cast("dict[str, bool]", decision.choices),
        action=decision.action,
        language=decision.language,
        decided_at=decided_at,
        received_at=received_at,
        page=decision.page,
        gpc=decision.gpc,
        flags=tuple(flags) if flags else (),
        services=decision.services,
        surface=decision.surface,
        country=country,
        network=network,
        layout=layout,
    )


def same_decision(stored: ConsentRecord, sent: ConsentRecord) -> bool:
    """Return whether *sent* repeats what is *stored*, received at another time."""
    decided_at = stored.decided_at if "clock-ahead" in stored.flags else sent.decided_at
    return (
        msgspec.structs.replace(
            sent,
            decided_at=decided_at,
            **{name: getattr(stored, name) for name in _BY_THE_SERVER},
        )
        == stored
    )


def _checked(decision: Decision) -> Decision:
    """Return *decision* with its texts checked and normalised."""
    key = decision.id.lower()
    if not _is_uuid(key):
        raise DecisionInvalid("id is not a UUID")
    if not _is_revision(decision.revision):
        raise DecisionInvalid("revision is not one that Kapsel gives out")
    if not _is_language(decision.language):
        raise DecisionInvalid("language is not a language tag, such as nb or en-GB")
    if not decision.choices and not decision.services:
        raise DecisionInvalid("choices is empty: nothing was decided")
    if decision.services:
        _check_services(decision.services)
    if decision.decided_at.tzinfo is None:
        raise DecisionInvalid("decided_at has no time zone: end it with Z")
    decided_at = _in_utc(decision.decided_at)
    page = None if decision.page is None else _bare_page(decision.page)
    if key == decision.id and page == decision.page and decided_at is decision.decided_at:
        return decision
    return msgspec.structs.replace(decision, id=key, decided_at=decided_at, page=page)


@functools.lru_cache(maxsize=1024)  # many send the same few
def _is_revision(text: str) -> bool:
    return _REVISION.fullmatch(text) is not None


@functools.lru_cache(maxsize=1024)
def _is_language(text: str) -> bool:
    return _LANGUAGE.fullmatch(text) is not None


def _check_services(services: dict[str, bool]) -> None:
    if len(services) > MAX_SERVICES:
        raise DecisionInvalid(f"services has more than {MAX_SERVICES}")
    for name in services:
        if not 0 < len(name) <= MAX_SERVICE or _INVISIBLE.search(name):
            raise DecisionInvalid(
                f"the name of a service has 1 to {MAX_SERVICE} characters, none of them control"
            )


def _bare_page(page: str) -> str:
    """Return the address *page* without what may identify a person: user, query, fragment."""
    if len(page) > MAX_PAGE:
        raise DecisionInvalid(f"page has more than {MAX_PAGE} characters")
    if _is_bare_page(page):
        return page
    try:
        parts = urlsplit(page)
        host, port = parts.hostname, parts.port
        page.encode("utf-8")
    except ValueError as exc:
        raise DecisionInvalid("page is not an address") from exc
    if parts.scheme not in ("http", "https") or not host or _CONTROL.search(page):
        raise DecisionInvalid("page is not an http or https address")
    netloc = f"[{host}]" if ":" in host else host
    return urlunsplit(
        (parts.scheme, netloc if port is None else f"{netloc}:{port}", parts.path, "", "")
    )


def _contradictory(decision: Decision) -> bool:
    answers = decision.choices.values()
    if decision.action is _ACCEPT_ALL:
        return not all(answers)
    return decision.action in _REFUSALS and any(answers)


def _in_utc(moment: dt.datetime) -> dt.datetime:
    """Return *moment* in UTC; at the ends of the calendar, the nearest that there is."""
    if moment.tzinfo is dt.UTC:
        return moment
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        return _FIRST_MOMENT if moment.year < 2000 else _LAST_MOMENT


def _whole_milliseconds(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _surely_without_twins(body: bytes, decision: Decision) -> bool:
    """
    Return whether *body* holds each key once, by counting quotes; False: look more closely.

    Without a backslash each quote begins or ends a key or a text, and what `Decision` takes has
    so many of them, those apart that may be absent; any second key brings two more.
    """
    if decision.services or body.find(b"\\") >= 0:  # "in" would ask first if it is a number
        return False
    more = body.count(b'"') // 2 - len(decision.choices) - 11  # names and texts: six and five
    if decision.page is not None:
        more -= 2
    if decision.surface is not None:
        more -= 2
    # The widget sends "gpc" behind nearly all else, so that it is looked for from the end.
    if more and (decision.gpc or body.rfind(b'"gpc":') >= 0):
        more -= 1
    if more and decision.page is None:
        more -= body.find(b'"page":') >= 0
    if more and decision.surface is None:
        more -= body.find(b'"surface":') >= 0
    return not more or (more == 1 and body.find(b'"services":') >= 0)


def _refuse_twins(pairs: list[tuple[str, Any]]) -> None:
    """Refuse an object that names a key twice; a parser would silently take one of them."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise DecisionInvalid("a key stands twice in one object")
