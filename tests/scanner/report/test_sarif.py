"""SARIF, as code hosts read it."""

import json

import msgspec

from scanner.findings import RULES
from scanner.report.sarif import sarif


def test_each_finding_is_a_result_of_a_rule_that_is_described(shop):
    shop = msgspec.structs.replace(shop, entries=())
    log = json.loads(sarif([shop]))

    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == [rule.id for rule in RULES]
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [f.rule for f in shop.findings]
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)


def test_a_result_says_what_where_and_what_to_do(shop):
    (run,) = json.loads(sarif([shop]))["runs"]

    result = run["results"][0]
    assert result["ruleId"] == "pre-consent-cookie"
    assert result["level"] == "error"
    assert result["message"]["text"].startswith("_ga\n- _ga (cookie, .shop.example), set by")
    assert "otential breach" in result["message"]["text"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "https://shop.example/"
    assert result["partialFingerprints"] == {"kapselRule/v1": "shop:pre-consent-cookie"}
    assert run["invocations"][0]["startTimeUtc"] == "2026-11-22T12:00:00.000Z"


def test_a_failed_scan_is_an_execution_that_failed(failed):
    (run,) = json.loads(sarif([failed]))["runs"]

    assert run["invocations"][0]["executionSuccessful"] is False
