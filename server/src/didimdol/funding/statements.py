"""Statements of money: of a project, and of a challenge. One content, written as Excel and as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import xlsxwriter

from didimdol.design.pdf import pdf
from didimdol.design.texts import day_text, in_seoul, money_text, when_text
from didimdol.funding import budgets, queries, tables
from didimdol.funding.enums import category_label, why
from didimdol.funding.models import Disbursement
from didimdol.funding.numbers import masked
from didimdol.funding.states import BUDGET, DISBURSEMENT
from didimdol.kernel import clock
from didimdol.kernel.words import language, pick, text
from didimdol.ledger import queries as ledger
from didimdol.ledger.labels import KINDS
from didimdol.ledger.models import Entry
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.projects.models import Project
from didimdol.projects.queries import approved_plan, contribution_confirmed
from didimdol.projects.states.project import PROJECT


@dataclass(frozen=True, slots=True)
class Won:
    """An amount in a statement: a number in Excel, written out in the PDF."""

    amount: int


@dataclass(frozen=True, slots=True)
class Section:
    """A table. ``numbers``: the columns that are aligned right. ``total``: the last row is a sum."""

    title: str
    heads: list[str]
    rows: list[list[Any]]
    numbers: tuple[int, ...] = ()
    empty: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """In the reader's language, as it stands at ``at``."""

    title: str
    name: str
    at: str
    facts: list[tuple[str, Any]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def of_project(project: Project) -> Statement:
    totals = queries.totals_of([project])[project.pk]
    plan, given = approved_plan(project), contribution_confirmed(project)
    period = (
        f"{day_text(project.starts_on)} ~ {day_text(project.ends_on)}" if project.starts_on and project.ends_on else "–"
    )
    return Statement(
        title=_say("사업비 내역서", "Statement of project money"),
        name=project.number,
        at=when_text(clock.now()),
        facts=[
            (_say("과제", "Project"), project.number),
            (_say("챌린지", "Challenge"), pick(project.challenge.name)),
            (_say("창업기업", "Startup"), pick(project.startup.name)),
            (_say("수요기업", "Demand company"), pick(project.company.name)),
            (_say("상태", "State"), pick(PROJECT.state(project).label)),
            (_say("협약 기간", "Period of the agreement"), period),
            (_say("약정한 지원금", "Grant committed"), Won(totals.promised)),
            (_say("지급한 지원금", "Paid"), Won(totals.paid)),
            (_say("지급 진행 중", "Under way"), Won(totals.asked)),
            (_say("약정 잔액", "Committed and not paid"), Won(totals.left)),
            (_say("정산·환수 대상", "To be settled"), Won(totals.to_settle)),
            (_say("자기부담 현금(확인/계획)", "Own cash (confirmed/planned)"), _of_plan(given["cash"], plan.own_cash if plan else 0)),
            (_say("자기부담 현물(확인/계획)", "In kind (confirmed/planned)"), _of_plan(given["in_kind"], plan.own_in_kind if plan else 0)),
        ],
        sections=[_budget(project), _payments(list(_payments_of(project))), _entries(list(_entries_of(project)))],
    )  # fmt: skip


def of_challenge(challenge: Challenge) -> Statement:
    totals, drawn = queries.totals_of_challenge(challenge)
    total = rules_of(challenge).grant.total
    projects = list(
        Project.objects.within(challenge=challenge, commitment__isnull=False)
        .select_related("startup", "challenge")
        .order_by("number")
    )
    found = queries.totals_of(projects)
    facts: list[tuple[str, Any]] = [
        (_say("챌린지", "Challenge"), pick(challenge.name)),
        (_say("운영기관", "Operator"), pick(challenge.programme.operator.name)),
        (_say("과제", "Projects"), str(len(projects))),
        (_say("약정한 지원금", "Grants committed"), Won(totals.promised)),
        (_say("지급한 지원금", "Paid"), Won(totals.paid)),
        (_say("지급 진행 중", "Under way"), Won(totals.asked)),
        (_say("약정 잔액", "Committed and not paid"), Won(totals.left)),
        (_say("정산·환수 대상", "To be settled"), Won(totals.to_settle)),
        (_say("재원에서 나간 금액", "Drawn from the fund"), Won(drawn)),
    ]
    if total is not None:
        facts.append((_say("총재원", "Whole fund"), Won(total)))
    sums = [[p.number, pick(p.startup.name), pick(PROJECT.state(p).label), *_amounts(found[p.pk])] for p in projects]
    if sums:
        sums.append([_say("합계", "Total"), "", "", *_amounts(totals)])
    payments = Disbursement.objects.within(project__challenge=challenge).select_related(*_RELATED)
    return Statement(
        title=_say("챌린지 사업비 내역서", "Statement of a challenge's money"),
        name=challenge.slug,
        at=when_text(clock.now()),
        facts=facts,
        sections=[
            Section(
                _say("과제별 지원금", "By project"),
                [_say("과제", "Project"), _say("창업기업", "Startup"), _say("상태", "State"), _say("약정", "Committed"),
                 _say("지급", "Paid"), _say("진행", "Under way"), _say("잔액", "Left"), _say("정산 대상", "To settle")],
                sums, (3, 4, 5, 6, 7), _say("약정한 지원금이 없습니다.", "No grant is committed yet."), bool(sums),
            ),
            _trial(challenge),
            _payments(list(payments.order_by("project__number", "milestone__position", "created_at"))),
            _entries(list(ledger.entries(challenge.pk).order_by("created_at", "pk"))),
        ],
    )  # fmt: skip


def _amounts(found: queries.Totals) -> list[Won]:
    return [Won(x) for x in (found.promised, found.paid, found.asked, found.left, found.to_settle)]


def _of_plan(confirmed: int, planned: int) -> str:
    return f"{money_text(confirmed)} / {money_text(planned)}"


def _budget(project: Project) -> Section:
    budget = queries.budget_in_force(project) or queries.budget_in_work(project)
    costs = budgets.costs_of(budget) if budget else []
    rows: list[list[Any]] = [
        [pick(category_label(c.category)), Won(c.government), Won(c.own_cash), Won(c.own_in_kind), Won(c.total), c.note]
        for c in costs
    ]
    if costs:
        sources = (*(sum(getattr(c, s) for c in costs) for s in ("government", "own_cash", "own_in_kind", "total")),)
        rows.append([_say("합계", "Total"), *map(Won, sources), ""])
    state = f" v{budget.version} · {pick(BUDGET.state(budget).label)}" if budget else ""
    return Section(
        _say("비목별 예산", "Budget by cost category") + state,
        [_say("비목", "Cost category"), _say("정부지원금", "Grant"), _say("현금", "Own cash"), _say("현물", "In kind"),
         _say("계", "Total"), _say("산출 근거", "Basis")],
        rows, (1, 2, 3, 4), _say("예산이 없습니다.", "There is no budget."), bool(costs),
    )  # fmt: skip


_RELATED = ("project__startup", "milestone", "account", "approved_by", "released_by")


def _payments_of(project: Project) -> Any:
    found = Disbursement.objects.within(project=project).select_related(*_RELATED)
    return found.order_by("milestone__position", "created_at")


def _payments(found: Sequence[Disbursement]) -> Section:
    rows = [
        [
            f"{p.project.number} · {p.milestone.position}", Won(p.amount),
            pick(DISBURSEMENT.state(p).label) + (f" ({pick(why(p))})" if pick(why(p)) else ""),
            f"{p.account.bank} {masked(p.account)}",
            p.approved_by.name if p.approved_by else "–", p.released_by.name if p.released_by else "–",
            when_text(p.released_at, short=True) if p.released_at else "–", p.reference or "–",
        ]
        for p in found
    ]  # fmt: skip
    return Section(
        _say("지급", "Payments"),
        [_say("과제·단계", "Milestone"), _say("금액", "Amount"), _say("상태", "State"), _say("계좌", "Account"),
         _say("승인", "Approved by"), _say("실행", "Released by"), _say("지급한 때", "Paid"), _say("이체 번호", "Reference")],
        rows, (1,), _say("지급이 없습니다.", "There is no payment."),
    )  # fmt: skip


def _entries_of(project: Project) -> Any:
    return ledger.entries(project.challenge_id, owner=project.pk).order_by("created_at", "pk")


def _entries(found: Sequence[Entry]) -> Section:
    rows = [
        [when_text(e.created_at, short=True), pick(e.text), tables.sides(e), Won(tables.volume(e))] for e in found
    ]  # fmt: skip
    return Section(
        _say("전표", "Entries"),
        [_say("때", "When"), _say("내용", "What"), _say("차변 ← 대변", "Debit ← credit"), _say("금액", "Amount")],
        rows, (3,), _say("전표가 없습니다.", "There is no entry."),
    )  # fmt: skip


def _trial(challenge: Challenge) -> Section:
    lines = ledger.trial_balance(challenge.pk)
    rows: list[list[Any]] = []
    for code, kind in KINDS.items():
        own = [line for line in lines if line.code == code]
        if own:
            debit, credit = sum(line.debit for line in own), sum(line.credit for line in own)
            rows.append([pick(kind.label), Won(debit), Won(credit), Won(debit - credit)])
    if rows:
        debit, credit = sum(line.debit for line in lines), sum(line.credit for line in lines)
        rows.append([_say("합계", "Total"), Won(debit), Won(credit), Won(debit - credit)])
    return Section(
        _say("시산표", "Trial balance"),
        [_say("계정", "Account"), _say("차변", "Debit"), _say("대변", "Credit"), _say("잔액", "Balance")],
        rows, (1, 2, 3), _say("장부가 비어 있습니다.", "The books are empty."), bool(rows),
    )  # fmt: skip


# --- written -------------------------------------------------------------------------------------------------------


def as_pdf(statement: Statement) -> bytes:
    return pdf(
        "funding/statement.typ",
        {
            "lang": language(),
            "title": statement.title,
            "name": statement.name,
            "at": f"{_say('기준', 'As of')} {statement.at}",
            "facts": [[label, _written(value)] for label, value in statement.facts],
            "sections": [
                {
                    "title": s.title,
                    "heads": s.heads,
                    "rows": [[_written(cell) for cell in row] for row in s.rows],
                    "numbers": list(s.numbers),
                    "empty": s.empty,
                    "total": s.total,
                }
                for s in statement.sections
            ],
        },
    )


def as_workbook(statement: Statement) -> bytes:
    """One sheet for the facts and one a section. Every text is written as text, never as a formula."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        won = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet(_say("요약", "Summary"))
        sheet.set_column(0, 1, 32)
        for number, (label, value) in enumerate([(statement.title, statement.at), *statement.facts]):
            sheet.write_string(number, 0, label, bold)
            _cell(sheet, number, 1, value, won)
        for section in statement.sections:
            sheet = book.add_worksheet(section.title.split(" v")[0][:31])
            sheet.set_column(0, len(section.heads) - 1, 20)
            sheet.freeze_panes(1, 0)
            for column, head in enumerate(section.heads):
                sheet.write_string(0, column, head, bold)
            for number, row in enumerate(section.rows, start=1):
                for column, value in enumerate(row):
                    _cell(sheet, number, column, value, won)
    return out.getvalue()


def _cell(sheet: Any, row: int, column: int, value: Any, won: Any) -> None:
    if isinstance(value, Won):
        sheet.write_number(row, column, value.amount, won)
    elif value:
        sheet.write_string(row, column, str(value)[:32_767])


def _written(value: Any) -> str:
    return money_text(value.amount) if isinstance(value, Won) else str(value)


def _say(ko: str, en: str) -> str:
    return pick(text(ko, en))


def filename(statement: Statement, kind: str) -> str:
    return f"{statement.name}_{in_seoul(clock.now()):%Y%m%d_%H%M}.{kind}"
