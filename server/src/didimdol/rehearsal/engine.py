"""The whole way of a challenge as steps, and the rehearsal of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import Rulebook
from didimdol.rehearsal.steps import Step
from didimdol.rehearsal.way import applying, contracting, evaluating, finishing, measuring, opening, placing, working
from didimdol.rehearsal.world import World


def whole_way(book: Rulebook) -> list[Step]:
    """Every step from the rulebook to the adoption."""
    return [*first_half(book), *second_half()]


def first_half(book: Rulebook) -> Iterator[Step]:
    yield Step("load", text("챌린지와 사람", "Challenge and people"), opening.load)
    yield Step("demands", text("수요 등록과 공개", "Demands"), opening.publish_demands)
    yield Step("announce", text("공고", "Notice"), opening.announce)
    yield Step("devices", text("측정 장비", "Devices"), measuring.equip)
    yield Step("apply", text("신청 접수", "Applications"), applying.apply)
    yield Step("close", text("접수 마감", "Closing"), applying.close)
    yield Step("measure", text("모델 측정", "Measurements"), measuring.measure)
    for stage in book.stages:
        name = text(stage.name.ko, stage.name.en or stage.name.ko)
        if stage.kind == "meet_up":
            yield _of(stage, name, "meet", "1:1 만남", "one-to-one meetings", evaluating.meet_up)
        if stage.rule is None:
            continue
        yield _of(stage, name, "assign", "위원 위촉과 배정", "seats and assignment", evaluating.assign)
        yield _of(stage, name, "score", "평가표", "ballots", evaluating.score)
        yield _of(stage, name, "select", "결과", "outcome", evaluating.select)


def second_half() -> Iterator[Step]:
    yield Step("confirm", text("자리 확정과 승격", "Places and promotions"), placing.confirm)
    yield Step("match", text("매칭", "Matching"), placing.match)
    yield Step("plan", text("수정사업계획", "Revised plans"), contracting.plan)
    yield Step("agree", text("협약", "Agreements"), contracting.agree)
    yield Step("money", text("예산·계좌·자기부담", "Budgets, accounts, own money"), contracting.prepare_money)
    for position in range(1, working.MILESTONES + 1):
        label = text(f"{position}단계 수행과 지급", f"Milestone {position} and its payments")
        yield Step(f"milestone.{position}", label, partial(_at, working.deliver, position))
    yield Step("grade", text("최종평가", "Final evaluation"), finishing.grade)
    yield Step("best", text("우수과제와 완료", "Best projects and completion"), finishing.best)
    yield Step("adopt", text("도입 결정", "Adoption"), finishing.adopt)
    yield Step("log", text("기록 확인", "The log"), finishing.remember)


def _of(stage: Any, name: Text, key: str, ko: str, en: str, run: Callable[[World, Any], Text]) -> Step:
    return Step(f"{stage.key}.{key}", text(f"{name['ko']}: {ko}", f"{name['en']}: {en}"), partial(_run, run, stage))


def _run(run: Callable[[World, Any], Text], stage: Any, world: World) -> Text:
    return run(world, stage)


def _at(run: Callable[[World, int], Text], position: int, world: World) -> Text:
    return run(world, position)
