"""A payment's way, and everything that stops it."""

from __future__ import annotations

import pytest
from django.db import connection

from didimdol.funding import actions, gates
from didimdol.funding.models import Disbursement
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.ledger.models import Entry
from didimdol.notices.models import Message, Todo
from didimdol.people.enums import Role
from didimdol.people.queries import actor_of
from didimdol.projects.actions import ending, support
from didimdol.projects.models import WitnessedTest
from server.tests.funding.worlds import Money, money_world, refused
from server.tests.worlds import give, person

pytestmark = pytest.mark.django_db


def todos(role: str) -> list[str]:
    rows = Todo.objects.unscoped(why="test").filter(closed_at=None, role=role).order_by("since")
    return [todo.what["en"] for todo in rows]


def test_the_whole_way(money: Money) -> None:
    assert money.books() == {"committed": 60_000_000}
    assert money.drawn == 60_000_000
    money.ready()
    milestone = money.earn(1)
    assert any("Ask for the money of milestone 1" in what for what in todos("ceo"))
    payment = money.request(milestone)
    assert not any("Ask for the money" in what for what in todos("ceo"))
    assert any("Review and approve the payment" in what for what in todos("coordinator"))
    assert (payment.state, payment.amount) == ("requested", 24_000_000)
    payment = money.approve(payment)
    assert any("Release the approved payment" in what for what in todos("manager"))
    payment = money.release(payment, reference="  TR-7 ")
    assert (payment.state, payment.reference) == ("released", "TR-7")
    assert payment.released_by == money.poc.people["second_manager"]
    assert money.books() == {"committed": 36_000_000, "paid": 24_000_000}
    assert money.drawn == 60_000_000
    assert Message.objects.unscoped(why="test").filter(subject__startswith="지원금이 지급되었습니다").exists()
    money.paid(2)
    assert money.books() == {"paid": 60_000_000}
    money.check_books()


# --- what blocks it ------------------------------------------------------------------------------------------------


def test_before_the_gate(money: Money) -> None:
    money.ready()
    with refused(AccessDenied, "milestone_not_approved"):
        money.request(1)


def test_without_a_budget(money: Money) -> None:
    money.register()
    with refused(AccessDenied, "budget_not_approved"):
        money.request(money.earn(1))
    money.budget(approve=False)
    with refused(AccessDenied, "budget_not_approved"):
        money.request(1)


def test_without_an_account(money: Money) -> None:
    money.budget()
    milestone = money.earn(1)
    with refused(AccessDenied, "no_account"):
        money.request(milestone)
    money.register(verify=False)
    with refused(AccessDenied, "account_not_checked"):
        money.request(milestone)
    money.verify()
    assert money.request(milestone).state == "requested"


def test_before_the_own_contribution_is_there(money: Money) -> None:
    rival = money.poc.rivals[0]
    money = money_world(poc=rival, own_cash=10_000_000, own_in_kind=5_000_000).ready_with(10_000_000, 5_000_000)
    milestone, poc = money.earn(1), money.poc
    with refused(AccessDenied, "contribution_missing"):
        money.request(milestone)
    cash = support.give_contribution(actor=poc.staff, project=money.project, kind="cash", amount=10_000_000)
    goods = support.give_contribution(actor=poc.staff, project=money.project, kind="in_kind", amount=5_000_000)
    support.confirm_contribution(actor=poc.coordinator, contribution=cash)
    with refused(AccessDenied, "contribution_missing"):
        money.request(milestone)
    support.confirm_contribution(actor=poc.coordinator, contribution=goods)
    assert money.request(milestone).state == "requested"


def test_twice(money: Money) -> None:
    money.ready()
    payment = money.request(money.earn(1))
    with refused(WrongState, "payment_exists"):
        money.request(1)
    money.release(money.approve(payment))
    with refused(WrongState, "payment_exists"):
        money.request(1)
    assert money.books()["paid"] == 24_000_000


