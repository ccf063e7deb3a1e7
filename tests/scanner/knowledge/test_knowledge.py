"""The built-in knowledge as a whole: is it fit, does it load quickly, does it read well?"""

import datetime as dt
import re
import time

import pytest

from scanner.knowledge import Knowledge, files, load
from scanner.knowledge.base import read
from scanner.knowledge.check import LANGUAGES, check
from scanner.model import Category, Subject

TODAY = dt.date(2026, 11, 22)


def test_no_file_has_a_mistake():
    contents = files.load()

    assert check(contents.vendors, contents.vocabulary, today=TODAY) == []


def test_there_is_much_of_it():
    knowledge = load()

    assert len(knowledge.vendors) >= 250
    assert sum(len(vendor.cookie) for vendor in knowledge.vendors) >= 915
    assert sum(vendor.country == "NO" for vendor in knowledge.vendors) >= 25


def test_it_loads_quickly():
    files.load()

    started = time.process_time()
    files.load()

    assert time.process_time() - started < 5  # 0.15 s on one quiet core; CI is neither


def test_a_file_is_named_as_its_vendor():
    for name, text in files.collect(files.HERE).items():
        if name.startswith("vendors/"):
            vendors, _ = files.parse_vendors({name: text})
            assert name == f"vendors/{vendors[0].id}.toml"


def test_the_version_changes_with_the_contents():
    sources = files.collect(files.HERE)

    changed = {**sources, "purposes/en.toml": sources["purposes/en.toml"] + b"\n"}

    assert files.version(sources) == files.version(dict(reversed(sources.items())))
    assert files.version(sources) != files.version(changed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_reads_well_in_every_language(language):
    knowledge = load()

    for vendor in knowledge.vendors:
        for cookie in vendor.cookie:
            text = knowledge.texts(cookie.purposes, vendor)[language]
            assert re.fullmatch(r"[A-ZÅÄÖÆØÉ].*[.]", text), (vendor.id, cookie.name, text)
            assert "{" not in text
            assert "  " not in text
            if vendor.kind != "generic":
                assert vendor.name in text


def test_a_name_with_a_vowel_is_elided_in_french():
    knowledge = load()
    adform, bing = knowledge.vendor("adform"), knowledge.vendor("microsoft-advertising")

    assert "pour qu’Adform puisse" in knowledge.texts(("ads.visitor",), adform)["fr"]
    assert "pour que Microsoft Advertising" in knowledge.texts(("ads.visitor",), bing)["fr"]


def test_a_script_is_known_by_host_and_path():
    knowledge = load()

    def names(host, path="/"):
        return {vendor.id for vendor in knowledge.setters(host, path)}

    assert names("connect.facebook.net", "/en_US/fbevents.js") == {"meta"}
    assert names("www.googletagmanager.com", "/gtag/js") == {"google-analytics", "google-ads"}
    assert names("www.googletagmanager.com", "/gtm.js") == set()
    assert names("region5.static.hotjar.com") == {"hotjar"}
    assert names("shop.example") == set()


def test_a_host_is_known_by_its_domain():
    assert [vendor.id for vendor in load().owners(".ads.pubmatic.com")] == ["pubmatic"]
    assert load().owners("com") == ()


def test_own_files_stand_beside_the_built_in_ones_and_replace_them(tmp_path):
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "hotjar.toml").write_text(
        'id = "hotjar"\nname = "Hotjar"\ncategory = "marketing"\npurposes = ["ads.visitor"]\n'
    )

    knowledge = read(tmp_path)

    assert knowledge.vendor("hotjar").category is Category.MARKETING
    assert knowledge.vendor("hotjar").cookie == ()
    assert knowledge.vendor("matomo") is not None
    assert knowledge.version.startswith(files.load().version + "+own:")


def test_an_own_file_with_a_mistake_is_named(tmp_path):
    from scanner.errors import KnowledgeInvalid

    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "x.toml").write_text('id = "x"\nnme = "X"\n')

    with pytest.raises(KnowledgeInvalid, match=r"vendors/x.toml: .*nme"):
        read(tmp_path)


def test_without_knowledge_nothing_is_known():
    from scanner.classify import classify

    empty = Knowledge((), files.load().vocabulary)

    assert classify(Subject(name="_ga"), knowledge=empty).category is Category.UNCLASSIFIED


def test_no_host_of_the_list_belongs_to_a_vendor():
    knowledge = load()

    assert [host for host in files.load().hosts if knowledge.owners(host)] == []
    assert knowledge.host("a.b.moatads.com") is Category.MARKETING
    assert knowledge.host("shop.example") is None
