"""Where the program's own log goes: to stderr, as sentences for people or as JSON for machines."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def write_logs(*, level: str, form: str) -> None:
    """
    Send what is logged from now on to stderr, which data never goes to.

    Tracebacks show no variables: they can hold values of cookies, and secrets of a login.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``; what weighs less is dropped.
        form: ``text`` or ``json``.
    """
    last: list[Any]
    if form == "json":
        plain = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        renderer = structlog.processors.ExceptionRenderer(plain)
        last = [renderer, structlog.processors.JSONRenderer()]
    else:
        last = [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def _to_stderr(*_: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)
