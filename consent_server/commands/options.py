"""The options that several commands of the server share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def checkpoints_option(meaning: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option ``--checkpoints``, which *meaning* explains."""
    return click.option(
        "--checkpoints",
        envvar="KAPSEL_CHECKPOINTS",
        default=None,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help=meaning,
    )
