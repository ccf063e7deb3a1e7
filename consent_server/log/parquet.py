"""The log as a Parquet file, written group by group; needs pyarrow (the extra ``parquet``)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.errors import QuestionInvalid
from scanner.model import OPTIONAL_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from consent_server.model import ConsentRecord

GROUP = 20_000  # records in one row group: few enough to hold, enough to compress well


async def written(groups: AsyncIterator[tuple[ConsentRecord, ...]]) -> AsyncIterator[bytes]:
    """
    Yield a Parquet file of the records in *groups*, piece by piece.

    Raises:
        QuestionInvalid: If pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ModuleNotFoundError as exc:
        raise QuestionInvalid("Parquet needs pyarrow: install Kapsel as 'kapsel[parquet]'") from exc
    schema = pyarrow.schema(_fields(pyarrow))
    sink, waiting = _Sink(), []
    with ParquetWriter(sink, schema, compression="zstd") as writer:
        async for records in groups:
            waiting += [_row(record) for record in records]
            if len(waiting) >= GROUP:
                writer.write_table(pyarrow.Table.from_pylist(waiting, schema=schema))
                waiting.clear()
                yield sink.taken()
        if waiting:
            writer.write_table(pyarrow.Table.from_pylist(waiting, schema=schema))
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Collects what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._position += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _fields(pyarrow: Any) -> list[tuple[str, Any]]:
    text, moment = pyarrow.string(), pyarrow.timestamp("ms", tz="UTC")
    return [
        *((name, text) for name in ("id", "site", "revision", "language", "action", "surface")),
        *((category.value, pyarrow.bool_()) for category in OPTIONAL_CATEGORIES),
        ("services", text),  # JSON
        *((name, moment) for name in ("decided_at", "received_at")),
        *((name, text) for name in ("page", "country", "network", "layout")),
        ("gpc", pyarrow.bool_()),
        ("flags", pyarrow.list_(text)),
    ]


def _row(record: ConsentRecord) -> dict[str, Any]:
    """Return *record* flat; a category that was not offered is null."""
    whole = msgspec.structs.asdict(record)
    return {
        **whole,
        **{category.value: record.choices.get(category.value) for category in OPTIONAL_CATEGORIES},
        "services": msgspec.json.encode(record.services).decode() if record.services else None,
        "flags": list(record.flags),
    }
