"""Take in what `watch.js` tells: writes by scripts, with the code that asked for them."""

from __future__ import annotations

import datetime as dt
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import structlog

from scanner import cookie_line
from scanner.collectors.evidence import CookieWrite, Evidence, StoredItem
from scanner.collectors.network import caller
from scanner.collectors.stack import Frame, responsible
from scanner.model import Kind
from scanner.shape import shape

if TYPE_CHECKING:
    from scanner.browser.devtools import Params, Session
    from scanner.model import ValueShape
    from scanner.shape import Digester

log = structlog.get_logger()

BINDING = "__kapsel"  # gone from the page before its first script runs
WATCH = resources.files(__package__).joinpath("watch.js").read_text(encoding="utf-8")


class _Told(msgspec.Struct, kw_only=True):
    kind: Kind
    name: str
    page: str
    at: float  # milliseconds, by the page's clock
    stack: list[Frame] = []
    line: str = ""  # cookies: what was written
    kept: bool = False  # cookies: whether it could be read back at once
    value: str | None = None  # storage: its beginning
    length: int = 0  # storage: of the whole value


class Scripts:
    """Collects from one page or frame into *evidence*."""

    def __init__(self, session: Session, *, evidence: Evidence, digester: Digester) -> None:
        self._evidence = evidence
        self._digester = digester
        self._decoder = msgspec.json.Decoder(_Told)
        session.on("Runtime.bindingCalled", self._called)
        session.on("Debugger.scriptParsed", self._parsed)
        session.post("Debugger.enable", maxScriptsCacheSize=0)  # for the makers of scripts
        session.post("Debugger.setSkipAllPauses", skip=True)
        session.post("Runtime.enable")  # else bindings are not there in time
        session.post("Runtime.addBinding", name=BINDING)
        session.post("Page.addScriptToEvaluateOnNewDocument", source=WATCH, runImmediately=True)

    def _parsed(self, params: Params) -> None:
        """Note who made a script that has no address of its own."""
        if not params.get("url") and (maker := caller(params.get("stackTrace"))):
            self._evidence.made.setdefault(params["hash"], maker)

    def _called(self, params: Params) -> None:
        if params["name"] != BINDING:
            return
        try:
            told = self._decoder.decode(params["payload"])
        except msgspec.MsgspecError:
            log.info("a page spoke to us in words of its own")
            return
        at = _time(told.at)
        by = responsible(told.stack, page=told.page, made=self._evidence.made)
        if told.kind is Kind.COOKIE:
            line = cookie_line.read(
                told.line, url=told.page, written_at=at, digester=self._digester
            )
            if line is not None:
                self._evidence.writes.append(CookieWrite(line=line, by=by, at=at, seen=told.kept))
            return
        value = told.value
        self._evidence.stored.append(
            StoredItem(
                kind=told.kind,
                name=told.name,
                host=urlsplit(told.page).hostname or "",
                at=at,
                by=by,
                shape=None if value is None else measured(value, length=told.length),
                digest=None if value is None else self._digester.digest(value),
            )
        )


def measured(beginning: str, *, length: int) -> ValueShape:
    """Return the shape of a value of *length* characters, of which only the beginning came."""
    return msgspec.structs.replace(shape(beginning), length=length)


def _time(milliseconds: float) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return dt.datetime.now(dt.UTC)
