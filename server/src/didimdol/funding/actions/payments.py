"""Payments: asked for, approved, held, released or cancelled. The gate is asked anew each time, behind the locks.

Locks are taken in one order everywhere: the project, its milestone, the payment. What changes an account or a milestone
takes the project's lock first too, so what the gate read still holds when the transaction commits.
"""

from __future__ import annotations

from didimdol.funding import gates, rules
from didimdol.funding.accounts import COMMITTED, PAID, about, moving
from didimdol.funding.enums import LIVE, why
from didimdol.funding.models import Commitment, Disbursement
from didimdol.funding.states import DISBURSEMENT
from didimdol.funding.telling import tell_startup
from didimdol.funding.waiting import tell_waits
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, locked, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import normal, text
from didimdol.ledger.actions import post
from didimdol.people.queries import person_of
from didimdol.projects.models import Milestone, Project


@action
def request_disbursement(*, actor: Actor, milestone: Milestone) -> Disbursement:
    """Ask for the money of an approved milestone. Raises AccessDenied (what blocks it), WrongState (asked for before)."""
    project = locked(milestone.project)
    milestone = locked(milestone)
    milestone.project = project
    by = require(rules.may_request(actor, milestone))
    if Disbursement.objects.within(milestone=milestone, state__in=LIVE).exists():
        raise WrongState("payment_exists", *_ASKED_BEFORE)
    require(gates.may_pay(milestone))
    account = gates.account_in_use(project.startup)
    assert account is not None  # the gate asked for it
    payment = Disbursement(
        project=project,
        milestone=milestone,
        amount=milestone.amount,
        account=account,
        account_digest=account.digest,
        requested_by=person_of(actor),
        requested_at=clock.now(),
    )
    DISBURSEMENT.enter(actor, payment, by=by, facts={"amount": payment.amount, "milestone": milestone.position})
    _tell_waits(project)
    return payment


@action
def approve_disbursement(*, actor: Actor, disbursement: Disbursement) -> Disbursement:
    """Approve a request, never one's own. Raises AccessDenied (what blocks it), WrongState."""
    payment = _held(disbursement)
    if payment.state == "requested":
        require(rules.may_approve(actor, payment))
        require(gates.may_pay(payment.milestone, payment))
        # Before the move: the database takes no approved payment without its approver.
        payment.approved_by, payment.approved_at = person_of(actor), clock.now()
        save(payment, "approved_by", "approved_at")
    DISBURSEMENT.move("approve", actor, payment, facts={"amount": payment.amount})
    return payment


@action
def release_disbursement(*, actor: Actor, disbursement: Disbursement, reference: str) -> Disbursement:
    """Write down that the money was transferred, and post it. Never undone; never by who approved it.

    ``reference``: of the bank's transfer. Raises AccessDenied (what blocks it), WrongState, BadInput.
    """
    payment = _held(disbursement)
    reference = normal(reference.strip())
    if payment.state == "approved":
        require(rules.may_release(actor, payment))
        require(gates.may_pay(payment.milestone, payment))
        if not reference:
            raise BadInput("reference_required", _REFERENCE, fields={"reference": _REFERENCE})
        payment.released_by, payment.released_at = person_of(actor), clock.now()
        payment.reference = reference[:100]
        save(payment, "released_by", "released_at", "reference")
    if not DISBURSEMENT.move("release", actor, payment, facts={"amount": payment.amount}):
        return payment
    project = payment.project
    post(
        actor=actor,
        challenge=project.challenge_id,
        text=about(
            project, text(f"{payment.milestone.position}단계 지급", f"Milestone {payment.milestone.position} paid")
        ),
        lines=moving(project, payment.amount, source=COMMITTED, target=PAID),
        source=payment,
        key=f"disbursement:{payment.pk}",
    )
    tell_startup(
        project,
        text("지원금이 지급되었습니다", "Your grant money is paid"),
        text(
            f"{payment.milestone.position}단계 지원금 {payment.amount:,}원을 지급했습니다.",
            f"KRW {payment.amount:,} of milestone {payment.milestone.position} is paid.",
        ),
        payment.get_absolute_url(),
    )
    return payment


@action
def hold_disbursement(*, actor: Actor, disbursement: Disbursement, reason: str) -> Disbursement:
    """Stop a payment until something is looked into. The reason goes to the startup. Raises AccessDenied, BadInput."""
    payment = _held(disbursement)
    if DISBURSEMENT.move("hold", actor, payment, reason=reason):
        set_hold(payment, "operator", normal(reason.strip()))
        tell_startup(
            payment.project,
            text("지급이 보류되었습니다", "A payment is held"),
            why(payment),
            payment.get_absolute_url(),
        )
    return payment


@action
def unhold_disbursement(*, actor: Actor, disbursement: Disbursement) -> Disbursement:
    """Lift the hold: to the account in use now, which the operator has checked; it is approved anew.

    Raises AccessDenied (no account, or one not checked), WrongState.
    """
    payment = _held(disbursement)
    if payment.state == "held":
        require(rules.may_unhold(actor, payment))
        found = gates.standing(payment.project)
        require(gates.account_ready(found))
        assert found.account is not None  # the account is ready
        payment.account, payment.account_digest = found.account, found.account.digest
        payment.approved_by = payment.approved_at = None
        payment.hold = payment.reason = ""
        save(payment, "account", "account_digest", "approved_by", "approved_at", "hold", "reason")
    DISBURSEMENT.move("unhold", actor, payment)
    return payment


@action
def cancel_disbursement(*, actor: Actor, disbursement: Disbursement, reason: str) -> Disbursement:
    """Take a request back, or refuse it: the money stays promised and may be asked for again. Raises AccessDenied, BadInput."""
    payment = _held(disbursement)
    cancel(actor, payment, reason)
    _tell_waits(payment.project)
    return payment


def cancel(actor: Actor, payment: Disbursement, reason: str, hold: str = "") -> None:
    """``hold``: a key of enums.HOLDS where the system cancels it; a person's reason stands as written."""
    if not DISBURSEMENT.move("cancel", actor, payment, reason=reason, facts={"amount": payment.amount}):
        return
    set_hold(payment, hold, "" if hold else normal(reason.strip()))
    if not actor.grant(*rules.STARTUP, organisation=payment.project.startup_id):
        tell_startup(
            payment.project,
            text("지급 요청이 취소되었습니다", "A payment is cancelled"),
            why(payment),
            payment.get_absolute_url(),
        )


def set_hold(payment: Disbursement, hold: str, reason: str) -> None:
    payment.hold, payment.reason = hold, reason
    save(payment, "hold", "reason")


def _held(disbursement: Disbursement) -> Disbursement:
    """The payment locked, behind its project and milestone."""
    project = locked(Project.objects.within(pk=disbursement.project_id).get())
    milestone = locked(Milestone.objects.within(pk=disbursement.milestone_id).get())
    payment = locked(disbursement)
    milestone.project = project
    payment.project, payment.milestone = project, milestone
    return payment


def _tell_waits(project: Project) -> None:
    if commitment := Commitment.objects.within(project=project).first():
        tell_waits(commitment)


_ASKED_BEFORE = (
    text(
        "이 단계의 지원금은 이미 요청했거나 지급했습니다.", "This milestone's money was asked for before, or is paid."
    ),
    text(
        "지급 현황에서 확인하십시오. 다시 요청하려면 앞의 요청을 먼저 취소하십시오.",
        "Look at the payments. To ask again, cancel the earlier request first.",
    ),
)
_REFERENCE = text("은행 이체 번호를 적어 주십시오.", "Give the reference of the bank's transfer.")
