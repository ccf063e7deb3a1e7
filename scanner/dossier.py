"""The evidence folder of one scan: pictures, archives of the traffic, the scan, the report.

``DIR/<site>/<time>/`` holds them, and a manifest.json that names each file with its SHA-256, so
that anybody can prove later that none of them was altered.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from scanner.errors import EvidenceUnwritable
from scanner.model import Exhibit

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.model import Scan, State

log = structlog.get_logger()

MANIFEST = "manifest.json"
PICTURES = "pictures"

_NAME = "%Y%m%dT%H%M%S.%fZ"  # of a folder: when its scan began


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What manifest.json holds."""

    site: str
    url: str
    started_at: dt.datetime
    exhibits: tuple[Exhibit, ...]


def folder_of(root: Path, *, site: str, started_at: dt.datetime) -> Path:
    """Return the folder of the scan of *site* that began at *started_at*."""
    return root / site / started_at.astimezone(dt.UTC).strftime(_NAME)


def begun(folder: Path) -> dt.datetime | None:
    """Return when the scan began whose evidence is in *folder*; None: it is no such folder."""
    if folder.is_symlink() or not folder.is_dir():
        return None
    try:
        return dt.datetime.strptime(folder.name, _NAME).replace(tzinfo=dt.UTC)
    except ValueError:
        return None


class Dossier:
    """The evidence folder at *path* while its scan goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.exhibits: list[Exhibit] = []
        self._make(path / PICTURES)

    @property
    def pictures(self) -> Path:
        """The folder of the pictures, each named by its SHA-256."""
        return self.path / PICTURES

    def picture(self, png: bytes, *, state: State, moment: Any, url: str) -> None:
        """Keep a picture of the page *url*; without room for it, the scan goes on."""
        name = f"{PICTURES}/{hashlib.sha256(png).hexdigest()}.png"
        self._try(png, name=name, kind="picture", state=state, moment=moment, url=url)

    def pressed(self, digest: str, *, state: State, url: str) -> None:
        """Note a picture that lies in the folder already: that of a press."""
        name = f"{PICTURES}/{digest}.png"
        self._note(name, digest, kind="picture", state=state, moment="pressed", url=url)

    def archive(self, har: bytes, *, state: State) -> None:
        """Keep the archive of the traffic in *state*; without room for it, the scan goes on."""
        name = f"{state.value.replace(':', '-')}.har"
        number = sum(e.kind == "har" and e.state is state for e in self.exhibits)
        name = name.replace(".har", f"-{number + 1}.har") if number else name
        self._try(har, name=name, kind="har", state=state)

    def seal(self, scan: Scan, *, document: str, report: str) -> None:
        """
        Keep *scan* as *document* and as the page *report*, and write down what is there.

        Raises:
            EvidenceUnwritable: If the folder cannot be written.
        """
        self.exhibits = list(scan.exhibits)
        self._keep(document.encode(), name="scan.json", kind="scan")
        self._keep(report.encode(), name="report.html", kind="report")
        manifest = Manifest(
            site=scan.site,
            url=scan.url,
            started_at=scan.started_at,
            exhibits=tuple(self.exhibits),
        )
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        self._write(MANIFEST, text + b"\n")

    def _try(self, content: bytes, *, name: str, **about: Any) -> None:
        try:
            self._keep(content, name=name, **about)
        except EvidenceUnwritable as exc:
            log.warning("evidence is missing", reason=str(exc))

    def _keep(self, content: bytes, *, name: str, **about: Any) -> None:
        self._write(name, content)
        self._note(name, hashlib.sha256(content).hexdigest(), **about)

    def _note(self, name: str, digest: str, **about: Any) -> None:
        exhibit = Exhibit(name=name, sha256=digest, **about)
        if exhibit not in self.exhibits:
            self.exhibits.append(exhibit)

    def _write(self, name: str, content: bytes) -> None:
        try:
            (self.path / name).write_bytes(content)
        except OSError as exc:
            raise EvidenceUnwritable(
                f"{self.path / name}: cannot be written: {exc.strerror}"
            ) from exc

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise EvidenceUnwritable(f"{folder}: cannot be made: {exc.strerror}") from exc
