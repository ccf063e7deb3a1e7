"""Where our log goes: to stderr, so that stdout has data only."""

from __future__ import annotations

import sys

import structlog


def to_stderr() -> None:
    """Send what is logged from now on to stderr; below "warning" only if it is no terminal."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(
            "warning" if sys.stderr.isatty() else "info"
        ),
        cache_logger_on_first_use=False,
    )
