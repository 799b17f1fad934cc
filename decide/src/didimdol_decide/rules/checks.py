"""Do a selection rule and the stages it speaks of fit together?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from didimdol_decide.plain import Text, repeated
from didimdol_decide.rules.shapes import SelectionRule, StageRule, TieBreak


def check_selection(stages: Sequence[StageRule], selection: SelectionRule) -> list[tuple[str, Text]]:
    """Every reference from the selection to a stage, body or criterion that does not exist.

    Returns (path, message) pairs, empty when all is well; a path is dotted, as in
    "selection.tie_breaks.0.criterion", so that a loader can find the line in its file.
    """
    return list(_problems(stages, selection))


def _problems(stages: Sequence[StageRule], selection: SelectionRule) -> Iterator[tuple[str, Text]]:
    if not stages:
        yield "stages", Text(ko="평가 단계가 하나도 없습니다.", en="There is no stage.")
    for key in repeated([stage.key for stage in stages]):
        yield (
            "stages",
            Text(ko=f"평가 단계 '{key}'이(가) 두 번 나옵니다.", en=f"Stage '{key}' appears twice."),
        )
    known = {stage.key: stage for stage in stages}
    for key in selection.stage_weights:
        if key not in known:
            yield f"selection.stage_weights.{key}", _unknown_stage(key, known)
    for place, rule in enumerate(selection.tie_breaks):
        yield from _tie_break_problems(f"selection.tie_breaks.{place}", rule, known)
    if stages and stages[-1].shortlist_factor is not None:
        yield (
            f"stages.{len(stages) - 1}.shortlist_factor",
            Text(
                ko="마지막 단계에는 다음 단계가 없으므로 선발 배수를 둘 수 없습니다.",
                en="The last stage has no stage after it, so it cannot have a shortlist factor.",
            ),
        )


def _tie_break_problems(path: str, rule: TieBreak, known: dict[str, StageRule]) -> Iterator[tuple[str, Text]]:
    if rule.by == "lottery":
        return
    stage = known.get(rule.stage)
    if stage is None:
        yield f"{path}.stage", _unknown_stage(rule.stage, known)
        return
    if rule.by == "stage_total":
        return
    bodies = stage.bodies
    if rule.body is not None:
        bodies = tuple(body for body in bodies if body.key == rule.body)
        if not bodies:
            names = ", ".join(body.key for body in stage.bodies)
            yield (
                f"{path}.body",
                Text(
                    ko=f"단계 '{stage.key}'에 평가 주체 '{rule.body}'이(가) 없습니다. 가능한 값: {names}.",
                    en=f"Stage '{stage.key}' has no body '{rule.body}'. Allowed: {names}.",
                ),
            )
            return
    if rule.by == "criterion":
        items = sorted({criterion.key for body in bodies for criterion in body.criteria})
        if rule.criterion not in items:
            names = ", ".join(items)
            yield (
                f"{path}.criterion",
                Text(
                    ko=f"단계 '{stage.key}'에 평가 항목 '{rule.criterion}'이(가) 없습니다."
                    f" 가능한 값: {names}.",
                    en=f"Stage '{stage.key}' has no criterion '{rule.criterion}'. Allowed: {names}.",
                ),
            )


def _unknown_stage(key: str, known: dict[str, StageRule]) -> Text:
    names = ", ".join(known)
    return Text(
        ko=f"평가 단계 '{key}'이(가) 없습니다. 가능한 값: {names}.",
        en=f"There is no stage '{key}'. Allowed: {names}.",
    )
