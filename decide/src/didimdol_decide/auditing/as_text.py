"""An audit for a terminal, in Korean or English."""

from __future__ import annotations

from didimdol_decide.auditing.findings import AuditResult, Finding

_CONTROL = dict.fromkeys((*range(32), *range(127, 160)), "�")


def safe(text: str) -> str:
    """Text from a file without control characters, which could steer a terminal."""
    return text.translate(_CONTROL)


def line_of(finding: Finding, lang: str) -> str:
    """One finding: cell, kind, whose, what stands there, what is right, why."""
    column = 1 if lang == "en" else 0
    empty = ("(빈칸)", "(empty)")[column]
    whose = " · ".join(part for part in (finding.application, finding.heading) if part)
    values = finding.stands or empty
    if finding.right is not None:
        values += f" → {finding.right or empty}"
    line = f"✗ {finding.cell}  {finding.title.in_language(lang)}: {values}"
    line += f"  [{whose}]" if whose else ""
    line += f"\n    {finding.message.in_language(lang)}"
    if finding.follows:
        line += (
            f" ({finding.follows}의 오류에서 따라 나온 값)",
            f" (it follows from the error in {finding.follows})",
        )[column]
    return "\n".join(safe(part) for part in line.split("\n"))


def as_text(result: AuditResult, lang: str) -> str:
    """The whole audit: findings, notes, verdict."""
    column = 1 if lang == "en" else 0
    lines = []
    for sheet in result.sheets:
        said = f"{sheet.name}: 신청 {sheet.applications}건, 평가위원 {sheet.evaluators}명"
        said_en = f"{sheet.name}: {sheet.applications} applications, {sheet.evaluators} evaluators"
        lines.append(safe((said, said_en)[column]))
    lines.append("")
    lines += [line_of(finding, lang) for finding in result.findings]
    lines += [f"– {safe(note.in_language(lang))}" for note in result.notes]
    count = len(result.findings)
    if count:
        lines.append(
            (
                f"틀린 곳 {count}개 (검사한 칸 {result.checked}개).",
                f"{count} findings ({result.checked} cells checked).",
            )[column]
        )
    else:
        lines.append(
            (
                f"✓ 틀린 곳이 없습니다 (검사한 칸 {result.checked}개).",
                f"✓ Nothing wrong ({result.checked} cells checked).",
            )[column]
        )
    return "\n".join(lines)
