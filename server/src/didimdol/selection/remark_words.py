"""A remark in words: to its evaluator without anybody else's score, to those who conduct the round with the figures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from didimdol.evaluation.guards import words_of
from didimdol.kernel.words import pick, text
from didimdol.selection.models import Remark
from didimdol_decide.rules import StageRule


def told(remark: Remark, rule: StageRule, body: str, sees_figures: bool) -> list[str]:
    """For the evaluator: which items which way; or the leaning, with its points where the rulebook shows them.

    Never the panel's mean: with two on a panel it would tell the colleague's score.
    """
    if remark.kind == "leaning":
        return [_leaning(remark.content, sees_figures)]
    return [_item(item, rule, body) for item in remark.content["items"]]


def _leaning(content: Mapping[str, Any], sees_figures: bool) -> str:
    harsh = content["leaning"] == "harsh"
    way = text("낮게", "lower") if harsh else text("높게", "higher")
    points = abs(Decimal(str(content["offset"]))) if sees_figures and content["offset"] is not None else None
    if points is None:
        said = text(
            f"같은 신청을 본 다른 위원보다 점수를 대체로 {way['ko']} 주신 것으로 추정됩니다.",
            f"You are estimated to score {way['en']} than others who judged the same applications.",
        )
    else:
        said = text(
            f"같은 신청을 본 다른 위원보다 100점 만점에 평균 약 {points:.1f}점 {way['ko']} 주신 것으로 추정됩니다.",
            f"You are estimated to score about {points:.1f} points of 100 {way['en']} than others who judged the same "
            "applications.",
        )
    return pick(said)


def _item(item: Mapping[str, Any], rule: StageRule, body: str) -> str:
    name = _name(item, rule, body)
    most = item["maximum"]
    said = text(
        f"‘{name}’: 내 점수 {item['points']} / {most}점, 위원단 평균보다 {'높음' if above(item) else '낮음'}",
        f"“{name}”: your {item['points']} of {most} points, {'above' if above(item) else 'below'} the panel's mean",
    )
    return pick(said)


def told_inside(item: Mapping[str, Any], rule: StageRule, body: str, figures: bool) -> str:
    """For those who conduct the round; ``figures``: with points and mean, for those who may read single ballots."""
    name = _name(item, rule, body)
    if not figures:
        return f"{name} {pick(text('높음', 'above') if above(item) else text('낮음', 'below'))}"
    return pick(
        text(
            f"{name} {item['points']} / {item['maximum']} (평균 {item['mean']})",
            f"{name} {item['points']} / {item['maximum']} (mean {item['mean']})",
        )
    )


def above(item: Mapping[str, Any]) -> bool:
    return not str(item["difference"]).startswith("-")


def _name(item: Mapping[str, Any], rule: StageRule, body: str) -> str:
    found = next((c for c in rule.body(body).criteria if c.key == item["criterion"]), None)
    return pick(words_of(found)) if found else str(item["criterion"])
