"""Which of several equal applications comes first, and why: an ordered list of rules, then the draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from didimdol_decide.lottery import draw
from didimdol_decide.plain import Plain, Text, made, written
from didimdol_decide.rounding import rounded_ratio
from didimdol_decide.rules import ByCriterion, ByLottery, StageRule, TieBreak
from didimdol_decide.scoring import StageScore

Scores = Mapping[str, Mapping[str, StageScore]]
"""Stage key -> application id -> score."""
NOTHING = Decimal(-1)


def _message(by: str, stage: str | None, criterion: str | None, body: str | None) -> Text:
    if by == "lottery":
        return Text(
            ko="모든 기준이 같아, 미리 약정한 추첨값이 작은 순으로 정했습니다.",
            en="Equal by every rule: ordered by the committed draw, lowest lot first.",
        )
    if by == "stage_total":
        return Text(
            ko=f"동점: 단계 '{stage}'의 점수가 높은 순.",
            en=f"Tie: higher score of stage '{stage}' first.",
        )
    if by == "body":
        return Text(
            ko=f"동점: 단계 '{stage}'에서 평가 주체 '{body}'의 평균이 높은 순.",
            en=f"Tie: higher mean of body '{body}' in stage '{stage}' first.",
        )
    of_body = f" ({body})" if body else ""
    return Text(
        ko=f"동점: 단계 '{stage}'의 평가 항목 '{criterion}'{of_body} 득점률이 높은 순.",
        en=f"Tie: higher share of criterion '{criterion}'{of_body} in stage '{stage}' first.",
    )


class TieStep(Plain):
    """One rule applied to one set of equal applications.

    at: what was being ordered: "final", or the key of the stage whose shortlist it was. tied: ids, sorted;
    values: what was compared, by id (points, percent, or the lot); decided: whether it separated all of
    them; unresolved ones go on to the next rule.
    """

    at: str
    by: Literal["stage_total", "criterion", "body", "lottery"]
    stage: str | None
    criterion: str | None
    body: str | None
    tied: tuple[str, ...]
    values: dict[str, str]
    decided: bool

    @property
    def message(self) -> Text:
        """The rule in words. Worded here and not stored: a record must stay byte-equal when a sentence is
        improved."""
        return _message(self.by, self.stage, self.criterion, self.body)


class TieLine(Plain):
    """The same step seen by one application: its own value only, so that it can be shown to its owner."""

    at: str
    by: Literal["stage_total", "criterion", "body", "lottery"]
    stage: str | None
    criterion: str | None
    body: str | None
    tied: int
    value: str
    decided: bool

    @property
    def message(self) -> Text:
        """The rule in words. Worded here and not stored: a record must stay byte-equal when a sentence is
        improved."""
        return _message(self.by, self.stage, self.criterion, self.body)


@lru_cache(maxsize=1 << 14)
def _ratio(exact: str) -> tuple[int, int]:
    above, _, below = exact.partition("/")
    return int(above), int(below or 1)


def _values(
    rule: TieBreak, ids: Sequence[str], stages: Mapping[str, StageRule], scores: Scores
) -> Iterator[Decimal | None]:
    """What the rule compares, for each of `ids`; None where an application has no such score."""
    if rule.by == "lottery":
        return
    of_stage, stage = scores.get(rule.stage, {}), stages[rule.stage]
    for application in ids:
        score = of_stage.get(application)
        if score is None or score.status != "scored":
            yield None
        elif rule.by == "stage_total":
            yield score.total
        elif rule.by == "body":
            yield next((line.mean for line in score.bodies if line.body == rule.body), None)
        else:
            yield _percent(rule, score, stage)


def _percent(rule: ByCriterion, score: StageScore, stage: StageRule) -> Decimal | None:
    # Added up in integers: `Fraction` would reduce every term of a hundred thousand.
    above, below, ballots = 0, 1, 0
    for line in score.criteria:
        if line.criterion == rule.criterion and rule.body in (None, line.body):
            top, bottom = _ratio(line.exact)
            above, below = above * bottom + top * line.ballots * below, below * bottom
            ballots += line.ballots
    if not ballots:
        return None
    return rounded_ratio(above, below * ballots, stage.decimals, stage.rounding)


def break_ties(
    tied: Sequence[str],
    rules: Sequence[TieBreak],
    stages: Mapping[str, StageRule],
    scores: Scores,
    seed: str,
    at: str,
) -> tuple[list[str], list[TieStep]]:
    """Order `tied` (ids equal so far), best first; the steps taken, in the order they were taken.

    A rule about a stage an application has no score in counts as the lowest value. The result does not
    depend on the order of `tied`.
    """
    if len(tied) < 2:
        return list(tied), []
    rule: TieBreak = rules[0] if rules else ByLottery(by="lottery")
    ids = sorted(tied)
    if rule.by == "lottery":
        lots = {application: draw(seed, application) for application in ids}
        order = sorted(ids, key=lambda application: (lots[application], application))
        return order, [_step(rule, at, ids, lots, True)]
    shown: dict[str, str] = {}
    groups: dict[Decimal, list[str]] = {}
    for application, value in zip(ids, _values(rule, ids, stages, scores), strict=True):
        groups.setdefault(NOTHING if value is None else value, []).append(application)
        shown[application] = "-" if value is None else written(value)
    steps = [_step(rule, at, ids, shown, len(groups) == len(ids))]
    ordered: list[str] = []
    for value in sorted(groups, reverse=True):
        if len(groups[value]) == 1:
            ordered += groups[value]
            continue
        inner, more = break_ties(groups[value], rules[1:], stages, scores, seed, at)
        ordered += inner
        steps += more
    return ordered, steps


def _step(rule: TieBreak, at: str, ids: Sequence[str], values: dict[str, str], decided: bool) -> TieStep:
    return made(
        TieStep,
        {
            "at": at,
            "by": rule.by,
            "stage": None if rule.by == "lottery" else rule.stage,
            "criterion": rule.criterion if rule.by == "criterion" else None,
            "body": rule.body if rule.by in ("criterion", "body") else None,
            "tied": tuple(ids),
            "values": values,
            "decided": decided,
        },
    )


def seen_by_each(step: TieStep) -> Iterator[tuple[str, TieLine]]:
    """The step as each of its parties may see it."""
    same = {
        "at": step.at,
        "by": step.by,
        "stage": step.stage,
        "criterion": step.criterion,
        "body": step.body,
        "tied": len(step.tied),
        "value": "",
        "decided": step.decided,
    }
    for application in step.tied:
        line = same.copy()
        line["value"] = step.values[application]
        yield application, made(TieLine, line)
