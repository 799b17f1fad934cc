"""`didimdol-decide audit`: is a score sheet calculated by its own rule?"""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from didimdol_decide.commands.common import WrongUse
from didimdol_decide.commands.files import cannot_read, replaced, written
from didimdol_decide.commands.shapes import as_text as as_json_text
from didimdol_decide.commands.shapes import write_json
from didimdol_decide.progress import phase

if TYPE_CHECKING:
    from didimdol_decide.auditing import AuditResult, AuditRule, Grid

HELP = "평가표(Excel, CSV)를 규칙대로 검사 / audit a score sheet against its rule"
NEEDED = ("openpyxl", "defusedxml", "ruamel.yaml")


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="SCORES.xlsx|.csv")
    command.add_argument(
        "--rule", metavar="RULE.yaml", help="규칙 파일 (YAML, JSON) / the rule; flags override it"
    )
    command.add_argument("--sheet", action="append", metavar="NAME", help="이 시트만 / this sheet only")
    command.add_argument(
        "--item", action="append", metavar="NAME=MAX", help="평가 항목과 배점 / an item and its maximum"
    )
    command.add_argument(
        "--maximum", type=int, help="항목이 없을 때 평가표 만점 / points of a ballot without items"
    )
    command.add_argument(
        "--trim", metavar="HIGH,LOW|none", help="빼는 최고·최저 수 / dropped at each end, such as 1,1"
    )
    command.add_argument(
        "--min-ballots", type=int, metavar="N", help="이보다 적으면 빼지 않음 / plain mean below N ballots"
    )
    command.add_argument("--decimals", type=int, help="소수 자리 / decimal places")
    command.add_argument("--rounding", choices=("half_up", "half_even", "down"))
    command.add_argument("--cutoff", metavar="POINTS", help="과락 기준 / cut-off")
    command.add_argument("--bonus-cap", metavar="POINTS", help="가점 한도 / most bonus points")
    command.add_argument(
        "--ties", metavar="NAME,NAME|share", help="동점 처리 / tie-breaks in order, or an equal rank"
    )
    command.add_argument("--select", action="append", metavar="N|FIELD=N", help="선정 수 / places")
    command.add_argument("--reserves", type=int, metavar="N", help="예비 수 / reserves")
    command.add_argument(
        "--sum-of", choices=("all", "kept"), help="합계 열이 더하는 것 / what the sum column adds"
    )
    command.add_argument("--ranked", choices=("all", "passed"), help="순위를 매기는 대상 / who has a rank")
    command.add_argument(
        "--column", action="append", metavar="HEADING=ROLE", help="열의 뜻 / what a column is, such as H=mean"
    )
    command.add_argument("--xlsx", metavar="OUT.xlsx", help="틀린 칸을 표시한 사본 / a marked copy")
    command.add_argument("--html", metavar="OUT.html", help="보고서 / a report")
    command.add_argument(
        "--out", metavar="REPORT.json", help="찾은 것을 JSON 파일로 / write the findings as JSON"
    )


def run(arguments: argparse.Namespace) -> int:
    if missing := [name for name in NEEDED if find_spec(name.partition(".")[0]) is None]:
        raise WrongUse(
            f"필요한 꾸러미가 없습니다: {', '.join(missing)}. pip install 'didimdol-decide[audit]'",
            f"Packages are missing: {', '.join(missing)}. pip install 'didimdol-decide[audit]'",
        )
    from didimdol_decide.auditing import NoTable, Refused, RuleIncomplete, audit_grids, read_grids

    source = Path(arguments.file)
    try:
        source.open("rb").close()
    except OSError as error:
        raise cannot_read(source, error) from error
    phase(f"{source.name} 검사 중", f"auditing {source.name}")
    rule = _rule(arguments)
    try:
        grids = _wanted(read_grids(source), arguments.sheet)
        result = audit_grids(grids, rule, source.name)
        _write_reports(arguments, source, grids, result)
    except Refused as error:
        raise WrongUse(error.text.ko, error.text.in_language("en")) from error
    except OSError as error:
        raise cannot_read(error.filename or source, error) from error
    except NoTable as error:
        listed = ", ".join(error.seen)
        raise WrongUse(
            f"평가표를 찾지 못했습니다 (시트: {listed}). 기업명이나 접수번호 열과 '평가위원1' 같은 열이 있어야 합니다."
            " 다른 이름이면 알려 주세요. 예: --column B=name --column C=ballot:평가위원1",
            f"No score table found (sheets: {listed}). It needs a column of names or numbers and columns such as 'Evaluator 1'."
            " Where they are called otherwise, say so. Example: --column B=name --column 'C=ballot:Judge A'",
        ) from error
    except RuleIncomplete as error:
        ko = "\n".join(f"- {question.ko}" for question in error.questions)
        en = "\n".join(f"- {question.in_language('en')}" for question in error.questions)
        raise WrongUse(
            f"규칙이 정하지 않은 것이 있습니다. 추측하지 않으니 규칙 파일에 적어 주세요.\n{ko}",
            f"The rule leaves something open. Nothing is guessed; add it to the rule file.\n{en}",
        ) from error
    found = {"ok": not result.findings, **result.as_json()}
    if arguments.out is not None:
        write_json(arguments.out, found)
    if arguments.json:
        print(as_json_text(found))
    else:
        from didimdol_decide.auditing.as_text import as_text

        print(as_text(result, arguments.lang))
    return 1 if result.findings else 0


