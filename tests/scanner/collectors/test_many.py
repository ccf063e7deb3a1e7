"""Pages that store more than a page does: who did is told all the same."""

import pytest

from scanner.model import Fate, Kind
from tests.sites.paths import Answer, Host, script

pytestmark = pytest.mark.anyio

SHOP = "https://www.shop.example/"
LOOP = """for (let i = 0; i < 800; i += 1) {
  document.cookie = `own_${i}=1`;
  document.cookie = `own_${i}=; Max-Age=0`;
}"""
MANY_FILES = """navigator.storage.getDirectory().then(async (root) => {
  let folder = root;
  for (let i = 0; i < 8; i += 1) {
    folder = await folder.getDirectoryHandle(`in_${i}`, { create: true });
  }
  const written = await folder.getFileHandle("written", { create: true });
  globalThis.open_ = await written.createWritable();
  for (let i = 0; i < 1800; i += 1) await folder.getFileHandle(`file_${i}`, { create: true });
});"""
ENDLESS = """navigator.storage.getDirectory().then(async (root) => {
  for (let i = 0; ; i += 1) await root.getFileHandle(`file_${i % 50}`, { create: true });
});"""
FILES = """navigator.storage.getDirectory().then(async (folder) => {
  for (let i = 0; i < 200; i += 1) await folder.getFileHandle(`file_${i}`, { create: true });
});"""


async def test_who_writes_cookies_after_somebody_wrote_very_many_is_known(look, monkeypatch):
    for limit in ("LOAD_LIMIT", "BUDGET_LIMIT"):  # on a busy machine the loop takes its time
        monkeypatch.setattr(f"scanner.crawl.settle.{limit}", 50.0)
    shop = {
        "/": Answer("<script src=/loop.js></script><script src=/late.js></script>"),
        "/loop.js": script(LOOP),
        "/late.js": script("document.cookie = 'late=1'; document.cookie = 'refused=1; domain=a.b'"),
    }
    found = await look({"www.shop.example": Host(shop)})

    cookies = found.cookies()
    assert cookies["late"].set_by.url == SHOP + "late.js"
    assert cookies["late"].fate is Fate.KEPT
    assert cookies["refused"].fate is Fate.REFUSED
    assert cookies["own_799"].set_by.url == SHOP + "loop.js"


async def test_a_page_that_goes_on_storing_files_is_waited_for(look):
    shop = {"/": Answer("<script src=/files.js></script>"), "/files.js": script(FILES)}
    found = await look({"www.shop.example": Host(shop)})

    files = found.of(Kind.FILE_SYSTEM)
    assert files.keys() == {f"file_{i}" for i in range(200)}
    assert {file.set_by.url for file in files.values()} == {SHOP + "files.js"}


async def test_who_stores_very_many_files_is_known_of_each(look):
    shop = {"/": Answer("<script src=/files.js></script>"), "/files.js": script(MANY_FILES)}
    found = await look({"www.shop.example": Host(shop)})

    files = found.of(Kind.FILE_SYSTEM)
    folder = "/".join(f"in_{i}" for i in range(8))
    names = {f"file_{i}" for i in range(1800)} | {"written"}
    assert files.keys() == {f"{folder}/{name}" for name in names}  # and nothing of the browser's
    assert {file.set_by and file.set_by.url for file in files.values()} == {SHOP + "files.js"}


async def test_a_page_that_stores_without_end_says_so(look, monkeypatch):
    monkeypatch.setattr("scanner.crawl.settle.STORING_LIMIT", 1.0)
    shop = {"/": Answer("<script src=/files.js></script>"), "/files.js": script(ENDLESS)}
    found = await look({"www.shop.example": Host(shop)})

    (visit,) = found.visits
    assert visit.failure == "it stored more and more until its time was up"
    assert visit.timed_out
    assert "file_0" in found.of(Kind.FILE_SYSTEM)
