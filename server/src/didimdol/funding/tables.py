"""The tables of the money pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Money, Table
from didimdol.funding import queries
from didimdol.funding.budgets import Cost
from didimdol.funding.enums import category_label, why
from didimdol.funding.models import Disbursement
from didimdol.funding.states import DISBURSEMENT
from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.paging import Page, page
from didimdol.kernel.words import Text, pick, text
from didimdol.ledger.labels import KINDS
from didimdol.ledger.models import Entry
from didimdol.ledger.queries import TrialLine
from didimdol.people.models import Organisation
from didimdol.programmes.models import Challenge
from didimdol.projects.models import Project
from didimdol.projects.states.project import PROJECT

#: what the queue shows unless asked otherwise: what somebody has to do something about
WAITING = ("requested", "approved", "held")


def queue(request: ActedRequest) -> Table:
    """Payments of the challenges that the actor's operator runs, longest waiting first."""
    asked = request.GET
    found = queries.payments_visible_to(request.actor)
    if words := asked.get("q", "").strip():
        named = Q(project__startup__name__ko__icontains=words) | Q(project__startup__name__en__icontains=words)
        found = found.filter(named | Q(project__number__icontains=words))
    if slug := asked.get("challenge", ""):
        found = found.filter(project__challenge__slug=slug)
    state = asked.get("state", "")
    found = found.filter(state=state) if state in DISBURSEMENT.states else found.filter(state__in=WAITING)
    rows = page(found, order=("state_since",), cursor=asked.get("after", ""), size=50)
    choices = [
        ("", pick(text("처리할 지급", "Waiting"))),
        *((key, pick(s.label)) for key, s in DISBURSEMENT.states.items()),
    ]
    return Table(
        columns=[
            Column("project", pick(text("과제", "Project")), head=True),
            Column("startup", pick(text("창업기업", "Startup"))),
            Column("amount", pick(text("금액", "Amount")), number=True),
            Column("state", pick(text("상태", "State"))),
            Column("why", pick(text("사유·다음", "Why · next"))),
            Column("since", pick(text("언제부터", "Since"))),
        ],
        rows=[_payment(payment) for payment in rows.rows],
        caption=pick(text("지급", "Payments")),
        filters=[
            Filter("q", pick(text("과제번호·기업", "Project or company")), words),
            Filter("state", pick(text("상태", "State")), state, choices),
        ],
        empty=Empty(
            pick(text("처리할 지급이 없습니다.", "No payment waits.")),
            pick(
                text(
                    "승인된 단계의 지원금을 창업기업이 요청하면 이곳에 나타납니다.",
                    "Once a startup asks for the money of an approved milestone, it shows here.",
                )
            ),
        ),
        next=rows.next_cursor or "",
    )


def _payment(payment: Disbursement) -> dict[str, Any]:
    state = DISBURSEMENT.state(payment)
    name = f"{payment.project.number} · {payment.milestone.position}"
    next_ = pick(why(payment)) or pick(_NEXT.get(payment.state, text("", "")))
    if payment.state == "approved" and payment.approved_by is not None:
        next_ = pick(
            text(
                f"{payment.approved_by.name} 외의 사업 담당이 실행",
                f"A manager other than {payment.approved_by.name} releases it",
            )
        )
    return {
        "project": Link(name, payment.get_absolute_url()),
        "startup": pick(payment.project.startup.name),
        "amount": Money(payment.amount),
        "state": Badge(pick(state.label), state.kind),
        "why": next_,
        "since": payment.state_since,
    }


_NEXT: dict[str, Text] = {"requested": text("검토 후 승인", "Review and approve")}


def projects(request: ActedRequest) -> Table:
    """The startup's own projects with how their money stands."""
    rows = page(
        queries.projects_visible_to(request.actor), order=("-created_at",), cursor=request.GET.get("own", ""), size=50
    )
    return Table(
        columns=[
            Column("project", pick(text("과제", "Project")), head=True),
            Column("challenge", pick(text("챌린지", "Challenge"))),
            Column("state", pick(text("상태", "State"))),
            *_amounts(),
        ],
        rows=_projects(rows.rows),
        caption=pick(text("우리 과제의 지원금", "The money of our projects")),
        empty=Empty(
            pick(text("과제가 없습니다.", "There is no project yet.")),
            pick(
                text(
                    "협약이 체결되면 지원금이 약정되어 이곳에 나타납니다.",
                    "Once an agreement is signed, its grant is committed and shows here.",
                )
            ),
        ),
        next=rows.next_cursor or "",
        cursor_param="own",
    )


