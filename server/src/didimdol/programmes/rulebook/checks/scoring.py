"""Stages, their score sheets and panels, the selection and the advice on it."""

from __future__ import annotations

from collections.abc import Iterator

from didimdol.programmes.rulebook.base import path_parts, text
from didimdol.programmes.rulebook.checks.finding import Finding, Path, unknown
from didimdol.programmes.rulebook.evaluation import SCORED, PanelRules, Stage
from didimdol.programmes.rulebook.schema import Rulebook
from didimdol_decide.rules import StageRule, check_selection


def check_stages(book: Rulebook) -> Iterator[Finding]:
    for stage in book.stages:
        path = ("evaluation", "stages", stage.key)
        if stage.rule is None:
            if stage.kind in SCORED:
                yield Finding(
                    path,
                    text(
                        f"점수를 매기는 단계 '{stage.key}'에 배점이 없습니다.",
                        f"The scored stage '{stage.key}' has no rule.",
                    ),
                    text("rule에 평가 주체와 배점을 적으십시오.", "Write bodies and points into rule."),
                )
            continue
        yield from _score_sheet(stage, stage.rule, path)
    if not book.stage_rules:
        yield Finding(
            ("evaluation", "stages"),
            text("점수를 매기는 단계가 하나도 없습니다.", "No stage gives a score."),
            text("rule이 있는 단계를 하나 이상 두십시오.", "Give at least one stage a rule."),
        )
    for place, key in enumerate(book.evaluation.blind_stages):
        if key not in (known := [stage.key for stage in book.stages]):
            yield unknown(("evaluation", "blind_stages", str(place)), key, "평가 단계", "stage", known)


def check_how_sure(book: Rulebook) -> Iterator[Finding]:
    readers = book.evaluation.how_sure.seen_by
    for place, role in enumerate(readers):
        if role in readers[:place]:
            yield Finding(
                ("evaluation", "how_sure", "seen_by", str(place)),
                text(f"역할 '{role}'을(를) 두 번 적었습니다.", f"The role '{role}' is named twice."),
                text("역할마다 한 번만 적으십시오.", "Name each role once."),
            )


def _score_sheet(stage: Stage, rule: StageRule, path: Path) -> Iterator[Finding]:
    if rule.key != stage.key:
        yield Finding(
            (*path, "rule", "key"),
            text("단계의 키와 다릅니다.", "This differs from the stage's key."),
            text("rule의 key를 지우십시오.", "Leave key out of rule."),
        )
    yield from points(rule, (*path, "rule"))
    if stage.panel is None:
        yield Finding(
            path,
            text(f"단계 '{stage.key}'에 위원회 구성이 없습니다.", f"The stage '{stage.key}' has no panel."),
            text("panel에 위원 수와 제척 기준을 적으십시오.", "Write seats and conflict rules into panel."),
        )
    else:
        yield from _seats(stage.panel, rule, (*path, "panel"))
    yield from trimming(rule, (*path, "rule"), stage.panel.open_seats if stage.panel else 0)


def _seats(panel: PanelRules, rule: StageRule, path: Path) -> Iterator[Finding]:
    if panel.open_seats and len(rule.bodies) == 1:
        yield Finding(
            (*path, "open_seats"),
            text(
                "평가 주체가 하나뿐이면 열린 자리는 그 주체의 자리와 같습니다.",
                "Where there is one body only, open seats are that body's seats.",
            ),
            text("평가 주체의 seats에 더하십시오.", "Add them to the seats of the body."),
        )
        return
    size = rule.panel_size + panel.open_seats
    if panel.seats == size:
        return
    sums = " + ".join(f"{body.key} {body.seats}" for body in rule.bodies)
    sums += f" + open_seats {panel.open_seats}" if panel.open_seats else ""
    yield Finding(
        (*path, "seats"),
        text(
            f"위원 수 {panel.seats}명이 평가 주체별 합({sums} = {size})과 다릅니다.",
            f"{panel.seats} seats, but the bodies have {sums} = {size}.",
        ),
        text(f"seats: {size}로 바꾸십시오.", f"Write seats: {size}."),
    )


def points(rule: StageRule, path: Path) -> Iterator[Finding]:
    for body in rule.bodies:
        if body.maximum != 100:
            sums = " + ".join(str(criterion.max_points) for criterion in body.criteria)
            yield Finding(
                (*path, "bodies", body.key, "criteria"),
                text(
                    f"'{rule.key}' 단계 '{body.key}'의 배점 합({sums} = {body.maximum})이 100이 아닙니다.",
                    f"Points of '{body.key}' in '{rule.key}' ({sums} = {body.maximum}) do not sum to 100.",
                ),
                text("배점의 합을 100으로 맞추십시오.", "Make the points sum to 100."),
            )


def trimming(rule: StageRule, path: Path, open_seats: int = 0) -> Iterator[Finding]:
    trim = rule.trim
    if trim.drop_high + trim.drop_low:
        most = rule.panel_size if trim.scope == "panel" else max(body.seats for body in rule.bodies)
        most += open_seats
        if most < trim.min_ballots:
            yield Finding(
                (*path, "trim"),
                text(
                    f"최고·최저 제외에는 평가표 {trim.min_ballots}장이 필요하나 많아야 {most}장입니다.",
                    f"Trimming needs {trim.min_ballots} ballots of {most} at most: it can never apply.",
                ),
                text(
                    "min_ballots를 낮추거나 scope: panel로 하거나 drop_high·drop_low를 0으로 하십시오.",
                    "Lower min_ballots, write scope: panel, or set drop_high and drop_low to 0.",
                ),
            )


def check_selection_rule(book: Rulebook) -> Iterator[Finding]:
    scored = [stage for stage in book.stages if stage.rule is not None]
    if not scored or len({stage.key for stage in scored}) != len(scored):
        return  # said already
    for place, words in check_selection(book.stage_rules, book.evaluation.selection):
        parts = path_parts(place)
        if parts[0] == "selection":
            path: Path = ("evaluation", *parts)
        elif len(parts) > 1:
            path = ("evaluation", "stages", scored[int(parts[1])].key, "rule", *parts[2:])
        else:
            path = ("evaluation", "stages")
        yield Finding(
            path,
            text(words.ko, words.en or words.ko),
            text(
                "점수를 매기는 단계, 그 평가 주체와 평가 항목만 가리킬 수 있습니다.",
                "Only scored stages, their bodies and their criteria can be named.",
            ),
        )
