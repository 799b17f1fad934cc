"""The command `didimdol-decide`: check a sealed selection, matching or assignment without the server.

Exit codes: 0 genuine, 1 not genuine, 2 wrong use (no such file, not JSON, not a record).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from didimdol_decide import __version__
from didimdol_decide.matching import recompute_matching
from didimdol_decide.plain import Text
from didimdol_decide.printing import print_report, print_violations
from didimdol_decide.record import NotARecord, recompute


class WrongUse(Exception):
    """The command cannot do what was asked; `text` says why."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(ko=ko, en=en)


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Two readers could see two different values: such a file proves nothing.
        raise ValueError("a key appears twice in one object")
    return found


def read_json(path: str) -> object:
    """The JSON document in a file. Raises WrongUse."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise WrongUse(
            f"파일을 읽을 수 없습니다: {path} ({reason})", f"Cannot read {path}: {reason}"
        ) from error
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise WrongUse(
            f"올바른 JSON이 아닙니다: {path} ({error})", f"{path} is not valid JSON: {error}"
        ) from error


def read_keys(path: str) -> dict[str, str]:
    """Published keys: `{"keys": [{"key_id", "public_key", ...}]}` or `{key_id: public_key}`. Raises
    WrongUse."""
    found = read_json(path)
    keys: dict[str, str] = {}
    listed = found.get("keys") if isinstance(found, dict) else None
    if isinstance(listed, list):
        for entry in listed:
            if isinstance(entry, dict):
                key_id, key = entry.get("key_id"), entry.get("public_key")
                if isinstance(key_id, str) and isinstance(key, str):
                    keys[key_id] = key
    elif isinstance(found, dict):
        keys = {name: key for name, key in found.items() if isinstance(key, str) and len(key) == 64}
    if not keys:
        raise WrongUse(f"열쇠 파일에 열쇠가 없습니다: {path}", f"There is no key in the keys file {path}")
    return keys


def _recompute(arguments: argparse.Namespace) -> int:
    record = read_json(arguments.file)
    keys = None if arguments.keys is None else read_keys(arguments.keys)
    try:
        if not isinstance(record, dict):
            raise NotARecord("not an object")
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


def _verify_assignment(arguments: argparse.Namespace) -> int:
    # Imported here: a check of a selection needs none of it.
    from didimdol_decide.assignment import Assignment, AssignmentProblem, verify

    document = read_json(arguments.file)
    if not isinstance(document, dict) or not {"problem", "assignment"} <= set(document):
        raise WrongUse(
            f"배정 기록이 아닙니다 ('problem', 'assignment' 필요): {arguments.file}",
            f"{arguments.file} is not an assignment file (it needs 'problem' and 'assignment')",
        )
    try:
        problem = AssignmentProblem.model_validate(document["problem"])
        assignment = Assignment.model_validate(document["assignment"])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WrongUse(
            f"배정 기록의 형식이 올바르지 않습니다: {where}: {first['msg']}",
            f"The assignment file is malformed: {where}: {first['msg']}",
        ) from error
    violations = verify(problem, assignment)
    if arguments.json:
        found = [violation.as_json() for violation in violations]
        print(json.dumps({"ok": not found, "violations": found}, ensure_ascii=False, indent=2))
    else:
        print_violations(assignment, violations, arguments.lang)
    return 1 if violations else 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="didimdol-decide",
        description="선정·배정 기록을 서버 없이 검증합니다. Checks sealed decisions without the server.",
    )
    top.add_argument("--version", action="version", version=f"didimdol-decide {__version__}")
    commands = top.add_subparsers(dest="command", required=True)
    for name, run, text in (
        ("recompute", _recompute, "선정·매칭 기록을 다시 계산 / recompute a selection or matching record"),
        ("verify-assignment", _verify_assignment, "배정을 검증 / verify an assignment"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("file", metavar="FILE.json")
        if name == "recompute":
            command.add_argument("--keys", metavar="KEYS.json", help="공개 열쇠 파일 / published keys")
        command.add_argument("--json", action="store_true", help="JSON 출력 / machine-readable output")
        command.add_argument("--lang", choices=("ko", "en"), default="ko")
        command.set_defaults(run=run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = parser().parse_args(argv)
    try:
        code = arguments.run(arguments)
    except WrongUse as error:
        print(error.text.in_language(arguments.lang), file=sys.stderr)
        return 2
    except RecursionError:
        print("not a record: nested too deeply", file=sys.stderr)
        return 2
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
