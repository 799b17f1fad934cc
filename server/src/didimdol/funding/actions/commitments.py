"""What an agreement promises: committed when it is signed, given back or called back when the project ends."""

from __future__ import annotations

from didimdol.funding import rules
from didimdol.funding.accounts import COMMITTED, FUND, PAID, RECEIVABLE, about, moving
from didimdol.funding.enums import OPEN
from didimdol.funding.gates import account_in_use
from didimdol.funding.models import Budget, Commitment, Disbursement
from didimdol.funding.waiting import tell_account_waits, tell_waits
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, save, wait
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.ledger.actions import KeyReused, post
from didimdol.ledger.models import Entry
from didimdol.ledger.queries import balances
from didimdol.programmes.queries import rules_of
from didimdol.projects.models import Milestone, Project

#: how a project ends with all that was promised earned
COMPLETED = ("completed", "completed_early")


@action
def commit_grant(*, actor: Actor, project: Project) -> Commitment:
    """Promise the grant of a signed agreement in the books. Follows from the last signature.

    Raises WrongState (not signed, or the challenge's whole money would be exceeded).
    """
    project = locked(project)
    made = Commitment.objects.within(project=project).first()
    if made is not None:
        audit("commitment.repeated", made)
        return made
    if project.signed_at is None:
        raise WrongState("project_not_signed", *_NOT_SIGNED)
    money = rules_of(project.challenge).grant
    drawn = -balances(challenge=project.challenge_id, owner=project.challenge.programme.operator_id).get(FUND, 0)
    if money.total is not None and drawn + project.grant > money.total:
        raise WrongState("over_the_total", *_over_the_total(project, money.total - drawn))
    commitment = Commitment(
        project=project,
        challenge_id=project.challenge_id,
        startup_id=project.startup_id,
        amount=project.grant,
        cap=money.cap,
        made_at=clock.now(),
    )
    save(commitment)
    audit("commitment.made", commitment, facts={"amount": project.grant, "cap": money.cap})
    if project.grant:
        _post(actor, commitment, "signed", _SIGNED, project.grant, FUND, COMMITTED)
    tell_waits(commitment)
    if account := account_in_use(project.startup):
        tell_account_waits(account)
    return commitment


@action
def close_commitment(*, actor: Actor, project: Project, how: str) -> Commitment:
    """Follows from the end of a project: what is left goes back to the fund; of a stopped or given up project, what was
    paid is to be returned until it is shown to be rightly spent (통합관리지침 붙임2).

    Raises WrongState: it has not ended, or a completed project has payments that nobody has released or cancelled.
    """
    from didimdol.funding.actions.payments import cancel

    project = locked(project)
    if project.ended_at is None:
        raise WrongState("project_not_ended", *_NOT_ENDED)
    commitment = Commitment.objects.within(project=project).get()
    waiting = Disbursement.objects.within(project=project, state__in=OPEN).select_related("milestone").order_by("pk")
    for payment in waiting:
        if how in COMPLETED:
            raise WrongState("payments_open", *_PAYMENTS_OPEN)
        payment = locked(payment)
        payment.project = project
        cancel(SYSTEM, payment, _CANCELLED["ko"], hold="project_ended")
    held = balances(challenge=project.challenge_id, owner=project.pk)
    left, paid = held.get(COMMITTED, 0), held.get(PAID, 0)
    if left:
        _post(actor, commitment, "left", _LEFT, left, COMMITTED, FUND)
    if paid and how not in COMPLETED:
        _post(actor, commitment, "called", _CALLED, paid, PAID, RECEIVABLE)
    audit("commitment.closed", commitment, facts={"how": how, "left": left, "paid": paid})
    tell_waits(commitment)
    for budget in Budget.objects.within(project=project, state__in=("submitted", "returned")):
        wait(budget, [])
    if account := account_in_use(project.startup):
        tell_account_waits(account)
    return commitment


@action
def record_return(*, actor: Actor, project: Project, amount: int, reference: str) -> Entry:
    """Money came back from a startup; ``reference``: of the bank's transfer. The same reference twice is one return.

    Raises AccessDenied, BadInput (more than is to be returned; the reference is of another amount).
    """
    commitment = _to_settle(actor, project, amount)
    reference = normal(reference.strip())
    if not reference:
        raise BadInput("reference_required", _REFERENCE, fields={"reference": _REFERENCE})
    try:
        entry = _post(actor, commitment, f"returned:{reference[:60]}", _RETURNED, amount, RECEIVABLE, FUND)
    except KeyReused as problem:
        raise BadInput("reference_reused", _REUSED, fields={"reference": _REUSED}) from problem
    audit("commitment.returned", commitment, facts={"amount": amount})
    tell_waits(commitment)
    return entry


