"""Draws as text for a terminal, in Korean or English."""

from __future__ import annotations

from collections.abc import Mapping

from didimdol_decide.drawing.explain import Explanation
from didimdol_decide.printing import table
from didimdol_decide.record.report import Report


def tell_panels(record: Mapping[str, object], lang: str) -> str:
    """The panels as they stand, the number that drew them, and every replacement. Parts that a spoiled
    record lacks are left out."""
    column = 1 if lang == "en" else 0
    payload = record.get("payload")
    outcome = payload.get("outcome") if isinstance(payload, Mapping) else None
    if record.get("tier") in ("public", "own") and isinstance(payload, Mapping):
        return _tell_numbers(payload, column)
    found = outcome if isinstance(outcome, Mapping) else {}
    lines = [
        table(
            [("평가단", "panel")[column], ("위원", "members")[column]],
            [[str(entry.get("panel")), _names(entry.get("members"))] for entry in _rows(found, "panels")],
        ),
        "",
        *_tell_steps(found, column),
    ]
    for entry in _rows(found, "replacements"):
        left, arrived = _names(entry.get("left")), _names(entry.get("arrived"))
        lines.append(f"{entry.get('panel')}: {left} → {arrived}")
    lines.append(f"{('씨앗', 'seed')[column]}: {found.get('seed')}")
    return "\n".join(lines)


def _tell_steps(found: Mapping[str, object], column: int) -> list[str]:
    lines = []
    for step in _rows(found, "steps"):
        ways, number = step.get("ways"), step.get("number")
        ko = f"{_names(step.get('panels'))}: 가능한 {ways}가지 가운데 {number}번 (0부터)"
        en = f"{_names(step.get('panels'))}: number {number} (from 0) of {ways} possible ways"
        lines.append((ko, en)[column])
    return lines


def _tell_numbers(payload: Mapping[str, object], column: int) -> str:
    public = payload.get("public", payload)
    found = public if isinstance(public, Mapping) else {}
    lines = _tell_steps(found, column)
    lines.append(f"{('씨앗', 'seed')[column]}: {found.get('seed')}")
    line = payload.get("line")
    if isinstance(line, Mapping):
        person = line.get("person")
        name = person.get("id") if isinstance(person, Mapping) else None
        seats = _names(line.get("panels")) or ("뽑히지 않음", "not drawn")[column]
        lines.append(f"{('본인', 'own')[column]}: {name}: {seats}")
    return "\n".join(lines)


def tell_report(record: Mapping[str, object], report: Report, lang: str) -> str:
    """The panels, every check, and the verdict."""
    column = 1 if lang == "en" else 0
    lines = [tell_panels(record, lang), ""]
    for check in report.checks:
        mark = "–" if check.ok is None else "✓" if check.ok else "✗"
        lines.append(f"{mark} {check.key}: {check.message.in_language(lang)}")
    if not report.ok:
        verdict = ("진본이 아닙니다.", "NOT genuine.")
    elif any(check.key == "key" and check.ok is None for check in report.checks):
        verdict = ("진본입니다 (서명자는 확인하지 않음).", "Genuine (signer not checked).")
    else:
        verdict = ("진본입니다.", "Genuine.")
    return "\n".join([*lines, "", verdict[column]])


def tell_explanation(explanation: Explanation, lang: str) -> str:
    """Why it cannot be drawn and what would help."""
    column = 1 if lang == "en" else 0
    lines = [explanation.summary.in_language(lang)]
    if explanation.clash:
        lines += ["", ("함께 지킬 수 없는 것:", "These cannot hold together:")[column]]
        lines += [f"  ✗ {entry.message.in_language(lang)}" for entry in explanation.clash]
    if explanation.repairs:
        lines += ["", ("하나만 바꾸면 됩니다:", "One of these changes is enough:")[column]]
        lines += [f"  → {entry.message.in_language(lang)}" for entry in explanation.repairs]
    return "\n".join(lines)


def _rows(found: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    rows = found.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _names(value: object) -> str:
    return ", ".join(str(entry) for entry in value) if isinstance(value, list) else "-"
