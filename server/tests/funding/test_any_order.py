"""No order of actions breaks the cap, the gate or the balance; and the test would see it if one did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from didimdol.funding import gates, rules
from didimdol.funding.actions import payments
from didimdol.funding.models import Disbursement
from didimdol.funding.states import DISBURSEMENT
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed
from didimdol.kernel.actor import Actor
from didimdol.projects import rules as project_rules
from server.tests.funding.machine import AMOUNTS, NUMBERS, Payments
from server.tests.funding.worlds import Money, money_world

QUICK = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # a failing run is short already; shrinking it would take longer than reading it
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def earned(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Money]:
    configured = override_settings(DIDIMDOL_CLOCK_MOVABLE=True, MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), configured, transaction.atomic():
        money = money_world(AMOUNTS)
        money.budget()
        money.register(NUMBERS[0])
        money.earn(1)
        money.earn(2)
        clock.release()
        yield money
        transaction.set_rollback(True)


@pytest.fixture
def machine(earned: Money, db: None) -> type[Payments]:
    class Machine(Payments):
        made = earned

    return Machine


def test_no_order_of_actions_breaks_cap_gate_or_balance(machine: type[Payments]) -> None:
    run_state_machine_as_test(machine, settings=QUICK)


# --- a broken rule is found -----------------------------------------------------------------------------------------


def _gate_forgotten_at_the_release(patch: pytest.MonkeyPatch) -> None:
    asked = gates.may_pay
    patch.setattr(
        gates,
        "may_pay",
        lambda milestone, payment=None, found=None: (
            Allowed if payment is not None and payment.state == "approved" else asked(milestone, payment, found)
        ),
    )


def _one_hand_suffices(patch: pytest.MonkeyPatch) -> None:
    def any_manager(actor: Actor, payment: Disbursement) -> Access:
        return project_rules.runs(actor, payment.project)

    patch.setattr(rules, "may_release", any_manager)
    patch.setitem(DISBURSEMENT.moves, "release", replace(DISBURSEMENT.moves["release"], who=any_manager))
    _without("ALTER TABLE funding_disbursement DROP CONSTRAINT payment_released_by_another")


def _cap_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gates, "_cap", lambda milestone, payment, found: iter(()))
    _without("ALTER TABLE funding_disbursement DISABLE TRIGGER funding_payment_checked")


def _books_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(payments, "post", lambda **kwargs: None)
    _without("ALTER TABLE funding_disbursement DISABLE TRIGGER funding_payment_in_the_books")


def _changed_account_not_held(patch: pytest.MonkeyPatch) -> None:
    from didimdol.funding.actions import accounts

    patch.setattr(accounts, "_hold_payments", lambda projects: None)


def _without(statement: str) -> None:
    """Inside the test's transaction, so it is back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("RESET ROLE")
        cursor.execute(statement)


@pytest.mark.parametrize(
    "mutate",
    [
        _gate_forgotten_at_the_release,
        _one_hand_suffices,
        _cap_forgotten,
        _books_forgotten,
        _changed_account_not_held,
    ],
)
def test_a_broken_rule_is_found(
    machine: type[Payments], monkeypatch: pytest.MonkeyPatch, mutate: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=100))
