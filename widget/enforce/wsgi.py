"""The enforced level for applications that speak WSGI: Flask, Django, Pyramid…"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from widget.enforce.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from widget.enforce.source import Source
    from widget.enforce.visit import Answer, Headers

#: Request headers that a WSGI server passes on under other names.
_PLAIN = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}


class EnforcedWSGI:
    """An application whose pages ask nobody, and store nothing, that their visitor has not granted.

    Put it outermost, outside of what compresses, caches or sets cookies::

        app = EnforcedWSGI(app, RulesServer("https://consent.example.org", "shop"))
    """

    def __init__(self, app: WSGIApplication, source: Source, *, report_only: bool = False) -> None:
        """
        Args:
            report_only: Whether the policy only reports what it would refuse, for a first look.
        """
        self._app = app
        self._source = source
        self._report_only = report_only

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        visit = Visit(
            self._source.rules(),
            method=environ["REQUEST_METHOD"],
            host=environ.get("HTTP_HOST") or environ["SERVER_NAME"],
            path=_path(environ),
            headers=_headers(environ),
            now=time.time(),
            report_only=self._report_only,
        )
        answering = _Answering(visit, start_response)
        body = self._app(_asked(environ, visit.asked), answering.start)
        if answering.is_untouched:
            return body
        return answering.changed(body)


class _Answering:
    """Sends an application's answer as its visitor may have it."""

    def __init__(self, visit: Visit, start_response: StartResponse) -> None:
        self._visit = visit
        self._start_response = start_response
        self._answer: Answer | None = None
        self._waiting: tuple[Any, ...] = ()  # what the server is told as soon as a portion is there
        self._write: Callable[[bytes], object] | None = None
        self._written = False

    @property
    def is_untouched(self) -> bool:
        """Whether the application has begun an answer whose body stays as it is."""
        return self._answer is not None and self._answer.change is None

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        """Take the beginning of the application's answer, as its server would."""
        given = [(name.lower(), value) for name, value in headers]
        self._answer = self._visit.answer(int(status.split(" ", 1)[0]), given)
        self._waiting = (status, exc_info)
        if self._answer.change is None or self._write is not None:
            self._begin(None)
        return self._write_portion

    def changed(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the portions of *body* as they leave."""
        try:
            if isinstance(body, (list, tuple)) and not self._written:
                yield from self._whole(b"".join(body))
                return
            for portion in body:
                yield from self._portion(portion)
            yield from self._portion(b"", last=True)
        finally:
            if hasattr(body, "close"):
                body.close()

    def _whole(self, body: bytes) -> Iterator[bytes]:
        assert self._answer is not None, "an application begins its answer before its body"
        if self._answer.change is not None:
            body = self._answer.change.feed(body, last=True)
        self._begin(len(body))
        yield body

    def _portion(self, portion: bytes, *, last: bool = False) -> Iterator[bytes]:
        if self._answer is None:
            return  # the application has not begun, and gives an empty portion first
        if self._answer.change is not None:
            portion = self._answer.change.feed(portion, last=last)
        if portion or last:
            self._begin(None)
        if portion:
            yield portion

    def _begin(self, length: int | None) -> None:
        """Tell the server the status and the headers, if it has not heard them."""
        assert self._answer is not None, "only what has begun can be told"
        waiting, self._waiting = self._waiting, ()
        if not waiting:
            return
        status, exc_info = waiting
        headers = [*self._answer.headers]
        if length is not None and self._answer.change is not None:
            headers.append(("content-length", str(length)))
        more = (exc_info,) if exc_info else ()
        self._write = self._start_response(status, headers, *more)

    def _write_portion(self, data: bytes) -> None:
        self._written = True
        for portion in self._portion(data):
            assert self._write is not None, "a portion leaves after the headers"
            self._write(portion)


def _path(environ: WSGIEnvironment) -> str:
    """Return the path as cookies know it: with its percent signs."""
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return quote(path, encoding="latin-1", safe="/:@!$&'()*+,=~") or "/"


def _headers(environ: WSGIEnvironment) -> Headers:
    named = [
        (name[5:].replace("_", "-").lower(), value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    return [*named, *((_PLAIN[n], environ[n]) for n in _PLAIN if environ.get(n))]


def _asked(environ: WSGIEnvironment, headers: Headers) -> WSGIEnvironment:
    kept = {name: value for name, value in environ.items() if not name.startswith("HTTP_")}
    for name, value in headers:
        if name not in _PLAIN.values():
            kept["HTTP_" + name.upper().replace("-", "_")] = value
    return kept
