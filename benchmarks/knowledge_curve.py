"""What it costs to exempt fewer trackers: right verdicts against false exemptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from benchmarks.knowledge_answers import Answered, answered
from benchmarks.knowledge_rows import three
from scanner.model import Category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.knowledge_rows import Row
    from scanner.knowledge.weights import Weights

#: How likely an item must be to be exempt, before the model calls it so.
EXEMPTIONS = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)

HEAD = """
             met: of all, exempted; no name known    listed: of all, exempted; no name known
exempt from"""


def curve(folds: list[tuple[Weights, list[Row]]]) -> str:
    """Return one line for each exemption: of all and exempted, for rows that were met and listed.

    Each twice: with the knowledge base whole, and without what fits a name of the fold.
    """
    lines = [HEAD]
    for exemption in EXEMPTIONS:
        moved = [(_moved(weights, exemption), rows) for weights, rows in folds]
        whole, without = answered(moved), answered(moved, forget=True)
        told = [
            point([one for one in answers if one.row.source == source])
            for source in ("met", "listed")
            for answers in (whole, without)
        ]
        lines.append(f"{exemption:>11.0%}  " + "     ".join(told))
    return "\n".join(lines)


def _moved(weights: Weights, exemption: float) -> Weights:
    """Return *weights* that exempt from *exemption* on; of third parties not sooner than now."""
    return msgspec.structs.replace(
        weights,
        exemption=exemption,
        exemption_third=max(exemption, weights.exemption_third),
    )


def point(answers: Sequence[Answered]) -> str:
    """Return which share of *answers* is right, and which share of trackers was exempted.

    No answer counts as wrong.
    """
    trackers = [one for one in answers if three(one.row.label) != "essential"]
    said = [one for one in answers if one.verdict.category is not Category.UNCLASSIFIED]
    right = sum(one.right for one in said) / max(len(answers), 1)
    exempted = sum(one.exempted for one in trackers) / max(len(trackers), 1)
    return f"{right:>8.1%} {exempted:>8.1%}"
