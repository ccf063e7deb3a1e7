"""Take in what `watch/` tells: writes by scripts, with the code that asked for them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
import time
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
import structlog

from scanner import cookie_line, wellformed
from scanner.addresses import without_query
from scanner.collectors import parameters
from scanner.collectors.debugger import Debugger
from scanner.collectors.evidence import DATABASES, Call, CookieWrite, Evidence, StoredItem
from scanner.collectors.fetched import Fetched
from scanner.collectors.handlers import address, handlers
from scanner.collectors.leads import Leads
from scanner.collectors.libraries import Libraries
from scanner.collectors.names import Names
from scanner.collectors.network import caller
from scanner.collectors.stack import OURS, Frame, responsible, way
from scanner.model import Kind, SetBy, SignalKind
from scanner.shape import shape

if TYPE_CHECKING:
    from scanner.browser.devtools import Params, Session
    from scanner.collectors.libraries import Texts
    from scanner.model import ValueShape
    from scanner.shape import Digester

log = structlog.get_logger()

MAX_PLANNED = 2000  # addresses of a page
LONGEST_WAY = 20_000.0  # milliseconds from asking for a page to its first script
BINDING = "__kapsel"  # gone from the page before its first script runs
_STORED = frozenset(Kind) - {Kind.COOKIE}
HOOKS = (
    *("ways", "frames", "cookies", "areas", "places", "made"),
    *("prints", "asked", "mails", "adverts"),
)
#: Asking what the visitor wants, or for what the browser has for advertising.
_ASKED = (
    SignalKind.TCF,
    SignalKind.GPP,
    SignalKind.PRIVACY_CONTROL,
    SignalKind.ADVERTISING,
)


#: What leads to addresses that are asked for later, by the page as far as the browser knows.
_LED = ("window", "style")

#: What code in a frame calls the page around it.
_OUTWARD = re.compile(r"\b(parent|top|frameElement)\b")

_WORD = secrets.token_hex(12)  # by which our realms know each other
LEAVING = f"{_WORD}:leaving"  # what a page asks that is about to go elsewhere

AWAY = f"about:blank?{secrets.token_hex(12)}-"  # begins the address of our own blank pages


def _source() -> str:
    """Return the script that watches a page: the base, called with the hooks; not in our own."""
    folder = resources.files(__package__) / "watch"
    base, *hooks = (
        (folder / f"{name}.js").read_text(encoding="utf-8") for name in ("base", *HOOKS)
    )
    word = json.dumps(_WORD)
    listed = ",\n".join(hooks)
    ours = f"location.href.startsWith({json.dumps(AWAY)}) ||"
    return f"{ours} {base.rstrip()}({word}, [\n{listed}]);\n//# sourceURL={OURS}"


WATCH = _source()


class _Told(msgspec.Struct, kw_only=True):
    kind: str  # a Kind, a SignalKind, or: begun, brought, code, mail, timer, unregistered
    name: str
    names: list[str] = []  # all of a heap that was written in one place; cookies: their lines
    page: str
    at: float  # milliseconds, by the page's clock
    stack: list[Frame] = []
    line: str = ""  # cookies: what was written
    kept: bool | None = False  # cookies: whether it could be read back at once; None: not tried
    value: str | None = None  # storage: its beginning
    length: int = 0  # storage: of the whole value; timer: milliseconds
    gone: bool = False  # storage: whether it was deleted
    faint: bool = False  # storage: whether it counts only if it is found at the end
    patched: bool = False  # whether the page replaced what was called
    origin: float = 0.0  # begun: milliseconds, when the page was asked for by our clock
    frames: list[str] = []  # where nobody is on the stack: addresses of frames that are code
    text: str = ""  # code: the script, or the HTML that holds some; brought: a URL


class Scripts:
    """Collects from one page, frame or worker into *evidence*."""

    def __init__(
        self, session: Session, *, kind: str, evidence: Evidence, digester: Digester, texts: Texts
    ) -> None:
        self._evidence = evidence
        self._digester = digester
        self._decoder = msgspec.json.Decoder(_Told)
        self._newest: str | None = None  # hash of the nameless script that was made last
        debugger = Debugger(session)
        self._leads = Leads(session, evidence=evidence, debugger=debugger)
        self._fetched = Fetched(session, evidence=evidence)
        self._libraries = Libraries(session, evidence=evidence, texts=texts)
        session.on("Runtime.bindingCalled", self._called)
        session.on("Debugger.scriptParsed", self._parsed)
        session.post("Runtime.enable")  # else bindings are not there in time
        session.post("Runtime.addBinding", name=BINDING)
        if kind in ("page", "iframe"):
            Names(session, evidence=evidence, debugger=debugger)
            session.post("Page.enable")  # else the script is forgotten with the process
            session.post("Page.addScriptToEvaluateOnNewDocument", source=WATCH, runImmediately=True)
        else:
            session.post("Debugger.enable", maxScriptsCacheSize=0)  # also for the makers of scripts
            _before_first_script(session)

    def _parsed(self, params: Params) -> None:
        """Note who made a script that has no address of its own, and the address of others."""
        named_itself = params.get("hasSourceURL", False)
        if named_itself:
            self._evidence.addresses[params["scriptId"]] = params.get("embedderName", "")
        url = params.get("embedderName") if named_itself else params.get("url")
        stack = params.get("stackTrace")
        self._newest = None if url else params["hash"]
        if not url and (maker := caller(stack, self._evidence.addresses)):
            self._evidence.made.setdefault(params["hash"], maker)

    def _called(self, params: Params) -> None:
        if params["name"] != BINDING:
            return
        try:
            told = wellformed.read(params["payload"], self._decoder.decode)
        except msgspec.MsgspecError:
            log.info("a page spoke to us in words of its own")
            return
        if told.kind == "begun":
            self._evidence.begun = self._evidence.begun or _begun(told)
            return
        if told.kind == "unregistered":
            self._evidence.registered.discard(told.name)
            return
        if told.kind == "timer":
            due = time.monotonic() + told.length / 1000
            self._evidence.due = max(self._evidence.due, due)
            return
        if told.kind == "mail":
            self._evidence.mails |= parameters.hashes_of_email(told.text, self._digester)
            return
        if not self._fetched.delays(told.stack, told.page, lambda: self._search(told)):
            self._search(told)

    def _search(self, told: _Told) -> None:
        """Take in what a page told, now or when it is known who made the code that did it."""
        if not self._leads.delays(told.stack, lambda: self._take(told), patched=told.patched):
            self._take(told)

    def _take(self, told: _Told) -> None:
        """Note what a page told of what somebody did."""
        made = self._evidence.made
        fetched = self._evidence.fetched
        by = responsible(
            told.stack, page=told.page, made=made, fetched=fetched, patched=told.patched
        )
        # New frames do not show us the stack, at the most what replaced the native function.
        shown = [frame for frame in told.stack if not (told.patched and frame.function)]
        if len(told.stack) <= 1 and not shown and self._newest in made:
            by = made[self._newest]
        if not shown and told.frames:
            by = self._reached_out(told) or by
        if by.url in self._evidence.landed:  # the engine knows only what the tag says
            by = msgspec.structs.replace(by, url=self._evidence.landed[by.url])
        if told.kind == "code":
            self._made(told, by)
        elif told.kind == "brought":
            self._brought(told, by)
        elif told.kind == SignalKind.FINGERPRINTING:
            host = urlsplit(told.page).hostname or ""
            self._evidence.calls.append(Call(name=told.name, host=host, by=by))
        elif told.kind in _ASKED and any(frame.url or frame.origin for frame in told.stack):
            host = urlsplit(told.page).hostname or ""
            kind = SignalKind(told.kind)
            self._evidence.asking.append(Call(name=told.name, host=host, by=by, kind=kind))
        elif told.kind == Kind.COOKIE:
            self._cookie(told, by)
        elif told.kind in _STORED:
            for name in told.names or [told.name]:
                self._stored(told, name, by)

    def _reached_out(self, told: _Told) -> SetBy | None:
        """Return who put the frame there whose address is the code that did what is told."""
        codes = [code for code in map(address, told.frames) if code and _OUTWARD.search(code)]
        # Of several, those that know the name.
        codes = [code for code in codes if told.name and told.name in code] or codes
        page = SetBy(kind="script", url=told.page.split("#", 1)[0])
        makers = [self._evidence.made.get(_digest(code), page) for code in codes]
        return makers[0] if len(set(makers)) == 1 else None  # two are no proof

    def _brought(self, told: _Told, by: SetBy) -> None:
        """Note who brought what told names, which the browser will not know any more."""
        url = told.text
        if told.name == "ServiceWorker":
            self._evidence.registered.add(url)
        if told.name == "fetchLater":
            self._evidence.deferred.add(without_query(url))
        if url.startswith("blob:"):
            self._evidence.made[url] = by
        elif told.name in _LED:
            self._evidence.led(url, by)
        elif len(self._evidence.planned) < MAX_PLANNED:
            self._evidence.planned[url] = by
            self._evidence.brought[url] = by

    def _made(self, told: _Told, by: SetBy) -> None:
        """Note who made the code in *told*, for when it runs."""
        if by.url is None:
            return
        codes = handlers(told.text) if told.name == "html" else [told.text]
        for code in codes:
            digest = _digest(code)
            self._evidence.made.setdefault(digest, by)
            self._newest = digest

    def _cookie(self, told: _Told, by: SetBy) -> None:
        at = _time(told.at)
        for text in told.names or [told.line]:
            line = cookie_line.read(text, url=told.page, written_at=at, digester=self._digester)
            if line is not None:
                self._evidence.writes.append(CookieWrite(line=line, by=by, at=at, seen=told.kept))
                self._consider(self._evidence.writes, line.name, told)

    def _consider(self, items: list[Any], name: str, told: _Told) -> None:
        """Look whether the setter of the last of *items* is a library that somebody else called."""
        innermost, *others = {frame.url for frame in told.stack} or {None}
        if not others and (innermost is None or self._libraries.sure(innermost, told.page)):
            return
        noted = self._evidence
        steps = way(told.stack, made=noted.made, fetched=noted.fetched, patched=told.patched)
        self._libraries.consider(items, name, steps, page=told.page)

    def _stored(self, told: _Told, name: str, by: SetBy) -> None:
        value = told.value
        if told.kind in DATABASES:
            self._evidence.stored_at = time.monotonic()
        self._evidence.stored.append(
            StoredItem(
                kind=Kind(told.kind),
                name=name,
                host=urlsplit(told.page).hostname or "",
                at=_time(told.at),
                by=by,
                gone=told.gone,
                faint=told.faint,
                shape=None if value is None else measured(value, length=told.length),
                digest=None if value is None else self._digester.digest(value),
                tokens=parameters.digests(value or "", self._digester),
            )
        )
        self._consider(self._evidence.stored, name, told)


def _digest(code: str) -> str:
    """Return the hash of *code*, as the browser tells it of scripts."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _before_first_script(session: Session) -> None:
    """Watch a worker, which has all it will have only when its first script is about to run."""

    def paused(_: Params) -> None:
        session.post("Debugger.setSkipAllPauses", skip=True)
        session.post("Runtime.evaluate", expression=WATCH)
        session.post("Debugger.resume")

    session.on("Debugger.paused", paused)
    session.post("Debugger.setInstrumentationBreakpoint", instrumentation="beforeScriptExecution")


def measured(beginning: str, *, length: int) -> ValueShape:
    """Return the shape of a value of *length* characters, of which only the beginning came."""
    return msgspec.structs.replace(shape(beginning), length=length)


def _begun(told: _Told) -> dt.datetime:
    """Return when a page was asked for by its own clock, which may be far ahead of ours."""
    under_way = time.time() * 1000 - told.origin
    return _time(told.at - min(max(0.0, under_way), LONGEST_WAY))


def _time(milliseconds: float) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return dt.datetime.now(dt.UTC)
