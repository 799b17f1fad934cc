"""The agreement on paper, and its one-page sheet for the budget owner.

Headings stand in both languages: the parties read one document. What they wrote stands as they wrote it.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from didimdol.design.pdf import pdf
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.criteria import label, limit_text
from didimdol.projects.content import SIX_ITEMS, Charter, charter_of, plan_content
from didimdol.projects.enums import GATES, SUPPORT
from didimdol.projects.models import Agreement, Project
from didimdol_decide.canonical import canonical_json
from didimdol_lab.contract import Criterion

SHEET_WORDS = 140

WORDS: dict[str, Text] = {
    "title": text("협약서 · PoC 헌장", "Agreement and PoC charter"),
    "sheet": text("한 쪽 요약", "One-page summary"),
    "parties": text("당사자", "Parties"),
    "operator": text("운영기관", "Operator"),
    "company": text("수요기업", "Demand company"),
    "startup": text("창업기업", "Startup"),
    "challenge": text("챌린지", "Challenge"),
    "demand": text("수요", "Demand"),
    "number": text("과제번호", "Project number"),
    "period": text("협약 기간", "Period"),
    "owner": text("사업부 책임자", "Budget owner"),
    "decision": text("도입 결정일", "Adoption decided by"),
    "success": text("성공 기준", "Success criteria"),
    "measure": text("항목", "Measure"),
    "limit": text("한계", "Limit"),
    "money": text("사업비", "Money"),
    "grant": text("정부지원금", "Government grant"),
    "cash": text("자기부담 현금", "Own cash"),
    "in_kind": text("자기부담 현물", "Own contribution in kind"),
    "milestones": text("단계와 지급", "Milestones and payment"),
    "step": text("단계", "Milestone"),
    "due": text("기한", "Due"),
    "amount": text("지원금", "Amount"),
    "gate": text("확인 방법", "Evidence"),
    "support": text("수요기업과 후원사의 지원", "Support in kind"),
    "people": text("함께할 사람", "People"),
    "data": text("데이터", "Data"),
    "device": text("장비", "Device"),
    "goal": text("목표", "Goal"),
    "work": text("수행 내용", "Work"),
    "ip": text("지식재산", "Intellectual property"),
    "confidentiality": text("비밀유지", "Confidentiality"),
    "duties": text("권리와 의무", "Rights and duties"),
    "signatures": text("서명", "Signatures"),
    "name": text("성명·직위", "Name and title"),
    "signed": text("서명·날짜", "Signature and date"),
    "code": text("문서 번호", "Document code"),
}

#: what every agreement says (중소기업창업 지원사업 운영요령 §15–17, §20, §36, in our words)
DUTIES: tuple[Text, ...] = (
    text(
        "정부지원금은 단계마다 그 단계의 증거가 확인되고 수요기업이 인수하고 운영기관이 승인한 뒤에 지급한다.",
        "The grant is paid milestone by milestone: after its evidence is there, the demand company accepted it and the "
        "operator approved it.",
    ),
    text(
        "창업기업은 자기부담금을 먼저 쓰고, 지원금을 이 과제에만 쓰며, 증빙을 협약이 끝난 뒤 5년 동안 보관한다.",
        "The startup spends its own contribution first, uses the grant for this project only and keeps the evidence for "
        "five years after the end.",
    ),
    text(
        "수요기업은 위에 적은 지원을 제때 제공하고, 도입 결정일까지 도입 여부를 사유와 함께 알린다.",
        "The demand company gives the support named above in time, and says by the decision date whether it adopts the "
        "result, with its reasons.",
    ),
    text(
        "협약의 내용은 당사자 모두의 동의로만 바꾼다. 중단과 포기, 환수는 사업의 운영 규정을 따른다.",
        "The agreement changes by consent of all parties only. Stopping, withdrawal and recovery follow the programme's "
        "rules.",
    ),
    text(
        "비밀유지 의무는 협약이 끝난 뒤에도 아래에 적은 기간 동안 계속된다.",
        "The duty of confidence goes on after the end, for the period named below.",
    ),
)


def render(agreement: Agreement) -> tuple[bytes, str]:
    """The agreement's PDF and the document code printed on every page. Same content, same bytes."""
    values = _values(agreement)
    code = code_of(values)
    return pdf("projects/agreement.typ", {**values, "code": code}), code


