"""Say statements: in plain English for programs and old readers, in a language for people. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner.languages import texts
from scanner.model import Statement
from scanner.wording import SCANS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.model import Entry, Finding, Line, Signal, Visit
    from scanner.wording import Words

#: The facts that are words of programs -> where stands what they are called.
_TERMS = {"kind": "kinds", "content": "contents", "refusal": "refusals"}

_PART = re.compile(r"(?<!^)(?=[A-Z])")


def in_english(*line: Statement) -> str:
    """Return a *line* in the English of the JSON documents, which never changes its form."""
    return ", ".join(map(_plainly, line))


def in_words(line: Iterable[Statement], words: Words) -> str:
    """Return a *line* as *words* say it."""
    return ", ".join(_said(statement, words) for statement in line)


def failure_in_words(visit: Visit, words: Words) -> str | None:
    """Return why *visit* failed; scans from before statements say it in English alone."""
    return in_words([visit.cause], words) if visit.cause is not None else visit.failure


def evidence_in_words(finding: Finding, words: Words) -> list[str]:
    """Return the evidence of *finding*; scans from before statements say it in English alone."""
    if not finding.lines:
        return list(finding.evidence)
    return [in_words(line, words) for line in finding.lines]


def refusal_in_words(entry: Entry, words: Words) -> str | None:
    """Return why the browser refused the cookie *entry*; None: it told no reason."""
    return in_words(refused(entry.refusals), words) if entry.refusals else entry.reason


def facts_in_words(signal: Signal, words: Words) -> str:
    """Return the facts of *signal*: what is no word of a platform's own is translated."""
    facts = signal.facts
    if facts == {"sent": "no"}:
        return words.text("report.not_sent")
    if "company" in facts and "target" in facts:
        return _said(Statement(code="alias", facts={**facts}), words)
    if "product" in facts:
        return _said(Statement(code="passes_on", facts={"product": facts["product"]}), words)
    named = words.named("facts")
    return ", ".join(
        f"{named.get(name, name.replace('_', ' '))} "
        + (text if name == "value" else words.term("told", text))
        for name, text in facts.items()
    )


def refused(refusals: Iterable[str]) -> Line:
    """Return why the browser refused a cookie, by the names that Chromium has for the reasons."""
    return tuple(Statement(code="refusal", facts={"refusal": each}) for each in refusals)


def _plainly(statement: Statement) -> str:
    text = texts("en", of=SCANS)["statements"][statement.code]
    template: str = text if isinstance(text, str) else text["other"]
    return template.format(
        **{name: _plain_fact(name, fact) for name, fact in statement.facts.items()}
    )


def _plain_fact(name: str, fact: str | int | Statement) -> str | int:
    if isinstance(fact, Statement):
        return _plainly(fact)
    if name == "refusal":
        return _refusal(texts("en", of=SCANS)["terms"]["refusals"], str(fact))
    return str(fact).replace("_", " ") if name in _TERMS else fact


def _said(statement: Statement, words: Words) -> str:
    facts = {name: _fact(name, fact, words) for name, fact in statement.facts.items()}
    return words.text(f"statements.{statement.code}", **facts)


def _fact(name: str, fact: str | int | Statement, words: Words) -> str | int:
    if isinstance(fact, Statement):
        return _said(fact, words)
    if name == "refusal":
        return _refusal(words.named("refusals"), str(fact))
    return words.term(_TERMS[name], fact) if name in _TERMS else fact


def _refusal(named: Mapping[str, str], refusal: str) -> str:
    """Return what a *refusal* is called; one that is new to us by the words in its own name."""
    return named.get(refusal) or _PART.sub(" ", refusal).lower()
