"""``kapsel serve`` and ``kapsel embed`` as an operator runs them."""

import json
import signal
import socket
import ssl
import subprocess
import sys

import httpx2
import pytest
import trustme
from click.testing import CliRunner

from consent_server.commands.serve import command
from scanner.database import is_up_to_date, open_database
from scanner.errors import KapselError
from tests.consent_server.conftest import ORIGIN, decision, serving


def test_the_first_start_prints_a_token_once_and_it_opens_the_log(tmp_path, sites_file):
    database = tmp_path / "kapsel.db"
    with serving(database, sites_file) as server:
        token = server.said[0].split()[-1]
        posted = httpx2.post(
            f"{server.url}/w/shop/consents",
            json=decision(1),
            headers={"Origin": ORIGIN},
            timeout=60,
        )
        found = httpx2.get(
            f"{server.url}/api/v1/consents",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=60) == 0

    assert token.startswith("kapsel_")
    assert (posted.status_code, found.status_code) == (201, 200)
    assert [record["id"] for record in found.json()["records"]] == [decision(1)["id"]]
    with serving(database, sites_file) as server:
        assert len(server.said) == 1
        assert "server" not in httpx2.get(f"{server.url}/healthz", timeout=60).headers
    assert token.encode() not in database.read_bytes()


def test_what_brings_a_database_up_to_date_is_not_kept_in_the_servers_memory(tmp_path):
    database = str(tmp_path / "kapsel.db")
    program = (
        "import sys; from consent_server import serving; "
        "serving.upgrade(sys.argv[1]); print('alembic' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, database], capture_output=True, text=True, check=True
    )

    engine = open_database(database, upgrade=False)
    up_to_date = is_up_to_date(engine)
    engine.dispose()
    assert up_to_date
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_a_given_token_is_taken_and_none_is_made(tmp_path, sites_file):
    with serving(tmp_path / "kapsel.db", sites_file, "--api-token", "given") as server:
        answer = httpx2.get(
            f"{server.url}/api/v1/sites", headers={"Authorization": "Bearer given"}, timeout=60
        )

    assert len(server.said) == 1
    assert answer.status_code == 200


def test_what_went_through_the_server_is_not_in_its_own_lines(tmp_path, sites_file):
    with serving(tmp_path / "kapsel.db", sites_file, "--api-token", "given") as server:
        httpx2.post(
            f"{server.url}/w/shop/consents",
            json=decision(1),
            headers={"Origin": ORIGIN, "User-Agent": "distinctive", "X-Forwarded-For": "192.0.2.7"},
            timeout=60,
        )
        httpx2.get(f"{server.url}/w/shop/consents/{decision(1)['id']}", timeout=60)
        server.process.terminate()
        lines = "".join(server.said) + server.process.stderr.read()

    for secret in ("distinctive", "192.0.2.7", "127.0.0.1:", decision(1)["id"], "given"):
        assert secret not in lines.replace(server.url, "")


def kapsel(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "consent_server", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path, sites_file):
    with serving(tmp_path / "kapsel.db", sites_file) as server:
        port = server.url.rsplit(":", 1)[1]
        done = kapsel(
            *("serve", "--port", port, "--sites", str(sites_file)),
            *("--database", str(tmp_path / "kapsel.db")),
        )

    assert done.returncode == 1
    assert (
        f"kapsel: cannot listen on 127.0.0.1 port {port}: Address already in use: "
        "choose others with --host and --port\n"
    ) in done.stderr


def test_the_tag_is_printed_ready_to_paste(sites_file):
    done = kapsel(
        "embed", "shop", "--server", "https://consent.example/", "--sites", str(sites_file)
    )

    assert done.stdout == '<script async src="https://consent.example/w/shop.js"></script>\n'
    assert "script-src https://consent.example; connect-src https://consent.example" in done.stderr
    assert kapsel("embed", "nobody", "--sites", str(sites_file)).returncode == 2


def test_a_certificate_of_ones_own_serves_over_tls(tmp_path, sites_file):
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in made.cert_chain_pems))
    made.private_key_pem.write_to_path(key)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    given = ("--tls-certificate", certificate, "--tls-key", key)

    with serving(tmp_path / "kapsel.db", sites_file, *map(str, given)) as server:
        answer = httpx2.get(f"{server.url}/healthz", verify=context, timeout=60)

    assert server.url.startswith("https://")
    assert answer.json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        (["--tls-key", "sites.yaml"], 2, "are given together"),
        (
            ["--tls-key", "sites.yaml", "--tls-certificate", "sites.yaml"],
            1,
            "are no certificate and key",
        ),
    ],
)
def test_what_is_no_certificate_is_told_before_the_start(sites_file, given, status, said):
    done = subprocess.run(
        [sys.executable, "-m", "consent_server", "serve", "--port", "0", *given],
        cwd=sites_file.parent,
        capture_output=True,
        text=True,
    )

    assert done.returncode == status
    assert said in done.stderr


@pytest.mark.parametrize("workers", ["1", "2"])
def test_every_process_logs_as_it_was_told_to(tmp_path, sites_file, workers):
    form = ("--log-level", "info", "--log-format", "json")
    with serving(tmp_path / "kapsel.db", sites_file, "--workers", workers, before=form) as server:
        port = int(server.url.rpartition(":")[2])
        httpx2.get(f"{server.url}/w/shop.js", timeout=60).raise_for_status()
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            line.sendall(b"nonsense\r\n\r\n")
            assert b"400" in line.recv(1000)
        server.process.terminate()
        said = [text for text in server.process.stderr if not text.startswith("kapsel:")]

    told = [json.loads(text) for text in said]
    events = {(each["level"], each["event"]) for each in told}
    assert ("info", "site made ready") in events
    assert ("warning", "Invalid HTTP request received.") in events
    assert all(each["timestamp"].endswith("Z") for each in told)


def test_checkpoints_that_cannot_be_written_are_told_before_the_start(tmp_path, sites_file):
    done = CliRunner().invoke(
        command,
        [
            *("--database", str(tmp_path / "kapsel.db"), "--sites", str(sites_file)),
            *("--port", "0", "--api-token", "token"),
            *("--checkpoints", str(tmp_path / "nowhere" / "kapsel.checkpoints")),
        ],
    )

    assert isinstance(done.exception, KapselError)
    assert "nowhere/kapsel.checkpoints cannot be written" in str(done.exception)


def test_several_processes_count_together(tmp_path, sites_file):
    with serving(tmp_path / "kapsel.db", sites_file, "--workers", "2") as server:
        for n in range(20):  # each on a connection of its own, so that both processes serve
            httpx2.post(
                f"{server.url}/w/shop/consents",
                json=decision(n),
                headers={"Origin": ORIGIN},
                timeout=60,
            ).raise_for_status()
        told = {httpx2.get(f"{server.url}/metrics", timeout=60).text for _ in range(10)}

    lines = {line for text in told for line in text.splitlines()}
    assert 'kapsel_decisions_total{outcome="stored"} 20.0' in lines
    assert len({line for line in lines if 'outcome="stored"' in line}) == 1


def test_a_proxy_that_is_no_address_is_refused():
    answer = CliRunner().invoke(command, ["--trusted-proxy", "nginx"])

    assert answer.exit_code == 2
    assert "'nginx' does not appear to be an IPv4 or IPv6 network" in answer.output
