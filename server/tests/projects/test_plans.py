"""The project opens with its match; the revised plan is written, checked, sent back and approved."""

from __future__ import annotations

from typing import Any

import pytest

from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Stale, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.projects.actions.opening import open_project
from didimdol.projects.actions.plans import approve_plan, return_plan, save_plan, submit_plan
from didimdol.projects.models import Plan, Project
from didimdol.projects.settling import most_grant
from didimdol.records.models import AuditEvent
from server.tests.projects.standing import standing
from server.tests.projects.worlds import GRANT, Poc, approved_plan, offered_agreement, opened_project, plan_values
from server.tests.worlds import small_rulebook

pytestmark = pytest.mark.django_db


@standing.world
def poc() -> Poc:
    return opened_project()


def todos(poc: Poc) -> list[tuple[str, str]]:
    """(role, English words before the number) of what is open about the project."""
    subjects = [poc.project.pk, *poc.project.plans.values_list("pk", flat=True)]
    found = Todo.objects.within(subject_id__in=subjects, closed_at=None)
    return sorted((todo.role, todo.what["en"].split(" · ")[0]) for todo in found)


def test_a_released_match_opens_its_project(poc: Poc) -> None:
    project = poc.project
    assert (project.state, project.company, project.startup) == ("preparing", poc.company, poc.world.startups[0])
    assert {p.number for p in Project.objects.within(challenge=poc.world.challenge)} == {"small-P01", "small-P02"}
    assert todos(poc) == [("ceo", "Write the revised plan")]
    told = Message.objects.within(person__in=[poc.people["ceo"], poc.people["lead"], poc.people["owner"]])
    assert told.filter(subject__contains=project.number).count() == 3


def test_opened_twice_is_opened_once(poc: Poc) -> None:
    again = open_project(actor=SYSTEM, match=poc.project.match)
    assert again.pk == poc.project.pk
    assert Project.objects.within(challenge=poc.world.challenge).count() == 2


def test_only_the_operator_or_the_system_opens(poc: Poc) -> None:
    with pytest.raises(AccessDenied):
        open_project(actor=poc.ceo, match=poc.project.match)


def test_from_draft_to_approval(poc: Poc) -> None:
    plan = save_plan(actor=poc.staff, project=poc.project, **plan_values(poc))
    assert todos(poc) == [("ceo", "Submit the revised plan")]
    submit_plan(actor=poc.staff, plan=plan)
    assert todos(poc) == [("manager", "Review the revised plan")]
    plan = approve_plan(actor=poc.manager, plan=plan)
    assert (plan.state, plan.grant) == ("approved", GRANT)
    assert todos(poc) == [("manager", "Draft the agreement")]
    assert approve_plan(actor=poc.manager, plan=plan).state == "approved"
    events = AuditEvent.objects.within(subject_id=plan.pk).order_by("sequence").values_list("type", flat=True)
    assert list(events) == ["plan.created", "plan.submit", "plan.approve", "plan.approve_repeated"]


def test_a_draft_may_be_incomplete_and_names_what_is_missing(poc: Poc) -> None:
    save_plan(actor=poc.ceo, project=poc.project, content={}, grant=0, own_cash=0, own_in_kind=0)
    with pytest.raises(BadInput) as refused:
        submit_plan(actor=poc.ceo, plan=poc.project.plans.get())
    said = [problem["en"] for problem in refused.value.detail["problems"]]
    assert said == ["Write the goal.", "Write what will be done.", "Give the grant.", "Set at least one milestone."]


def one(poc: Poc, **change: Any) -> list[dict[str, Any]]:
    step = plan_values(poc)["content"]["milestones"][0]
    return [{**step, "amount": GRANT, **change}]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"amount": GRANT - 1}, "The milestones' amounts (59,999,999 won) must add up to the grant (60,000,000 won)."),
    ({"criteria": []}, "Choose the criteria of milestone 1."),
    ({"due_on": "2025-10-25"}, "Milestone 1 is due after the end of the PoC (2025-10-24)."),
]


def test_what_a_plan_must_keep(poc: Poc) -> None:
    for change, said in WRONG:
        save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc, milestones=one(poc, **change)))
        with pytest.raises(BadInput) as refused:
            submit_plan(actor=poc.ceo, plan=poc.project.plans.get())
        assert [problem["en"] for problem in refused.value.detail["problems"]] == [said]


def test_a_softer_limit_than_the_demands_is_refused(poc: Poc) -> None:
    criterion = plan_values(poc)["content"]["milestones"][0]["criteria"][0]
    softer = one(poc, criteria=[{**criterion, "threshold": "200"}])
    save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc, milestones=softer))
    with pytest.raises(BadInput) as refused:
        submit_plan(actor=poc.ceo, plan=poc.project.plans.get())
    assert "the demand does not" in refused.value.message["en"]


