"""Reports as text for a terminal, in Korean or English."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from didimdol_decide.canonical import plain
from didimdol_decide.ranking import POOL, Ranking
from didimdol_decide.record import Report

if TYPE_CHECKING:
    from didimdol_decide.assignment import Assignment, Violation

OUTCOMES = {
    "selected": ("선정", "selected"),
    "reserve": ("예비", "reserve"),
    "not_selected": ("미선정", "not selected"),
    "below_cutoff": ("기준 미달", "below cut-off"),
    "no_quorum": ("정족수 미달", "no quorum"),
    "excluded": ("제외", "excluded"),
}


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns padded to equal width (Hangul counts two)."""
    widths = [max(_width(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in (head, ["-" * width for width in widths], *rows)
    ]
    return "\n".join(lines)


def ranking_table(ranking: Ranking, lang: str) -> str:
    """Every application with its outcome, rank, totals and what decided its ties."""
    column = 1 if lang == "en" else 0
    stages = sorted({stage for entry in ranking.applications for stage in entry.stage_totals})
    head = [
        ("분야", "field")[column],
        ("순위", "rank")[column],
        ("신청", "application")[column],
        ("결과", "outcome")[column],
        ("최종", "final")[column],
        *stages,
        ("동점 처리", "ties")[column],
    ]
    rows = [
        [
            entry.field if entry.group == POOL else entry.group,
            "-" if entry.rank is None else str(entry.rank),
            entry.id,
            OUTCOMES[entry.outcome][column],
            "-" if entry.final is None else plain(entry.final),
            *(plain(entry.stage_totals[stage]) if stage in entry.stage_totals else "-" for stage in stages),
            " > ".join(step.criterion or step.body or step.stage or step.by for step in entry.tie_trail)
            or "-",
        ]
        for entry in ranking.applications
    ]
    return table(head, rows)


def _print_pairs(payload: Mapping[str, object], column: int) -> None:
    outcome = payload.get("outcome")
    lines = outcome.get("lines") if isinstance(outcome, Mapping) else None
    rows = [
        [
            str(line.get("startup")),
            str(line.get("demand") or "-"),
            str(line.get("rank") or "-"),
            ("유지", "kept")[column] if line.get("frozen") else "",
        ]
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, Mapping)
    ]
    head = [("기업", "startup"), ("수요", "demand"), ("희망 순위", "choice"), ("비고", "note")]
    print(table([words[column] for words in head], rows))


def print_report(record: Mapping[str, object], report: Report, lang: str) -> None:
    """Print the ranking (or the public list, or the own line), every check, and the verdict."""
    column = 1 if lang == "en" else 0
    payload = record.get("payload")
    if report.ranking is not None:
        print(ranking_table(report.ranking, lang))
    elif report.tier == "unsealed":
        _print_pairs(record, column)
    elif isinstance(payload, Mapping) and str(record.get("format")).startswith("didimdol.matching/"):
        _print_pairs(payload, column)
    elif isinstance(payload, Mapping):
        shown = payload.get("public") if report.tier == "own" else payload
        selected = shown.get("selected") if isinstance(shown, Mapping) else None
        if isinstance(selected, list):
            print(("선정 명단", "Selected")[column])
            for entry in selected:
                if isinstance(entry, Mapping):
                    print(f"  {entry.get('field')}  {entry.get('id')}")
        line = payload.get("line")
        if isinstance(line, Mapping):
            name = str(line.get("outcome"))
            outcome = OUTCOMES.get(name, (name, name))[column]
            title = ("본인 결과", "Own result")[column]
            print(f"{title}: {line.get('id')}  {outcome}  {line.get('final') or '-'}")
    print()
    for check in report.checks:
        mark = "–" if check.ok is None else "✓" if check.ok else "✗"
        print(f"{mark} {check.key}: {check.message.in_language(lang)}")
    print()
    if report.tier == "unsealed":
        good = (
            "✓ 결과가 입력과 규칙에 맞습니다 (서명 없음).",
            "✓ The result follows from its inputs (not signed).",
        )
        bad = ("결과가 입력이나 규칙에 맞지 않습니다.", "The result does NOT follow from its inputs.")
        print((good if report.ok else bad)[column])
    elif report.ok and any(check.key == "key" and check.ok is None for check in report.checks):
        print(("진본입니다 (서명자는 확인하지 않음).", "Genuine (signer not checked).")[column])
    elif report.ok:
        print(("진본입니다.", "Genuine.")[column])
    else:
        print(("진본이 아닙니다.", "NOT genuine.")[column])


def print_violations(assignment: Assignment, violations: Sequence[Violation], lang: str) -> None:
    """Print the panels and every rule the assignment breaks."""
    column = 1 if lang == "en" else 0
    panels: dict[str, list[str]] = {}
    for pair in assignment.pairs:
        panels.setdefault(pair.application, []).append(pair.evaluator)
    head = [("신청", "application")[column], ("평가위원", "evaluators")[column]]
    print(
        table(head, [[application, ", ".join(sorted(panels[application]))] for application in sorted(panels)])
    )
    print()
    for violation in violations:
        print(f"✗ {violation.key}: {violation.message.in_language(lang)}")
    if violations:
        print(("배정이 규칙에 맞지 않습니다.", "The assignment breaks its rules.")[column])
    else:
        print(("✓ 배정이 모든 규칙에 맞습니다.", "✓ The assignment obeys every rule.")[column])
