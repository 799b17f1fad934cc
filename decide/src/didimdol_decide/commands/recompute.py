"""`didimdol-decide recompute`: is a sealed selection or matching genuine?"""

from __future__ import annotations

import argparse
import json

from didimdol_decide.commands.common import WrongUse, read_json, read_keys
from didimdol_decide.commands.draw import verify_draw
from didimdol_decide.matching import recompute_matching
from didimdol_decide.printing import print_report
from didimdol_decide.record import NotARecord, recompute

HELP = "선정·매칭 기록을 다시 계산 / recompute a selection or matching record"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE.json")
    command.add_argument("--keys", metavar="KEYS.json", help="공개 열쇠 파일 / published keys")


def run(arguments: argparse.Namespace) -> int:
    record = read_json(arguments.file)
    keys = None if arguments.keys is None else read_keys(arguments.keys)
    try:
        if not isinstance(record, dict):
            raise NotARecord("not an object")
        if str(record.get("format")).startswith("didimdol.draw/"):
            return verify_draw(arguments)
        is_matching = str(record.get("format")).startswith("didimdol.matching/")
        report = recompute_matching(record, keys=keys) if is_matching else recompute(record, keys=keys)
    except NotARecord as error:
        raise WrongUse(
            f"선정이나 매칭의 기록이 아닙니다: {arguments.file}",
            f"{arguments.file} is neither a selection nor a matching record",
        ) from error
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        print_report(record, report, arguments.lang)
    return 0 if report.ok else 1
