"""The decision whose sureness is asked for, and what the rule decides from drawn scores."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from didimdol_decide.confidence.inputs import ConfidenceInputs
from didimdol_decide.plain import Text
from didimdol_decide.ranking import Ranking, quotas, rank
from didimdol_decide.rules import FieldQuota, SelectionRule, StageRule
from didimdol_decide.scoring import StageScore, score_stages

if TYPE_CHECKING:
    import numpy as np


class NothingToSay(ValueError):
    """There is no decision to look at. `text` says it in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.in_language("en"))
        self.text = text


@dataclass(frozen=True)
class Decision:
    """The stages up to the one at hand, the rule that decides there, the official scores and result.

    standing: ids that may be selected here, sorted; group: of each id; final: whether this is the selection
    and not a shortlist."""

    stages: tuple[StageRule, ...]
    rule: SelectionRule
    scores: dict[str, dict[str, StageScore]]
    ranking: Ranking
    standing: tuple[str, ...]
    group: dict[str, str]
    places: dict[str, int]
    final: bool


def _as_shortlist(inputs: ConfidenceInputs, stages: tuple[StageRule, ...]) -> SelectionRule:
    """The shortlist of the last of `stages`, written as a selection of its own."""
    stage, rule = stages[-1], inputs.selection
    walked = {entry.key for entry in stages}

    def places(quota: int) -> int:
        if stage.shortlist_factor is None:
            return len(inputs.applications)
        return ceil(Fraction(quota) * Fraction(stage.shortlist_factor))

    quota: FieldQuota | int
    if isinstance(rule.quota, FieldQuota):
        quota = FieldQuota(by_field={field: places(given) for field, given in rule.quota.by_field.items()})
    else:
        quota = places(rule.quota)
    return SelectionRule(
        stage_weights={stage.key: Decimal(1)},
        quota=quota,
        tie_breaks=tuple(tie for tie in rule.tie_breaks if tie.by == "lottery" or tie.stage in walked),
        decimals=stage.decimals,
        rounding=stage.rounding,
    )


def decision_at_hand(inputs: ConfidenceInputs) -> Decision:
    """The selection, or the shortlist of the last stage that has ballots. Shortlists before it stand as they
    were taken.

    Raises NothingToSay without ballots; BallotInvalid, ValueError as `score_stages` and `rank`.
    """
    known = [stage.key for stage in inputs.stages]
    everyone = {candidate.id for candidate in inputs.applications}
    scores = score_stages(inputs.stages, inputs.ballots, inputs.bonuses, everyone)
    judged = [key for key in known if inputs.ballots.get(key)]
    if not judged:
        raise NothingToSay(
            Text(
                ko="평가표가 한 장도 없습니다. 'ballots'에 단계별 평가표를 넣거나,"
                " 공고 전이라면 --plan으로 설계를 물어보세요.",
                en="There is no ballot. Give ballots by stage in 'ballots',"
                " or ask about the design with --plan before the call.",
            )
        )
    last = known.index(judged[-1])
    stages = inputs.stages[: last + 1]
    final = last == len(known) - 1
    rule = inputs.selection
    if not final:
        stages = (*stages[:-1], stages[-1].model_copy(update={"shortlist_factor": None}))
        rule = _as_shortlist(inputs, inputs.stages[: last + 1])
    ranking = rank(rule, stages, inputs.applications, scores, inputs.lottery_seed or "")
    at_hand = stages[-1].key
    standing = sorted(
        entry.id
        for entry in ranking.applications
        if entry.outcome not in ("excluded", "no_quorum")
        and (entry.outcome != "not_selected" or entry.stopped_at is None)
        and all(
            entry.id in scores[stage.key] and scores[stage.key][entry.id].status == "scored"
            for stage in stages
        )
    )
    if not standing:
        raise NothingToSay(
            Text(
                ko=f"단계 '{at_hand}'에서 점수가 있는 신청이 없어 확실성을 말할 수 없습니다."
                " 정족수와 제외 여부를 확인하세요.",
                en=f"No application has a score in stage '{at_hand}', so there is nothing to be sure of."
                " Check the quorum and who is excluded.",
            )
        )
    return Decision(
        stages=stages,
        rule=rule,
        scores=scores,
        ranking=ranking,
        standing=tuple(standing),
        group={entry.id: entry.group for entry in ranking.applications},
        places=quotas(rule),
        final=final,
    )


def selected_in_draws(
    decision: Decision,
    bases: dict[str, np.ndarray[Any, Any]],
    generator: np.random.Generator,
    official_rounding: bool,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """bases: stage -> draws x standing, base scores. Returns (selected, rank in the group), draws x standing.

    Bonus, cut-offs, weights and places as the rule has them; equal scores are ordered by a lot of their own
    in each draw. official_rounding: round as the rule does (drawn ballots give ties), or not (a posterior
    draw is no official figure). Ranks: those below a cut-off come behind all others.
    """
    import numpy as np

    def shown(values: np.ndarray[Any, Any], decimals: int) -> np.ndarray[Any, Any]:
        return np.round(values, decimals) if official_rounding else values

    ids = decision.standing
    first = next(iter(bases.values()))
    alive = np.ones(first.shape, dtype=bool)
    value = np.zeros(first.shape)
    for stage in decision.stages:
        bonus = np.array([float(decision.scores[stage.key][key].bonus) for key in ids])
        base = shown(bases[stage.key], stage.decimals)
        total = shown(bases[stage.key] + bonus, stage.decimals)
        compared = total if stage.cutoff_includes_bonus else base
        alive &= compared >= float(stage.cutoff_percent)
        value += float(decision.rule.stage_weights.get(stage.key, Decimal(0))) * total
    value = shown(value, decision.rule.decimals) - 1e6 * ~alive
    lots = generator.random(first.shape)
    selected = np.zeros(first.shape, dtype=bool)
    ranks = np.zeros(first.shape, dtype=int)
    for group, places in sorted(decision.places.items()):
        members = [place for place, key in enumerate(ids) if decision.group[key] == group]
        if not members:
            continue
        order = np.lexsort((lots[:, members], -value[:, members]), axis=1)
        inside = np.empty(order.shape, dtype=int)
        np.put_along_axis(inside, order, np.arange(1, len(members) + 1)[None, :], axis=1)
        ranks[:, members] = inside
        selected[:, members] = (inside <= places) & alive[:, members]
    return selected, ranks
