"""`didimdol-decide verify-assignment`: does an assignment keep every rule of its problem?"""

from __future__ import annotations

import argparse
import json

from didimdol_decide.commands.assigning import valid
from didimdol_decide.commands.common import WrongUse, read_json
from didimdol_decide.commands.shapes import as_text, write_json
from didimdol_decide.plain import Text
from didimdol_decide.printing import print_violations

HELP = "배정을 검증 / verify an assignment"


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE.json")
    command.add_argument("--out", metavar="REPORT.json", help="검사 결과를 파일로 / write what was found")


def run(arguments: argparse.Namespace) -> int:
    # Imported here: a check of a selection needs none of it.
    from didimdol_decide.assignment import (
        Assignment,
        AssignmentProblem,
        Violation,
        check_certificate,
        verify,
    )
    from didimdol_decide.assignment.proof import Proof, check_proof
    from didimdol_decide.assignment.repairs import Diagnosis

    document = read_json(arguments.file)
    if isinstance(document, dict) and {"problem", "diagnosis"} <= set(document):
        clash = valid(Diagnosis, document["diagnosis"], arguments.file).certificate
        ok = check_certificate(valid(AssignmentProblem, document["problem"], arguments.file), clash)
        _write(arguments, {"ok": ok, "infeasible": ok})
        if arguments.json:
            print(json.dumps({"ok": ok, "infeasible": ok}))
        else:
            column = 1 if arguments.lang == "en" else 0
            proved = ("✓ 배정이 불가능함이 확인됩니다.", "✓ That no assignment exists is proved.")
            wrong = ("✗ 불가능하다는 증명이 맞지 않습니다.", "✗ The proof that none exists does not hold.")
            print((proved if ok else wrong)[column])
        return 0 if ok else 1
    if not isinstance(document, dict) or not {"problem", "assignment"} <= set(document):
        raise WrongUse(
            f"배정 기록이 아닙니다 ('problem', 'assignment' 필요): {arguments.file}",
            f"{arguments.file} is not an assignment file (it needs 'problem' and 'assignment')",
        )
    problem = valid(AssignmentProblem, document["problem"], arguments.file)
    assignment = valid(Assignment, document["assignment"], arguments.file)
    proof = valid(Proof, document["proof"], arguments.file) if document.get("proof") is not None else None
    violations = verify(problem, assignment)
    if document.get("problem_digest", assignment.instance_digest) != assignment.instance_digest:
        # The platform writes it beside the problem, and the audit log names it.
        ko = "기록에 적힌 문제의 요약값이 배정의 것과 다릅니다."
        en = "The record's digest of the problem is not the assignment's."
        violations.append(Violation(key="problem_digest", message=Text(ko=ko, en=en)))
    if proof is not None and not any(found.key in ("unknown", "instance") for found in violations):
        violations += check_proof(problem, assignment, proof)
    found = {"ok": not violations, "violations": [violation.as_json() for violation in violations]}
    _write(arguments, found)
    if arguments.json:
        print(as_text(found))
    else:
        print_violations(assignment, violations, arguments.lang)
    return 1 if violations else 0


def _write(arguments: argparse.Namespace, found: dict[str, object]) -> None:
    if arguments.out is not None:
        write_json(arguments.out, found)
