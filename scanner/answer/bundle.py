"""The rules of @duckduckgo/autoconsent (MPL-2.0): fetched once, pinned, kept outside of Kapsel.

They know several hundred banners. Kapsel works without them, and ships none of their files.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from scanner.errors import BannerRulesUnusable

PACKAGE = "@duckduckgo/autoconsent"

#: Seconds that npm may take.
FETCH_TIMEOUT = 120

#: What is kept of the package, under which name.
FILES = {
    "package/dist/autoconsent.playwright.js": "engine.js",
    "package/rules/rules.json": "rules.json",
    "package/LICENSE": "LICENSE",
    "package/package.json": "package.json",
}

_MANIFEST = "kapsel.json"


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """The one version that is taken, and the checksum of its archive (as npm writes it)."""

    version: str
    integrity: str


PIN = Pin(
    version="16.23.0",
    integrity=(
        "sha512-NTmDhASFf5pUsSwg2TyT9R75GYUcuYZXPyBnRcYgJgozg6RLeXXP9uH8ADxA364yQ2gJBMu83AN/"
        "D24Y4nkPKg=="
    ),
)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What was installed: the version, and each file's SHA-256."""

    version: str
    integrity: str
    files: dict[str, str]


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """The installed engine and its rules."""

    version: str
    engine: str
    rules: tuple[dict[str, Any], ...]


def folder() -> Path:
    """Return where the rules are kept: KAPSEL_BANNER_RULES, else the user's data folder."""
    chosen = os.environ.get("KAPSEL_BANNER_RULES")
    if chosen:
        return Path(chosen)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "kapsel" / "banner-rules"


def install(archive: Path | None = None, *, pin: Pin = PIN) -> Path:
    """
    Get the pinned version with npm, or from *archive*, and return the folder it is in.

    Raises:
        BannerRulesUnusable: If it cannot be had, or is not what was pinned.
    """
    with tempfile.TemporaryDirectory() as place:
        packed = archive or _fetch(Path(place), pin)
        content = _unpack(packed, pin)
    return _keep(content, pin)


def manifest() -> Manifest | None:
    """
    Return what is installed; None: nothing.

    Raises:
        BannerRulesUnusable: If it cannot be read, or is not as it was installed.
    """
    try:
        return msgspec.json.decode((folder() / _MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise BannerRulesUnusable(f"{folder()} cannot be read: {exc.strerror}") from exc
    except msgspec.DecodeError as exc:
        raise BannerRulesUnusable(_damaged(_MANIFEST)) from exc


def load() -> Bundle | None:
    """
    Return the installed rules; None: there are none.

    Raises:
        BannerRulesUnusable: If a file is not as it was installed.
    """
    installed = manifest()
    return None if installed is None else _load(folder(), installed.version)


@functools.lru_cache(maxsize=2)
def _load(place: Path, version: str) -> Bundle:
    installed = manifest()
    assert installed is not None
    content = {}
    for name in ("engine.js", "rules.json"):
        path = place / name
        try:
            content[name] = path.read_bytes() if path.exists() else b""
        except OSError as exc:
            raise BannerRulesUnusable(f"{path} cannot be read: {exc.strerror}") from exc
        if hashlib.sha256(content[name]).hexdigest() != installed.files.get(name):
            raise BannerRulesUnusable(_damaged(name))
    rules = msgspec.json.decode(content["rules.json"])["autoconsent"]
    return Bundle(version=version, engine=content["engine.js"].decode(), rules=tuple(rules))


def _damaged(name: str) -> str:
    return f"{folder() / name} was changed: run 'kapsel banners install' again"


def _fetch(place: Path, pin: Pin) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise BannerRulesUnusable(
            f"npm was not found: install it, or get {PACKAGE}@{pin.version} as a .tgz elsewhere "
            "and run 'kapsel banners install --archive FILE'"
        )
    command = [npm, "pack", f"{PACKAGE}@{pin.version}", "--ignore-scripts", "--silent"]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=place, capture_output=True, text=True, timeout=FETCH_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise BannerRulesUnusable(f"npm did not fetch {PACKAGE} within {FETCH_TIMEOUT} s") from exc
    found = next(place.glob("*.tgz"), None)
    if done.returncode or found is None:
        said = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise BannerRulesUnusable(f"npm could not fetch {PACKAGE}@{pin.version}: {said[0]}")
    return found


def _unpack(packed: Path, pin: Pin) -> dict[str, bytes]:
    """Return the files that are kept, once the archive is known to be the pinned one."""
    try:
        whole = packed.read_bytes()
    except OSError as exc:
        raise BannerRulesUnusable(f"{packed}: {exc.strerror}") from exc
    found = "sha512-" + base64.b64encode(hashlib.sha512(whole).digest()).decode()
    if found != pin.integrity:
        raise BannerRulesUnusable(
            f"{packed.name} is not {PACKAGE} {pin.version}: its checksum is {found}"
        )
    with tarfile.open(packed) as archive:
        members = {name: archive.extractfile(source) for source, name in FILES.items()}
        return {name: member.read() for name, member in members.items() if member is not None}


def _keep(content: dict[str, bytes], pin: Pin) -> Path:
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        (place / name).write_bytes(data)
    done = Manifest(
        version=pin.version,
        integrity=pin.integrity,
        files={name: hashlib.sha256(data).hexdigest() for name, data in content.items()},
    )
    (place / _MANIFEST).write_bytes(msgspec.json.encode(done))  # last: without it, nothing counts
    _load.cache_clear()
    return place
