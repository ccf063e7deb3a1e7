"""Findings as SARIF 2.1.0, the form that code hosts show beside a change."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.findings import RULES
from scanner.model import Severity
from scanner.visible import in_one_line, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.findings import Rule
    from scanner.model import Finding, Scan

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.SERIOUS: "error",
    Severity.MODERATE: "warning",
    Severity.MINOR: "note",
    Severity.INFO: "note",
}

#: Code hosts sort by this number; it follows their words for 9, 7, 4 and 1.
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.0",
    Severity.SERIOUS: "7.0",
    Severity.MODERATE: "4.0",
    Severity.MINOR: "1.0",
    Severity.INFO: "0.0",
}


def sarif(scans: Sequence[Scan]) -> str:
    """Return one SARIF log with a run for each of *scans*."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(scan) for scan in scans]}
    return visible(msgspec.json.format(msgspec.json.encode(log), indent=2).decode())


def _run(scan: Scan) -> dict[str, Any]:
    return {
        "tool": {
            "driver": {
                "name": "Kapsel",
                "version": importlib.metadata.version("kapsel"),
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "automationDetails": {"id": f"kapsel/{scan.site}/"},
        "invocations": [
            {
                "executionSuccessful": scan.status != "failed",
                "startTimeUtc": _moment(scan.started_at),
                "endTimeUtc": _moment(scan.finished_at),
            }
        ],
        "results": [_result(scan, finding) for finding in scan.findings],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.help},
        "help": {"text": f"{rule.help}\n\n{rule.advice}"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["privacy", "consent"],
            "security-severity": _SECURITY_SEVERITY[rule.severity],
        },
    }


def _result(scan: Scan, finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": next(i for i, rule in enumerate(RULES) if rule.id == finding.rule),
        "level": _LEVELS[finding.severity],
        "message": {"text": in_words(finding)},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": scan.url}}}],
        # the same finding of the next scan is the same alert, however its evidence varies
        "partialFingerprints": {"kapselRule/v1": f"{scan.site}:{finding.rule}"},
        "properties": {
            "items": list(finding.items),
            "states": list(finding.states),
            "evidence": list(finding.evidence),
        },
    }


def in_words(finding: Finding) -> str:
    """Return a finding as text of some lines: the items, the evidence, the advice."""
    lines = [in_one_line(", ".join(finding.items))] if finding.items else []
    lines += [f"- {in_one_line(line)}" for line in finding.evidence]
    return "\n".join([*lines, finding.advice])


def _moment(time: Any) -> str:
    text: str = time.isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
