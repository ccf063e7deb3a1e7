"""The database opens on either engine, is brought up to date, and says what is wrong with it."""

import subprocess
import sys

import pytest
from sqlalchemy import inspect, text
from structlog.testing import capture_logs

from scanner.database import (
    back_up,
    check_database,
    database_revision,
    must_exist,
    open_database,
    upgrade_database,
)
from scanner.errors import DatabaseUnusable
from scanner.tables import from_milliseconds, metadata, to_milliseconds


def shape(inspector):
    """What a database looks like, without the words that its dialect uses."""
    return {
        table: (
            {(column["name"], column["nullable"]) for column in inspector.get_columns(table)},
            tuple(inspector.get_pk_constraint(table)["constrained_columns"]),
            {
                (index["name"], tuple(index["column_names"]), bool(index["unique"]))
                for index in inspector.get_indexes(table)
                if not index.get("duplicates_constraint")
            },
        )
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_an_empty_database_gets_all_tables_and_is_then_left_alone(unmigrated):
    for _ in range(2):
        engine = open_database(unmigrated)
        assert set(metadata.tables) <= set(inspect(engine).get_table_names())
        assert check_database(engine) == ()
        engine.dispose()


def test_the_revisions_lead_to_the_tables_that_are_declared(unmigrated):
    migrated = open_database(unmigrated)
    migrated_shape = shape(inspect(migrated))
    with migrated.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)

    assert shape(inspect(migrated)) == migrated_shape
    migrated.dispose()


def test_who_upgrades_is_told_to_start_the_servers_anew(unmigrated):
    engine = open_database(unmigrated, upgrade=False)

    with capture_logs() as told_of_a_new_one:
        upgrade_database(engine, to="0012")
    with capture_logs() as told:
        upgrade_database(engine)
    engine.dispose()

    assert told_of_a_new_one == []
    assert [(line["was"], line["log_level"]) for line in told] == [("0012", "warning")]
    assert "start anew whatever was running on it" in told[0]["event"]


def test_servers_that_start_together_upgrade_once(unmigrated):
    script = "import sys; from scanner.database import *; open_database(sys.argv[1]).dispose()"
    started = [
        subprocess.Popen([sys.executable, "-c", script, unmigrated], stderr=subprocess.PIPE)
        for _ in range(4)
    ]

    assert [process.communicate()[1] for process in started] == [b""] * 4

    engine = open_database(unmigrated, upgrade=False)
    assert check_database(engine) == ()
    engine.dispose()


def test_a_database_of_a_newer_kapsel_is_refused_in_words(database):
    engine = open_database(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()

    with pytest.raises(DatabaseUnusable, match="which this Kapsel does not know"):
        open_database(database)


def test_what_was_never_upgraded_is_reported(unmigrated):
    engine = open_database(unmigrated, upgrade=False)

    assert "run 'kapsel database upgrade'" in check_database(engine)[0]
    with engine.connect() as connection:
        assert database_revision(connection) is None
    engine.dispose()


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path):
    path = tmp_path / "kapsel.db"
    path.write_text("this is a letter, not a database " * 100)

    with pytest.raises(DatabaseUnusable, match="file is not a database"):
        open_database(str(path))


def test_a_damaged_file_is_reported(tmp_path):
    path = tmp_path / "kapsel.db"
    engine = open_database(str(path))
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 8] = bytes(4096 * 5)
    path.write_bytes(data)

    engine = open_database(str(path), upgrade=False)
    faults = check_database(engine)
    engine.dispose()

    assert faults


@pytest.mark.parametrize(
    "address", ["mysql://localhost/kapsel", "postgresql://:::/", "/no/such/folder/kapsel.db"]
)
def test_an_address_that_leads_nowhere_is_refused_in_words(address):
    with pytest.raises(DatabaseUnusable):
        open_database(address)


@pytest.mark.parametrize("milliseconds", [0, 1763812800250, -62135596800000, 253402300799999])
def test_a_moment_comes_back_to_the_millisecond(milliseconds):
    assert to_milliseconds(from_milliseconds(milliseconds)) == milliseconds


def test_decisions_from_before_the_tree_get_leaves_that_hold(unmigrated):
    from nacl.signing import SigningKey

    from consent_server.log.verify import verify

    engine = open_database(unmigrated, upgrade=False)
    upgrade_database(engine, to="0001")
    row = "(id, site, revision, functional, statistics, marketing, action, language, decided_at, "
    row += "received_at, page, gpc, flags)"
    with engine.begin() as connection:
        for n in (1, 2, 5):
            connection.exec_driver_sql(
                f"INSERT INTO consent {row} VALUES ('{n}', 'shop', 'r', true, NULL, false, 'save', "
                f"'nb', 1763812800{n}50, 1763812801000, 'https://shop.example/ø', true, 'late')"
            )
        connection.exec_driver_sql("DELETE FROM consent WHERE id = '2'")
    upgrade_database(engine)

    verdict = verify(engine, key=SigningKey.generate().verify_key)
    engine.dispose()

    assert verdict.faults == ()
    assert verdict.leaves == 2


def test_a_newer_database_is_not_told_to_be_upgraded(database):
    engine = open_database(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    (fault,) = check_database(engine)

    engine.dispose()
    assert "9999, which this Kapsel does not know: install the newer Kapsel" in fault


def test_what_is_not_there_is_not_made_by_looking(tmp_path):
    with pytest.raises(DatabaseUnusable, match="there is no such database"):
        must_exist(str(tmp_path / "typo.db"))
    must_exist("postgresql://kapsel@/kapsel")
    (tmp_path / "kapsel.db").touch()
    must_exist(str(tmp_path / "kapsel.db"))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DatabaseUnusable, match=f"there is no folder {tmp_path}/nowhere"):
        open_database(str(tmp_path / "nowhere" / "kapsel.db"))


def test_a_backup_that_fails_leaves_nothing_behind(tmp_path):
    source = tmp_path / "kapsel.db"
    open_database(str(source)).dispose()
    pages = bytearray(source.read_bytes())
    pages[8192:49152] = b"\xff" * 40960
    source.write_bytes(pages)
    engine = open_database(str(source), upgrade=False)

    with pytest.raises(DatabaseUnusable, match=r"the backup .*copy.db failed: .* malformed"):
        back_up(engine, tmp_path / "copy.db")

    engine.dispose()
    assert [path.name for path in tmp_path.glob("copy*")] == []


def test_a_backup_that_was_killed_is_made_anew(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    (tmp_path / "copy.db.part").write_text("half of it")

    back_up(engine, tmp_path / "copy.db")

    engine.dispose()
    copy = open_database(str(tmp_path / "copy.db"), upgrade=False)
    assert check_database(copy) == ()
    copy.dispose()
    assert not (tmp_path / "copy.db.part").exists()
