"""Vendors that are read one by one are those of the whole knowledge."""

import pytest

from scanner.errors import KnowledgeInvalid
from scanner.knowledge.base import read
from scanner.knowledge.files import HERE
from scanner.knowledge.vendor_files import VendorFiles


def test_every_vendor_is_found_as_in_the_whole_knowledge():
    files = VendorFiles(HERE)

    for vendor in read(HERE / "nowhere").vendors:
        assert files.vendor(vendor.id) == vendor


@pytest.mark.parametrize("name", ["nobody", "", "../vendors/google-analytics", "A", "x\0"])
def test_nobody_else_is_found(name):
    assert VendorFiles(HERE).vendor(name) is None


def test_the_owners_own_file_takes_the_built_in_ones_place(tmp_path):
    file = tmp_path / "vendors" / "google-analytics.toml"
    file.parent.mkdir()
    built_in = (HERE / "vendors" / "google-analytics.toml").read_text(encoding="utf-8")
    file.write_text(built_in.replace('name = "Google Analytics"', 'name = "Ours"'))

    assert VendorFiles(tmp_path, HERE).vendor("google-analytics").name == "Ours"


def test_a_file_that_cannot_be_used_is_named(tmp_path):
    file = tmp_path / "vendors" / "broken.toml"
    file.parent.mkdir()
    file.write_text("id = ")

    with pytest.raises(KnowledgeInvalid, match=r"broken\.toml"):
        VendorFiles(tmp_path).vendor("broken")
