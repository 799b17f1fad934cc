"""`didimdol-decide assign`: who evaluates what, with proof; or why nobody can tell."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from didimdol_decide.commands.assigning import (
    add_common,
    add_gain,
    gain_of,
    give,
    in_millionths,
    read_problem,
    solver_needed,
    told_assignment,
    told_diagnosis,
    valid,
)
from didimdol_decide.commands.chart_file import add_chart, check_chart, write_chart
from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.commands.csv_file import write_csv
from didimdol_decide.commands.usage import whole

if TYPE_CHECKING:
    from didimdol_decide.assignment import Assignment

HELP = "평가위원 배정 / assign evaluators to applications"
CSV_HEAD = ("application", "evaluator", "body", "affinity", "rank", "pinned")


def add_arguments(command: argparse.ArgumentParser) -> None:
    add_common(command)
    command.add_argument(
        "--objective",
        choices=("affinity", "fair", "leximin"),
        default="affinity",
        help="적합도 합계, 최저 신청 먼저, 또는 최저부터 차례로"
        " / highest total, the worst-off application first, or all in turn from the worst-off",
    )
    command.add_argument(
        "--tries",
        type=whole,
        default=24,
        metavar="N",
        help="leximin에서 시도할 횟수 / attempts that leximin makes to lift the next worst-off",
    )
    command.add_argument(
        "--gap",
        metavar="0.05",
        default=None,
        help="fair에서 최저 신청이 상한보다 이 비율만큼 낮아도 되고, 그 위로는 합계를 높임 (기본 0)"
        " / fair: the worst-off may be this share below its bound; beyond, the total counts (0)",
    )
    add_chart(command, "건수와 최저 신청의 그림 / a picture of loads and the worst-off applications")
    command.add_argument("--csv", metavar="FILE.csv", help="짝을 CSV로 / the pairs as CSV")
    command.add_argument(
        "--pairs",
        type=whole,
        metavar="N",
        default=None,
        help="가능한 쌍이 N개를 넘으면 추려서 계산하고 모든 쌍으로 증명 (기본 3,000,000; 0: 늘 모두)"
        " / above N allowed pairs solve with a part of them and prove with all (3,000,000; 0: always all)",
    )
    command.add_argument(
        "--near",
        metavar="EARLIER.json",
        help="이전 배정에서 가장 적게 바꿈 / change as little of it as possible",
    )
    add_gain(command)


def run(arguments: argparse.Namespace) -> int:
    from didimdol_decide.assignment import Assignment, Infeasible
    from didimdol_decide.assignment.chart import assignment_chart, title
    from didimdol_decide.assignment.proof import assign_best, assign_fair
    from didimdol_decide.assignment.repairs import diagnose
    from didimdol_decide.assignment.sparse import MOST
    from didimdol_decide.assignment.whatif import reassign

    check_chart(arguments.chart)
    most = MOST if arguments.pairs is None else arguments.pairs
    problem, _ = read_problem(arguments)
    earlier = None
    gain = gain_of(arguments, arguments.near is not None, "--near")
    if arguments.near is not None:
        if arguments.objective != "affinity":
            raise WrongUse(
                f"--near와 --objective {arguments.objective}은(는) 함께 쓸 수 없습니다.",
                f"--near goes without --objective {arguments.objective}.",
            )
        document = read_json(arguments.near)
        inner = document.get("assignment", document) if isinstance(document, dict) else document
        earlier = valid(Assignment, inner, arguments.near)
    within = 0
    if arguments.gap is not None:
        if arguments.objective != "fair":
            raise WrongUse("--gap은 --objective fair와 함께 씁니다.", "--gap goes with --objective fair.")
        within = in_millionths("--gap", arguments.gap)
    with solver_needed():
        try:
            if earlier is not None:
                pairs = [(pair.application, pair.evaluator) for pair in earlier.pairs]
                assignment = reassign(problem, pairs, arguments.seed, gain=gain, most=most)
                proof = None
            elif arguments.objective == "affinity":
                assignment, proof = assign_best(problem, arguments.seed, most)
            else:
                assignment, proof = assign_fair(
                    problem, arguments.seed, arguments.objective, arguments.tries, most, within
                )
        except Infeasible as error:
            diagnosis = diagnose(problem, proved=error.certificate)
            if diagnosis is None:
                raise RuntimeError("infeasible once and feasible again") from error
            found = {"problem": problem, "diagnosis": diagnosis}
            give(arguments, found, lambda lang: told_diagnosis(diagnosis, lang))
            return 1
    result: dict[str, object] = {"problem": problem, "assignment": assignment}
    if proof is not None:
        result["proof"] = proof
    if arguments.csv is not None:
        write_csv(arguments.csv, CSV_HEAD, csv_rows(assignment))
    if arguments.chart is not None:
        svg = assignment_chart(problem, assignment, arguments.lang)
        write_chart(arguments.chart, svg, title(arguments.lang), arguments.lang)
    give(arguments, result, lambda lang: told_assignment(assignment, proof, lang))
    return 0


def csv_rows(assignment: Assignment) -> Iterator[list[str]]:
    """Application, evaluator, body, affinity, rank, pinned: one row a seat."""
    for pair in assignment.pairs:
        place = f"{pair.rank}/{pair.eligible}"
        yield [
            pair.application,
            pair.evaluator,
            pair.body,
            str(pair.affinity),
            place,
            "1" if pair.pinned else "",
        ]