def test_released_twice_is_paid_once(money: Money) -> None:
    money.ready()
    payment = money.paid(1)
    money.release(payment, reference="TR-OTHER")
    assert Disbursement.objects.within(pk=payment.pk).get().reference == "TR-1"
    assert Entry.objects.within(source_id=payment.pk).count() == 1
    assert money.books()["paid"] == 24_000_000


@pytest.mark.parametrize("moment", ["approve", "release"])
@pytest.mark.parametrize(
    "broken",
    ["test_unsigned", "budget_gone", "account_changed", "account_altered", "over_the_grant", "project_stopped"],
)
def test_the_gate_is_asked_anew(money: Money, moment: str, broken: str) -> None:
    """What held when the money was asked for holds no more: nothing moves, whatever is pressed."""
    money.ready()
    payment = money.request(money.earn(1))
    if moment == "release":
        payment = money.approve(payment)
    expected = "gate_shut"
    with writing("test.break", SYSTEM):
        if broken == "test_unsigned":
            WitnessedTest.objects.within(milestone=payment.milestone_id).update(figures={"p99": "25"})
        elif broken == "budget_gone":
            money.project.budgets.update(state="returned")
            expected = "budget_not_approved"
        elif broken == "account_changed":
            Disbursement.objects.within(pk=payment.pk).update(account_digest="0" * 64)
            expected = "account_changed"
        elif broken == "account_altered":
            payment.account.__class__.objects.within(pk=payment.account_id).update(holder="다른 사람")
            expected = "account_altered"
        elif broken == "over_the_grant":
            type(money.project).objects.within(pk=payment.project_id).update(grant=24_000_000 - 1)
            expected = "over_the_grant"
        else:
            type(money.project).objects.within(pk=payment.project_id).update(state="stopped")
            expected = "project_not_running"
    with refused(AccessDenied, expected):
        money.approve(payment) if moment == "approve" else money.release(payment)
    after = Disbursement.objects.within(pk=payment.pk).get()
    assert after.state == payment.state
    assert money.books() == {"committed": 60_000_000}


# --- who ----------------------------------------------------------------------------------------------------------


def test_who_may_do_what(money: Money) -> None:
    money.ready()
    milestone, poc = money.earn(1), money.poc
    for who in ("lead", "owner", "manager", "coordinator", "auditor"):
        with refused(AccessDenied, "only_its_startup"):
            money.request(milestone, poc.actor(who))
    with refused(AccessDenied, "only_its_startup"):
        money.request(milestone, poc.rivals[0].ceo)
    payment = money.request(milestone)
    for who in ("ceo", "staff", "lead", "owner", "auditor"):
        with refused(AccessDenied, "only_the_operator"):
            money.approve(payment, poc.actor(who))
        with refused(AccessDenied, "only_the_operator"):
            actions.hold_disbursement(actor=poc.actor(who), disbursement=payment, reason="확인")
    payment = money.approve(payment)
    for who in ("ceo", "lead", "coordinator", "auditor"):
        with refused(AccessDenied, "only_the_operator"):
            money.release(payment, poc.actor(who))
    assert money.release(payment, poc.manager).state == "released"


def test_money_leaves_by_two_hands(money: Money) -> None:
    money.ready()
    payment = money.approve(money.request(money.earn(1)), money.poc.manager)
    with refused(AccessDenied, "released_by_another") as found:
        money.release(payment, money.poc.manager)
    assert "invite a second" in found["problem"].message["en"]
    assert money.release(payment).state == "released"


def test_nobody_approves_what_they_asked_for(money: Money) -> None:
    """Even where one person is of the startup and later works for the operator."""
    money.ready()
    payment = money.request(money.earn(1))
    turned = money.poc.people["staff"]
    with writing("test.turn", SYSTEM):
        turned.assignments.all().delete()
    give(turned, money.poc.world.operator, Role.MANAGER)
    with refused(AccessDenied, "own_work"):
        money.approve(payment, actor_of(turned))


