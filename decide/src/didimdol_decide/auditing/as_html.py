"""An audit as one HTML file that loads nothing, in both languages."""

from __future__ import annotations

from html import escape

from didimdol_decide.auditing.findings import KINDS, AuditResult, Finding
from didimdol_decide.plain import Text

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;padding:.35rem .5rem;text-align:left;vertical-align:top}
th{background:#eee}td.v{font-variant-numeric:tabular-nums;white-space:nowrap}.s{color:#9a0000}.r{color:#00602b;font-weight:600}
[lang=en]{color:#444;font-size:.9em;display:block}.scroll{overflow-x:auto}
"""


def _both(text: Text) -> str:
    english = f'<span lang="en">{escape(text.en)}</span>' if text.en else ""
    return f"{escape(text.ko)}{english}"


def _row(finding: Finding) -> str:
    message = _both(finding.message)
    if finding.follows:
        message += f"<br>← {escape(finding.follows)}"
    whose = "<br>".join(escape(part) for part in (finding.application, finding.heading) if part)
    right = "" if finding.right is None else escape(finding.right) or "–"
    return (
        f'<tr><td class="v">{escape(finding.cell)}</td><td>{_both(finding.title)}</td><td>{whose}</td>'
        f'<td class="v s">{escape(finding.stands) or "–"}</td><td class="v r">{right}</td><td>{message}</td></tr>'
    )


def as_html(result: AuditResult) -> str:
    """The page: verdict, counts by kind, findings, notes, the rule as applied."""
    count = len(result.findings)
    verdict = Text(
        ko=f"틀린 곳 {count}개 (검사한 칸 {result.checked}개)",
        en=f"{count} findings ({result.checked} cells checked)",
    )
    kinds = [
        f"<li>{_both(Text(ko=ko, en=en))} {sum(one.kind == kind for one in result.findings)}</li>"
        for kind, (ko, en) in KINDS.items()
        if any(one.kind == kind for one in result.findings)
    ]
    heads = [
        ("칸", "Cell"),
        ("종류", "Kind"),
        ("신청·열", "Whose"),
        ("적힌 값", "Stands"),
        ("맞는 값", "Right"),
        ("까닭", "Why"),
    ]
    head = "".join(f'<th scope="col">{_both(Text(ko=ko, en=en))}</th>' for ko, en in heads)
    rows = "".join(_row(finding) for finding in result.findings)
    table = (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        if rows
        else ""
    )
    notes = "".join(f"<li>{_both(note)}</li>" for note in result.notes)
    rule = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
        for name, value in result.rule.items()
    )
    return (
        '<!doctype html><html lang="ko"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(result.file)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(result.file)}</h1><p><strong>{_both(verdict)}</strong></p><ul>{''.join(kinds)}</ul>{table}"
        f"<ul>{notes}</ul><h2>{_both(Text(ko='적용한 규칙', en='The rule applied'))}</h2><table>{rule}</table></body></html>\n"
    )
