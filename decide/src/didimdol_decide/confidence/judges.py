"""Harsh or lenient: each evaluator's offset, as far as shared applications allow a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from didimdol_decide.confidence.result import JudgeLine, Leaning, Linked
from didimdol_decide.confidence.rounded import points as rounded_points

if TYPE_CHECKING:
    import numpy as np

    from didimdol_decide.confidence.offsets import Fit

SURPRISING = 3


@dataclass(frozen=True)
class Sheet:
    """Ballots of one kind in one stage: ids sorted, and arrays of places into them; points out of 100."""

    stage: str
    body: str
    applications: tuple[str, ...]
    evaluators: tuple[str, ...]
    application: np.ndarray[Any, Any]
    evaluator: np.ndarray[Any, Any]
    points: np.ndarray[Any, Any]

    def parts(self) -> list[int]:
        """For each evaluator the number of its connected part of the evaluator-application graph."""
        leader = list(range(len(self.applications) + len(self.evaluators)))

        def find(node: int) -> int:
            while leader[node] != node:
                leader[node] = leader[leader[node]]
                node = leader[node]
            return node

        for a, e in zip(self.application.tolist(), self.evaluator.tolist(), strict=True):
            leader[find(a)] = find(len(self.applications) + e)
        roots = [find(len(self.applications) + e) for e in range(len(self.evaluators))]
        number = {root: place for place, root in enumerate(dict.fromkeys(roots))}
        return [number[root] for root in roots]


def judge_lines(
    sheet: Sheet, fit: Fit | None, severity: np.ndarray[Any, Any] | None, share: float
) -> list[JudgeLine]:
    """One line an evaluator, in order of id. severity: draws x evaluators; None with `fit`: no model.

    An offset is against the mean of the evaluators of the same connected part: only that is identified.
    """
    import numpy as np

    parts = sheet.parts()
    linked: Linked
    lines = []
    for place, evaluator in enumerate(sheet.evaluators):
        peers = [other for other, part in enumerate(parts) if part == parts[place]]
        linked = "none" if len(peers) < 2 else "all" if len(peers) == len(parts) else "panel"
        mine = sheet.evaluator == place
        offset = low = high = None
        leaning: Leaning | None = None
        if fit is not None and severity is not None and linked != "none":
            against = severity[:, place] - severity[:, peers].mean(axis=1)
            offset = float(fit.severity[place] - fit.severity[peers].mean())
            low, high = (float(x) for x in np.quantile(against, ((1 - share) / 2, (1 + share) / 2)))
            leaning = "harsh" if high < 0 else "lenient" if low > 0 else "neither"
        lines.append(
            JudgeLine(
                stage=sheet.stage,
                body=sheet.body,
                evaluator=evaluator,
                ballots=int(mine.sum()),
                linked=linked,
                offset=rounded_points(offset),
                offset_low=rounded_points(low),
                offset_high=rounded_points(high),
                leaning=leaning,
                surprising=0 if fit is None else int((np.abs(fit.residuals[mine]) > SURPRISING).sum()),
            )
        )
    return lines
