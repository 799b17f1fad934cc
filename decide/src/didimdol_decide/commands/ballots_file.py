"""Ballots beside the JSON: a CSV with a row a ballot, or an `.npz` with a matrix of points."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from zipfile import BadZipFile

from didimdol_decide.commands.common import WrongUse, not_installed
from didimdol_decide.commands.files import cannot_read
from didimdol_decide.commands.table_file import read_table
from didimdol_decide.progress import phase

NAMES = ("stage", "application", "evaluator", "body")
Ballots = dict[str, list[dict[str, object]]]


def add_ballots(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--ballots",
        metavar="FILE.csv|FILE.npz",
        action="append",
        default=[],
        help="평가표를 표나 행렬로 / ballots as a table or a matrix",
    )


def with_ballots(document: object, paths: list[str]) -> object:
    """The document with the ballots of the files added to its own. Raises WrongUse."""
    if not paths or not isinstance(document, dict):
        return document
    if "payload" in document:
        raise WrongUse(
            "봉인된 기록의 평가표는 바꿀 수 없습니다. --ballots 없이 실행하거나 입력 파일을 주세요.",
            "The ballots of a sealed record stand. Run without --ballots, or give a file of inputs.",
        )
    given = document.get("ballots")
    ballots: Ballots = {key: list(sheets) for key, sheets in given.items()} if isinstance(given, dict) else {}
    for path in paths:
        phase(f"{path} 읽는 중", f"reading {path}")
        for stage, sheet in _sheets(path, _Defaults(document.get("stages"))):
            ballots.setdefault(stage, []).append(sheet)
    return {**document, "ballots": ballots}


class _Defaults:
    """What a file may leave out: the stage where there is one, and the body where the stage has one."""

    def __init__(self, stages: object) -> None:
        self.bodies: dict[str, list[str]] = {}
        for stage in stages if isinstance(stages, list) else []:
            if isinstance(stage, dict) and isinstance(stage.get("bodies"), list):
                bodies = [str(body.get("key")) for body in stage["bodies"] if isinstance(body, dict)]
                self.bodies[str(stage.get("key"))] = bodies

    def stage(self, given: str | None, where: str) -> str:
        if given:
            return given
        if len(self.bodies) != 1:
            listed = ", ".join(self.bodies)
            raise WrongUse(
                f"{where}: 평가 단계(stage)가 없습니다. 단계가 여럿이면 적어야 합니다: {listed}",
                f"{where}: no stage; where there are several, name it: {listed}",
            )
        return next(iter(self.bodies))

    def body(self, stage: str, given: str | None, where: str) -> str:
        bodies = self.bodies.get(stage, [])
        if given:
            return given
        if len(bodies) != 1:
            listed = ", ".join(bodies)
            raise WrongUse(
                f"{where}: 평가 주체(body)가 없습니다. 주체가 여럿이면 적어야 합니다: {listed}",
                f"{where}: no body; where there are several, name it: {listed}",
            )
        return bodies[0]


def _sheets(path: str, defaults: _Defaults) -> Iterator[tuple[str, dict[str, object]]]:
    return _of_matrix(path, defaults) if path.lower().endswith(".npz") else _of_table(path, defaults)


FORM = (
    "application, evaluator (단계나 주체가 여럿이면 stage, body), 그리고 평가 항목의 key.",
    "application, evaluator (stage and body where there are several), and the keys of the criteria.",
)


def _of_table(path: str, defaults: _Defaults) -> Iterator[tuple[str, dict[str, object]]]:
    for where, cells in read_table(path, {"application", "evaluator"}, FORM):
        points = {name: cell for name, cell in cells.items() if cell and name not in NAMES}
        for name, cell in points.items():
            if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell):
                raise WrongUse(
                    f"{where}: {name}: 점수는 수여야 합니다 (지금: {cell!r}). 점수가 없으면 칸을 비우십시오.",
                    f"{where}: {name}: points must be a number, not {cell!r}. Leave it empty for none.",
                )
        yield _ballot(defaults, where, cells, points)


def _ballot(
    defaults: _Defaults, where: str, cells: Mapping[str, str], points: Mapping[str, str]
) -> tuple[str, dict[str, object]]:
    stage = defaults.stage(cells.get("stage"), where)
    return stage, {
        "application": cells["application"],
        "evaluator": cells["evaluator"],
        "body": defaults.body(stage, cells.get("body"), where),
        "points": points,
    }


def _of_matrix(path: str, defaults: _Defaults) -> Iterator[tuple[str, dict[str, object]]]:
    """`applications`, `evaluators`, `criteria` (names), `points` (by these three; not a number: none),
    `bodies` (one for each evaluator) and `stage` where there are several."""
    try:
        import numpy as np
    except ModuleNotFoundError as error:
        raise not_installed(error.name, "assign") from error
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        applications, evaluators, criteria = (
            [str(name) for name in found[part]] for part in ("applications", "evaluators", "criteria")
        )
        points = found["points"]
        bodies = [str(name) for name in found["bodies"]] if "bodies" in found else [""] * len(evaluators)
        stage = str(found["stage"]) if "stage" in found else None
    except OSError as error:
        raise cannot_read(path, error) from error
    except (ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        names = "'applications', 'evaluators', 'criteria', 'points'"
        raise WrongUse(
            f"평가표 행렬을 읽을 수 없습니다: {path} ({names} 필요)",
            f"Cannot read the ballots in {path}: it needs {names}",
        ) from error
    wanted = (len(applications), len(evaluators), len(criteria))
    if points.shape != wanted or points.dtype.kind not in "fiu" or len(bodies) != len(evaluators):
        raise WrongUse(
            f"행렬의 크기나 종류가 다릅니다: {path} ({points.shape}, {wanted} 필요; bodies는 하나씩)",
            f"{path}: 'points' must be numbers, {wanted}, not {points.shape}; 'bodies' one an evaluator",
        )
    whole = points.dtype.kind in "iu"
    cast = np.argwhere(~np.isnan(points.astype(float)).all(axis=2)).tolist()
    for a, e in cast:
        row = points[a, e].tolist()
        given = {
            name: str(value) if whole else f"{value:.6f}"
            for name, value in zip(criteria, row, strict=True)
            if value == value
        }
        cells = {"application": applications[a], "evaluator": evaluators[e], "body": bodies[e]}
        yield _ballot(defaults, path, cells | ({"stage": stage} if stage else {}), given)
