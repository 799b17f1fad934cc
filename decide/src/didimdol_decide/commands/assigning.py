"""What the commands about assignments share: reading problems, matrices beside them, and writing results."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, TypeVar

from didimdol_decide.commands import shapes
from didimdol_decide.commands.affinity_file import read_affinities
from didimdol_decide.commands.common import WrongUse, not_installed
from didimdol_decide.commands.files import written
from didimdol_decide.commands.tables import read_document
from didimdol_decide.plain import Plain
from didimdol_decide.progress import phase

if TYPE_CHECKING:
    from didimdol_decide.assignment import Assignment, AssignmentProblem
    from didimdol_decide.assignment.matrix import AffinityMatrix
    from didimdol_decide.assignment.proof import Proof
    from didimdol_decide.assignment.repairs import Diagnosis

Shape = TypeVar("Shape", bound=Plain)


def add_common(command: argparse.ArgumentParser) -> None:
    """The arguments that all of them take."""
    command.add_argument(
        "file", metavar="FILE.json", help="문제, 또는 배정 기록 / a problem or an assignment file"
    )
    command.add_argument(
        "--affinity", metavar="FILE.npz|FILE.csv", help="적합도 행렬이나 표 / affinities beside the JSON"
    )
    command.add_argument("--seed", default="", help="동점을 가르는 씨앗 / decides between equals")
    command.add_argument("--out", metavar="RESULT.json", help="결과를 파일로 / write the result")


def add_gain(command: argparse.ArgumentParser) -> None:
    """`--gain`, for the commands that can stay near an earlier assignment."""
    command.add_argument(
        "--gain",
        metavar="0.1",
        help="배정을 하나 더 바꾸려면 적합도 합계가 이만큼 올라야 함"
        " / move one more pair where the total affinity gains so much",
    )


def gain_of(arguments: argparse.Namespace, stays_near: bool, needs: str) -> int | None:
    """`--gain` in millionths; None where it is not given. Raises WrongUse."""
    given: str | None = arguments.gain
    if given is None:
        return None
    if not stays_near:
        raise WrongUse(f"--gain은 {needs}와 함께 씁니다.", f"--gain goes with {needs}.")
    return in_millionths("--gain", given)


def in_millionths(option: str, given: str) -> int:
    """A number from 0 to 1 in millionths. Raises WrongUse."""
    try:
        number = Decimal(given) * 1_000_000
    except InvalidOperation:
        number = Decimal("nan")
    if not (number.is_finite() and 0 <= number <= 1_000_000) or number != int(number):
        raise WrongUse(
            f"{option}은 0에서 1까지, 소수점 아래 여섯 자리 이내의 수입니다: {given}",
            f"{option} is a number from 0 to 1 with at most six decimals, not {given}",
        )
    return int(number)


def valid(shape: type[Shape], value: object, path: str) -> Shape:
    """The value in its shape. Raises WrongUse that names the place."""
    return shapes.valid(path, lambda: shape.model_validate(value))


def read_problem(arguments: argparse.Namespace) -> tuple[AssignmentProblem, Assignment | None]:
    """The problem in the file, and the assignment if the file holds one ("problem", "assignment"). Raises
    WrongUse."""
    from didimdol_decide.assignment import Assignment, AssignmentProblem

    document = read_document(arguments.file, "assignment-problem")
    if not isinstance(document, dict):
        raise WrongUse(
            f"배정 문제가 아닙니다: {arguments.file}", f"{arguments.file} is no assignment problem"
        )
    whole = "problem" in document
    values = document["problem"] if whole else document
    if arguments.affinity is not None and isinstance(values, dict):
        values = {**values, "affinity": _both(values.get("affinity"), read_affinities(arguments.affinity))}
    problem = valid(AssignmentProblem, values, arguments.file)
    if not whole or document.get("assignment") is None:
        return problem, None
    return problem, valid(Assignment, document["assignment"], arguments.file)


def _both(given: object, beside: AffinityMatrix | list[dict[str, str]]) -> object:
    """The affinities of the problem and those beside it. A few are kept as rows, which can be read."""
    from didimdol_decide.assignment.matrix import AffinityMatrix, written
    from didimdol_decide.assignment.problem import FEW

    if isinstance(beside, AffinityMatrix):
        if not given and len(beside) > FEW:
            return beside
        beside = [
            {"application": application, "evaluator": evaluator, "value": written(value)}
            for application, evaluator, value in beside.triples()
        ]
    return [*given, *beside] if isinstance(given, list) else beside


@contextmanager
def solver_needed() -> Iterator[None]:
    """Wrong use in words where the solver is not installed or the numbers are too large for it."""
    phase("배정 계산 중", "assigning")
    try:
        yield
    except ModuleNotFoundError as error:
        raise not_installed(error.name, "assign") from error
    except OverflowError as error:
        raise WrongUse(
            f"문제가 너무 커서 이 계산을 할 수 없습니다 ({error}). 나누어 계산하세요.",
            f"The problem is too large for this calculation ({error}). Split it.",
        ) from error


def give(arguments: argparse.Namespace, document: Mapping[str, object], told: Callable[[int], str]) -> None:
    """Write the document to `--out`; print it with `--json`, else what it says (0: Korean, 1: English)."""
    from didimdol_decide.commands.writing import pieces

    if arguments.out is not None:
        phase(f"{arguments.out} 쓰는 중", f"writing {arguments.out}")
        with written(arguments.out) as file:
            file.writelines(pieces(document))
            file.write("\n")
    if arguments.json:
        sys.stdout.writelines(pieces(document))
        print()
    else:
        print(told(1 if arguments.lang == "en" else 0))


def told_assignment(assignment: Assignment, proof: Proof | None, lang: int) -> str:
    """Panels and how good it is."""
    from didimdol_decide.assignment.proof import points
    from didimdol_decide.printing import table

    panels: dict[str, list[str]] = {}
    for pair in assignment.pairs:
        panels.setdefault(pair.application, []).append(f"{pair.evaluator} ({pair.affinity})")
    lines = [
        table(
            [("신청", "application")[lang], ("평가위원 (적합도)", "evaluators (affinity)")[lang]],
            [[name, ", ".join(people)] for name, people in sorted(panels.items())],
        ),
        "",
        f"{('적합도 합계', 'total affinity')[lang]}: {assignment.total}",
    ]
    if assignment.gain is not None:
        ko = f"이전 배정에서 한 쌍을 더 옮기는 데 필요한 합계의 증가: {assignment.gain}"
        lines.append((ko, f"gain in the total for which one more pair moves: {assignment.gain}")[lang])
    if proof is not None:
        proved = ("최적임이 증명됨", "proved the highest")[lang]
        at_most = ("상한", "at most")[lang]
        for name, value, bound, optimal in (
            (
                f"{('최저 신청', 'worst-off application')[lang]} ({proof.worst_off})",
                proof.floor,
                proof.floor_bound,
                proof.optimal_floor,
            ),
            (("합계", "total")[lang], proof.total, proof.total_bound, proof.optimal_total),
        ):
            lines.append(f"{name}: {points(value)}, {proved if optimal else f'{at_most} {points(bound)}'}")
        if proof.floor_gap:
            percent = f"{-(-proof.floor_gap // 100) / 100:.2f}%"  # rounded up: a bound
            lines.append(
                (
                    f"최저 신청은 상한보다 많아야 {percent} 낮음",
                    f"the worst-off application is at most {percent} below its bound",
                )[lang]
            )
        if proof.narrowed is not None:
            used = (f"{proof.narrowed.kept:,}", f"{proof.narrowed.pairs:,}", proof.narrowed.flows)
            lines.append(
                (
                    "가능한 쌍 {1}개 가운데 {0}개로 계산({2}회), 상한은 모든 쌍에 대한 값",
                    "found with {0} of {1} allowed pairs, in {2} flows; the bounds hold for all pairs",
                )[lang].format(*used)
            )
        if proof.proved_places:
            lines.append(
                (
                    f"최저부터 {proof.proved_places}건까지 더 높을 수 없음이 증명됨",
                    f"of the worst-off, the lowest {proof.proved_places} are proved: none can be higher",
                )[lang]
            )
    return "\n".join(lines)


def told_diagnosis(diagnosis: Diagnosis, lang: int) -> str:
    """Why there is no assignment, and what would help."""
    language = ("ko", "en")[lang]
    kinds = {
        "load": ("건수 늘리기", "higher maximum loads"),
        "day": ("하루 최대 건수 늘리기", "higher daily maxima"),
        "minimum": ("최소 건수 낮추기", "lower minimum loads"),
        "waive": ("좌석 구분 풀기", "seats open to any body"),
        "missing": ("좌석 비우기", "empty seats"),
        "mixed": ("함께", "together"),
    }
    lines = [
        ("배정이 불가능합니다.", "No assignment exists.")[lang],
        diagnosis.message.in_language(language),
        "",
    ]
    if diagnosis.repairs:
        lines.append(
            ("가장 적은 조치 (다시 풀어 확인함):", "The least that helps (solved again to be sure):")[lang]
        )
    for repair in diagnosis.repairs:
        lines.append(
            f"  {kinds[repair.kind][lang]}: {repair.amount} — {repair.message.in_language(language)}"
        )
    if diagnosis.no_use:
        useless = ", ".join(kinds[kind][lang] for kind in diagnosis.no_use)
        lines.append(f"{('이것만으로는 안 됨', 'No help on its own')[lang]}: {useless}")
    return "\n".join(lines)
