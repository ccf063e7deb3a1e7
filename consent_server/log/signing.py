"""Sign the log's checkpoints, with a key and into a file that both lie outside the database."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import datetime as dt
import os
import re
from typing import TYPE_CHECKING

import structlog
from nacl.signing import SigningKey
from sqlalchemy.exc import DBAPIError

from consent_server.log import note
from scanner.errors import KapselError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from consent_server.log.tree import Tree
    from consent_server.log.witness import Witness

log = structlog.get_logger(__name__)

EVERY = 10.0  # seconds between checkpoints while decisions come in

SEED_LENGTH = 32  # bytes: all there is to a key

#: What stands before them in PKCS #8, and how that is written (RFC 8410, section 7; RFC 7468).
_HEAD = bytes.fromhex("302e020100300506032b657004220420")
_PEM = b"-----BEGIN PRIVATE KEY-----\n%b\n-----END PRIVATE KEY-----\n"
_KEY = re.compile(rb"\s*-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----\s*")


class Signer:
    """Signs a checkpoint of *tree* when it has grown; *file*, and a *witness*, get it too."""

    def __init__(
        self, tree: Tree, key: SigningKey, file: Path, *, witness: Witness | None = None
    ) -> None:
        self._tree = tree
        self._key = key
        self._file = file
        self._witness = witness
        self.key = note.write_key(key.verify_key)  # by which anybody can check

    def sign(self) -> None:
        """Sign a checkpoint, if there is something new."""
        text = self._tree.sign(self._key, now=dt.datetime.now(dt.UTC))
        if text is not None:
            if self._witness is not None:
                self._witness.add(text)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(text)

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Sign every `EVERY` seconds until the block ends, and a last time then."""

        async def work() -> None:
            while True:
                await asyncio.sleep(EVERY)
                await asyncio.to_thread(self._try)

        task = asyncio.create_task(work())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.to_thread(self._try)

    def _try(self) -> None:
        """Sign; a database or a disk that fails now is tried again the next time."""
        try:
            self.sign()
        except (DBAPIError, OSError) as exc:
            log.warning("checkpoint not signed", reason=str(getattr(exc, "orig", exc)))
        if self._witness is not None:
            self._witness.tell()


def must_take_checkpoints(path: Path) -> None:
    """
    Let the file at *path* pass if checkpoints can be added to it; where there is none, make it.

    Raises:
        KapselError: If not: then the log would be signed where it lies only.
    """
    try:
        path.open("a").close()
    except OSError as exc:
        raise KapselError(f"the checkpoints {path} cannot be written: {exc.strerror}") from exc


def signing_key(path: Path) -> SigningKey:
    """
    Return the key in the file at *path*; where there is none, make one that only we can read.

    Raises:
        KapselError: If the file cannot be read or written, or holds no such key.
    """
    try:
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read(path)
        key = SigningKey.generate()
        with os.fdopen(made, "wb") as file:
            file.write(_PEM % base64.b64encode(_HEAD + bytes(key)))
    except OSError as exc:
        raise KapselError(f"the signing key {path} cannot be used: {exc.strerror}") from exc
    return key


def _read(path: Path) -> SigningKey:
    found = _KEY.fullmatch(path.read_bytes())
    try:
        told = base64.b64decode(b"".join(found[1].split()), validate=True) if found else b""
    except binascii.Error:
        told = b""
    if not told:
        raise KapselError(f"{path} holds no signing key: move it away to get a new one")
    if not told.startswith(_HEAD) or len(told) != len(_HEAD) + SEED_LENGTH:
        raise KapselError(f"{path} holds another kind of key than Ed25519")
    return SigningKey(told[len(_HEAD) :])
