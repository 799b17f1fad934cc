"""Which of several equal applications comes first, and why: an ordered list of rules, then the draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Literal, TypeVar

from didimdol_decide.lottery import draw
from didimdol_decide.plain import Plain, Text, made, written
from didimdol_decide.rounding import rounded_ratio
from didimdol_decide.rules import ByBody, ByCriterion, ByLottery, ByStageTotal, StageRule, TieBreak
from didimdol_decide.scoring import StageScore

Scores = Mapping[str, Mapping[str, StageScore]]
"""Stage key -> application id -> score."""


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


NOTHING = Decimal(-1)
LAST = ByLottery(by="lottery")


class Contender:
    """One that may equal others. figures: what each tie-break compares of it, in their order; None where it
    has no such score. trail: the ties it was part of."""

    __slots__ = ("figures", "id", "trail")

    def __init__(self, name: str, tie_breaks: int) -> None:
        self.id = name
        self.figures: list[Decimal | None] = [None] * tie_breaks
        self.trail: tuple[TieLine, ...] = ()


Equal = TypeVar("Equal", bound=Contender)


def compared(
    rule: ByStageTotal | ByCriterion | ByBody, stage: StageRule
) -> Callable[[StageScore], Decimal | None]:
    """What the rule compares of a score in that stage; None where there is no such figure."""
    if rule.by == "stage_total":
        return attrgetter("total")
    body = rule.body
    if rule.by == "body":
        return lambda score: next((line.mean for line in score.bodies if line.body == body), None)
    criterion = rule.criterion

    def percent(score: StageScore) -> Decimal | None:
        lines = [
            line
            for line in score.criteria
            if line.criterion == criterion and (body is None or line.body == body)
        ]
        if len(lines) < 2:
            return lines[0].percent if lines else None
        # Added up in integers: `Fraction` would reduce every term of a hundred thousand.
        above, below = 0, 1
        for line in lines:
            top, bottom = _ratio(line.exact)
            above, below = above * bottom + top * line.ballots * below, below * bottom
        ballots = sum(line.ballots for line in lines)
        return rounded_ratio(above, below * ballots, stage.decimals, stage.rounding)

    return percent


def break_ties(
    tied: Sequence[Equal], rules: Sequence[tuple[int, TieBreak]], seed: str, at: str
) -> tuple[list[Equal], list[TieStep]]:
    """Order `tied` (equal so far, sorted by id), best first; the steps taken, in the order they were taken.
    Each step is put on the trails of those it was about.

    rules: the tie-breaks with their places in the rule. No score counts as the lowest.
    """
    if len(tied) < 2:
        return list(tied), []
    place, rule = rules[0] if rules else (0, LAST)
    if rule.by == "lottery":
        lots = [draw(seed, one.id) for one in tied]
        order = sorted(zip(lots, tied, strict=True), key=itemgetter(0))
        return [one for _, one in order], [_step(rule, at, tied, lots, True)]
    groups: dict[Decimal, list[Equal]] = {}
    shown: list[str] = []
    for one in tied:
        value = one.figures[place]
        groups.setdefault(NOTHING if value is None else value, []).append(one)
        shown.append("-" if value is None else written(value))
    steps = [_step(rule, at, tied, shown, len(groups) == len(tied))]
    ordered: list[Equal] = []
    for value in sorted(groups, reverse=True):
        if len(groups[value]) == 1:
            ordered += groups[value]
            continue
        inner, more = break_ties(groups[value], rules[1:], seed, at)
        ordered += inner
        steps += more
    return ordered, steps


def _step(rule: TieBreak, at: str, tied: Sequence[Contender], shown: Sequence[str], decided: bool) -> TieStep:
    line = {
        "at": at,
        "by": rule.by,
        "stage": None if rule.by == "lottery" else rule.stage,
        "criterion": rule.criterion if rule.by == "criterion" else None,
        "body": rule.body if rule.by in ("criterion", "body") else None,
        "tied": len(tied),
        "value": "",
        "decided": decided,
    }
    lines: dict[str, tuple[TieLine]] = {}
    for one, value in zip(tied, shown, strict=True):
        own = lines.get(value)
        if own is None:
            own = lines[value] = (made(TieLine, {**line, "value": value}),)
        one.trail += own
    ids = tuple(one.id for one in tied)
    values = dict(zip(ids, shown, strict=True))
    same = {key: line[key] for key in ("at", "by", "stage", "criterion", "body")}
    return made(TieStep, {**same, "tied": ids, "values": values, "decided": decided})
