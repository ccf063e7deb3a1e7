"""The folder of a scan's evidence."""

import datetime as dt
import hashlib
import json

import pytest
from structlog.testing import capture_logs

from scanner.dossier import Dossier, folder_of
from scanner.errors import EvidenceUnwritable
from scanner.model import State
from tests.scanner.entries import bare

NOON = dt.datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=dt.UTC)


def scan(exhibits=()):
    return bare(NOON, exhibits=tuple(exhibits))


def test_each_scan_has_a_folder_of_its_own(tmp_path):
    folder = folder_of(tmp_path, site="shop", started_at=NOON)

    assert folder == tmp_path / "shop" / "20261122T120000.250000Z"


def test_the_manifest_names_every_file_with_its_checksum(tmp_path):
    dossier = Dossier(tmp_path)
    dossier.picture(b"png", state=State.ACCEPT, moment="arrived", url="https://shop.example/")
    dossier.archive(b"{}", state=State.ACCEPT)
    dossier.archive(b"{ }", state=State.ACCEPT)

    Dossier(tmp_path).seal(scan(dossier.exhibits), document="{}", report="<html>")

    manifest = json.loads((tmp_path / "manifest.json").read_bytes())
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert {e["name"] for e in manifest["exhibits"]} == files - {"manifest.json"}
    assert {"accept.har", "accept-2.har", "scan.json", "report.html"} < files
    for exhibit in manifest["exhibits"]:
        content = (tmp_path / exhibit["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == exhibit["sha256"]


def test_the_same_picture_at_the_same_moment_is_one_exhibit(tmp_path):
    dossier = Dossier(tmp_path)
    for _ in range(2):
        dossier.picture(b"png", state=State.GPC, moment="arrived", url="https://shop.example/")

    assert len(dossier.exhibits) == 1


def test_a_picture_that_cannot_be_written_does_not_end_the_scan(tmp_path):
    dossier = Dossier(tmp_path)
    dossier.pictures.rmdir()

    with capture_logs() as logs:
        dossier.picture(b"png", state=State.GPC, moment="arrived", url="https://shop.example/")

    assert dossier.exhibits == []
    assert [line["event"] for line in logs] == ["evidence is missing"]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(EvidenceUnwritable, match="cannot be made: Not a directory"):
        Dossier(tmp_path / "file" / "shop")
