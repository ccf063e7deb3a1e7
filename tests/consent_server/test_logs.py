import json

import pytest
import structlog

from consent_server.logs import write_logs


@pytest.fixture(autouse=True)
def _logs_as_before():
    yield
    structlog.reset_defaults()


def test_what_is_logged_never_mixes_with_data(capsys):
    write_logs(level="info", form="text")

    structlog.get_logger().info("page left out", url="https://www.shop.example/")

    told = capsys.readouterr()
    assert told.out == ""
    assert "page left out" in told.err


def test_a_machine_reads_one_object_a_line(capsys):
    write_logs(level="info", form="json")

    structlog.get_logger().warning("state given up", site="shop")

    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["level"], told["site"]) == ("state given up", "warning", "shop")


def test_what_weighs_less_is_dropped(capsys):
    write_logs(level="warning", form="text")

    structlog.get_logger().info("page left out")

    assert capsys.readouterr().err == ""


def quoted_by_a_stranger():
    raise ValueError("\x1b]0;owned\x07")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_stranger_s_name_writes_no_line_of_its_own_and_rules_no_terminal(form, capsys):
    write_logs(level="info", form=form)

    structlog.get_logger().info(
        "left\nout", url="https://x/\u202e", why="\x1b[2J\nINFO all is well"
    )
    try:
        quoted_by_a_stranger()
    except ValueError:
        structlog.get_logger().exception("it broke")

    told = capsys.readouterr().err
    assert not set("\x1b\x07\u202e") & set(told)
    assert not any(line.startswith(("INFO", "out")) for line in told.splitlines())


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_shows_where_but_no_variables(form, capsys):
    write_logs(level="info", form=form)
    password = "hemmelig-" + "verdi"

    try:
        int(f"x{len(password)}")
    except ValueError:
        structlog.get_logger().exception("it broke")

    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "hemmelig-verdi" not in told
