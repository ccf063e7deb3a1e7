"""What the doctor finds in sites, requests and files."""

import contextlib
import datetime as dt
import os
import socket
import ssl
import threading
import uuid

import pytest
import trustme

from consent_server.doctor import State, storage
from consent_server.doctor.server import people, server
from consent_server.doctor.sites import read_sites, requests_in_time, sites_in_order
from consent_server.log.signing import signing_key
from consent_server.rights.model import Right, RightsRequest
from consent_server.settings import Settings
from scanner.database import open_database
from scanner.model import Controller, Notify, Site
from scanner.tables import checkpoint
from tests.consent_server.conftest import SITES, opened

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
OWNER = Controller(name="Butikken AS")
SHOP = Site(key="shop", url="https://shop.example/", controller=OWNER, schedule="0 3 * * *")


def looked(site, started=None, *, smtp=False):
    checks = sites_in_order([site], started={site.key: started}, smtp=smtp, now=NOON)
    return [(check.state, check.said) for check in checks]


def test_a_site_that_was_scanned_last_night_is_good():
    last = NOON.replace(hour=3)

    assert looked(SHOP, last) == [
        (State.GOOD, "scanned on 2026-11-22 03:00 UTC, next at 2026-11-23 03:00 UTC")
    ]


@pytest.mark.parametrize("started", [None, NOON - 2 * DAY])
def test_a_site_whose_time_has_passed_shows_that_nobody_watches(started):
    ((state, said),) = looked(SHOP, started)

    assert state is State.BAD
    assert "though its schedule is '0 3 * * *'" in said


def test_a_scan_may_be_a_little_late():
    now = dt.datetime(2026, 11, 22, 3, 30, tzinfo=dt.UTC)

    (check,) = sites_in_order([SHOP], started={"shop": now - DAY}, smtp=False, now=now)

    assert check.state is State.GOOD


def test_a_site_needs_an_owner_and_e_mail_a_server():
    site = Site(key="s", url="https://s.example/", notify=Notify(email=("a@s.example",)))

    assert [state for state, _ in looked(site)] == [State.NOTE, State.BAD, State.BAD]
    assert [state for state, _ in looked(site, smtp=True)] == [State.NOTE, State.BAD]


@pytest.mark.parametrize(
    ("days", "state"), [((), "good"), ((1,), "good"), ((1, 25), "note"), ((1, 25, 31), "bad")]
)
def test_a_request_is_urgent_a_week_before_its_end(days, state):
    waiting = [
        RightsRequest(
            id="1",
            site="shop",
            right=Right.ACCESS,
            contact="kari@example.no",
            message="",
            receipt=None,
            language="nb",
            received_at=NOON - n * DAY,
        )
        for n in days
    ]

    assert requests_in_time(waiting, now=NOON).state == state


def test_mistakes_in_sites_yaml_are_told_with_their_lines(tmp_path):
    file = tmp_path / "sites.yaml"
    file.write_text("sites:\n  shop: {max_page: 3}\n")

    sites, check = read_sites(file)

    assert sites == ()
    assert check.state is State.BAD
    assert "sites.yaml:2" in check.said


def found(tmp_path, **settings):
    given = {"database": str(tmp_path / "kapsel.db")} | settings
    return {c.subject: (c.state, c.said) for c in storage.storage(Settings(**given))}


def test_nothing_is_made_where_nothing_is_there_yet(tmp_path):
    states = found(tmp_path)

    assert states["database"][0] is State.NOTE
    assert states["signing key"][0] is State.NOTE
    assert list(tmp_path.iterdir()) == []


def test_files_in_order_are_good(tmp_path):
    open_database(str(tmp_path / "kapsel.db")).dispose()
    key, checkpoints = tmp_path / "kapsel.key", tmp_path / "away" / "kapsel.checkpoints"
    checkpoints.parent.mkdir()
    checkpoints.touch()
    signing_key(key)

    states = found(tmp_path, checkpoints=checkpoints)

    assert {state for state, _ in states.values()} == {State.GOOD}


def test_a_key_that_others_read_and_a_damaged_database_are_bad(tmp_path):
    (tmp_path / "kapsel.key").touch(mode=0o600)
    (tmp_path / "kapsel.key").chmod(0o644)
    (tmp_path / "kapsel.db").write_bytes(b"no database" * 1000)

    states = found(tmp_path)

    assert states["signing key"][0] is State.BAD
    assert states["database"][0] is State.BAD


@pytest.mark.parametrize("content", ["", "-----BEGIN PRIVATE KEY-----\nnone\n"])
def test_a_key_that_is_none_is_bad(tmp_path, content):
    (tmp_path / "kapsel.key").touch(mode=0o600)
    (tmp_path / "kapsel.key").write_text(content)

    state, said = found(tmp_path)["signing key"]

    assert state is State.BAD
    assert "kapsel.key" in said


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_may_only_read_postgresql_is_told_so(database):
    engine = open_database(database)
    role = f"reader_{uuid.uuid4().hex[:8]}"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    engine.dispose()
    reading = Settings(database=database.replace("kapsel@", f"{role}@"))

    checks = list(storage.storage(reading))

    assert checks[0].state is State.BAD
    assert checks[0].said.startswith("this user may not write account, answer, ")
    assert "KAPSEL_DATABASE" in (checks[0].advice or "")