def _wanted(grids: list[Grid], names: list[str] | None) -> list[Grid]:
    if names is None:
        return grids
    known = [grid.name for grid in grids]
    for name in names:
        if name not in known:
            listed = ", ".join(known)
            raise WrongUse(
                f"시트 '{name}'이(가) 없습니다. 있는 시트: {listed}",
                f"There is no sheet '{name}'. There are: {listed}",
            )
    return [grid for grid in grids if grid.name in names]


def _write_reports(
    arguments: argparse.Namespace, source: Path, grids: list[Grid], result: AuditResult
) -> None:
    if arguments.html:
        from didimdol_decide.auditing.as_html import as_html

        with written(arguments.html) as file:
            file.write(as_html(result))
    if arguments.xlsx:
        from didimdol_decide.auditing.as_workbook import write_marked

        with replaced(arguments.xlsx) as place:
            write_marked(source, grids, result, place)
    for out in (arguments.html, arguments.xlsx):
        if out:
            print(out, file=sys.stderr)


def _rule(arguments: argparse.Namespace) -> AuditRule:
    from didimdol_decide.auditing import EXAMPLE, RuleInvalid, read_document, rule_of

    try:
        document = {} if arguments.rule is None else read_document(arguments.rule)
    except OSError as error:
        raise cannot_read(arguments.rule, error) from error
    except RuleInvalid as error:
        raise WrongUse(
            f"규칙 파일이 올바르지 않습니다: {arguments.rule}: {error.text.ko}",
            f"The rule file is not valid: {arguments.rule}: {error.text.in_language('en')}",
        ) from error
    document |= _flags(arguments)
    if missing := [name for name in ("trim", "decimals", "rounding") if name not in document]:
        listed = ", ".join(missing)
        raise WrongUse(
            f"규칙에 {listed}이(가) 없습니다. 추측하지 않으니 적어 주세요 (--rule RULE.yaml, 또는 --trim 1,1 --min-ballots 5"
            f" --decimals 2 --rounding half_up). 규칙 파일의 예:\n\n{EXAMPLE}",
            f"The rule does not say {listed}. Nothing is guessed (--rule RULE.yaml, or --trim 1,1 --min-ballots 5"
            f" --decimals 2 --rounding half_up). Example of a rule file:\n\n{EXAMPLE}",
        )
    try:
        return rule_of(document)
    except RuleInvalid as error:
        raise WrongUse(
            f"규칙이 올바르지 않습니다: {error.text.ko}. 예:\n\n{EXAMPLE}",
            f"The rule is not valid: {error.text.in_language('en')}. Example:\n\n{EXAMPLE}",
        ) from error


def _flags(arguments: argparse.Namespace) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in ("maximum", "decimals", "rounding", "cutoff", "bonus_cap", "reserves", "sum_of", "ranked"):
        if getattr(arguments, name) is not None:
            found[name] = getattr(arguments, name)
    if arguments.item:
        found["items"] = [{"name": name, "max": value} for name, value in map(_pair, arguments.item)]
    if arguments.column:
        found["columns"] = dict(map(_pair, arguments.column))
    if arguments.ties is not None:
        found["ties"] = (
            "share" if arguments.ties == "share" else [name for name in arguments.ties.split(",") if name]
        )
    if arguments.select:
        one = arguments.select[0]
        found["select"] = (
            one if len(arguments.select) == 1 and "=" not in one else dict(map(_pair, arguments.select))
        )
    if arguments.trim is not None or arguments.min_ballots is not None:
        found["trim"] = _trim(arguments)
    return found


def _trim(arguments: argparse.Namespace) -> object:
    if arguments.trim == "none" and arguments.min_ballots is None:
        return "none"
    high, comma, low = (arguments.trim or "").partition(",")
    if not comma or arguments.min_ballots is None:
        raise WrongUse(
            "--trim과 --min-ballots는 함께 적습니다. 예: --trim 1,1 --min-ballots 5, 또는 --trim none",
            "--trim and --min-ballots go together. Example: --trim 1,1 --min-ballots 5, or --trim none",
        )
    return {"drop_high": high, "drop_low": low, "min_ballots": arguments.min_ballots}


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=")
    if not sign or not name or not value:
        raise WrongUse(f"'이름=값' 꼴이어야 합니다: {text}", f"It must look like NAME=VALUE: {text}")
    return name, value
