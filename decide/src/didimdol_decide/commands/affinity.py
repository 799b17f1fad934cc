"""`didimdol-decide affinity`: how well evaluators suit applications, from what both wrote."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from didimdol_decide.canonical import plain
from didimdol_decide.commands.assigning import solver_needed
from didimdol_decide.commands.common import WrongUse
from didimdol_decide.commands.csv_file import write_csv
from didimdol_decide.commands.files import replaced
from didimdol_decide.commands.shapes import as_text, read_shape, write_json
from didimdol_decide.printing import table

if TYPE_CHECKING:
    from didimdol_decide.affinity import Measure, PairAffinity, Texts

HELP = "글로 본 평가위원의 적합도 / how well evaluators suit applications, from their texts"
FIRST = 5


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="TEXTS.json", help="신청과 위원의 글 / texts of both sides")
    command.add_argument(
        "--out",
        metavar="FILE",
        help="*.npz (assign --affinity), *.csv, *.json(까닭과 함께 / with reasons)",
    )
    command.add_argument("--application", metavar="ID", help="이 신청만 / this application only")
    command.add_argument("--evaluator", metavar="ID", help="이 위원만 / this evaluator only")
    command.add_argument(
        "--first", type=int, default=FIRST, help="신청마다 보일 위원 수 / shown for each application"
    )


def run(arguments: argparse.Namespace) -> int:
    from didimdol_decide.affinity import Measure, Texts

    if arguments.first < 1:
        raise WrongUse("--first는 1 이상입니다.", "--first is at least 1")
    texts = read_shape(arguments.file, Texts, "affinity-texts")
    measure = Measure(texts)
    if arguments.out is not None:
        _write(arguments.out, texts, measure)
    application, evaluator = _chosen(arguments, "application", texts), _chosen(arguments, "evaluator", texts)
    if arguments.json:
        print(as_text(measure.affinities(application, evaluator).as_json()))
    else:
        print(_told(texts, measure, application, evaluator, arguments))
    return 0


def _chosen(arguments: argparse.Namespace, kind: str, texts: Texts) -> str | None:
    name: str | None = getattr(arguments, kind)
    if name is not None and name not in {entry.id for entry in getattr(texts, f"{kind}s")}:
        raise WrongUse(
            f"{arguments.file}에 없는 이름입니다: --{kind} {name}", f"{arguments.file} has no {kind} {name!r}"
        )
    return name


# --- files --------------------------------------------------------------------------------------------------


def _write(path: str, texts: Texts, measure: Measure) -> None:
    kinds: dict[str, Callable[[str, Texts, Measure], None]] = {
        ".npz": _write_matrix,
        ".csv": _write_rows,
        ".json": lambda path, texts, measure: write_json(path, measure.affinities().as_json()),
    }
    kind = kinds.get(Path(path).suffix.lower())
    if kind is None:
        raise WrongUse(
            f"파일 이름은 .npz, .csv, .json 가운데 하나로 끝나야 합니다: {path}",
            f"The file name must end in .npz, .csv or .json: {path}",
        )
    kind(path, texts, measure)


def _write_matrix(path: str, texts: Texts, measure: Measure) -> None:
    """`applications`, `evaluators` (names by id) and `values`; not a number: a conflict."""
    with solver_needed():
        import numpy as np
    applications = sorted(texts.applications, key=lambda entry: entry.id)
    evaluators = sorted(entry.id for entry in texts.evaluators)
    column = {name: place for place, name in enumerate(evaluators)}
    values = np.full((len(applications), len(evaluators)), np.nan)
    for row, application in enumerate(applications):
        for name, value in measure.row(application).items():
            values[row, column[name]] = value / 1_000_000
    with replaced(path) as place, place.open("wb") as out:
        np.savez_compressed(
            out,
            applications=np.array([entry.id for entry in applications], dtype=str),
            evaluators=np.array(evaluators, dtype=str),
            values=values,
        )


def _write_rows(path: str, texts: Texts, measure: Measure) -> None:
    # What is in parentheses is for people: `assign` reads the first three.
    write_csv(
        path,
        ("application", "evaluator", "value", "(text)", "(field)", "(bid)", "(terms)"),
        (
            [
                pair.application,
                pair.evaluator,
                *map(plain, (pair.value, pair.text, pair.field)),
                pair.bid or "",
                _terms(pair, "; "),
            ]
            for pair in measure.affinities().pairs
        ),
    )


# --- the terminal -------------------------------------------------------------------------------------------


def _told(
    texts: Texts,
    measure: Measure,
    application: str | None,
    evaluator: str | None,
    arguments: argparse.Namespace,
) -> str:
    """For each application those who suit it best, and by which words."""
    column = 1 if arguments.lang == "en" else 0
    people = {entry.id: entry for entry in texts.evaluators if evaluator in (None, entry.id)}
    rows: list[list[str]] = []
    for entry in sorted(texts.applications, key=lambda entry: entry.id):
        if application not in (None, entry.id):
            continue
        values = {name: value for name, value in measure.row(entry).items() if name in people}
        best = sorted(values, key=lambda name: (-values[name], name))[: arguments.first]
        for pair in (measure.explain(entry, people[name]) for name in best):
            assert pair is not None  # no row has a pair in conflict
            numbers = [plain(value) for value in (pair.value, pair.text, pair.field)]
            rows.append(
                [pair.application, pair.evaluator, *numbers, pair.bid or "-", _terms(pair, ", ") or "-"]
            )
    head = [
        ("신청", "application"),
        ("평가위원", "evaluator"),
        ("적합도", "affinity"),
        ("글", "text"),
        ("분야", "field"),
        ("희망", "bid"),
        ("함께 쓴 말", "shared words"),
    ]
    return table([words[column] for words in head], rows)


def _terms(pair: PairAffinity, between: str) -> str:
    return between.join(f"{shared.term} {plain(shared.value)}" for shared in pair.terms)
