import pytest

from scanner.answer import bundle
from scanner.errors import BannerRulesUnusable


def test_nothing_is_installed_at_first():
    assert bundle.load() is None


def test_an_archive_is_installed_and_loaded(archive):
    path, pin = archive

    place = bundle.install(path, pin=pin)

    loaded = bundle.load()
    assert place == bundle.folder()
    assert (loaded.version, [rule["name"] for rule in loaded.rules]) == ("1.0.0", ["riddle", "far"])
    assert (place / "LICENSE").read_text(encoding="utf-8") == "Free to use in tests."


def test_an_archive_that_is_not_the_pinned_one_is_refused(archive):
    path, _ = archive

    with pytest.raises(BannerRulesUnusable, match="is not @duckduckgo/autoconsent"):
        bundle.install(path)

    assert bundle.manifest() is None


def test_a_file_that_was_changed_is_refused(archive):
    path, pin = archive
    place = bundle.install(path, pin=pin)
    (place / "engine.js").write_text("alert(1)", encoding="utf-8")

    with pytest.raises(BannerRulesUnusable, match="run 'kapsel banners install' again"):
        bundle.load()


def test_rules_that_this_user_may_not_read_are_named(archive):
    path, pin = archive
    place = bundle.install(path, pin=pin)
    (place / "kapsel.json").unlink()
    (place / "kapsel.json").mkdir()  # nobody can read that, whoever runs the tests

    with pytest.raises(BannerRulesUnusable, match="cannot be read"):
        bundle.load()


def test_without_npm_the_way_out_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(BannerRulesUnusable, match="--archive FILE"):
        bundle.install()


def test_an_archive_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BannerRulesUnusable, match="No such file"):
        bundle.install(tmp_path / "none.tgz")
