"""From ballots to the score of a stage, with every figure of the calculation sheet.

The official number, in order:

1. each ballot: sum of its points / its body's maximum x 100 (0..100);
2. dropped ballots (`TrimRule`). scope "body": in each body with at least `min_ballots` ballots, the highest
and
   lowest as stated. scope "panel": over all ballots of the application where there are at least
   `min_ballots`; of equal totals the body later in the rule counts as the higher; if a body would keep no
   ballot, the application is trimmed by scope "body" instead;
3. each body: arithmetic mean of what it keeps; times the body's weight; summed: the base score (0..100);
4. bonus: as filed, at most `bonus_cap`; added after trimming;
5. base and base + bonus are rounded, each once and from the exact value, to `decimals` places. Everything
before
   is an exact fraction; the other figures on the sheet are rounded for reading only.

The result depends on the bodies' sets of totals only: not on who gave which, nor on the order of the ballots.
Raising a ballot never lowers the score with scope "body", or with one body. With scope "panel" and several
bodies it can (see `TrimRule`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from didimdol_decide.ballots import Ballot, BallotInvalid, ballots_by_application, check_ballot
from didimdol_decide.calculating import Calculation
from didimdol_decide.deviations import Deviation, deviations
from didimdol_decide.plain import uncollected, wrong
from didimdol_decide.rules import StageRule
from didimdol_decide.scoresheet import BallotLine, BodyLine, CriterionLine, StageScore

__all__ = [
    "Ballot",
    "BallotInvalid",
    "BallotLine",
    "BodyLine",
    "CriterionLine",
    "Deviation",
    "StageScore",
    "check_ballot",
    "deviations",
    "score_stage",
    "score_stages",
]


def score_stage(
    rule: StageRule,
    ballots: Iterable[Ballot],
    bonuses: Mapping[str, Decimal | int] | None = None,
    applications: Iterable[str] | None = None,
) -> dict[str, StageScore]:
    """Score every application of a stage, by application id in sorted order.

    bonuses: points as filed, by application. applications: ids that must appear in the result even without a
    ballot (they get "no_quorum").
    Raises BallotInvalid (see `ballots`), ValueError for a negative bonus or a ballot or bonus of an
    application outside `applications` where that is given, TypeError for a bonus that is a float.
    """
    with uncollected():
        groups = ballots_by_application(rule, ballots)
    filed = dict(bonuses or {})
    named = set(groups) | set(filed)
    if applications is not None:
        wanted = set(applications)
        if strangers := sorted(named - wanted):
            raise wrong(
                f"신청 '{strangers[0]}'은(는) 이 단계에 없습니다; "
                "applications에 더하거나 그 평가표를 지우십시오",
                f"application {strangers[0]!r} is not in this stage; "
                "add it to applications or remove its ballots",
            )
        named = wanted
    for application, points in filed.items():
        if isinstance(points, float):
            raise TypeError(f"the bonus of {application!r} is a float; write an integer or a Decimal")
        if points < 0:
            raise wrong(
                f"신청 '{application}'의 가점이 음수입니다; 0 이상으로 고치십시오",
                f"the bonus of {application!r} is negative; it is 0 or more",
            )
    calculation = Calculation(rule)
    with uncollected():
        return {
            application: calculation.score(
                application, groups.get(application, []), Decimal(filed.get(application, 0))
            )
            for application in sorted(named)
        }


def score_stages(
    stages: Sequence[StageRule],
    ballots: Mapping[str, Iterable[Ballot]],
    bonuses: Mapping[str, Mapping[str, Decimal | int]],
    applications: Iterable[str],
) -> dict[str, dict[str, StageScore]]:
    """Score every stage of a selection, by stage key; `ballots` and `bonuses` by stage key.

    The first stage scores all `applications`, later ones only those who came that far (have a ballot or a
    bonus there). Raises BallotInvalid; ValueError for an unknown stage or application.
    """
    known = {stage.key for stage in stages}
    for key in sorted({*ballots, *bonuses}):
        if key not in known:
            raise wrong(
                f"평가 단계 '{key}'의 평가표나 가점이 있지만 stages에 그 단계가 없습니다; key를 고치십시오",
                f"ballots or bonuses for stage {key!r}, which is not among the stages; correct the key",
            )
    everyone = set(applications)
    scores: dict[str, dict[str, StageScore]] = {}
    for place, stage in enumerate(stages):
        cast, filed = list(ballots.get(stage.key, ())), bonuses.get(stage.key, {})
        present = {ballot.application for ballot in cast} | set(filed)
        if strangers := sorted(present - everyone):
            raise wrong(
                f"신청 '{strangers[0]}'의 평가표나 가점이 있지만 "
                "applications에 그 신청이 없습니다; id를 고치거나 더하십시오",
                f"ballots or bonuses for application {strangers[0]!r}, which "
                "is not among the applications; correct the id or add it",
            )
        scores[stage.key] = score_stage(stage, cast, filed, everyone if place == 0 else present)
    return scores
