"""Findings as JUnit XML, the form that every build server shows: one test case for each rule."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.findings import RULES
from scanner.report.sarif import in_words
from scanner.visible import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from scanner.model import Scan

#: What XML 1.0 cannot hold, and what strangers can put into a name all the same.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(
    scans: Sequence[Scan],
    *,
    failing: Collection[str] | None = None,
    new: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """
    Return a test suite for each of *scans*.

    Args:
        failing: Rules whose findings are failures; the others are skipped with their text.
            None: every finding is a failure.
        new: Site -> items that the scan before did not have and that are failures, too.
    """
    root = ET.Element("testsuites")
    for place, scan in enumerate(scans):
        _suite(root, scan, place, failing, new.get(scan.site, ()))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(
    root: ET.Element,
    scan: Scan,
    place: int,
    failing: Collection[str] | None,
    new: Sequence[str],
) -> None:
    seconds = (scan.finished_at - scan.started_at).total_seconds()
    found = {finding.rule: finding for finding in scan.findings}
    failed = [rule for rule in found if failing is None or rule in failing]
    suite = ET.SubElement(
        root,
        "testsuite",
        id=str(place),
        package="kapsel",
        name=_clean(scan.site),
        hostname=urlsplit(scan.url).hostname or "localhost",
        tests=str(len(RULES) + 2),
        failures=str(len(failed) + bool(new)),
        errors=str(int(scan.status == "failed")),
        skipped=str(len(found) - len(failed)),
        timestamp=scan.started_at.strftime("%Y-%m-%dT%H:%M:%S"),
        time=f"{seconds:.3f}",
    )
    ET.SubElement(suite, "properties")
    whole = ET.SubElement(
        suite, "testcase", classname=scan.site, name="scan", time=f"{seconds:.3f}"
    )
    if scan.status == "failed":
        reasons = dict.fromkeys(visit.failure for visit in scan.visits if visit.failure)
        error = ET.SubElement(whole, "error", message="the scan failed", type="scan")
        error.text = _clean("\n".join(reasons))
    news = ET.SubElement(suite, "testcase", classname=scan.site, name="new", time="0")
    if new:
        fresh = ET.SubElement(news, "failure", message="new items", type="new")
        fresh.text = _clean("\n".join(new))
    for rule in RULES:
        case = ET.SubElement(suite, "testcase", classname=scan.site, name=rule.id, time="0")
        if rule.id not in found:
            continue
        finding = found[rule.id]
        told = f"{finding.severity}: {rule.title}"
        if rule.id in failed:
            failure = ET.SubElement(case, "failure", message=told, type=finding.severity.value)
            failure.text = _clean(in_words(finding))
        else:
            ET.SubElement(case, "skipped", message=_clean(told))
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", visible(text))
