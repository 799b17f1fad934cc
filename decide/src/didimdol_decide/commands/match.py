"""`didimdol-decide match`: startups to demands, by one of three methods; or why no matching keeps the
rules."""

from __future__ import annotations

import argparse

from didimdol_decide.commands.assigning import give, solver_needed
from didimdol_decide.commands.common import WrongUse
from didimdol_decide.commands.csv_file import write_csv
from didimdol_decide.commands.matching_file import (
    CSV_HEAD,
    METHODS,
    Telling,
    inputs_from,
    read_earlier,
    told_change,
    told_clash,
)
from didimdol_decide.commands.shapes import valid
from didimdol_decide.commands.tables import read_document
from didimdol_decide.matching import Infeasible, MatchingInputs, NotFinished, Pair, compute
from didimdol_decide.matching.change import change

HELP = "기업과 수요의 매칭 / match startups and demands"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="INPUT.json", help="문제, 또는 매칭 결과 / a problem, or a result")
    command.add_argument(
        "--method", choices=tuple(METHODS), help="방법 (입력보다 우선) / overrides the input's"
    )
    command.add_argument("--out", metavar="RESULT.json", help="결과를 파일로 / write the result")
    command.add_argument("--csv", metavar="FILE.csv", help="짝과 까닭을 CSV로 / pairs and reasons as CSV")
    command.add_argument(
        "--near", metavar="EARLIER.json", help="이전 결과에서 바뀌는 것을 적게 / change little of this result"
    )
    command.add_argument(
        "--without", metavar="ID", action="append", default=[], help="떠난 기업 / a startup that left"
    )
    signed = command.add_mutually_exclusive_group()
    signed.add_argument(
        "--signed",
        metavar="ID",
        action="append",
        default=[],
        help="이전 짝을 확정한 기업 / a startup whose earlier pair is signed and stays",
    )
    signed.add_argument(
        "--all-signed", action="store_true", help="이전 짝을 모두 유지 / all earlier pairs stay"
    )


def run(arguments: argparse.Namespace) -> int:
    document = read_document(arguments.file, "matching-problem")
    if isinstance(document, dict) and "inputs" in document:
        document = document["inputs"]
    inputs = inputs_from(document, arguments.file)
    earlier = read_earlier(arguments.near) if arguments.near is not None else None
    inputs = _changed(arguments, inputs, earlier)
    with solver_needed():
        try:
            outcome = compute(inputs)
        except Infeasible as error:
            from didimdol_decide.matching.clash import explain

            clash = explain(inputs)
            if clash is None:
                raise RuntimeError("infeasible once and feasible again") from error
            found = {"inputs": inputs.as_json(), "clash": clash.as_json()}
            give(arguments, found, lambda lang: told_clash(clash, lang))
            return 1
        except NotFinished as error:
            raise WrongUse(
                "정해진 한도 안에 매칭을 찾지 못했고, 없다는 증명도 하지 못했습니다. 규칙을 줄이거나 나누어 계산하십시오.",
                "No matching was found within the effort, and none was proved not to exist. Drop rules or split it.",
            ) from error
    if arguments.csv is not None:
        telling = Telling(inputs, outcome, arguments.lang == "en")
        write_csv(arguments.csv, CSV_HEAD, telling.csv_rows())
    result: dict[str, object] = {"inputs": inputs.as_json(), "outcome": outcome.as_json()}
    moved = None
    if earlier is not None:
        moved = change(inputs, outcome, earlier)
        result["change"] = moved.as_json()

    def told(lang: int) -> str:
        text = Telling(inputs, outcome, lang).text()
        return text if moved is None else f"{text}\n\n{told_change(moved, lang)}"

    give(arguments, result, told)
    return 0


def _changed(
    arguments: argparse.Namespace, inputs: MatchingInputs, earlier: tuple[Pair, ...] | None
) -> MatchingInputs:
    """The inputs with what the options say. Raises WrongUse."""
    if earlier is None and (arguments.signed or arguments.all_signed):
        raise WrongUse(
            "--signed와 --all-signed에는 --near가 필요합니다.", "--signed and --all-signed go with --near."
        )
    try:
        inputs = inputs.without(arguments.without)
    except KeyError as error:
        raise WrongUse(
            f"입력에 없는 기업입니다: {error}", f"No such startup in the input: {error}"
        ) from error
    update: dict[str, object] = {} if arguments.method is None else {"method": arguments.method}
    if earlier is not None:
        update |= _kept(arguments, inputs, earlier)
    whole = {**{name: getattr(inputs, name) for name in MatchingInputs.model_fields}, **update}
    return valid(arguments.file, lambda: MatchingInputs.model_validate(whole)).in_order()


def _kept(
    arguments: argparse.Namespace, inputs: MatchingInputs, earlier: tuple[Pair, ...]
) -> dict[str, object]:
    there = {startup.id for startup in inputs.startups} - set(arguments.without)
    offered = {demand.id for demand in inputs.demands}
    standing = [pair for pair in earlier if pair.startup in there and pair.demand in offered]
    names = {pair.startup for pair in standing}
    if missing := sorted(set(arguments.signed) - names):
        raise WrongUse(
            f"--signed: 이전 결과에 짝이 없는 기업입니다: {missing[0]}",
            f"--signed: {missing[0]} has no pair in the earlier result",
        )
    frozen = {pair.startup: pair for pair in inputs.frozen}
    for pair in standing:
        if arguments.all_signed or pair.startup in arguments.signed:
            frozen[pair.startup] = pair
    exact = (arguments.method or inputs.method) != "deferred_acceptance"
    free = tuple(pair for pair in standing if pair.startup not in frozen)
    return {"frozen": tuple(frozen.values()), "earlier": free if exact else ()}
