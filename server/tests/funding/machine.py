"""Any order of actions on a project's money, against a model that knows only the rules, not the code.

Every step is predicted: refused where the rules refuse, done where they do not. After every step the database agrees
with the model, the cap holds, each milestone is paid at most once, and the books come to zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from didimdol.funding.models import Disbursement
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import Problem
from didimdol.ledger.queries import trial_balance
from didimdol.projects.actions import ending
from didimdol.projects.models import Milestone, WitnessedTest
from server.tests.funding.worlds import POC_DAY, Money

AMOUNTS = (40_000_000, 40_000_000, 20_000_000)
CAP = sum(AMOUNTS)
POSITIONS = st.sampled_from((1, 2, 3))
OPERATORS = st.sampled_from(("coordinator", "manager", "second_manager"))
BUTTONS = ("request", "approve", "release", "hold", "unhold", "cancel")
NEXT = {"": "request", "requested": "approve", "approved": "release", "held": "unhold", "released": "release"}
NUMBERS = ("110-000-000001", "110-000-000002")


@dataclass
class Step:
    """A milestone as the rules know it. ``state``: "" without a live payment."""

    amount: int
    earned: bool = True
    evidence: bool = True
    state: str = ""
    approver: str = ""
    payment: Disbursement | None = None


@dataclass
class Rules:
    steps: dict[int, Step] = field(default_factory=dict)
    number: int = 0
    checked: bool = True
    ended: str = ""
    references: int = 0

    def payable(self, position: int) -> bool:
        step = self.steps[position]
        return step.earned and step.evidence and not self.ended and self.checked

    def live(self) -> int:
        return sum(step.amount for step in self.steps.values() if step.state)

    def paid(self) -> int:
        return sum(step.amount for step in self.steps.values() if step.state == "released")


class Payments(RuleBasedStateMachine):
    """``made``: a signed project of three milestones, the first two earned; budget and account are in order."""

    made: ClassVar[Money]

    @initialize(more=st.sampled_from((0, 20_000_000, 20_000_001)), at_once=st.booleans())
    def begin(self, more: int, at_once: bool) -> None:
        """``at_once``: before anything else, a milestone grows by ``more`` and everything is asked for."""
        clock.move_to(POC_DAY)
        self.world = Money(self.made.poc, self.made.account)
        self.start = transaction.savepoint()
        self.rules = Rules({n: Step(amount, earned=n < 3) for n, amount in enumerate(AMOUNTS, start=1)})
        if at_once:
            self.grow(1, more)

    def teardown(self) -> None:
        if hasattr(self, "start"):
            transaction.savepoint_rollback(self.start)

    def attempt(self, expected: bool, call: Callable[[], Any]) -> bool:
        try:
            call()
        except Problem as problem:
            assert not expected, f"refused, though nothing forbids it: {problem}"
            return False
        assert expected, "done, though the rules forbid it"
        return True

    def of(self, position: int) -> Disbursement:
        payment = self.rules.steps[position].payment
        assert payment is not None
        return payment

    def asked(self, position: int) -> bool:
        return self.rules.steps[position].payment is not None

    # --- buttons ---

    @rule(position=POSITIONS, approver=OPERATORS, releaser=st.sampled_from(("manager", "second_manager")))
    def pay(self, position: int, approver: str, releaser: str) -> None:
        """From asking to the release, from wherever it stands."""
        self.go_on_with(position, [approver, approver, releaser])

    @rule(position=POSITIONS, hands=st.lists(OPERATORS, min_size=1, max_size=2))
    def go_on(self, position: int, hands: list[str]) -> None:
        """The way a payment is meant to go, as far as there are hands."""
        self.go_on_with(position, hands)

    def go_on_with(self, position: int, hands: list[str]) -> None:
        for who in hands:
            getattr(self, NEXT[self.rules.steps[position].state])(position, who)

    @rule(position=POSITIONS, who=OPERATORS, button=st.sampled_from(BUTTONS))
    def press(self, position: int, who: str, button: str) -> None:
        """Any button, whether it fits or not."""
        getattr(self, button)(position, who)

    @rule(
        position=st.sampled_from((1, 2)),
        before=st.sampled_from((1, 2)),
        what=st.sampled_from(("evidence", "account", "hold")),
        after=st.permutations(("manager", "second_manager")),
    )
    def go_on_though_something_turned(self, position: int, before: int, what: str, after: list[str]) -> None:
        """In the middle of a payment's way something happens, and everybody presses on."""
        self.go_on_with(position, ["coordinator"] * before)
        if what == "evidence":
            self.turn_evidence(position, good=False)
        elif what == "account":
            self.register(1 - self.rules.number)
        else:
            self.hold(position, "coordinator")
        self.go_on_with(position, after)

    # --- the startup ---

    @rule()
    def earn_the_last(self) -> None:
        step = self.rules.steps[3]
        expected = not step.earned and not self.rules.ended
        if self.attempt(expected, lambda: self.world.earn(3)):
            step.earned = True

    def request(self, position: int, who: str) -> None:
        rules, step = self.rules, self.rules.steps[position]
        expected = rules.payable(position) and not step.state and rules.live() + step.amount <= CAP

        def call() -> None:
            step.payment = self.world.request(position)

        if self.attempt(expected, call):
            step.state, step.approver = "requested", ""

    @rule(number=st.sampled_from((0, 1)), verify=st.booleans())
    def change_account(self, number: int, verify: bool) -> None:
        self.register(number)
        if verify:
            self.verify_account()

    def register(self, number: int) -> None:
        assert self.attempt(True, lambda: self.world.register(NUMBERS[number], verify=False))
        if number == self.rules.number:
            return
        self.rules.number, self.rules.checked = number, False
        for step in self.rules.steps.values():
            if step.state in ("requested", "approved"):
                step.state = "held"

    # --- the operator ---

    def verify_account(self) -> None:
        assert self.attempt(True, self.world.verify)
        self.rules.checked = True

    def approve(self, position: int, who: str) -> None:
        if not self.asked(position):
            return
        step = self.rules.steps[position]
        expected = step.state == "approved" or (step.state == "requested" and self.rules.payable(position))
        if self.attempt(expected, lambda: self.world.approve(self.of(position), self.world.poc.actor(who))):
            step.approver = step.approver if step.state == "approved" else who
            step.state = "approved"

    def release(self, position: int, who: str) -> None:
        if not self.asked(position):
            return
        step = self.rules.steps[position]
        manager = who != "coordinator" and who != step.approver
        expected = manager and (step.state == "released" or (step.state == "approved" and self.rules.payable(position)))
        self.rules.references += 1
        reference = f"TR-{self.rules.references}"
        call = lambda: self.world.release(self.of(position), self.world.poc.actor(who), reference)  # noqa: E731
        if self.attempt(expected, call):
            step.state = "released"

    def hold(self, position: int, who: str) -> None:
        if not self.asked(position):
            return
        step = self.rules.steps[position]
        if self.attempt(step.state in ("requested", "approved", "held"), lambda: self.world.hold(self.of(position))):
            step.state = "held"

    def unhold(self, position: int, who: str) -> None:
        if not self.asked(position):
            return
        step = self.rules.steps[position]
        expected = step.state == "requested" or (step.state == "held" and self.rules.checked)
        if self.attempt(expected, lambda: self.world.unhold(self.of(position))) and step.state == "held":
            step.state, step.approver = "requested", ""

    def cancel(self, position: int, who: str) -> None:
        if not self.asked(position):
            return
        step = self.rules.steps[position]
        if self.attempt(step.state != "released", lambda: self.world.cancel(self.of(position))):
            step.state = ""

    # --- what happens behind everybody's back ---

    @rule(position=st.sampled_from((1, 2)), good=st.booleans())
    def the_evidence_turns(self, position: int, good: bool) -> None:
        """A figure of the signed test is found to be wrong, or is restored."""
        self.turn_evidence(position, good=good)

    def turn_evidence(self, position: int, *, good: bool) -> None:
        with writing("test.evidence", SYSTEM):
            found = WitnessedTest.objects.within(
                milestone__project=self.world.poc.project, milestone__position=position
            )
            found.update(figures={"p99": "12" if good else "25"})
        self.rules.steps[position].evidence = good

    @rule(position=st.sampled_from((1, 2)), more=st.sampled_from((0, 20_000_000, 20_000_001)))
    def an_amount_turns(self, position: int, more: int) -> None:
        """A milestone's amount grows, with the other just to the cap, or one won over it; everything is asked for."""
        self.grow(position, more)

    def grow(self, position: int, more: int) -> None:
        step = self.rules.steps[position]
        if step.payment is None:
            step.amount = AMOUNTS[position - 1] + more
            with writing("test.amount", SYSTEM):
                found = Milestone.objects.within(project=self.world.poc.project, position=position)
                found.update(amount=step.amount)
        for asked in self.rules.steps:
            self.request(asked, "staff")

    @rule(how=st.sampled_from(("stop", "withdraw")), sure=st.sampled_from((False, False, False, True)))
    def end(self, how: str, sure: bool) -> None:
        if not sure or self.rules.ended:
            return
        poc = self.world.poc
        if how == "stop":
            ending.stop_project(actor=poc.manager, project=self.world.project, reason="점검 결과")
        else:
            ending.withdraw_project(actor=poc.ceo, project=self.world.project, reason="사업 방향 변경")
        self.rules.ended = how
        for step in self.rules.steps.values():
            step.state = step.state if step.state == "released" else ""

    # --- what always holds ---

    @invariant()
    def the_database_agrees(self) -> None:
        if not hasattr(self, "start"):
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        found = Disbursement.objects.within(project=self.world.poc.project).select_related("milestone")
        live = [payment for payment in found if payment.state != "cancelled"]
        states = {n: step.state for n, step in self.rules.steps.items() if step.state}
        assert {payment.milestone.position: payment.state for payment in live} == states
        assert len(live) == len(states)
        assert sum(payment.amount for payment in live) == self.rules.live() <= CAP
        for payment in live:
            if payment.state == "released":
                assert payment.approved_by_id != payment.released_by_id

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "start"):
            return
        challenge = self.world.poc.project.challenge_id
        assert sum(line.balance for line in trial_balance(challenge)) == 0
        books, paid = self.world.books(), self.rules.paid()
        if self.rules.ended:
            assert books == ({"receivable": paid} if paid else {})
            assert self.world.drawn == paid
        else:
            expected = {"committed": CAP - paid, "paid": paid}
            assert books == {code: amount for code, amount in expected.items() if amount}
            assert self.world.drawn == CAP
