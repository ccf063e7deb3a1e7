"""The findings of a site: potential breaches first, each with its evidence and its rule."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import Route

from consent_server.admin.gate import Asked, at_site
from consent_server.admin.glance import picture
from consent_server.admin.model import Role
from scanner.findings import SEVERITIES, told
from scanner.statements import evidence_in_words

if TYPE_CHECKING:
    from starlette.responses import Response


@at_site(Role.READER)
async def show(asked: Asked) -> Response:
    """Show what the newest scan found amiss, the worst first."""
    site = await asked.listed()
    assert site is not None, "the gate has seen it"
    seen = await asyncio.to_thread(picture, asked.store, site)
    broken_before = {finding.rule for finding in seen.before.findings} if seen.before else None
    counts = {
        severity: sum(finding.severity is severity for finding in seen.findings)
        for severity in SEVERITIES
    }
    rules = {rule.id: rule for rule in told(asked.words.language)}
    settled = (broken_before or set()) - {finding.rule for finding in seen.findings}
    return asked.page(
        "findings",
        seen=seen,
        rules=rules,
        evidence=partial(evidence_in_words, words=asked.words),
        counts={severity: count for severity, count in counts.items() if count},
        broken_before=broken_before,
        settled=[rules[each].title if each in rules else each for each in sorted(settled)],
    )


@at_site(Role.READER)
async def rule(asked: Asked) -> Response:
    """Show one rule: what it looks at, why it matters, and what to do."""
    wanted = asked.request.query_params.get("id", "")
    found = next((each for each in told(asked.words.language) if each.id == wanted), None)
    if found is None:
        return asked.problem(404, "rule")
    return asked.page("rule", rule=found)


ROUTES = [
    Route("/admin/{site}/findings", show),
    Route("/admin/{site}/findings/rule", rule),
]
