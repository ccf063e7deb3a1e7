"""JUnit XML, as build servers read it."""

import xml.etree.ElementTree as ET

from scanner.findings import RULES
from scanner.report.junit import junit


def cases(text):
    root = ET.fromstring(text.encode())
    return root[0], {case.get("name"): case for case in root.iter("testcase")}


def test_each_rule_is_a_case_and_each_finding_a_failure(shop):
    suite, found = cases(junit([shop]))

    assert set(found) == {"scan", "new", *(rule.id for rule in RULES)}
    assert suite.get("tests") == str(len(found))
    assert suite.get("failures") == str(len(shop.findings))
    failure = found["pre-consent-cookie"].find("failure")
    assert failure.get("type") == "critical"
    assert "set by https://tags.example/ga.js line 1" in failure.text
    assert len(found["post-reject-cookie"]) == 0


def test_only_what_shall_fail_fails(shop):
    suite, found = cases(junit([shop], failing={"pre-consent-cookie"}))

    assert suite.get("failures") == "1"
    assert found["unclassified-cookie"].find("failure") is None
    assert found["unclassified-cookie"].find("skipped") is not None


def test_new_items_can_fail_too(shop):
    suite, found = cases(junit([shop], failing=(), new={"shop": ["_ga (.shop.example)"]}))

    assert suite.get("failures") == "1"
    assert found["new"].find("failure").text == "_ga (.shop.example)"


def test_a_failed_scan_is_an_error(failed):
    suite, found = cases(junit([failed]))

    assert suite.get("errors") == "1"
    assert found["scan"].find("error").text == "the name was not found"


def test_names_that_xml_cannot_hold_are_made_readable(shop):
    _, found = cases(junit([shop]))

    assert "x<&>\\u0001" in found["unclassified-cookie"].find("failure").text


def test_suites_have_what_strict_readers_require(shop, failed):
    root = ET.fromstring(junit([shop, failed], new={"shop": ["_ga"]}))

    assert root.attrib == {}
    assert [suite.get("id") for suite in root] == ["0", "1"]
    assert {suite.get("package") for suite in root} == {"kapsel"}
    assert root[0].get("hostname") == "shop.example"
    for suite in root:
        parts = [child.tag for child in suite]
        assert (parts[0], parts[-2:]) == ("properties", ["system-out", "system-err"])
    assert all(bad.get("type") for tag in ("error", "failure") for bad in root.iter(tag))
