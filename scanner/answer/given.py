"""What a site keeps of a consent that was given, and whether it has let go of it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from scanner.answer.kept import says
from scanner.answer.platforms import platform

if TYPE_CHECKING:
    from scanner.answer.traces import Place, Traces

#: Places, and what was kept there.
_Kept: TypeAlias = "dict[Place, str]"

#: What the name of a record of consent speaks of, in the languages of those who write them.
_RECORD = re.compile(
    r"cookie|consent|gdpr|rgpd|dsgvo|ccpa|cmp|privacy|samtyk|samtyck|kakor|informasjonskaps|"
    r"personvern|evaste|suostumus|einwilligung|accept|toestemming|zgod|optin|opt[-_]in",
    re.IGNORECASE,
)

#: What a record changes without a new answer: dates, counters, versions.
_NUMBERS = re.compile(r"\d+")


@dataclass
class Memory:
    """What a visitor remembers from one answer to the next. Holds values: lives in memory only."""

    given: frozenset[Place] | None = None  # where a consent was written; None: that was not seen

    def gave(self, fresh: Traces, now: Traces) -> None:
        """Note what came or changed as the visitor said yes."""
        earlier, later = fresh.entries, now.entries
        self.given = frozenset(p for p, value in later.items() if earlier.get(p) != value)

    def taken_back(self, now: Traces, then: Traces, *, name: str | None) -> bool | None:
        """
        Return whether the consent that was kept *then* is withdrawn *now*; None: not sure.

        It is where its record says no, has gone, or has become another; a further record beside
        one that still says yes proves nothing.

        Args:
            now: The traces after the withdrawal.
            then: Those before it, with the consent.
            name: The platform whose record is believed first; None: whichever changed.
        """
        heard = now.heard(platform(name), then)
        if heard is not None:
            return heard == "no"
        later = now.entries
        consent = self._consent(then)
        stays = [value for place, value in consent.items() if later.get(place) == value]
        turned = [(v, later[p]) for p, v in consent.items() if p in later and later[p] != v]
        told = {says(new) for _, new in turned}
        if "yes" in told:
            return None
        if "no" in told:
            return True
        if "yes" in map(says, stays):
            return None
        went = any(place not in later for place in consent)
        other = any(_NUMBERS.sub("", old) != _NUMBERS.sub("", new) for old, new in turned)
        return True if went or other else None

    def _consent(self, then: Traces) -> _Kept:
        """Return the records of the consent among what was kept *then*."""
        entries = then.entries
        if self.given is None:
            return {p: v for p, v in entries.items() if _is_record(p, v, strict=True)}
        given = {p: v for p, v in entries.items() if p in self.given}
        return {p: v for p, v in given.items() if _is_record(p, v)} or given


def _is_record(place: Place, value: str, *, strict: bool = False) -> bool:
    """Whether what is kept at *place* is one of consent: a bare "1" is, unless *strict*, too."""
    name = place[-1]
    plain = strict and len(value) <= len("false")
    return _RECORD.search(name) is not None or (says(value) is not None and not plain)