def test_another_operators_manager_is_a_stranger(money: Money) -> None:
    from didimdol.people import actions as people
    from didimdol.people.enums import OrganisationKind

    money.ready()
    payment = money.request(money.earn(1))
    other = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "다른진흥원", "en": "Other Agency"}
    )
    stranger = person("남사업")
    give(stranger, other, Role.MANAGER)
    with refused(AccessDenied, "only_the_operator"):
        money.approve(payment, actor_of(stranger))


# --- held, cancelled ------------------------------------------------------------------------------------------------


def test_held_and_freed(money: Money) -> None:
    money.ready()
    payment = money.approve(money.request(money.earn(1)))
    with refused(BadInput, "reason_required"):
        money.hold(payment, " ")
    payment = money.hold(payment)
    assert (payment.state, payment.hold, payment.reason) == ("held", "operator", "증빙 확인")
    with refused(WrongState, "wrong_state"):
        money.release(payment)
    payment = money.unhold(payment)
    # Approved anew: what was looked into may have changed what was approved.
    assert (payment.state, payment.approved_by, payment.hold) == ("requested", None, "")
    assert money.release(money.approve(payment)).state == "released"


def test_a_changed_account_holds_what_is_under_way(money: Money) -> None:
    money.ready()
    payment = money.approve(money.request(money.earn(1)))
    before = payment.account_id
    money.register("220-987-654321", verify=False)
    payment = Disbursement.objects.within(pk=payment.pk).get()
    assert (payment.state, payment.hold) == ("held", "changed_account")
    with refused(AccessDenied, "account_not_checked"):
        money.unhold(payment)
    money.verify()
    payment = money.unhold(payment)
    assert payment.account_id != before
    assert money.release(money.approve(payment)).state == "released"
    # What was paid is not touched by a change afterwards.
    money.register("330-111-222333")
    after = Disbursement.objects.within(pk=payment.pk).get()
    assert (after.state, after.account_id) == ("released", payment.account_id)


def test_the_same_account_again_changes_nothing(money: Money) -> None:
    money.ready()
    payment = money.request(money.earn(1))
    same = money.register("110 123 456789", verify=False)
    assert same.pk == payment.account_id
    assert Disbursement.objects.within(pk=payment.pk).get().state == "requested"


def test_cancelled_and_asked_again(money: Money) -> None:
    money.ready()
    payment = money.request(money.earn(1))
    with refused(BadInput, "reason_required"):
        actions.cancel_disbursement(actor=money.poc.ceo, disbursement=payment, reason="")
    assert money.cancel(payment).state == "cancelled"
    assert money.cancel(payment).state == "cancelled"
    again = money.request(1)
    assert again.pk != payment.pk
    money.release(money.approve(again))
    with refused(WrongState, "wrong_state"):
        money.cancel(again)
    assert money.books() == {"committed": 36_000_000, "paid": 24_000_000}


# --- the cap ------------------------------------------------------------------------------------------------------


def test_never_over_the_cap_of_a_startup(money: Money) -> None:
    """The cap counts what is asked for, approved, held and paid, of all projects of the startup in the challenge."""
    money.ready()
    milestone = money.earn(1)
    found = gates.standing(money.project)
    over = gates.Standing(
        project=found.project, commitment=found.commitment, live=0, live_of_startup=90_000_000, account=found.account,
        checked=True, budgeted=True, contributed=found.contributed,
    )  # fmt: skip
    milestone.project = found.project
    access = gates.may_pay(milestone, None, over)
    assert access.reason == "over_the_cap"
    assert "24,000,000" in access.message["ko"] and "10,000,000" in access.message["ko"]


def test_a_stopped_project_is_paid_nothing(money: Money) -> None:
    money.ready()
    payment = money.request(money.earn(1))
    ending.stop_project(actor=money.poc.manager, project=money.project, reason="점검 결과")
    assert Disbursement.objects.within(pk=payment.pk).get().state == "cancelled"
    with refused(AccessDenied, "project_not_running"):
        money.request(1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    money.check_books()