@pytest.mark.parametrize(
    ("newest", "there", "words"),
    [
        (None, None, None),
        (NOON - DAY, NOON + dt.timedelta(seconds=59), None),
        (NOON + DAY, None, "it is 2026-11-22 12:00 UTC here, and the newest decision came at 2026"),
        (None, NOON - dt.timedelta(hours=1), "PostgreSQL's clock and this machine's are 3600"),
    ],
)
def test_a_clock_that_is_wrong_is_told_without_asking_a_server(newest, there, words):
    check = storage.clock(NOON, newest=newest, there=there)

    assert check.state is (State.GOOD if words is None else State.BAD)
    assert words is None or words in check.said


def test_an_old_database_is_told_how_to_be_upgraded(tmp_path):
    (tmp_path / "kapsel.db").touch()

    state, said = found(tmp_path)["database"]

    assert state is State.BAD
    assert "kapsel database upgrade" in said


def test_checkpoints_beside_the_database_are_worth_a_note(tmp_path):
    (tmp_path / "kapsel.checkpoints").touch()

    assert found(tmp_path)["checkpoints"][0] is State.NOTE


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_checkpoints_that_cannot_be_written_are_bad(tmp_path):
    (tmp_path / "kapsel.checkpoints").touch(mode=0o400)

    assert found(tmp_path)["checkpoints"][0] is State.BAD


def test_a_database_of_somebody_else_s_is_bad(tmp_path, monkeypatch):
    open_database(str(tmp_path / "kapsel.db")).dispose()
    monkeypatch.setattr(
        "consent_server.doctor.storage.os.access",
        lambda file, _: str(file) != str(tmp_path / "kapsel.db"),
    )

    state, said = found(tmp_path)["database"]

    assert state is State.BAD
    assert "cannot be written" in said


def test_a_proxy_that_does_not_tell_of_https_is_bad(tmp_path):
    (tmp_path / "sites.yaml").write_text(SITES)
    with opened(str(tmp_path / "kapsel.db"), tmp_path / "sites.yaml") as client:
        told = people(client, "https://consent.example")
        untold = people(client, "http://consent.example")  # as it comes from behind such a proxy
        nowhere = people(client, "https://consent.example/elsewhere")

    assert told.state is State.GOOD
    assert (untold.state, nowhere.state) == (State.BAD, State.BAD)
    assert "lets nobody sign in" in untold.said
    assert "X-Forwarded-Proto" in (untold.advice or "")


def test_a_full_disk_is_bad(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "LITTLE_SPACE", 1 << 60)

    assert found(tmp_path)["disk"][0] is State.BAD


def test_files_that_this_user_cannot_reach_are_named_with_a_way_out(tmp_path):
    (tmp_path / "folder").write_text("a file")
    settings = Settings(database=str(tmp_path / "folder" / "kapsel.db"))

    checks = {check.subject: check for check in storage.storage(settings)}

    for subject in ("database", "signing key"):
        assert checks[subject].state is State.BAD
        assert "cannot be read: Not a directory" in checks[subject].said
        assert "as the server's user" in checks[subject].advice


def test_a_folder_that_is_not_there_is_told_once_with_a_way_out(tmp_path):
    settings = Settings(database=str(tmp_path / "nowhere" / "kapsel.db"))

    checks = {check.subject: check for check in storage.storage(settings)}

    assert checks["database"].state is State.BAD
    assert checks["database"].said == f"there is no folder {tmp_path}/nowhere"
    assert "make the folder" in checks["database"].advice
    assert "disk" not in checks


@pytest.mark.parametrize(
    ("address", "words"),
    [("{}/kapsel.db", "bring a backup back"), ("postgresql://x@127.0.0.1:1/k", "PostgreSQL runs")],
)
def test_a_database_that_cannot_be_opened_has_a_way_out(tmp_path, address, words):
    (tmp_path / "kapsel.db").write_bytes(b"no database" * 1000)

    check, *_ = storage.storage(Settings(database=address.format(tmp_path)))

    assert (check.subject, check.state) == ("database", State.BAD)
    assert words in check.advice


def test_a_key_that_is_gone_while_the_log_is_signed_is_bad(tmp_path):
    engine = open_database(str(tmp_path / "kapsel.db"))
    with engine.begin() as connection:
        connection.execute(checkpoint.insert().values(size=7, note="signed", created_at=0))
    engine.dispose()

    state, said = found(tmp_path)["signing key"]

    assert state is State.BAD
    assert "kapsel.key is not there, but the log is signed, with 7 leaves" in said
    assert not (tmp_path / "kapsel.key").exists()


def test_checkpoints_that_cannot_be_made_are_bad(tmp_path):
    settings = Settings(
        database=str(tmp_path / "kapsel.db"), checkpoints=tmp_path / "nowhere" / "checkpoints"
    )

    (check,) = [each for each in storage.storage(settings) if each.subject == "checkpoints"]

    assert check.state is State.BAD
    assert "nowhere cannot be written" in check.said


def test_what_is_no_address_of_a_server_is_told():
    (check,) = server("consent.example.org", [SHOP])

    assert check.state is State.BAD
    assert check.advice == "write it as https://consent.example.org"


def test_a_certificate_that_browsers_refuse_is_told_with_what_to_do():
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ended = dt.datetime.now(dt.UTC) - DAY
    ca.issue_cert("localhost", not_after=ended, not_before=ended - DAY).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def shake_hands():
            line, _ = listener.accept()
            with contextlib.suppress(OSError), context.wrap_socket(line, server_side=True):
                pass

        thread = threading.Thread(target=shake_hands)
        thread.start()
        (check,) = server(f"https://localhost:{port}", [SHOP])
        thread.join()

    assert check.state is State.BAD
    assert "CERTIFICATE_VERIFY_FAILED" in check.said
    assert "renew the certificate" in check.advice