@action
def accept_spending(*, actor: Actor, project: Project, amount: int, reason: str) -> Entry:
    """The settlement found that the startup spent this rightly before its project ended: it need not be returned.

    Raises AccessDenied, BadInput (more than is to be settled; no reason).
    """
    commitment = _to_settle(actor, project, amount)
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    number = Entry.objects.within(source_id=commitment.pk).count()
    entry = _post(actor, commitment, f"accepted:{number}", _ACCEPTED, amount, RECEIVABLE, PAID)
    audit("commitment.accepted", commitment, facts={"amount": amount}, personal={"reason": normal(reason.strip())})
    tell_waits(commitment)
    return entry


@action
def note_milestone(*, actor: Actor, milestone: Milestone) -> Commitment:
    """Follows from a milestone's approval: the startup is reminded to ask for its money."""
    commitment = Commitment.objects.within(project=milestone.project_id).get()
    audit("commitment.milestone_approved", commitment, facts={"position": milestone.position})
    tell_waits(commitment)
    return commitment


def _to_settle(actor: Actor, project: Project, amount: int) -> Commitment:
    project = locked(project)
    require(rules.may_settle(actor, project))
    owed = balances(challenge=project.challenge_id, owner=project.pk).get(RECEIVABLE, 0)
    if not 0 < amount <= owed:
        wrong = text(f"1원 이상 {owed:,}원 이하로 적어 주십시오.", f"Between KRW 1 and KRW {owed:,}.")
        raise BadInput("settled_amount", wrong, fields={"amount": wrong})
    commitment = Commitment.objects.within(project=project).get()
    commitment.project = project
    return commitment


def _post(actor: Actor, commitment: Commitment, what: str, words: Text, amount: int, source: str, target: str) -> Entry:
    project = commitment.project
    return post(
        actor=actor,
        challenge=project.challenge_id,
        text=about(project, words),
        lines=moving(project, amount, source=source, target=target),
        source=commitment,
        key=f"commitment:{commitment.pk}:{what}",
    )


def _over_the_total(project: Project, left: int) -> tuple[Text, Text]:
    return (
        text(
            f"{project.number}의 지원금 {project.grant:,}원은 챌린지의 남은 재원 {left:,}원을 넘습니다.",
            f"The grant of {project.number}, KRW {project.grant:,}, exceeds the KRW {left:,} that the challenge has left.",
        ),
        text(
            "수정사업계획서의 지원금을 낮추거나 규칙집의 총재원을 변경 공고하십시오.",
            "Lower the grant in the revised plan, or amend the rulebook's total.",
        ),
    )


_SIGNED = text("협약 체결에 따른 약정", "Committed by the signed agreement")
_LEFT = text("과제 종료에 따른 약정 잔액 반납", "What was left of the commitment goes back")
_CALLED = text("중단·포기에 따른 정산 대상", "To be settled, since the project ended before its time")
_RETURNED = text("환수금 입금", "Money returned")
_ACCEPTED = text("정산에서 인정한 사용액", "Accepted as rightly spent")
_CANCELLED = text("과제가 끝나 지급을 취소했습니다.", "Cancelled: the project has ended.")
_REFERENCE = text("은행 이체 번호를 적어 주십시오.", "Give the reference of the bank's transfer.")
_REUSED = text("이미 다른 금액으로 기록한 이체 번호입니다.", "This reference was recorded with another amount.")
_REASON = text("사유를 적어 주십시오.", "Please give the reason.")
_NOT_SIGNED = (
    text("협약이 아직 체결되지 않았습니다.", "The agreement is not signed yet."),
    text("세 당사자가 모두 서명하면 약정됩니다.", "It is committed once all three parties have signed."),
)
_NOT_ENDED = (
    text("아직 끝나지 않은 과제입니다.", "The project has not ended yet."),
    text("과제 화면에서 완료하거나 중단하십시오.", "Finish or stop it on its page."),
)
_PAYMENTS_OPEN = (
    text("아직 처리하지 않은 지급이 있습니다.", "There are payments that nobody has settled yet."),
    text(
        "지급 현황에서 실행하거나 취소한 뒤 과제를 마무리하십시오.",
        "Release or cancel them on the page of the payments, then finish the project.",
    ),
)
