"""The rules about the banner, and about how much of the site was read. Pure."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from scanner.addresses import without_query
from scanner.findings.broken import Broken, by_items, cut
from scanner.model import OPTIONAL_CATEGORIES, State, said
from scanner.statements import in_english

if TYPE_CHECKING:
    from scanner.findings.seen import Seen
    from scanner.model import BannerAnswer, Line, Statement, Visit

# What a press can have been taken for.
_REFUSALS = frozenset({"reject", "necessary"})
_AGREEMENTS = frozenset({"accept", "acknowledge", "save"})


def missing_notice(seen: Seen) -> Broken | None:
    """Return what needs consent where no banner asks for it."""
    if seen.banner.found is not False:
        return None
    chosen = [entry for entry in seen.entries if entry.category in OPTIONAL_CATEGORIES]
    return by_items(chosen, *(state for state in State if any(state in e.states for e in chosen)))


def no_reject(seen: Seen) -> Broken | None:
    """Return whether refusing takes more presses than agreeing, or cannot be done."""
    banner = seen.banner
    if not (banner.found and banner.accepted):
        return None
    # what is pressed to open the settings again belongs to the withdrawal
    asked = [press for press in banner.presses if press.state in (None, State.ACCEPT, State.REJECT)]
    presses = list(itertools.takewhile(lambda press: press.meaning != "reopen", asked))
    meanings = {press.meaning for press in presses}
    refusing = [p for p in presses if p.state in (None, State.REJECT) and p.meaning != "accept"]
    if banner.rejected and {"settings", "policy"} & {press.meaning for press in refusing}:
        labels = ", ".join(f"'{press.label}'" for press in refusing)
        line = said("refusal_longer", banner=_name(banner), labels=labels)
    elif banner.rejected is False and not meanings & _REFUSALS:
        line = said("no_refusal", banner=_name(banner))
    else:
        return None
    return Broken((), (State.REJECT,), ((line,),))


def _name(banner: BannerAnswer) -> str | Statement:
    return banner.platform or said("nameless_banner")


def banner_unclear(seen: Seen) -> Broken | None:
    """Return the presses of which nothing that could be verified came, and what is in doubt."""
    banner = seen.banner
    lines = []
    told = {press.meaning for press in banner.presses if press.state in (None, State.ACCEPT)}
    if banner.found and banner.accepted is False and told & _AGREEMENTS:
        lines.append((State.ACCEPT, said("accepted_in_vain")))
    if banner.rejected is False and {p.meaning for p in banner.presses} & _REFUSALS:
        lines.append((State.REJECT, said("refused_in_vain")))
    told_lines = [(line,) for line in (*(line for _, line in lines), *banner.doubts)]
    if not told_lines:
        return None
    return Broken((), tuple(state for state, _ in lines), tuple(told_lines))


def coverage(seen: Seen) -> Broken | None:
    """Return the pages that could not be read."""
    failed = [visit for visit in seen.visits if visit.failure is not None]
    lines = sorted((_failed(visit) for visit in failed), key=lambda line: in_english(*line))
    states = tuple(state for state in State if any(visit.state is state for visit in failed))
    return Broken((), states, cut(lines)) if failed else None


def _failed(visit: Visit) -> Line:
    cause = visit.cause or visit.failure or ""
    return (said("page_failed", page=without_query(visit.url), cause=cause),)