def render_sheet(agreement: Agreement) -> bytes:
    """The page that a budget owner reads before signing."""
    values = _values(agreement)
    short = {
        "success": _short(values["success"]),
        "ip": _short(values["ip"]),
        "support": [{**row, "what": _short(row["what"])} for row in values["support"][:5]],
        "milestones": [{**row, "title": _short(row["title"], 50)} for row in values["milestones"]],
    }
    return pdf("projects/sheet.typ", {**values, **short, "code": agreement.code, "sha256": agreement.sha256})


def _short(words: str, most: int = SHEET_WORDS) -> str:
    """So that the sheet stays one page; the agreement has the whole."""
    return words if len(words) <= most else words[:most].rstrip() + " …"


def code_of(values: dict[str, Any]) -> str:
    """Sixteen hexadecimal digits in groups, short enough to be read off a page and typed."""
    digest = hashlib.sha256(canonical_json(values)).hexdigest()
    return "-".join(digest[i : i + 4] for i in range(0, 16, 4)).upper()


def same_code(typed: str, code: str) -> bool:
    """Is it the code, however it was typed?"""
    return bool(code) and "".join(filter(str.isalnum, typed)).upper() == code.replace("-", "")


def _values(agreement: Agreement) -> dict[str, Any]:
    project, plan, charter = agreement.project, agreement.plan, charter_of(agreement.charter)
    content = plan_content(plan.content)
    operator = project.challenge.programme.operator
    return {
        "words": WORDS,
        "number": f"{project.number} / {agreement.version}",
        "project": project.number,
        "challenge": _both(project.challenge.name),
        "demand": _both(project.demand.title),
        "operator": _both(operator.name),
        "company": _both(project.company.name),
        "startup": _both(project.startup.name),
        "owner": owner_text(agreement, charter),
        "period": f"{day(charter.starts_on)} – {day(charter.ends_on)}",
        "decision": day(agreement.decision_on),
        "success": charter.success,
        "criteria": [criterion_row(criterion) for criterion in charter.criteria],
        "grant": won(plan.grant),
        "cash": won(plan.own_cash),
        "in_kind": won(plan.own_in_kind),
        "goal": content.goal,
        "work": content.work,
        "milestones": [
            {
                "title": milestone.title,
                "due": day(milestone.due_on),
                "amount": won(milestone.amount),
                "gate": _both(GATES[milestone.gate]),
                "criteria": ", ".join(" ".join(criterion_row(c)) for c in milestone.criteria),
            }
            for milestone in content.milestones
        ],
        "support": _support(project, charter),
        "ip": charter.ip,
        "six": [
            {"label": SIX_ITEMS[key], "value": getattr(charter.confidentiality, key)} for key in SIX_ITEMS
        ],
        "duties": list(DUTIES),
    }  # fmt: skip


def _support(project: Project, charter: Charter) -> list[dict[str, str]]:
    rows = [
        {"kind": _both(WORDS[name]), "what": getattr(charter, name)}
        for name in ("people", "data", "device")
        if getattr(charter, name)
    ]
    for item in project.support.select_related("provider").order_by("created_at", "pk"):
        hours = f" ({item.hours} h)" if item.hours else ""
        rows.append(
            {"kind": _both(SUPPORT[item.kind]), "what": f"{item.description}{hours} – {pick(item.provider.name, 'ko')}"}
        )
    return rows


def owner_text(agreement: Agreement, charter: Charter) -> str:
    if charter.owner is not None:
        return " · ".join(filter(None, [charter.owner.name, charter.owner.title]))
    return agreement.budget_owner.name if agreement.budget_owner else ""


def criterion_row(criterion: Criterion) -> list[str]:
    return [_both(label(criterion)), limit_text(criterion)]


def _both(value: Any) -> str:
    """Korean, with the English beside it where there is one of its own."""
    ko, en = pick(value, "ko"), str(value.get("en") or "") if isinstance(value, dict) else ""
    return f"{ko} ({en})" if en and en != ko else ko


def day(value: date | None) -> str:
    return f"{value:%Y-%m-%d}" if value else ""


def won(amount: int) -> str:
    return f"{amount:,} KRW"
