"""`didimdol-decide how-sure`: how sure a ranking is, or, before the call, how many evaluators it takes."""

from __future__ import annotations

import argparse

from didimdol_decide.commands.ballots_file import add_ballots, with_ballots
from didimdol_decide.commands.chart_file import add_chart, check_chart, write_chart
from didimdol_decide.commands.common import WrongUse, not_installed, read_json
from didimdol_decide.commands.selection_file import as_object, wrong_inputs
from didimdol_decide.commands.shapes import as_text, write_json
from didimdol_decide.progress import phase

HELP = "순위가 얼마나 확실한지 / how sure a ranking is"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="INPUT.json")
    add_ballots(command)
    command.add_argument(
        "--plan",
        action="store_true",
        help="공고 전 설계를 물음 / INPUT.json is a design: how many evaluators?",
    )
    add_chart(command, "순위 구간 그림 / chart of rank intervals")
    command.add_argument("--out", metavar="RESULT.json", help="결과를 파일로 / write the result")


def run(arguments: argparse.Namespace) -> int:
    try:
        import numpy  # noqa: F401  (asked for here, so that its absence is said in words)
    except ModuleNotFoundError as error:
        raise not_installed(error.name, "assign") from error
    from didimdol_decide.confidence import ConfidenceInputs, PanelDesign, how_sure, plan_panels, rank_chart
    from didimdol_decide.confidence.chart import title
    from didimdol_decide.confidence.words import confidence_text, plan_text

    document = read_json(arguments.file)
    if arguments.plan and arguments.ballots:
        raise WrongUse("--ballots는 --plan과 함께 쓸 수 없습니다.", "--ballots does not go with --plan.")
    document = with_ballots(document, arguments.ballots)
    phase("추정 중", "estimating")
    if arguments.plan and arguments.chart:
        raise WrongUse("--chart는 --plan과 함께 쓸 수 없습니다.", "--chart does not go with --plan.")
    check_chart(arguments.chart)
    with wrong_inputs(arguments.file):
        document = as_object(document)
        if arguments.plan:
            design = PanelDesign.model_validate(document)
            plan = plan_panels(design)
        else:
            found = how_sure(ConfidenceInputs.from_document(document))
    if arguments.plan:
        shown, text = plan.as_json(), plan_text(design, plan, arguments.lang)
    else:
        shown, text = found.as_json(), confidence_text(found, arguments.lang)
        if arguments.chart:
            write_chart(
                arguments.chart, rank_chart(found, arguments.lang), title(arguments.lang), arguments.lang
            )
    if arguments.out is not None:
        write_json(arguments.out, shown)
    print(as_text(shown) if arguments.json else text)
    return 0