def challenge_projects(request: ActedRequest, challenge: Challenge) -> Table:
    found = queries.projects_visible_to(request.actor).filter(challenge=challenge, commitment__isnull=False)
    if words := request.GET.get("q", "").strip():
        named = Q(startup__name__ko__icontains=words) | Q(startup__name__en__icontains=words)
        found = found.filter(named | Q(number__icontains=words))
    rows = page(found, order=("number",), cursor=request.GET.get("after", ""), size=50)
    return Table(
        columns=[
            Column("project", pick(text("과제", "Project")), head=True),
            Column("startup", pick(text("창업기업", "Startup"))),
            Column("state", pick(text("상태", "State"))),
            *_amounts(),
        ],
        rows=_projects(rows.rows),
        caption=pick(text("과제별 지원금", "By project")),
        filters=[Filter("q", pick(text("과제번호·기업", "Project or company")), words)],
        empty=Empty(
            pick(text("약정한 지원금이 없습니다.", "No grant is committed yet.")),
            pick(text("협약이 체결되면 나타납니다.", "It shows once an agreement is signed.")),
        ),
        next=rows.next_cursor or "",
    )


def _amounts() -> list[Column]:
    return [
        Column("promised", pick(text("약정", "Committed")), number=True),
        Column("paid", pick(text("지급", "Paid")), number=True),
        Column("asked", pick(text("지급 진행", "Under way")), number=True),
        Column("left", pick(text("잔액", "Left")), number=True),
        Column("to_settle", pick(text("정산 대상", "To settle")), number=True),
    ]


def _projects(found: Sequence[Project]) -> list[dict[str, Any]]:
    totals = queries.totals_of(found)
    rows = []
    for project in found:
        state, sums = PROJECT.state(project), totals[project.pk]
        rows.append(
            {
                "project": Link(project.number, reverse("funding:project", args=[project.pk])),
                "challenge": pick(project.challenge.name),
                "startup": pick(project.startup.name),
                "state": Badge(pick(state.label), state.kind),
                **{
                    name: Money(getattr(sums, name)) if getattr(sums, name) else None
                    for name in ("promised", "paid", "asked", "left", "to_settle")
                },
            }
        )
    return rows


def costs(found: Sequence[Cost]) -> Table:
    rows: list[dict[str, Any]] = [
        {
            "category": pick(category_label(cost.category)),
            "government": Money(cost.government),
            "own_cash": Money(cost.own_cash),
            "own_in_kind": Money(cost.own_in_kind),
            "total": Money(cost.total),
            "note": cost.note or None,
        }
        for cost in found
    ]
    if found:
        sums = {
            name: Money(sum(getattr(c, name) for c in found))
            for name in ("government", "own_cash", "own_in_kind", "total")
        }
        rows.append({"category": pick(text("합계", "Total")), **sums, "note": None})
    return Table(
        columns=[
            Column("category", pick(text("비목", "Cost category")), head=True),
            Column("government", pick(text("정부지원금", "Grant")), number=True),
            Column("own_cash", pick(text("현금", "Own cash")), number=True),
            Column("own_in_kind", pick(text("현물", "In kind")), number=True),
            Column("total", pick(text("계", "Total")), number=True),
            Column("note", pick(text("산출 근거", "Basis"))),
        ],
        rows=rows,
        caption=pick(text("비목별 예산", "Budget by cost category")),
        show_caption=False,
        empty=Empty(pick(text("적은 비목이 없습니다.", "No cost category is filled in.")), ""),
    )


# --- the books -----------------------------------------------------------------------------------------------------


