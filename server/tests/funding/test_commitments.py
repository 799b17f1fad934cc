"""What is promised at the signing, and where it goes at the end; accounts that are paid."""

from __future__ import annotations

from typing import Any

import pytest

from didimdol.funding import actions, numbers
from didimdol.funding.models import AccountCheck, BankAccount, Commitment, Disbursement
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.ledger.models import Entry
from didimdol.notices.models import Todo
from didimdol.projects.actions import ending
from didimdol.projects.models import Project
from didimdol.records.models import AuditEvent
from server.tests.funding.worlds import Money, refused
from server.tests.projects.worlds import offered_agreement, sign_all

pytestmark = pytest.mark.django_db


def todos() -> list[tuple[str, str]]:
    rows = Todo.objects.unscoped(why="test").filter(closed_at=None)
    return [(todo.role, todo.what["en"]) for todo in rows]


# --- signed --------------------------------------------------------------------------------------------------------


def test_signing_commits_the_grant(money: Money) -> None:
    commitment = money.commitment
    assert (commitment.amount, commitment.cap) == (60_000_000, 100_000_000)
    entry = Entry.objects.within(source_id=commitment.pk).get()
    assert entry.text["en"].startswith("Committed by the signed agreement")
    assert money.books() == {"committed": 60_000_000}
    assert ("ceo", f"Register the account to be paid to · {money.project.number}") in todos()
    assert ("staff", f"Write and submit the budget by cost category · {money.project.number}") in todos()


def test_signed_twice_is_committed_once(money: Money) -> None:
    actions.commit_grant(actor=SYSTEM, project=money.project)
    assert money.books() == {"committed": 60_000_000}


def test_nothing_is_committed_before_the_signature(money: Money) -> None:
    rival = money.poc.rivals[0].project
    with refused(WrongState, "project_not_signed"):
        actions.commit_grant(actor=SYSTEM, project=rival)
    assert not Commitment.objects.within(project=rival).exists()


