"""`didimdol-decide explain`: why this assignment, why not another evaluator, or why none at all."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from didimdol_decide.commands.assigning import (
    add_common,
    give,
    read_problem,
    solver_needed,
    told_diagnosis,
    valid,
)
from didimdol_decide.commands.common import WrongUse
from didimdol_decide.commands.matching_file import Telling, is_matching, result_from, told_clash
from didimdol_decide.commands.tables import read_document
from didimdol_decide.matching import verify as verify_matching
from didimdol_decide.matching.cutoffs import stability_proof

if TYPE_CHECKING:
    from didimdol_decide.assignment import Assignment

HELP = "배정이나 매칭의 이유, 또는 불가능한 이유 / why an assignment or matching is so, or why there is none"


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_common(command)
    command.add_argument("--application", metavar="ID", help="왜 아닌가: 신청 / why not: the application")
    command.add_argument("--evaluator", metavar="ID", help="왜 아닌가: 평가위원 / why not: the evaluator")
    command.add_argument("--startup", metavar="ID", help="매칭: 이 기업 / of a matching: this startup")
    command.add_argument("--demand", metavar="ID", help="매칭: 왜 이 수요가 아닌가 / why not this demand")


def run(arguments: argparse.Namespace) -> int:
    document = read_document(arguments.file, "assignment-problem")
    if is_matching(document):
        return _matching(arguments, document)
    if arguments.startup is not None or arguments.demand is not None:
        raise WrongUse(
            "--startup과 --demand는 매칭 결과에만 씁니다.",
            "--startup and --demand go with a matching result only.",
        )
    from didimdol_decide.assignment import assign, verify
    from didimdol_decide.assignment.repairs import diagnose
    from didimdol_decide.assignment.whynot import Questions

    if (arguments.application is None) != (arguments.evaluator is None):
        raise WrongUse(
            "--application과 --evaluator는 함께 씁니다.", "--application and --evaluator go together."
        )
    problem, assignment = read_problem(arguments)
    with solver_needed():
        diagnosis = diagnose(problem)
        if diagnosis is not None:
            give(arguments, {"diagnosis": diagnosis.as_json()}, lambda lang: told_diagnosis(diagnosis, lang))
            return 1
        if assignment is None:
            assignment = assign(problem, arguments.seed)
        elif broken := verify(problem, assignment):
            raise WrongUse(
                f"배정이 문제의 규칙에 맞지 않습니다: {broken[0].message.ko}",
                f"The assignment breaks its problem's rules: {broken[0].message.in_language('en')}",
            )
        if arguments.application is None:
            give(arguments, {"assignment": assignment.as_json()}, lambda lang: _reasons(assignment, lang))
            return 0
        try:
            answer = Questions(problem, assignment).why_not(arguments.application, arguments.evaluator)
        except KeyError as error:
            raise WrongUse(f"문제에 없는 이름입니다: {error}", f"Not in the problem: {error}") from error
        except ValueError as error:
            raise WrongUse(
                "합계가 가장 높은 배정에만 물을 수 있습니다. `assign`으로 만든 배정을 주거나 문제만 주세요.",
                "Only an assignment with the highest total can be asked: give one made by `assign`, or the"
                " problem alone.",
            ) from error
    give(arguments, answer.as_json(), lambda lang: answer.message.in_language(("ko", "en")[lang]))
    return 0


def _matching(arguments: argparse.Namespace, document: object) -> int:
    if isinstance(document, dict) and "clash" in document:
        from didimdol_decide.matching.clash import Clash

        clash = valid(Clash, document["clash"], arguments.file)
        give(arguments, {"clash": clash.as_json()}, lambda lang: told_clash(clash, lang))
        return 1
    if arguments.demand is not None and arguments.startup is None:
        raise WrongUse("--demand에는 --startup이 필요합니다.", "--demand needs --startup.")
    inputs, outcome = result_from(document, arguments.file)
    if broken := verify_matching(inputs, outcome.pairs):
        raise WrongUse(
            f"매칭이 규칙에 맞지 않습니다: {broken[0].message.ko}",
            f"The matching breaks its rules: {broken[0].message.in_language('en')}",
        )
    proof = stability_proof(inputs, outcome)
    rows = [row for row in proof.refusals if arguments.startup in (None, row.startup)]
    rows = [row for row in rows if arguments.demand in (None, row.demand)]
    found = {"proof": proof.model_copy(update={"refusals": tuple(rows)}).as_json()}

    def told(lang: int) -> str:
        return Telling(inputs, outcome, lang).why(arguments.startup, arguments.demand)

    told(0)  # a name that is not there is wrong use with --json as well
    give(arguments, found, told)
    return 0


REASONS = {
    "conflict": ("이해충돌", "conflict of interest"),
    "other_field": ("다른 분야", "another field"),
    "other_day": ("참석하지 않는 날", "another day"),
    "organisation_cap": ("같은 기관의 위원이 이미 있음", "their organisation has its seats"),
    "day_full": ("그날 최대 건수를 다른 신청에 씀", "at their daily maximum with others"),
    "full": ("다른 신청에서 더 필요함", "needed more elsewhere"),
    "load_minimum_of_chosen": ("배정된 위원의 최소 건수", "the one chosen needs the minimum"),
    "chosen_is_pinned": ("미리 정해진 위원", "the one chosen was fixed before"),
    "tie_rule": ("같은 조건에서 추첨", "an even choice, drawn"),
    "fairness": ("최저 신청을 위해", "for the worst-off application"),
    "least_change": ("이전 배정을 지키려고", "to keep the earlier assignment"),
}


def _reasons(assignment: Assignment, lang: int) -> str:
    from didimdol_decide.printing import table

    rows = [
        [
            pair.application,
            pair.evaluator,
            str(pair.affinity),
            f"{pair.rank}/{pair.eligible}",
            "; ".join(f"{other.evaluator}: {REASONS[other.reason][lang]}" for other in pair.better[:3])
            or "-",
        ]
        for pair in assignment.pairs
    ]
    head = [
        ("신청", "application"),
        ("평가위원", "evaluator"),
        ("적합도", "affinity"),
        ("순위", "rank"),
        ("더 맞는 사람이 아닌 까닭", "why nobody better"),
    ]
    return table([words[lang] for words in head], rows)
