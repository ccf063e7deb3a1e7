"""Which forms there are, and the text of a report in one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from scanner.changes import Difference
    from scanner.model import Scan
    from scanner.wording import Words

#: All but "table", which is printed while a run goes on.
FORMS = ("json", "html", "markdown", "csv", "sarif", "junit")


def report(
    form: str,
    scans: Sequence[Scan],
    *,
    changes: Mapping[str, Difference],
    fail_on: Collection[str] = (),
    pictures: Path | None = None,
    evidence: Path | None = None,
    spoken: Words | None = None,
) -> str:
    """
    Return *scans* as text.

    Args:
        form: One of FORMS.
        changes: Site -> what is new, gone and changed since the scan before it.
        fail_on: What ``--fail-on`` named: in JUnit only that is a failure. Nothing: all is.
        pictures: Folder of the pictures that the scans took; the page holds them.
        spoken: In which words the forms for people are; None: English.
        evidence: Folder in which each scan has a folder with its pictures; as above.
    """
    if form == "html":
        from scanner.report.page import html

        return html(scans, changes=changes, pictures=pictures, evidence=evidence, spoken=spoken)
    if form == "markdown":
        from scanner.report.page import markdown

        return markdown(scans, changes=changes, spoken=spoken)
    if form == "csv":
        from scanner.report.table import csv_table

        return csv_table((scan.site, entry) for scan in scans for entry in scan.entries)
    if form == "sarif":
        from scanner.report.sarif import sarif

        return sarif(scans)
    if form == "junit":
        return _junit(scans, changes=changes, fail_on=fail_on)
    from scanner.report.document import scans_document

    return scans_document(scans, changes=changes)


def _junit(
    scans: Sequence[Scan], *, changes: Mapping[str, Difference], fail_on: Collection[str]
) -> str:
    from scanner.findings import RULES, SEVERITIES
    from scanner.report.junit import junit

    if not fail_on:
        return junit(scans)
    bounds = [SEVERITIES.index(word) for word in fail_on if word in SEVERITIES]
    failing = {
        rule.id
        for rule in RULES
        if rule.id in fail_on or any(SEVERITIES.index(rule.severity) <= bound for bound in bounds)
    }
    new = {
        site: [f"{entry.name} ({entry.domain})" for entry in change.new]
        for site, change in changes.items()
        if "new" in fail_on
    }
    return junit(scans, failing=failing, new=new)
