"""From stage scores to the list of selected applications, reserves and the rest, each with its reason.

Stages are walked in order. An application leaves at the first stage where it has no quorum, misses the
cut-off (whatever the quota: 초격차 통합관리지침 §7③), or falls behind the shortlist. Those left at the end
are ranked within their field (or in one pool) by the final score = sum of stage total x stage weight,
computed from the published stage totals and rounded once. Places go to the first ranks, then reserves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from didimdol_decide.plain import uncollected
from didimdol_decide.rules import SelectionRule, StageRule
from didimdol_decide.standings import (
    FINAL,
    POOL,
    Candidate,
    GroupResult,
    Outcome,
    RankedApplication,
    Ranking,
    quotas,
)
from didimdol_decide.ties import Scores
from didimdol_decide.walk import Walk

__all__ = [
    "FINAL",
    "POOL",
    "Candidate",
    "GroupResult",
    "Outcome",
    "RankedApplication",
    "Ranking",
    "quotas",
    "rank",
    "shortlist",
]


def shortlist(
    rule: SelectionRule,
    stage_rules: Sequence[StageRule],
    applications: Iterable[Candidate],
    stage_scores: Scores,
    stage: str,
    lottery_seed: str,
) -> list[str]:
    """Ids that go on from `stage`, sorted; uses the scores of that stage and the ones before it only.

    Raises as `rank`, and KeyError for an unknown stage.
    """
    keys = [entry.key for entry in stage_rules]
    if stage not in keys:
        raise KeyError(stage)
    walk = Walk(rule, stage_rules, applications, stage_scores, lottery_seed)
    for entry in stage_rules[: keys.index(stage) + 1]:
        walk.take(entry)
    return sorted(walk.alive)


def rank(
    rule: SelectionRule,
    stage_rules: Sequence[StageRule],
    applications: Iterable[Candidate],
    stage_scores: Scores,
    lottery_seed: str,
) -> Ranking:
    """Rank and select. The order of `applications` and of the scores does not matter.

    stage_scores: stage key -> application id -> score. An application with no score in a stage it reached
    counts as "no_quorum" there. lottery_seed: see `lottery`. Raises ValueError: the rules do not fit
    together (`check_selection`), an id twice, an unknown field.
    """
    with uncollected():
        walk = Walk(rule, stage_rules, applications, stage_scores, lottery_seed)
        for stage in stage_rules:
            walk.take(stage)
        return walk.finish()
