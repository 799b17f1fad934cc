"""Real connections beside each other, and a process that dies in the middle."""

from __future__ import annotations

import pytest

from didimdol.funding.models import Disbursement
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, WrongState
from didimdol.ledger.models import Entry
from didimdol.projects.actions import ending
from didimdol.projects.models import Milestone, Project
from didimdol.records.models import AuditEvent
from didimdol.records.verifying import verify
from server.tests.dying import dying
from server.tests.funding.worlds import Money, money_world
from server.tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def money() -> Money:
    """Three milestones are earned; together they come to one won more than the grant."""
    money = money_world((30_000_000, 35_000_000, 35_000_000)).ready()
    for position in (1, 2, 3):
        money.earn(position)
    with writing("test.amount", SYSTEM):
        Milestone.objects.within(pk=money.milestone(3).pk).update(amount=35_000_001)
    return money


def states(money: Money) -> dict[int, str]:
    found = Disbursement.objects.within(project=money.poc.project).exclude(state="cancelled")
    return dict(found.values_list("milestone__position", "state"))


def test_at_once(money: Money) -> None:
    """One world, for it is dear to make: what happens at once, one thing after the other."""
    _two_requests_for_one_milestone(money)
    _two_requests_that_together_exceed_the_cap(money)
    _two_releases(money)
    _an_account_changed_beside_a_release(money)
    _the_end_of_the_project_beside_a_release(money)
    money.check_books()
    assert verify().holds


def _two_requests_for_one_milestone(money: Money) -> None:
    ceo, staff = money.poc.ceo, money.poc.staff
    results = together(lambda: money.request(1, ceo), lambda: money.request(1, staff))
    assert sorted(type(result).__name__ for result in results) == ["Disbursement", "WrongState"]
    assert states(money) == {1: "requested"}


def _two_requests_that_together_exceed_the_cap(money: Money) -> None:
    ceo, staff = money.poc.ceo, money.poc.staff
    results = together(lambda: money.request(2, ceo), lambda: money.request(3, staff))
    refused = [result for result in results if isinstance(result, AccessDenied)]
    assert len(refused) == 1 and refused[0].code in ("over_the_grant", "over_the_cap")
    assert len(states(money)) == 2
    # The same for one who bypasses Python: the database lets them by one at a time, too.
    first = next(result for result in results if isinstance(result, Disbursement))
    money.cancel(first)
    results = together(*[lambda p=p: _bypass(money, p) for p in (2, 3)])
    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "int"]
    live = Disbursement.objects.within(project=money.poc.project).exclude(state="cancelled")
    assert sum(payment.amount for payment in live) <= 100_000_000
    for payment in live.exclude(milestone__position=1):
        money.cancel(payment)


def _bypass(money: Money, position: int) -> int:
    milestone = money.milestone(position)
    assert money.account is not None
    with writing("test.bypass", SYSTEM):
        Disbursement(
            project_id=milestone.project_id, milestone=milestone, amount=milestone.amount, account=money.account,
            account_digest=money.account.digest, requested_by=money.poc.people["ceo"], state="requested",
        ).save(force_insert=True)  # fmt: skip
    return position


def _two_releases(money: Money) -> None:
    payment = money.approve(Disbursement.objects.within(milestone=money.milestone(1)).exclude(state="cancelled").get())
    manager, second = money.poc.manager, money.poc.second_manager
    results = together(lambda: money.release(payment, manager, "TR-A"), lambda: money.release(payment, second, "TR-B"))
    assert {type(result) for result in results} == {Disbursement}
    assert Entry.objects.within(source_id=payment.pk).count() == 1
    released = AuditEvent.objects.unscoped(why="test").filter(subject_id=payment.pk, type="disbursement.release")
    assert released.count() == 1
    stored = Disbursement.objects.within(pk=payment.pk).get()
    assert (stored.reference, stored.released_by_id) in {("TR-A", manager.person), ("TR-B", second.person)}
    assert money.books() == {"committed": 70_000_000, "paid": 30_000_000}


def _an_account_changed_beside_a_release(money: Money) -> None:
    """Either it was paid to the account that was approved, or it is held: never paid to the new one unseen."""
    payment = money.approve(money.request(2))
    before = payment.account_id
    released, _ = together(lambda: money.release(payment), lambda: money.register("220-987-654321", verify=False))
    stored = Disbursement.objects.within(pk=payment.pk).get()
    assert stored.account_id == before
    if isinstance(released, Disbursement):
        assert stored.state == "released"
    else:
        assert isinstance(released, WrongState | AccessDenied)
        assert (stored.state, stored.hold) == ("held", "changed_account")
        money.verify()
        money.release(money.approve(money.unhold(stored)))
    money.verify()
    assert money.books() == {"committed": 35_000_000, "paid": 65_000_000}


def _the_end_of_the_project_beside_a_release(money: Money) -> None:
    with writing("test.amount", SYSTEM):
        Milestone.objects.within(pk=money.milestone(3).pk).update(amount=35_000_000)
    payment = money.approve(money.request(3))
    manager = money.poc.manager
    released, stopped = together(
        lambda: money.release(payment),
        lambda: ending.stop_project(actor=manager, project=money.project, reason="점검 결과"),
    )
    assert isinstance(stopped, Project)
    paid = 100_000_000 if isinstance(released, Disbursement) else 65_000_000
    assert money.books() == {"receivable": paid}
    assert money.drawn == paid
    stored = Disbursement.objects.within(pk=payment.pk).get()
    assert stored.state == ("released" if paid == 100_000_000 else "cancelled")


# --- killed in the middle -------------------------------------------------------------------------------------------

#: Releases a payment and dies at the moment asked for.
RELEASING = """
from didimdol.funding import actions
from didimdol.funding.actions import payments
from didimdol.funding.models import Disbursement

def act(moment, payment, person):
    if moment == "before_the_entry":
        payments.post = die
    elif moment == "after_the_entry":
        payments.tell_startup = die
    actions.release_disbursement(
        actor=actor_of(Person.objects.get(pk=person)),
        disbursement=Disbursement.objects.within(pk=payment).get(),
        reference="TR-DYING",
    )
"""


def test_killed_in_the_middle(money: Money) -> None:
    """kill -9 at four moments of a release: before the commit nothing has happened, after it everything has."""
    payment = money.approve(money.request(1))
    second = money.poc.people["second_manager"]
    with dying(RELEASING) as die:
        for moment in ("before_the_entry", "after_the_entry", "before_the_commit"):
            die(moment, payment.pk, second.pk)
            stored = Disbursement.objects.within(pk=payment.pk).get()
            assert (stored.state, stored.reference, stored.released_by_id) == ("approved", "", None), moment
            assert money.books() == {"committed": 100_000_000}, moment
            assert not Entry.objects.within(source_id=payment.pk).exists(), moment
        die("after_the_commit", payment.pk, second.pk)
    stored = Disbursement.objects.within(pk=payment.pk).get()
    assert (stored.state, stored.reference) == ("released", "TR-DYING")
    assert money.books() == {"committed": 70_000_000, "paid": 30_000_000}
    # Whoever was not sure and pressed again paid nothing twice.
    money.release(payment)
    assert money.books() == {"committed": 70_000_000, "paid": 30_000_000}
    assert verify().holds
