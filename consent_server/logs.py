"""Where the program's own log goes: to stderr, as sentences for people or as JSON for machines."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any, TextIO

import structlog

from scanner.visible import in_one_line, visible


def write_logs(*, level: str, form: str) -> None:
    """
    Send what is logged from now on to stderr, which data never goes to.

    Tracebacks show no variables: they can hold values of cookies, and secrets of a login.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``; what weighs less is dropped.
        form: ``text`` or ``json``.
    """
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *_FIRST, *_last(form)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def write_logs_of_libraries(*, form: str) -> None:
    """Send what libraries warn of to stderr too, in the same *form*."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_last(form),
            ],
            foreign_pre_chain=[*_FIRST, structlog.stdlib.add_logger_name],
            use_get_message=True,
            keep_exc_info=True,
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


_FIRST: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _last(form: str) -> list[Any]:
    """Return what makes a line of an event."""
    if form == "json":
        plain = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        return [
            structlog.processors.ExceptionRenderer(plain),
            structlog.processors.JSONRenderer(),
        ]
    return [
        _show_what_hides,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_traceback),
    ]


def _show_what_hides(_logger: object, _method: str, event: Any) -> Any:
    """Write out what a stranger's name could rule the terminal with; JSON does so by itself."""
    return {
        name: in_one_line(value) if isinstance(value, str) else value
        for name, value in event.items()
    }


def _traceback(out: TextIO, raised: Any) -> None:
    """Write a traceback, whose last line may hold a stranger's words."""
    whole = io.StringIO()
    structlog.dev.plain_traceback(whole, raised)
    out.write(visible(whole.getvalue()))


def _to_stderr(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)