def test_over_the_challenges_whole_money(money: Money, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last signature is refused with its way out; nothing of it remains."""
    from didimdol.funding.actions import commitments

    real = commitments.rules_of

    def with_a_total(challenge: Any) -> Any:
        rules = real(challenge)
        return rules.model_copy(update={"grant": rules.grant.model_copy(update={"total": 119_999_999})})

    monkeypatch.setattr(commitments, "rules_of", with_a_total)
    rival, agreement = offered_agreement(money.poc.rivals[0], grant=60_000_000)
    with refused(WrongState, "over_the_total") as found:
        sign_all(rival, agreement)
    assert "59,999,999" in found["problem"].message["ko"]
    assert Project.objects.within(pk=rival.project.pk).get().state == "preparing"
    assert money.drawn == 60_000_000


# --- ended ---------------------------------------------------------------------------------------------------------


def test_a_withdrawal_after_signing(money: Money) -> None:
    """What was not paid goes back to the fund; what was paid is to be returned or shown to be rightly spent."""
    money.ready().paid(1)
    waiting = money.request(money.earn(2))
    ending.withdraw_project(actor=money.poc.ceo, project=money.project, reason="사업 방향 변경")
    waiting = Disbursement.objects.within(pk=waiting.pk).get()
    assert (waiting.state, waiting.hold) == ("cancelled", "project_ended")
    assert money.books() == {"receivable": 24_000_000}
    assert money.drawn == 24_000_000
    assert ("manager", f"Settle the money that was paid · {money.project.number}") in todos()
    money.check_books()


def test_a_stop_after_signing(money: Money) -> None:
    money.ready().paid(1)
    ending.stop_project(actor=money.poc.manager, project=money.project, reason="점검 결과 중단")
    assert money.books() == {"receivable": 24_000_000}


def test_with_its_project_a_budget_and_an_account_wait_no_more(money: Money) -> None:
    money.budget(approve=False)
    money.register(verify=False)
    waiting = {"Review the budget", "Compare the account with the bank's papers"}
    assert {what.split(" · ")[0] for role, what in todos() if role == "coordinator"} == waiting
    ending.stop_project(actor=money.poc.manager, project=money.project, reason="점검 결과 중단")
    assert not [what for role, what in todos() if role == "coordinator"]


def test_a_withdrawal_before_signing_moves_no_money(money: Money) -> None:
    rival = money.poc.rivals[0]
    ending.withdraw_project(actor=SYSTEM, project=rival.project, reason="자리 포기")
    assert not Commitment.objects.within(project=rival.project).exists()
    money.check_books()


def test_a_completed_project_keeps_what_was_paid(money: Money) -> None:
    money.ready().paid(1)
    complete(money)
    assert money.books() == {"paid": 24_000_000}
    assert money.drawn == 24_000_000


def test_completion_waits_for_the_payments_under_way(money: Money) -> None:
    payment = money.ready().request(money.earn(1))
    with refused(WrongState, "payments_open"):
        complete(money)
    money.cancel(payment)
    complete(money)
    assert money.books() == {}


def complete(money: Money) -> None:
    """Past the final evaluation, whose own tests stand in projects."""
    with writing("test.graded", SYSTEM):
        Project.objects.within(pk=money.poc.project.pk).update(state="evaluated", grade="good")
    ending.finish_project(actor=money.poc.manager, project=money.project)


def test_settled_by_return_and_by_accepted_spending(money: Money) -> None:
    money.ready().paid(1)
    ending.stop_project(actor=money.poc.manager, project=money.project, reason="점검 결과 중단")
    manager, project = money.poc.manager, money.project
    for amount in (0, -1, 24_000_001):
        with refused(BadInput, "settled_amount"):
            actions.record_return(actor=manager, project=project, amount=amount, reference="IN-1")
    with refused(BadInput, "reference_required"):
        actions.record_return(actor=manager, project=project, amount=1, reference=" ")
    actions.record_return(actor=manager, project=project, amount=10_000_000, reference="IN-1")
    assert money.books() == {"receivable": 14_000_000}
    assert money.drawn == 14_000_000
    actions.record_return(actor=manager, project=project, amount=10_000_000, reference="IN-1")
    assert money.books() == {"receivable": 14_000_000}  # the same transfer written down twice
    with refused(BadInput, "reference_reused"):
        actions.record_return(actor=manager, project=project, amount=1, reference="IN-1")
    with refused(BadInput, "reason_required"):
        actions.accept_spending(actor=manager, project=project, amount=1, reason="")
    with refused(AccessDenied, "only_the_operator"):
        actions.accept_spending(actor=money.poc.ceo, project=project, amount=1, reason="썼습니다")
    actions.accept_spending(actor=manager, project=project, amount=14_000_000, reason="정산 심의 2025-12-01")
    assert money.books() == {"paid": 14_000_000}
    assert not [what for _, what in todos() if what.startswith("Settle the money")]
    money.check_books()


def test_a_commitment_closes_with_its_project_only(money: Money) -> None:
    with refused(WrongState, "project_not_ended"):
        actions.close_commitment(actor=money.poc.manager, project=money.project, how="completed")
    assert money.books() == {"committed": 60_000_000}


# --- accounts ------------------------------------------------------------------------------------------------------


def test_the_number_is_kept_encrypted(money: Money) -> None:
    account = money.register()
    assert account.tail == "6789"
    stored = BankAccount.objects.within(pk=account.pk).values().get()
    assert not [value for value in stored.values() if "110123456789" in str(value).replace("-", "")]
    assert numbers.unseal(account) == "110123456789"
    assert numbers.masked(account) == "•••• 6789"
    events = AuditEvent.objects.unscoped(why="test").filter(subject_id=account.pk)
    assert not [e for e in events if "6789" in str(e.facts)]


@pytest.mark.parametrize("field", ["bank", "holder", "sealed"])
def test_an_altered_row_is_noticed(money: Money, field: str) -> None:
    account = money.register(verify=False)
    value = numbers.seal("999999999999") if field == "sealed" else "0000"
    with writing("test.alter", SYSTEM):
        BankAccount.objects.within(pk=account.pk).update(**{field: value})
    with refused(WrongState, "account_altered"):
        money.verify()


@pytest.mark.parametrize("number", ["1234567", "1" * 21, "110-123-45678x", "", "١٢٣٤٥٦٧٨٩"])
def test_no_number(money: Money, number: str) -> None:
    with refused(BadInput, "account_number"):
        money.register(number)


def test_only_the_chief_executive_registers(money: Money) -> None:
    startup = money.poc.project.startup
    for actor in (money.poc.staff, money.poc.manager, money.poc.rivals[0].ceo):
        with refused(AccessDenied, "only_the_chief_executive"):
            actions.register_account(actor=actor, startup=startup, bank="은행", number="12345678", holder="새싹")


def test_only_who_pays_checks(money: Money) -> None:
    account = money.register(verify=False)
    for actor in (money.poc.ceo, money.poc.owner, money.poc.auditor):
        with refused(AccessDenied, "only_who_pays"):
            actions.verify_account(actor=actor, account=account)
    money.verify()
    money.verify()
    assert AccountCheck.objects.within(account=account).count() == 1


def test_an_account_that_was_replaced_is_not_checked(money: Money) -> None:
    old = money.register(verify=False)
    money.register("220-987-654321")
    with refused(WrongState, "account_replaced"):
        actions.verify_account(actor=money.poc.manager, account=old)


def test_the_check_of_one_operator_is_not_that_of_another(money: Money) -> None:
    """An installation hosts several operators: each relies on its own check only."""
    account = money.register(verify=False)
    other = money.poc.company  # any other body; what counts is that it is not the operator
    with writing("test.check", SYSTEM):
        AccountCheck(account=account, operator=other, by=money.poc.people["owner"]).save(force_insert=True)
    money.budget()
    with refused(AccessDenied, "account_not_checked"):
        money.request(money.earn(1))
