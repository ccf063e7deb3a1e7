import json
import re

from click.testing import CliRunner

from consent_server.cli import cli


def kapsel(*words, home):
    return CliRunner().invoke(cli, ["banners", *words], env={"KAPSEL_BANNER_RULES": str(home)})


def test_what_is_there_is_shown(tmp_path):
    shown = kapsel("show", home=tmp_path)

    assert shown.exit_code == 0
    assert re.search(r"^own rules: \d\d platforms$", shown.stdout, re.MULTILINE)
    assert "@duckduckgo/autoconsent: not installed" in shown.stdout


def test_what_is_there_is_told_in_json(tmp_path):
    told = json.loads(kapsel("show", "--format", "json", home=tmp_path).stdout)

    assert {"cookiebot", "onetrust"} <= set(told["own"])
    assert told["@duckduckgo/autoconsent"] is None


def test_an_archive_with_another_checksum_is_not_installed(tmp_path):
    archive = tmp_path / "rules.tgz"
    archive.write_bytes(b"something else")

    done = kapsel("install", "--archive", str(archive), home=tmp_path / "home")

    assert done.exit_code == 1
    assert "rules.tgz is not @duckduckgo/autoconsent 16.23.0: its checksum is" in done.stderr
    assert not (tmp_path / "home").exists()


def test_an_archive_that_is_not_there_is_wrong_use(tmp_path):
    done = kapsel("install", "--archive", str(tmp_path / "none.tgz"), home=tmp_path)

    assert done.exit_code == 2
