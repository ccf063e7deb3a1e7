"""The log as Parquet: whole, typed, and written in groups."""

import io

import pytest

from consent_server.log import parquet
from tests.consent_server.conftest import ask, decision, send
from tests.consent_server.log.test_log import NOON, record

pyarrow_parquet = pytest.importorskip("pyarrow.parquet")


@pytest.mark.anyio
async def test_each_record_is_a_row_and_each_group_goes_out_by_itself(monkeypatch):
    monkeypatch.setattr(parquet, "GROUP", 2)

    async def groups():
        yield (record(0), record(1, services={"YouTube": False}))
        yield (record(2),)

    pieces = [piece async for piece in parquet.written(groups())]

    file = pyarrow_parquet.ParquetFile(io.BytesIO(b"".join(pieces)))
    assert len(pieces) == 2
    assert file.num_row_groups == 2
    rows = file.read().to_pylist()
    assert [row["id"] for row in rows] == [record(n).id for n in range(3)]
    assert (rows[0]["functional"], rows[0]["statistics"], rows[0]["marketing"]) == (
        True,
        None,
        False,
    )
    assert rows[1]["services"] == '{"YouTube":false}'
    assert rows[0]["decided_at"] == NOON
    assert rows[0]["flags"] == ["late"]


def test_an_export_of_nothing_is_a_file_all_the_same(client):
    answer = ask(client, "/api/v1/consents/export", format="parquet")

    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert pyarrow_parquet.ParquetFile(io.BytesIO(answer.content)).read().num_rows == 0


def test_an_export_goes_on_where_a_cursor_points(client):
    for n in range(3):
        send(client, decision(n))
    cursor = ask(client, "/api/v1/consents", limit="1").json()["next_cursor"]

    answer = ask(client, "/api/v1/consents/export", format="parquet", cursor=cursor)

    assert pyarrow_parquet.ParquetFile(io.BytesIO(answer.content)).read().num_rows == 2