def test_the_grant_never_exceeds_the_cap(poc: Poc) -> None:
    assert most_grant(poc.project) == 100_000_000
    save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc, grant=100_000_001))
    with pytest.raises(BadInput) as refused:
        submit_plan(actor=poc.ceo, plan=poc.project.plans.get())
    assert "at most 100,000,000 won" in refused.value.message["en"]


def test_the_grant_never_exceeds_what_was_asked_for() -> None:
    """The application's answer to the money question is a lower bound than the cap."""

    def asked(book: Any) -> None:
        question = {
            "key": "asked",
            "type": "money",
            "label": {"ko": "신청 금액", "en": "Asked"},
            "maximum": 100_000_000,
        }
        book["form"]["sections"][0]["fields"].append(question)
        book["grant"]["requested_in"] = "asked"

    poc = opened_project(rulebook=small_rulebook(change=asked))
    application = poc.project.place.application
    application.answers["asked"] = 40_000_000
    assert most_grant(poc.project) == 40_000_000
    application.answers["asked"] = "70,000,000"
    assert most_grant(poc.project) == 70_000_000
    application.answers["asked"] = ""
    assert most_grant(poc.project) == 100_000_000


def test_the_ratios_of_the_notice_bind() -> None:
    def ratio(book: Any) -> None:
        book["grant"] = {"cap": 100_000_000, "government_share_max": 70, "own_cash_min": 10, "own_in_kind_max": 20}

    poc = opened_project(rulebook=small_rulebook(change=ratio))
    values = plan_values(poc, grant=70_000_000, own_cash=10_000_000, own_in_kind=19_999_999)
    save_plan(actor=poc.ceo, project=poc.project, **values)
    with pytest.raises(BadInput) as refused:
        submit_plan(actor=poc.ceo, plan=poc.project.plans.get())
    assert "at most 70% of the total cost" in refused.value.message["en"]
    save_plan(actor=poc.ceo, project=poc.project, **{**values, "own_in_kind": 20_000_000})
    assert submit_plan(actor=poc.ceo, plan=poc.project.plans.get()).state == "submitted"


def test_only_the_startup_writes_and_only_the_manager_judges(poc: Poc) -> None:
    for who in ("lead", "owner", "manager", "coordinator", "auditor"):
        with pytest.raises(AccessDenied):
            save_plan(actor=poc.actor(who), project=poc.project, **plan_values(poc))
    save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc))
    plan = submit_plan(actor=poc.ceo, plan=poc.project.plans.get())
    for who in ("ceo", "staff", "lead", "owner", "coordinator", "auditor"):
        with pytest.raises(AccessDenied):
            approve_plan(actor=poc.actor(who), plan=plan)
        with pytest.raises(AccessDenied):
            return_plan(actor=poc.actor(who), plan=plan, reason="-")


def test_returned_is_mended_and_submitted_again(poc: Poc) -> None:
    save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc))
    plan = submit_plan(actor=poc.ceo, plan=poc.project.plans.get())
    with pytest.raises(WrongState):
        save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc))
    with pytest.raises(BadInput):
        return_plan(actor=poc.manager, plan=plan, reason=" ")
    plan = return_plan(actor=poc.manager, plan=plan, reason="현장 시험의 일정을 나누어 주십시오.")
    assert (plan.state, plan.returned_reason) == ("returned", "현장 시험의 일정을 나누어 주십시오.")
    save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc, grant=50_000_000))
    plan = approve_plan(actor=poc.manager, plan=submit_plan(actor=poc.ceo, plan=plan))
    assert plan.grant == 50_000_000
    assert Plan.objects.within(project=poc.project).count() == 1


def test_two_writers_do_not_overwrite_each_other(poc: Poc) -> None:
    read = save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc)).row_version
    save_plan(actor=poc.staff, project=poc.project, version=read, **plan_values(poc, grant=10_000_000))
    with pytest.raises(Stale):
        save_plan(actor=poc.ceo, project=poc.project, version=read, **plan_values(poc))


def test_an_approved_plan_goes_back_with_its_agreement_until_somebody_signed(poc: Poc) -> None:
    poc, agreement = offered_agreement(poc)
    plan = return_plan(actor=poc.manager, plan=agreement.plan, reason="금액을 다시 정합니다.")
    agreement.refresh_from_db()
    assert (plan.state, agreement.state) == ("returned", "void")


def test_bad_content_is_named_by_field(poc: Poc) -> None:
    steps = one(poc, gate="trust", due_on="soon")
    with pytest.raises(BadInput) as refused:
        save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc, milestones=steps))
    assert set(refused.value.fields) == {"milestones.0.gate", "milestones.0.due_on"}
    with pytest.raises(BadInput) as refused:
        save_plan(actor=poc.ceo, project=poc.project, **{**plan_values(poc), "own_cash": -1})
    assert set(refused.value.fields) == {"own_cash"}


def test_rivals_plans_are_apart(poc: Poc) -> None:
    approved_plan(poc)
    rival = poc.rivals[0]
    with pytest.raises(AccessDenied):
        save_plan(actor=poc.ceo, project=rival.project, **plan_values(rival))
    assert not rival.project.plans.exists()
