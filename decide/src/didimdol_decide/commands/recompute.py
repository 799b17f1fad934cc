"""`didimdol-decide recompute`: is a record genuine? One command for every kind of record."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from didimdol_decide.commands import schedule, verify_assignment
from didimdol_decide.commands.common import WrongUse, read_json, read_keys
from didimdol_decide.commands.draw import verify_draw
from didimdol_decide.matching import recompute_matching
from didimdol_decide.printing import print_report
from didimdol_decide.progress import phase
from didimdol_decide.record import NotARecord, recompute

HELP = (
    "선정·매칭·추첨·배정·시간표 기록을 다시 계산 / "
    "recompute the record of a selection, matching, draw, assignment or schedule"
)
KINDS_KO = "선정, 매칭, 추첨, 배정, 시간표"
KINDS_EN = "a selection, matching, draw, assignment or schedule"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="RECORD.json")
    command.add_argument("--keys", metavar="KEYS.json", help="공개 열쇠 파일 / published keys")


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
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        print_report(record, report, arguments.lang)
    return 0 if report.ok else 1


def _unsealed(record: object) -> Callable[[argparse.Namespace], int] | None:
    """What checks a record that carries no seal of its own: its problem and its result are checked."""
    if not isinstance(record, dict) or "problem" not in record or "format" in record:
        return None
    if "schedule" in record:
        return schedule.verify_schedule
    return verify_assignment.run
