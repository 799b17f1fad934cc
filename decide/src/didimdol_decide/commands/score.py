"""`didimdol-decide score`: the scores of every stage, with a sheet that a person can follow with a pencil."""

from __future__ import annotations

import argparse

from didimdol_decide.canonical import plain
from didimdol_decide.commands.ballots_file import add_ballots, with_ballots
from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.commands.csv_file import write_csv
from didimdol_decide.commands.selection_file import as_object, wrong_inputs
from didimdol_decide.commands.shapes import as_text, write_json
from didimdol_decide.confidence.decision import NothingToSay, decision_at_hand
from didimdol_decide.confidence.inputs import ConfidenceInputs
from didimdol_decide.printing import ranking_table, table
from didimdol_decide.progress import phase
from didimdol_decide.ranking import FINAL, Ranking
from didimdol_decide.record.outcome import ScoredSelection
from didimdol_decide.rules import StageRule
from didimdol_decide.scoring import StageScore, score_stages
from didimdol_decide.sheet import CSV_HEAD, csv_rows, explain

HELP = "점수와 순위를 계산하고 계산서를 보임 / compute scores and ranking, and show the calculation"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="INPUT.json")
    add_ballots(command)
    command.add_argument("--explain", action="store_true", help="계산서 / the calculation, line by line")
    command.add_argument("--application", metavar="ID", help="이 신청만 / this application only")
    command.add_argument(
        "--csv", metavar="FILE.csv", help="계산서를 CSV로 저장 / write the calculation as CSV"
    )
    command.add_argument(
        "--out", metavar="RESULT.json", help="점수와 순위를 파일로 / write scores and ranking"
    )


def scored(inputs: ConfidenceInputs) -> ScoredSelection:
    """Scores and ranking. Raises BallotInvalid, ValueError as `score_stages` and `rank`."""
    phase(
        f"평가표 {sum(map(len, inputs.ballots.values()))}장의 점수 계산 중",
        f"scoring {sum(map(len, inputs.ballots.values()))} ballots",
    )
    try:
        decision = decision_at_hand(inputs)
    except NothingToSay:
        everyone = {candidate.id for candidate in inputs.applications}
        scores = score_stages(inputs.stages, inputs.ballots, inputs.bonuses, everyone)
        return ScoredSelection(scores=scores, at=None, ranking=None, open_ties=())
    ranking = decision.ranking
    by_lot = [step.tied for step in ranking.ties if step.by == "lottery"]
    return ScoredSelection(
        scores=decision.scores,
        at=FINAL if decision.final else decision.stages[-1].key,
        ranking=ranking,
        open_ties=tuple(by_lot) if inputs.lottery_seed is None else (),
    )


def run(arguments: argparse.Namespace) -> int:
    document = with_ballots(read_json(arguments.file), arguments.ballots)
    with wrong_inputs(arguments.file):
        phase("입력 확인 중", "checking the input")
        inputs = ConfidenceInputs.from_document(as_object(document))
        found = scored(inputs)
    phase("결과 쓰는 중", "writing the result")
    sheets = [(stage, found.scores[stage.key]) for stage in inputs.stages]
    if arguments.application is not None:
        if not any(arguments.application in scores for _, scores in sheets):
            raise WrongUse(
                f"신청 '{arguments.application}'이(가) 입력에 없습니다. 'applications'의 id를 쓰세요.",
                f"There is no application '{arguments.application}'. Use an id of 'applications'.",
            )
        sheets = [
            (stage, {key: score for key, score in scores.items() if key == arguments.application})
            for stage, scores in sheets
        ]
    if arguments.csv is not None:
        write_csv(
            arguments.csv, CSV_HEAD, (row for stage, scores in sheets for row in csv_rows(stage, scores))
        )
    if arguments.out is not None:
        write_json(arguments.out, found.as_json())
    if arguments.json:
        print(as_text(found.as_json()))
    elif arguments.explain:
        print(
            "\n\n".join(
                explain(stage, score, arguments.lang) for stage, scores in sheets for score in scores.values()
            )
        )
    else:
        _print_table(sheets, 1 if arguments.lang == "en" else 0)
        if found.ranking is not None and arguments.application is None:
            print(f"\n{_told_ranking(found, found.ranking, arguments.lang)}")
    return 0


def _told_ranking(found: ScoredSelection, ranking: Ranking, lang: str) -> str:
    english = lang == "en"
    lines = []
    if found.at != FINAL:
        lines.append(
            f"Shortlist of stage {found.at} (selected: goes on)"
            if english
            else f"단계 {found.at}의 선발 (선정: 다음 단계로 감)"
        )
    lines.append(ranking_table(ranking, lang))
    if found.open_ties:
        groups = "; ".join(", ".join(tied) for tied in found.open_ties)
        lines += [
            "",
            f"Only the draw will order these (no lottery_seed yet): {groups}"
            if english
            else f"추첨만이 순서를 정하는 동점 (lottery_seed가 아직 없음): {groups}",
        ]
    return "\n".join(lines)


def _print_table(sheets: list[tuple[StageRule, dict[str, StageScore]]], column: int) -> None:
    head = [
        ("단계", "stage"),
        ("신청", "application"),
        ("기본", "base"),
        ("가점", "bonus"),
        ("합계", "total"),
    ]
    head += [("기준", "cut-off"), ("결과", "result")]
    words = {True: ("통과", "passes"), False: ("기준 미달", "below cut-off")}
    rows = [
        [
            stage.key,
            key,
            "-" if score.base is None else plain(score.base),
            plain(score.bonus),
            "-" if score.total is None else plain(score.total),
            plain(score.cutoff),
            ("정족수 미달", "no quorum")[column] if score.total is None else words[score.passed][column],
        ]
        for stage, scores in sheets
        for key, score in scores.items()
    ]
    print(table([word[column] for word in head], rows))
