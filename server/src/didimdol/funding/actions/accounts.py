"""Where a startup is paid: registered by its chief executive, checked by each operator that pays."""

from __future__ import annotations

from didimdol.funding import numbers, rules
from didimdol.funding.actions.payments import set_hold
from didimdol.funding.models import AccountCheck, BankAccount, Commitment, Disbursement
from didimdol.funding.states import DISBURSEMENT
from didimdol.funding.waiting import tell_account_waits, tell_waits
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, locked_all, save, wait
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import normal, text
from didimdol.people.models import Organisation
from didimdol.people.queries import person_of
from didimdol.projects.models import Project


@action
def register_account(*, actor: Actor, startup: Organisation, bank: str, number: str, holder: str) -> BankAccount:
    """Say where the startup is paid. Another account than before holds every payment under way until it is checked.

    Raises AccessDenied, BadInput.
    """
    # The projects first, as every payment does: none is released between the change and its hold.
    projects = locked_all(list(Project.objects.within(startup=startup)))
    by = require(rules.may_register_account(actor, startup))
    bank, holder, number = _named(bank, "bank"), _named(holder, "holder"), numbers.plain(number)
    digest = numbers.digest(bank, number, holder)
    before = BankAccount.objects.within(startup=startup, replaced_at=None).select_for_update().first()
    if before is not None and before.digest == digest and numbers.unaltered(before):
        audit("bank_account.repeated", before, by=by)
        return before
    if before is not None:
        before.replaced_at = clock.now()
        save(before, "replaced_at")
        wait(before, [])
    account = BankAccount(
        startup=startup,
        bank=bank,
        sealed=numbers.seal(number),
        tail=number[-4:],
        holder=holder,
        digest=digest,
        registered_by=person_of(actor),
        registered_at=clock.now(),
    )
    save(account)
    audit("bank_account.registered", account, by=by, facts={"changed": before is not None})
    _hold_payments(projects)
    tell_account_waits(account)
    for commitment in Commitment.objects.within(startup=startup).select_related("project"):
        tell_waits(commitment)
    return account


def _hold_payments(projects: list[Project]) -> None:
    found = Disbursement.objects.within(project__in=projects, state__in=("requested", "approved")).order_by("pk")
    for payment in found:
        payment = locked(payment)
        DISBURSEMENT.move("hold", SYSTEM, payment, reason=_CHANGED["ko"], facts={"hold": "changed_account"})
        set_hold(payment, "changed_account", "")


@action
def verify_account(*, actor: Actor, account: BankAccount) -> AccountCheck:
    """The operator compared the account with the bank's papers. Checked twice is checked once.

    Raises AccessDenied, WrongState (another account is in use by now, or the row was altered).
    """
    account = locked(account)
    by = require(rules.may_verify_account(actor, account))
    if account.replaced_at is not None:
        raise WrongState("account_replaced", *_REPLACED)
    if not numbers.unaltered(account):
        raise WrongState("account_altered", *_ALTERED)
    assert by is not None and by.organisation is not None  # the rule found the role at an operator
    before = AccountCheck.objects.within(account=account, operator=by.organisation).first()
    if before is not None:
        audit("bank_account.verified_again", account, by=by)
        return before
    check = AccountCheck(account=account, operator_id=by.organisation, by=person_of(actor), at=clock.now())
    save(check)
    audit("bank_account.verified", account, by=by, facts={"operator": str(by.organisation)})
    tell_account_waits(account)
    return check


def _named(value: str, field: str) -> str:
    value = normal(" ".join(value.split()))
    if not value:
        raise BadInput(f"{field}_required", _EMPTY, fields={field: _EMPTY})
    return value[:60] if field == "bank" else value[:120]


_CHANGED = text("지급 계좌가 바뀌었습니다.", "The account was changed.")
_EMPTY = text("값을 입력해 주십시오.", "Please fill this in.")
_REPLACED = (
    text("이미 다른 계좌로 바뀌었습니다.", "Another account is in use by now."),
    text("지금 등록된 계좌를 확인하십시오.", "Check the account that is registered now."),
)
_ALTERED = (
    text("저장된 계좌가 등록한 내용과 다릅니다.", "What is stored is not what was registered."),
    text("기업에 계좌를 다시 등록하도록 요청하십시오.", "Ask the startup to register its account again."),
)
