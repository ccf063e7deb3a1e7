"""Many decisions become rows by few statements, each in its place."""

from consent_server.log import rows
from scanner.database import open_database


def test_more_rows_than_one_statement_takes_keep_their_places(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    count = 2 * rows.AT_ONCE + 3
    given = [
        (f"id-{n}", 7, 1000 + n, 2000 + n, None, n % 2, "", None, bytearray([n] * 16))
        for n in range(count)
    ]
    hashes = [bytes([n] * 32) for n in range(count)]

    with engine.begin() as connection:
        for statement, values in rows.additions("sqlite", 5, given, hashes):
            connection.exec_driver_sql(statement, values)
        consents = connection.exec_driver_sql(
            "SELECT seq, id, answer, decided_at, received_at, page, gpc, flags, network, salt"
            " FROM consent ORDER BY seq"
        ).all()
        leaves = connection.exec_driver_sql("SELECT first, hashes FROM leaf_group").all()
    engine.dispose()

    assert [tuple(row) for row in consents] == [
        (5 + n, f"id-{n}", 7, 1000 + n, 2000 + n, None, n % 2, "", None, bytes([n] * 16))
        for n in range(count)
    ]
    assert [tuple(row) for row in leaves] == [(5, b"".join(hashes))]
