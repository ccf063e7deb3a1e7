"""The log as a file, in constant memory: JSON lines, CSV or Parquet."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from consent_server.log import parquet
from consent_server.log.query import csv_head, csv_lines, json_lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator
    from pathlib import Path

    from consent_server.log import ConsentLog
    from consent_server.log.query import Question

FORMATS = ("jsonl", "csv", "parquet")


async def exported(log: ConsentLog, question: Question, form: str) -> AsyncIterator[bytes]:
    """
    Yield the export that *question* asks for, as *form*, one of `FORMATS`, group by group.

    Raises:
        QuestionInvalid: If it is to be Parquet, and pyarrow is not installed.
    """
    groups = log.export(question.filter, cursor=question.cursor)
    if form == "parquet":
        async for piece in parquet.written(groups):
            yield piece
        return
    if form == "csv":
        yield csv_head().encode()
    async for records in groups:
        yield csv_lines(records).encode() if form == "csv" else json_lines(records)


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
