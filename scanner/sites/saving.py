"""Save the owner's word on an item in sites.yaml; two who do so at once lose nothing."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.errors import SitesInvalid, SitesNotSaved
from scanner.sites import parse, pick
from scanner.sites.edit import CannotEdit, with_override

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Override

_one_at_a_time = threading.Lock()


def save_override(file: Path, *, site: str, override: Override) -> None:
    """
    Write *override* into *file* as the first of *site*; every other sign stays as it was.

    Raises:
        SitesInvalid: If the file has mistakes; it is not touched.
        SitesNotSaved: If it cannot be written, or only a person should change it; the text
            says what to add by hand.
        UnknownSite: If it does not list *site*.
    """
    real = file.resolve()
    try:
        with _alone(real.parent):
            text = _text(real, name=str(file))
            pick(parse(text.encode(), name=str(file)), [site])
            _replace(real, with_override(text, site=site, override=override))
    except CannotEdit as exc:
        raise SitesNotSaved(
            f"{file} is not changed, since it is written in a way of its own; "
            f"add this under overrides of {site} yourself: {exc.line}"
        ) from None
    except OSError as exc:
        raise SitesNotSaved(f"{file} cannot be changed: {exc.strerror}") from exc


def _text(file: Path, *, name: str) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SitesInvalid([f"{name}: there is no such file"]) from None
    except UnicodeDecodeError as exc:
        raise SitesInvalid([f"{name}: is not UTF-8"]) from exc


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other threads out meanwhile, and other processes where the system can."""
    with _one_at_a_time:
        if sys.platform == "win32":
            yield
            return
        import fcntl

        opened = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield
        finally:
            os.close(opened)


def _replace(file: Path, text: str) -> None:
    """Write *file* so that whoever reads it meanwhile sees the old text or the new one."""
    with tempfile.NamedTemporaryFile("wb", dir=file.parent, delete=False) as new:
        new.write(text.encode())
        new.flush()
        os.fsync(new.fileno())
    fresh = Path(new.name)
    fresh.chmod(file.stat().st_mode)
    fresh.replace(file)
