"""What the database refuses when Python is bypassed: rows are written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from didimdol.funding.models import Commitment, Disbursement
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.projects.models import Milestone, Project
from server.tests.funding.worlds import Money

pytestmark = pytest.mark.django_db


@contextmanager
def refused_by_the_database(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), writing("test.bypass", SYSTEM):
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.errors.IntegrityError)
    assert cause.diag.constraint_name == constraint


@pytest.fixture
def ready(money: Money) -> Money:
    """Both milestones are earned; budget and account are in order; the first is asked for."""
    money.ready()
    money.earn(1)
    money.earn(2)
    money.payments = [money.request(1)]
    return money


def payment(money: Money, position: int, **more: Any) -> Disbursement:
    """A payment as nobody should write it: straight into the table."""
    milestone = money.milestone(position)
    assert money.account is not None
    values = {
        "project_id": milestone.project_id, "milestone": milestone, "amount": milestone.amount, "account": money.account,
        "account_digest": money.account.digest, "requested_by": money.poc.people["ceo"], "state": "requested", **more,
    }  # fmt: skip
    made = Disbursement(**values)
    made.save(force_insert=True)
    return made


def update(money: Money, **values: Any) -> None:
    Disbursement.objects.within(pk=money.payments[0].pk).update(**values)


def test_a_right_one_is_taken(ready: Money) -> None:
    with writing("test.bypass", SYSTEM):
        payment(ready, 2)
    assert Disbursement.objects.within(project=ready.poc.project).count() == 2


def test_a_second_one_of_a_milestone(ready: Money) -> None:
    with refused_by_the_database("one_live_payment_a_milestone"):
        with writing("test.grant", SYSTEM):  # the cap is not what stops it
            Milestone.objects.within(pk=ready.payments[0].milestone_id).update(amount=1_000)
        payment(ready, 1)


def test_one_won_over_the_grant(ready: Money) -> None:
    with refused_by_the_database("payments_within_the_grant"):
        Milestone.objects.within(pk=ready.milestone(2).pk).update(amount=36_000_001)
        payment(ready, 2)


def test_over_a_grant_that_was_lowered(ready: Money) -> None:
    with refused_by_the_database("payments_within_the_grant"):
        Project.objects.within(pk=ready.poc.project.pk).update(grant=59_999_999)
        payment(ready, 2)


def test_one_won_over_the_cap_of_the_startup(ready: Money) -> None:
    """Two projects of one startup in a challenge: each within its grant, together over the cap."""
    rival = ready.poc.rivals[0].project
    with refused_by_the_database("payments_within_the_cap"):
        Project.objects.within(pk=rival.pk).update(
            startup=ready.poc.project.startup_id, grant=100_000_000, signed_at="2025-05-14T00:00Z"
        )
        rival = Project.objects.within(pk=rival.pk).get()
        Commitment(
            project=rival,
            challenge_id=rival.challenge_id,
            startup_id=rival.startup_id,
            amount=100_000_000,
            cap=100_000_000,
        ).save(force_insert=True)
        other = Milestone(
            project=rival,
            position=1,
            title="x",
            due_on="2025-09-30",
            amount=76_000_001,
            gate="witnessed",
            state="approved",
        )
        other.save(force_insert=True)
        Disbursement(
            project=rival, milestone=other, amount=other.amount, account=ready.account, account_digest="x",
            requested_by=ready.poc.people["ceo"], state="requested",
        ).save(force_insert=True)  # fmt: skip


def test_a_commitment_over_the_rulebooks_cap(ready: Money) -> None:
    rival = ready.poc.rivals[0].project
    with refused_by_the_database("commitment_cap_of_the_rulebook"):
        Project.objects.within(pk=rival.pk).update(grant=200_000_000, signed_at="2025-05-14T00:00Z")
        Commitment(
            project=rival,
            challenge_id=rival.challenge_id,
            startup_id=rival.startup_id,
            amount=200_000_000,
            cap=200_000_000,
        ).save(force_insert=True)


def test_a_commitment_that_nobody_signed(ready: Money) -> None:
    rival = ready.poc.rivals[0].project
    with refused_by_the_database("commitment_of_its_project"):
        Commitment(
            project=rival, challenge_id=rival.challenge_id, startup_id=rival.startup_id, amount=1, cap=100_000_000
        ).save(force_insert=True)


@pytest.mark.parametrize("change", [{"amount": 100_000_000}, {"cap": 200_000_000}])
def test_a_commitment_is_never_changed(ready: Money, change: dict[str, int]) -> None:
    with refused_by_the_database("commitment_kept"):
        Commitment.objects.within(project=ready.poc.project).update(**change)


def test_a_payment_of_a_milestone_that_is_not_approved(ready: Money) -> None:
    with refused_by_the_database("payment_of_an_approved_milestone"):
        Milestone.objects.within(pk=ready.milestone(2).pk).update(state="accepted")
        payment(ready, 2)


def test_an_amount_that_is_not_the_milestones(ready: Money) -> None:
    with refused_by_the_database("payment_of_an_approved_milestone"):
        payment(ready, 2, amount=35_999_999)


def test_released_at_once(ready: Money) -> None:
    with refused_by_the_database("payment_requested_first"):
        payment(ready, 2, state="released")


def test_released_without_approval(ready: Money) -> None:
    people = ready.poc.people
    with refused_by_the_database("payment_approved_first"):
        update(
            ready, state="released", approved_by=people["coordinator"], released_by=people["manager"],
            released_at="2025-06-02T00:00Z", reference="x",
        )  # fmt: skip


def test_released_by_who_approved(ready: Money) -> None:
    ready.approve(ready.payments[0], ready.poc.manager)
    with refused_by_the_database("payment_released_by_another"):
        update(
            ready,
            state="released",
            released_by=ready.poc.people["manager"],
            released_at="2025-06-02T00:00Z",
            reference="x",
        )


def test_approved_by_who_asked(ready: Money) -> None:
    with refused_by_the_database("payment_approved_by_another"):
        update(ready, state="approved", approved_by=ready.poc.people["staff"], approved_at="2025-06-02T00:00Z")


def test_released_without_an_entry_in_the_books(ready: Money) -> None:
    ready.approve(ready.payments[0])
    with refused_by_the_database("payment_in_the_books"):
        update(
            ready,
            state="released",
            released_by=ready.poc.people["manager"],
            released_at="2025-06-02T00:00Z",
            reference="x",
        )


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "requested"}, "payment_final"),
        ({"state": "cancelled"}, "payment_final"),
        ({"amount": 1}, "payment_identity"),
        ({"reference": "TR-OTHER"}, "payment_identity"),
    ],
)
def test_a_released_payment_stays(ready: Money, values: dict[str, Any], constraint: str) -> None:
    ready.release(ready.approve(ready.payments[0]))
    with refused_by_the_database(constraint):
        update(ready, **values)


def test_a_payment_is_never_deleted(ready: Money) -> None:
    with refused_by_the_database("payment_kept"):
        Disbursement.objects.within(pk=ready.payments[0].pk).delete()
