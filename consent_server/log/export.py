"""The log as a file, in constant memory: JSON lines, CSV or Parquet."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import msgspec

from consent_server.log import parquet
from consent_server.log.query import csv_head, csv_lines, json_lines
from scanner.errors import QuestionInvalid
from scanner.tables import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable
    from pathlib import Path

    from consent_server.log import ConsentLog
    from consent_server.log.query import Question
    from consent_server.model import ConsentRecord

FORMATS = ("jsonl", "csv", "parquet")


async def resumed(log: ConsentLog, question: Question, after: str) -> Question:
    """
    Return *question*, but for what comes after the decision with the id *after*.

    Raises:
        QuestionInvalid: If there is no such decision, or *question* has a cursor.
    """
    if question.cursor is not None:
        raise QuestionInvalid("'after' and 'cursor' both say where to go on: give one of them")
    found = None
    if "\0" not in after:  # which PostgreSQL could not be asked for
        found = await log.evidence(after.lower(), site=question.filter.site)
    if found is None:
        raise QuestionInvalid(
            "'after' names no decision that the log holds: take the one before it, or begin anew"
        )
    record, position, _ = found
    cursor = (to_milliseconds(record.decided_at), position)
    return msgspec.structs.replace(question, cursor=cursor)


async def exported(
    log: ConsentLog,
    question: Question,
    form: str,
    *,
    head: bool = True,
    heard: Callable[[str], None] = lambda last: None,
) -> AsyncIterator[bytes]:
    """
    Yield the export that *question* asks for, as *form*, one of `FORMATS`, group by group.

    Args:
        log: That holds it.
        question: Which decisions.
        form: How they are written.
        head: Whether CSV begins with the names of its columns.
        heard: Is told, whenever a group has been taken, the id of the last decision in it: what
            `resumed` needs.

    Raises:
        QuestionInvalid: If it is to be Parquet, and pyarrow is not installed.
    """
    groups = _told(log.export(question.filter, cursor=question.cursor), heard)
    if form == "parquet":
        async for piece in parquet.written(groups):
            yield piece
        return
    if form == "csv" and head:
        yield csv_head().encode()
    async for records in groups:
        yield csv_lines(records).encode() if form == "csv" else json_lines(records)


async def _told(
    groups: AsyncIterator[tuple[ConsentRecord, ...]], heard: Callable[[str], None]
) -> AsyncIterator[tuple[ConsentRecord, ...]]:
    async for records in groups:
        yield records
        heard(records[-1].id)


async def saved(pieces: AsyncIterable[bytes], file: Path) -> None:
    """Write *pieces* to *file*; it is there when it is whole, and until then is what it was."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as opened:
            async for piece in pieces:
                opened.write(piece)
        unfinished.replace(file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            unfinished.unlink()
