"""`didimdol-decide what-if`: the result with a change, and what would be different. Nothing is stored."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from didimdol_decide.commands.assigning import (
    add_common,
    add_gain,
    gain_of,
    give,
    read_problem,
    solver_needed,
    told_diagnosis,
    valid,
)
from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.malformed import refusal

if TYPE_CHECKING:
    from didimdol_decide.assignment.whatif import Difference

HELP = "바꾸면 어떻게 되나 / what would change if"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_common(command)
    command.add_argument("--change", metavar="CHANGE.json", help="바꿀 것 / what to try")
    command.add_argument("--lose", metavar="ID", action="append", default=[], help="빠지는 평가위원 / leaves")
    command.add_argument(
        "--withdraw", metavar="ID", action="append", default=[], help="철회한 신청 / withdrawn"
    )
    command.add_argument(
        "--max-load", metavar="ID=N", action="append", default=[], help="최대 건수 / another maximum load"
    )
    command.add_argument(
        "--max-per-day",
        metavar="ID=N",
        action="append",
        default=[],
        help="하루 최대 건수 / another daily maximum",
    )
    command.add_argument(
        "--objective",
        choices=("affinity", "fair", "leximin", "least_change"),
        default="affinity",
        help="다시 계산하거나, 가장 적게 바꿈 / decide anew, or change as little as possible",
    )
    add_gain(command)


def run(arguments: argparse.Namespace) -> int:
    from didimdol_decide.assignment import Infeasible, assign
    from didimdol_decide.assignment.proof import assign_fair
    from didimdol_decide.assignment.repairs import diagnose
    from didimdol_decide.assignment.whatif import Change, changed, what_if

    problem, before = read_problem(arguments)
    document = {} if arguments.change is None else read_json(arguments.change)
    gain = gain_of(arguments, arguments.objective == "least_change", "--objective least_change")
    change = valid(Change, document, arguments.change or "--change")
    rows: dict[str, object] = {
        "lose": [*change.lose, *arguments.lose],
        "withdraw": [*change.withdraw, *arguments.withdraw],
        "max_load": {**change.max_load, **_numbers("--max-load", arguments.max_load)},
        "max_per_day": {**change.max_per_day, **_numbers("--max-per-day", arguments.max_per_day)},
    }
    change = valid(Change, {**dict(change), **rows}, "--max-load, --max-per-day")
    with solver_needed():
        try:
            if before is None:
                if arguments.objective in ("fair", "leximin"):
                    before = assign_fair(problem, arguments.seed, arguments.objective)[0]
                else:
                    before = assign(problem, arguments.seed)
        except Infeasible:
            if arguments.objective == "least_change":
                raise WrongUse(
                    "바꾸기 전의 문제에 배정이 없어 그 가까이에 머물 수 없습니다. 다른 --objective를 쓰세요.",
                    "The problem had no assignment to stay near. Take another --objective.",
                ) from None
        try:
            outcome = what_if(problem, before, change, arguments.seed, arguments.objective, gain=gain)
        except ValueError as error:
            said = refusal(error)
            raise WrongUse(
                f"그렇게 바꿀 수 없습니다: {said.ko}", f"That change cannot be: {said.in_language('en')}"
            ) from error
        if outcome.after is None:
            diagnosis = diagnose(changed(problem, change))
            if diagnosis is None:
                raise RuntimeError("infeasible once and feasible again")
            found = {"outcome": outcome.as_json(), "diagnosis": diagnosis.as_json()}
            give(arguments, found, lambda lang: told_diagnosis(diagnosis, lang))
            return 1
    give(arguments, {"outcome": outcome.as_json()}, lambda lang: _told(outcome.difference, lang))
    return 0


def _numbers(option: str, given: list[str]) -> dict[str, int]:
    found = {}
    for text in given:
        name, sign, number = text.rpartition("=")
        if not sign or not number.isdigit():
            raise WrongUse(f"{option}는 이름=건수입니다: {text}", f"{option} is NAME=NUMBER, not {text}")
        found[name] = int(number)
    return found


REASONS = {
    "evaluator_left": ("평가위원이 빠짐", "the evaluator left"),
    "application_left": ("신청이 철회됨", "the application was withdrawn"),
    "conflict": ("이해충돌", "conflict of interest"),
    "other_field": ("다른 분야", "another field"),
    "other_day": ("참석하지 않는 날", "another day"),
    "makes_room": ("다른 배정에 자리를 내줌", "makes room for another"),
    "fills": ("빈자리를 채움", "fills the seat"),
}


def _told(difference: Difference | None, lang: int) -> str:
    from didimdol_decide.assignment.proof import points
    from didimdol_decide.printing import table

    if difference is None:
        return (
            "이제 배정이 가능합니다 (전에는 불가능). 결과는 --json이나 --out으로.",
            "An assignment exists now (before there was none). See it by --json or --out.",
        )[lang]
    rows = [
        ["+" if move.comes else "-", move.application, move.evaluator, REASONS[move.reason][lang]]
        for move in difference.moved
    ]
    head = ["", ("신청", "application")[lang], ("평가위원", "evaluator")[lang], ("까닭", "reason")[lang]]
    figures = (
        (("적합도 합계", "total affinity")[lang], difference.total_before, difference.total_after),
        (("최저 신청", "worst-off application")[lang], difference.floor_before, difference.floor_after),
    )
    lines = [table(head, rows)] if rows else [("바뀌는 배정이 없습니다.", "No pair changes.")[lang]]
    lines += [f"{name}: {points(before)} → {points(after)}" for name, before, after in figures]
    return "\n".join(lines)
