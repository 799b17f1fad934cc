"""`didimdol-decide recompute`: is a record genuine? One command for every kind of record."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from didimdol_decide.commands import schedule, verify_assignment
from didimdol_decide.commands.common import WrongUse, read_json, read_keys
from didimdol_decide.commands.draw import verify_draw
from didimdol_decide.commands.matching_file import inputs_from
from didimdol_decide.commands.shapes import as_text, write_json
from didimdol_decide.matching import check_matching, recompute_matching
from didimdol_decide.printing import print_report
from didimdol_decide.progress import phase
from didimdol_decide.record import NotARecord, Report, recompute

HELP = (
    "선정·매칭·추첨·배정·시간표 기록을 다시 계산 / "
    "recompute the record of a selection, matching, draw, assignment or schedule"
)
KINDS_KO = "선정, 매칭, 추첨, 배정, 시간표"
KINDS_EN = "a selection, matching, draw, assignment or schedule"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="RECORD.json")
    command.add_argument("--keys", metavar="KEYS.json", help="공개 열쇠 파일 / published keys")
    command.add_argument("--out", metavar="REPORT.json", help="검사 결과를 파일로 / write what was found")


def run(arguments: argparse.Namespace) -> int:
    record = read_json(arguments.file)
    unsealed = _unsealed(record)
    if unsealed is not None:
        if arguments.keys is not None:
            raise WrongUse(
                f"{arguments.file}에는 서명이 없어 열쇠와 견줄 수 없습니다. --keys 없이 실행하세요.",
                f"{arguments.file} bears no signature to compare with keys; run without --keys.",
            )
        return unsealed(arguments)
    keys = None if arguments.keys is None else read_keys(arguments.keys)
    phase("다시 계산하는 중", "computing anew")
    try:
        if not isinstance(record, dict):
            raise NotARecord("not an object")
        if str(record.get("format")).startswith("didimdol.draw/"):
            return verify_draw(arguments)
        is_matching = str(record.get("format")).startswith("didimdol.matching/")
        report = recompute_matching(record, keys=keys) if is_matching else recompute(record, keys=keys)
    except NotARecord as error:
        raise WrongUse(
            f"기록이 아닙니다: {arguments.file} (가능한 기록: {KINDS_KO})",
            f"{arguments.file} is no record of {KINDS_EN}",
        ) from error
    return _given(arguments, record, report)


def _given(arguments: argparse.Namespace, record: Mapping[str, object], report: Report) -> int:
    if arguments.out is not None:
        write_json(arguments.out, report.as_json())
    if arguments.json:
        print(as_text(report.as_json()))
    else:
        print_report(record, report, arguments.lang)
    return 0 if report.ok else 1


def _check_matching(arguments: argparse.Namespace) -> int:
    record = read_json(arguments.file)
    assert isinstance(record, dict)
    given = record["inputs"]
    inputs = inputs_from(given, arguments.file)  # so that a typing error is wrong use, and no forged result
    # What `match` fills in for a problem may be missing here as well.
    whole = {**record, "inputs": inputs.as_json()} if isinstance(given, dict) else record
    return _given(arguments, record, check_matching(whole))


def _unsealed(record: object) -> Callable[[argparse.Namespace], int] | None:
    """What checks a record that carries no seal of its own: its problem and its result are checked."""
    if not isinstance(record, dict) or "format" in record:
        return None
    if {"inputs", "outcome"} <= record.keys():
        return _check_matching
    if "problem" not in record:
        return None
    if "schedule" in record:
        return schedule.verify_schedule
    return verify_assignment.run
