"""Money for tests, by the product's own actions: a signed project whose milestones are earned by witnessed tests.

money = money_world(amounts=(24_000_000, 36_000_000))
money.ready()                     # budget approved, account registered and checked
milestone = money.earn(1)         # tested, signed by both, handed in, accepted, approved
payment = money.request(milestone); money.approve(payment); money.release(payment)
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from didimdol.funding import actions
from didimdol.funding.budgets import Cost
from didimdol.funding.models import BankAccount, Budget, Commitment, Disbursement
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Problem
from didimdol.ledger.queries import balances, trial_balance
from didimdol.projects.actions import milestones as steps
from didimdol.projects.actions import tests as witnessed
from didimdol.projects.models import Milestone, Project
from server.tests.projects.worlds import Poc, approved_plan, opened_project, signed_project
from server.tests.worlds import kst

P99 = {"key": "p99", "metric": "latency", "statistic": "p99", "comparison": "<=", "threshold": 20, "unit": "ms"}
NUMBER = "110-123-456789"
POC_DAY = kst("2025-06-02 10:00")


@dataclass
class Money:
    """The verbs act as the person whose work it is; a second manager releases what the coordinator approved."""

    poc: Poc
    account: BankAccount | None = None
    payments: list[Disbursement] = field(default_factory=list)

    @property
    def project(self) -> Project:
        return Project.objects.within(pk=self.poc.project.pk).get()

    @property
    def commitment(self) -> Commitment:
        return Commitment.objects.within(project=self.poc.project).get()

    def milestone(self, position: int) -> Milestone:
        return Milestone.objects.within(project=self.poc.project, position=position).get()

    def earn(self, position: int) -> Milestone:
        milestone, poc = self.milestone(position), self.poc
        test = witnessed.record_test(
            actor=poc.staff,
            milestone=milestone,
            plan="사무실에서 30분 통화",
            stream=io.BytesIO(b"ms\n12\n"),
            filename="raw.csv",
            figures={"p99": "12"},
            tested_on=clock.today().date(),
        )
        witnessed.sign_test(actor=poc.staff, test=test)
        witnessed.sign_test(actor=poc.lead, test=test)
        steps.submit_milestone(actor=poc.ceo, milestone=milestone)
        steps.accept_milestone(actor=poc.owner, milestone=milestone)
        return steps.approve_milestone(actor=poc.manager, milestone=milestone)

    def budget(self, costs: Sequence[Cost] | None = None, *, approve: bool = True) -> Budget:
        grant = self.poc.project.grant
        costs = costs if costs is not None else [Cost("project", grant, 0, 0, "실험 장비")]
        budget = actions.save_budget(actor=self.poc.staff, project=self.project, lines=costs)
        budget = actions.submit_budget(actor=self.poc.ceo, budget=budget)
        return actions.approve_budget(actor=self.poc.coordinator, budget=budget) if approve else budget

    def register(self, number: str = NUMBER, *, verify: bool = True, **more: Any) -> BankAccount:
        values = {"bank": "한빛은행", "holder": "새싹01", **more}
        self.account = actions.register_account(
            actor=self.poc.ceo, startup=self.poc.project.startup, number=number, **values
        )
        if verify:
            self.verify()
        return self.account

    def verify(self) -> None:
        assert self.account is not None
        actions.verify_account(actor=self.poc.coordinator, account=self.account)

    def ready(self) -> Money:
        self.budget()
        self.register()
        return self

    def ready_with(self, own_cash: int, own_in_kind: int) -> Money:
        self.budget([Cost("project", self.poc.project.grant, own_cash, own_in_kind)])
        self.register()
        return self

    def request(self, milestone: Milestone | int, actor: Actor | None = None) -> Disbursement:
        milestone = self.milestone(milestone) if isinstance(milestone, int) else milestone
        return actions.request_disbursement(actor=actor or self.poc.staff, milestone=milestone)

    def approve(self, payment: Disbursement, actor: Actor | None = None) -> Disbursement:
        return actions.approve_disbursement(actor=actor or self.poc.coordinator, disbursement=payment)

    def release(self, payment: Disbursement, actor: Actor | None = None, reference: str = "TR-1") -> Disbursement:
        return actions.release_disbursement(
            actor=actor or self.poc.second_manager, disbursement=payment, reference=reference
        )

    def hold(self, payment: Disbursement, reason: str = "증빙 확인") -> Disbursement:
        return actions.hold_disbursement(actor=self.poc.coordinator, disbursement=payment, reason=reason)

    def unhold(self, payment: Disbursement) -> Disbursement:
        return actions.unhold_disbursement(actor=self.poc.coordinator, disbursement=payment)

    def cancel(self, payment: Disbursement, actor: Actor | None = None) -> Disbursement:
        return actions.cancel_disbursement(actor=actor or self.poc.ceo, disbursement=payment, reason="다시 요청")

    def paid(self, position: int) -> Disbursement:
        """Earned, asked for, approved and released."""
        return self.release(self.approve(self.request(self.earn(position))))

    def books(self) -> dict[str, int]:
        """The project's accounts that are not empty."""
        found = balances(challenge=self.poc.project.challenge_id, owner=self.poc.project.pk)
        return {code: amount for code, amount in found.items() if amount}

    @property
    def drawn(self) -> int:
        operator = self.poc.project.challenge.programme.operator_id
        return -balances(challenge=self.poc.project.challenge_id, owner=operator).get("fund", 0)

    def check_books(self) -> None:
        assert sum(line.balance for line in trial_balance(self.poc.project.challenge_id)) == 0


@contextmanager
def refused(kind: type[Problem], code: str) -> Iterator[dict[str, Any]]:
    """What is inside is refused for this reason; ``["problem"]``: the refusal, for its words."""
    found: dict[str, Any] = {}
    with pytest.raises(kind) as raised:
        yield found
    found["problem"] = raised.value
    assert raised.value.code == code, raised.value


def steps_of(amounts: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {"title": f"단계 {n}", "due_on": "2025-09-30", "amount": amount, "gate": "witnessed", "criteria": [P99]}
        for n, amount in enumerate(amounts, start=1)
    ]


def money_world(
    amounts: Sequence[int] = (24_000_000, 36_000_000),
    *,
    poc: Poc | None = None,
    rulebook: str | None = None,
    **plan: Any,
) -> Money:
    """A signed project with one witnessed milestone for each of ``amounts``. The clock stands in the PoC.

    ``poc``: an opened project, such as the rival of another world's.
    """
    poc = poc or opened_project(rulebook=rulebook)
    signed_project(poc, grant=sum(amounts), milestones=steps_of(amounts), **plan)
    clock.move_to(POC_DAY)
    return Money(poc)


def planned_world(poc: Poc, amounts: Sequence[int] = (60_000_000,), **plan: Any) -> Money:
    """A project whose plan is approved and whose agreement is not signed yet."""
    approved_plan(poc, grant=sum(amounts), milestones=steps_of(amounts), **plan)
    return Money(poc)


__all__ = ["POC_DAY", "Money", "money_world", "planned_world", "refused"]