def entries(found: Sequence[Entry]) -> Table:
    """Entries of one project: each with its sides."""
    return Table(
        columns=[
            Column("at", pick(text("때", "When"))),
            Column("text", pick(text("내용", "What")), head=True),
            Column("sides", pick(text("차변 ← 대변", "Debit ← credit"))),
            Column("amount", pick(text("금액", "Amount")), number=True),
        ],
        rows=[{"at": e.created_at, "text": pick(e.text), "sides": sides(e), "amount": Money(volume(e))} for e in found],
        caption=pick(text("장부", "Entries")),
        show_caption=False,
        empty=Empty(
            pick(text("장부에 기입한 것이 없습니다.", "Nothing is posted yet.")),
            pick(text("협약이 체결되면 약정이 기입됩니다.", "The commitment is posted once the agreement is signed.")),
        ),
    )


def journal(found: Page[Entry], words: str, names: Mapping[UUID, str]) -> Table:
    return Table(
        columns=[
            Column("at", pick(text("때", "When"))),
            Column("text", pick(text("내용", "What")), head=True),
            Column("sides", pick(text("차변 ← 대변", "Debit ← credit"))),
            Column("amount", pick(text("금액", "Amount")), number=True),
        ],
        rows=[
            {"at": e.created_at, "text": pick(e.text), "sides": sides(e, names), "amount": Money(volume(e))}
            for e in found.rows
        ],
        caption=pick(text("전표", "Entries")),
        show_caption=False,
        filters=[Filter("q", pick(text("내용", "What")), words)],
        empty=Empty(pick(text("전표가 없습니다.", "There is no entry.")), ""),
        next=found.next_cursor or "",
    )


def sides(entry: Entry, names: Mapping[UUID, str] | None = None) -> str:
    """ "Paid ← Committed"; with ``names``, each account's owner beside it."""

    def named(codes: Collection[Any]) -> str:
        return ", ".join(
            f"{pick(KINDS[p.account.code].label)}"
            + (f" ({names.get(p.account.owner, '–')})" if names is not None else "")
            for p in codes
        )

    postings = sorted(entry.postings.all(), key=lambda p: (-p.amount, str(p.pk)))
    return f"{named([p for p in postings if p.amount > 0])} ← {named([p for p in postings if p.amount < 0])}"


def volume(entry: Entry) -> int:
    """What an entry moves: its debits."""
    return sum(p.amount for p in entry.postings.all() if p.amount > 0)


def owner_names(challenge: Challenge, found: Sequence[Entry]) -> dict[UUID, str]:
    """Owner of an account → its name: a project's number, the operator's name."""
    owners = {p.account.owner for e in found for p in e.postings.all()}
    names = dict(Project.objects.within(challenge=challenge, pk__in=owners).values_list("pk", "number"))
    operators = Organisation.objects.visible(pk__in=owners).values_list("pk", "name")
    return names | {pk: pick(name) for pk, name in operators}


def trial(lines: Sequence[TrialLine]) -> Table:
    """By kind of account, with the whole below: debits and credits are the same, or the books are wrong."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        sums[line.code][0] += line.debit
        sums[line.code][1] += line.credit
    rows = [
        {
            "account": pick(KINDS[code].label),
            "means": pick(KINDS[code].explains),
            "debit": Money(debit),
            "credit": Money(credit),
            "balance": Money(debit - credit),
        }
        for code, (debit, credit) in sorted(sums.items(), key=lambda item: list(KINDS).index(item[0]))
    ]
    if rows:
        debit, credit = sum(line.debit for line in lines), sum(line.credit for line in lines)
        rows.append(
            {
                "account": pick(text("합계", "Total")),
                "means": pick(text("차변과 대변이 같습니다.", "Debits equal credits.")) if debit == credit else "",
                "debit": Money(debit),
                "credit": Money(credit),
                "balance": Money(debit - credit),
            }
        )
    return Table(
        columns=[
            Column("account", pick(text("계정", "Account")), head=True),
            Column("debit", pick(text("차변", "Debit")), number=True),
            Column("credit", pick(text("대변", "Credit")), number=True),
            Column("balance", pick(text("잔액", "Balance")), number=True),
            Column("means", pick(text("뜻", "Meaning"))),
        ],
        rows=rows,
        caption=pick(text("시산표", "Trial balance")),
        show_caption=False,
        empty=Empty(pick(text("장부가 비어 있습니다.", "The books are empty.")), ""),
    )
