"""The clock of a decision, who decides, and what follows."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.outcomes import actions, queries, receiving
from didimdol.outcomes.clock_words import standing
from didimdol.outcomes.models import AdoptionCase, Postponement
from didimdol.outcomes.tasks import remind
from didimdol.people.actions import end_role
from didimdol.people.models import RoleAssignment
from didimdol.projects.models import Project
from didimdol.projects.signals import project_ended, project_signed
from server.tests import worlds
from server.tests.outcomes.worlds import DUE, Signed, refused, signed_project

PDF = b"%PDF-1.7\n1 0 obj\n"


def pdf() -> BytesIO:
    return BytesIO(PDF)


def on(day: str) -> None:
    clock.move_to(worlds.kst(f"{day} 10:00"))


def todos(signed: Signed) -> Any:
    return Todo.objects.unscoped(why="test").filter(subject_id=signed.case.pk, closed_at=None)


def decide(signed: Signed, who: str = "owner", decision: str = "adopted", **more: Any) -> AdoptionCase:
    given: dict[str, Any] = {
        "adopted": {"kind": "embedded"},
        "declined": {"reason_code": "cost", "reason": "단가"},
    }.get(decision, {})
    return actions.decide_adoption(actor=signed.acts(who), case=signed.case, decision=decision, **{**given, **more})


# --- it begins -----------------------------------------------------------------------------------------------------


def test_signing_opens_the_case_with_the_agreements_date_and_asks_its_budget_owner(signed: Signed) -> None:
    case = signed.case
    assert (case.state, case.due_on, case.first_due_on, case.budget_owner_id) == (
        "under_review",
        DUE,
        DUE,
        signed.owner.pk,
    )
    todo = todos(signed).get()
    assert todo.person_id == signed.owner.pk
    assert todo.until == worlds.kst("2025-12-01 23:59")


def test_without_a_date_in_the_agreement_it_is_due_so_many_days_after_the_poc(db: None) -> None:
    signed = signed_project(decision_on=None)
    assert signed.case.due_on == date(2025, 10, 31) + timedelta(days=90)


def test_signed_twice_is_opened_once(signed: Signed) -> None:
    with writing("tests.again", SYSTEM):
        receiving.begin(Project, project=signed.project)
    assert AdoptionCase.objects.within(project=signed.project).count() == 1


def test_signing_and_ending_are_heard(signed: Signed) -> None:
    for signal, heard in ((project_signed, receiving.begin), (project_ended, receiving.end)):
        assert heard in signal._live_receivers(sender=Project)[0]


def test_only_the_system_opens(signed: Signed) -> None:
    with pytest.raises(AccessDenied):
        actions.open_case(actor=signed.acts("manager"), project=signed.project)


@pytest.mark.parametrize("how", ["stopped", "withdrawn"])
def test_a_poc_without_a_result_ends_the_review(signed: Signed, how: str) -> None:
    with writing("tests.end", SYSTEM):
        receiving.end(Project, project=signed.project, how=how)
    assert signed.fresh().state == "closed"
    assert not todos(signed).exists()


def test_a_completed_poc_goes_on_being_reviewed_and_a_decided_one_stays(signed: Signed) -> None:
    with writing("tests.end", SYSTEM):
        receiving.end(Project, project=signed.project, how="completed")
    assert signed.fresh().state == "under_review"
    decide(signed)
    with writing("tests.end", SYSTEM):
        receiving.end(Project, project=signed.project, how="stopped")
    assert signed.fresh().state == "adopted"


# --- the decision --------------------------------------------------------------------------------------------------


def test_the_budget_owner_adopts_and_the_startup_hears_of_it(signed: Signed) -> None:
    case = decide(signed, kind="purchased", stream=pdf(), filename="의결서.pdf")
    assert (case.state, case.kind, case.decided_by_id) == ("adopted", "purchased", signed.owner.pk)
    assert case.evidence.get().step == "decision"
    assert Message.objects.within(person=signed.ceo, url=case.get_absolute_url()).count() == 1
    assert todos(signed).get().role == "demand_lead"


@pytest.mark.parametrize("who", ["lead", "second_owner", "manager", "ceo", "auditor", "coordinator", "rival"])
def test_nobody_else_decides_or_puts_off(signed: Signed, who: str) -> None:
    for decision in ("adopted", "declined", "follow_on"):
        with pytest.raises(AccessDenied):
            decide(signed, who, decision)
    with pytest.raises(AccessDenied):
        actions.postpone_decision(actor=signed.acts(who), case=signed.case, until=date(2026, 1, 5), reason="바쁨")
    assert signed.fresh().state == "under_review"


def test_signed_without_an_account_any_budget_owner_of_the_company_decides(db: None) -> None:
    signed = signed_project(budget_owner=False)
    assert todos(signed).get().role == "budget_owner"
    with pytest.raises(AccessDenied):
        decide(signed, "rival")
    assert decide(signed, "second_owner").state == "adopted"


@pytest.mark.parametrize(
    ("decision", "more", "field"),
    [
        ("adopted", {"kind": ""}, "kind"),
        ("adopted", {"kind": "gift"}, "kind"),
        ("declined", {"reason_code": "", "reason": "x"}, "reason_code"),
        ("declined", {"reason_code": "cost", "reason": "  "}, "reason"),
        ("follow_on", {"until": date(2025, 6, 2)}, "until"),
        ("follow_on", {"until": date(2027, 6, 2)}, "until"),
        ("perhaps", {}, "decision"),
    ],
)
def test_a_decision_lacks_nothing(signed: Signed, decision: str, more: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as bad:
        decide(signed, decision=decision, **more)
    assert field in bad.value.fields
    assert signed.fresh().state == "under_review"


def test_a_refused_file_leaves_the_decision_open(signed: Signed) -> None:
    with pytest.raises(BadInput):
        decide(signed, stream=BytesIO(b"MZ"), filename="a.exe")
    assert signed.fresh().state == "under_review"


def test_decided_twice_is_decided_once_and_never_otherwise(signed: Signed) -> None:
    decide(signed)
    first = signed.fresh().decided_at
    decide(signed)
    assert signed.fresh().decided_at == first
    with pytest.raises(WrongState):
        decide(signed, decision="follow_on")
    decide(signed, decision="declined")
    with pytest.raises(WrongState):
        decide(signed)


def test_a_follow_on_is_decided_anew_on_its_own_day(signed: Signed) -> None:
    on("2025-11-03")
    case = decide(signed, decision="follow_on", until=date(2026, 3, 31))
    assert (case.due_on, case.first_due_on) == (date(2026, 3, 31), DUE)
    on("2026-04-02")
    assert case.days_overdue() == 2
    assert decide(signed, decision="adopted").state == "adopted"


def test_a_follow_on_without_a_day_gets_the_rulebooks(signed: Signed) -> None:
    on("2025-11-03")
    assert decide(signed, decision="follow_on").due_on == date(2025, 11, 3) + timedelta(days=90)


def test_put_off_as_often_as_needed_but_in_sight(signed: Signed) -> None:
    owner = signed.acts("owner")
    for wrong in (DUE, date(2025, 6, 1), date(2026, 12, 31)):
        with pytest.raises(BadInput):
            actions.postpone_decision(actor=owner, case=signed.case, until=wrong, reason="일정")
    with pytest.raises(BadInput):
        actions.postpone_decision(actor=owner, case=signed.case, until=date(2026, 1, 30), reason=" ")
    actions.postpone_decision(actor=owner, case=signed.case, until=date(2026, 1, 30), reason="예산 심의")
    case = actions.postpone_decision(actor=owner, case=signed.case, until=date(2026, 2, 27), reason="조직 개편")
    assert (case.postponed, case.due_on, case.first_due_on) == (2, date(2026, 2, 27), DUE)
    assert [p.before for p in Postponement.objects.within(case=case).order_by("at")] == [DUE, date(2026, 1, 30)]
    assert todos(signed).get().until == worlds.kst("2026-02-27 23:59")
    decide(signed)
    with pytest.raises(WrongState):
        actions.postpone_decision(actor=owner, case=signed.case, until=date(2026, 3, 30), reason="또")


def test_a_budget_owner_who_left_is_followed_by_another(signed: Signed) -> None:
    for held in RoleAssignment.objects.within(person=signed.owner):
        end_role(actor=SYSTEM, assignment=held)
    with pytest.raises(AccessDenied):
        decide(signed)
    with pytest.raises(BadInput):
        actions.hand_over_case(actor=signed.acts("lead"), case=signed.case, person=signed.rival)
    for who in ("ceo", "rival", "auditor"):
        with pytest.raises(AccessDenied):
            actions.hand_over_case(actor=signed.acts(who), case=signed.case, person=signed.second_owner)
    actions.hand_over_case(actor=signed.acts("lead"), case=signed.case, person=signed.second_owner)
    assert todos(signed).get().person_id == signed.second_owner.pk
    assert decide(signed, "second_owner").state == "adopted"


# --- the clock -----------------------------------------------------------------------------------------------------


def test_overdue_is_computed_when_asked_and_outlives_the_challenge(signed: Signed) -> None:
    on("2025-12-01")
    assert signed.case.days_overdue() == 0
    assert standing(signed.case) == {"ko": "오늘까지", "en": "due today"}
    clock.move_to(worlds.kst("2025-12-02 00:00"))
    assert signed.case.days_overdue() == 1
    assert standing(signed.case)["en"] == "no answer for 1 day"
    on("2026-07-03")
    assert standing(signed.case) == {"ko": "214일째 답 없음", "en": "no answer for 214 days"}
    assert queries.cases_visible_to(signed.acts("ceo")).filter(queries.overdue()).count() == 1
    decide(signed)
    assert signed.fresh().days_overdue() == 0
    assert not queries.cases_visible_to(signed.acts("ceo")).filter(queries.overdue()).exists()


def reminders(person: Any) -> int:
    return Message.objects.within(person=person).filter(subject__contains="도입 결정:").count()


def test_reminders_come_weekly_at_most_and_end_with_the_decision(signed: Signed) -> None:
    on("2025-11-20")
    remind(0)
    assert reminders(signed.owner) == 0
    on("2025-11-25")
    remind(0)
    remind(0)
    assert (reminders(signed.owner), reminders(signed.lead), reminders(signed.world.manager)) == (1, 0, 0)
    on("2025-12-01")
    remind(0)
    assert reminders(signed.owner) == 1
    on("2025-12-03")
    remind(0)
    assert (reminders(signed.owner), reminders(signed.lead), reminders(signed.world.manager)) == (2, 1, 1)
    for day in ("2025-12-04", "2025-12-09"):
        on(day)
        remind(0)
    assert reminders(signed.owner) == 2
    on("2025-12-11")
    remind(0)
    assert reminders(signed.owner) == 3
    decide(signed)
    on("2026-02-11")
    remind(0)
    assert reminders(signed.owner) == 3


def test_the_action_itself_keeps_to_the_week_and_to_the_system(signed: Signed) -> None:
    on("2026-07-03")
    actions.remind_case(actor=SYSTEM, case=signed.case)
    actions.remind_case(actor=SYSTEM, case=signed.case)
    assert reminders(signed.owner) == 1
    with pytest.raises(AccessDenied):
        actions.remind_case(actor=signed.acts("manager"), case=signed.case)


# --- after the decision --------------------------------------------------------------------------------------------


def test_contract_shipment_and_revenue_each_with_its_evidence(signed: Signed) -> None:
    decide(signed)
    lead, manager = signed.acts("lead"), signed.acts("manager")
    with pytest.raises(BadInput):
        actions.advance_case(actor=lead, case=signed.case, to="contracted")
    with pytest.raises(WrongState):
        actions.advance_case(actor=lead, case=signed.case, to="shipped", stream=pdf(), filename="a.pdf")
    with pytest.raises(BadInput):
        actions.advance_case(actor=lead, case=signed.case, to="declined", stream=pdf(), filename="a.pdf")
    for who in ("ceo", "rival", "auditor"):
        with pytest.raises(AccessDenied):
            actions.advance_case(
                actor=signed.acts(who), case=signed.case, to="contracted", stream=pdf(), filename="a.pdf"
            )
    actions.advance_case(actor=lead, case=signed.case, to="contracted", stream=pdf(), filename="계약서.pdf")
    actions.advance_case(actor=lead, case=signed.case, to="contracted", stream=pdf(), filename="계약서.pdf")
    assert signed.case.evidence.filter(step="contracted").count() == 1
    actions.advance_case(actor=manager, case=signed.case, to="shipped", stream=pdf(), filename="출시.pdf")
    with refused("no_confirmed_sale"):
        actions.advance_case(actor=lead, case=signed.case, to="revenue_confirmed")
    sale = actions.record_sale(
        actor=signed.acts("ceo"), case=signed.case, amount=199_900, currency="USD", sold_on=date(2025, 6, 1),
        customer="River", stream=pdf(), filename="송장.pdf",
    )  # fmt: skip
    with refused("no_confirmed_sale"):
        actions.advance_case(actor=lead, case=signed.case, to="revenue_confirmed")
    actions.confirm_sale(actor=lead, sale=sale)
    assert actions.advance_case(actor=lead, case=signed.case, to="revenue_confirmed").state == "revenue_confirmed"


# --- who sees it ---------------------------------------------------------------------------------------------------


def test_the_case_exists_for_its_parties_only(signed: Signed, signed_in: Any) -> None:
    url = signed.case.get_absolute_url()
    for person in (signed.ceo, signed.owner, signed.lead, signed.world.manager, signed.world.auditor):
        assert signed_in(person).get(url).status_code == 200
    strangers = (signed.rival, signed.rival_ceo, signed.world.experts[0], signed.sponsor_person)
    moves = (
        "",
        "adopt/",
        "follow-on/",
        "decline/",
        "postpone/",
        "budget-owner/",
        "contract/",
        "ship/",
        "confirm-revenue/",
        "sales/new/",
    )
    for person in strangers:
        client = signed_in(person)
        assert {client.get(url + move).status_code for move in moves} == {404}
        assert {client.post(url + move).status_code for move in moves[1:]} == {404}
        assert signed.project.number not in client.get("/outcomes/").content.decode()
    assert Client().get(url).status_code == 302
    assert Client().get("/outcomes/").status_code == 302
