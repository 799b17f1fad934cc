"""How a project ends: withdrawn, stopped, finished; and what follows for its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from didimdol.kernel.action import locked, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Problem, WrongState
from didimdol.notices.models import Todo
from didimdol.projects.actions.agreements import draft_agreement
from didimdol.projects.actions.checks import check_project
from didimdol.projects.actions.ending import finish_project, stop_project, withdraw_project
from didimdol.projects.actions.plans import save_plan
from didimdol.projects.actions.signing import send_signing_link, sign_agreement
from didimdol.projects.models import Milestone, Project
from didimdol.projects.rules import may_give_up
from didimdol.projects.signals import project_ended
from didimdol.projects.states.project import PROJECT
from didimdol.records.models import AuditEvent
from didimdol.selection.actions import give_up_place
from server.tests.projects.worlds import (
    DECISION,
    Poc,
    charter_values,
    offered_agreement,
    plan_values,
    signed_project,
)
from server.tests.together import together


def heard() -> tuple[list[str], Callable[..., None]]:
    told: list[str] = []

    def hear(sender: object, *, how: str, project: Project, **more: Any) -> None:
        told.append(f"{how} {project.state} {project.ended_at is not None}")

    project_ended.connect(hear)
    return told, hear


@pytest.mark.django_db
def test_a_place_given_up_before_signing_takes_its_project_along() -> None:
    poc, agreement = offered_agreement()
    link = send_signing_link(
        actor=poc.lead, agreement=agreement, address=poc.people["owner"].email, name="김책임"
    )  # fmt: skip
    give_up_place(actor=poc.ceo, place=poc.project.place, reason="다른 사업에 선정되었습니다.")
    agreement.refresh_from_db()
    link.refresh_from_db()
    assert (poc.again().state, agreement.state, link.state) == ("withdrawn", "void", "revoked")
    assert poc.project.ended_reason == "다른 사업에 선정되었습니다."
    subjects = [poc.project.pk, agreement.pk, agreement.plan_id]
    assert not Todo.objects.within(subject_id__in=subjects, closed_at=None).exists()
    assert poc.rivals[0].again().state == "preparing"


@pytest.mark.django_db
def test_signed_it_is_withdrawn_and_then_the_place_may_go() -> None:
    poc = signed_project()
    told, hear = heard()
    assert may_give_up(poc.project.place_id).reason == "project_signed"
    with pytest.raises(AccessDenied):
        give_up_place(actor=poc.ceo, place=poc.project.place, reason="그만둡니다.")
    for who in ("staff", "lead", "owner", "manager"):
        with pytest.raises(AccessDenied):
            withdraw_project(actor=poc.actor(who), project=poc.project, reason="-")
    with pytest.raises(BadInput):
        withdraw_project(actor=poc.ceo, project=poc.project, reason=" ")
    withdraw_project(actor=poc.ceo, project=poc.project, reason="사업을 접습니다.")
    withdraw_project(actor=poc.ceo, project=poc.project, reason="사업을 접습니다.")
    project_ended.disconnect(hear)
    assert told == ["withdrawn withdrawn True"]
    assert set(Milestone.objects.within(project=poc.project).values_list("state", flat=True)) == {"dropped"}
    assert may_give_up(poc.project.place_id)
    event = AuditEvent.objects.within(subject_id=poc.project.pk, type="project.withdraw").get()
    assert event.facts["signed"] is True


@pytest.mark.django_db
def test_the_operator_stops() -> None:
    poc = signed_project()
    told, hear = heard()
    for who in ("ceo", "lead", "owner", "coordinator", "auditor"):
        with pytest.raises(AccessDenied):
            stop_project(actor=poc.actor(who), project=poc.project, reason="-")
    stop_project(actor=poc.manager, project=poc.project, reason="거짓 자료가 확인되었습니다.")
    project_ended.disconnect(hear)
    assert told == ["stopped stopped True"]
    assert stop_project(actor=poc.manager, project=poc.project, reason="-").state == "stopped"
    with pytest.raises(WrongState):
        withdraw_project(actor=poc.ceo, project=poc.project, reason="-")


@pytest.mark.django_db
def test_a_check_may_stop_it() -> None:
    poc = signed_project()
    check_project(actor=poc.manager, project=poc.project, kind="mid_term", result="stop", comment="수행이 멈췄습니다.")
    assert poc.again().state == "stopped"
    assert poc.project.ended_reason == "수행이 멈췄습니다."


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["stopped", "withdrawn"])
def test_nothing_is_written_after_the_end(how: str) -> None:
    poc, agreement = offered_agreement()
    if how == "stopped":
        stop_project(actor=poc.manager, project=poc.project, reason="중단합니다.")
    else:
        withdraw_project(actor=poc.ceo, project=poc.project, reason="포기합니다.")
    with pytest.raises(WrongState):
        sign_agreement(actor=poc.ceo, agreement=agreement, sha256=agreement.sha256)
    with pytest.raises(AccessDenied):
        save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc))
    with pytest.raises(AccessDenied):
        draft_agreement(
            actor=poc.manager, project=poc.project, charter=charter_values(poc),
            budget_owner=poc.people["owner"], decision_on=DECISION,
        )  # fmt: skip


def graded(poc: Poc) -> Project:
    with writing("tests.grade", SYSTEM):
        PROJECT.move("grade", poc.manager, locked(poc.project))
    return poc.again()


@pytest.mark.django_db
def test_finished_after_its_grade_only() -> None:
    poc = signed_project()
    with pytest.raises(WrongState):
        finish_project(actor=poc.manager, project=poc.project)
    graded(poc)
    with pytest.raises(AccessDenied):
        finish_project(actor=poc.ceo, project=poc.project)
    assert finish_project(actor=poc.manager, project=poc.project).state == "completed"
    assert finish_project(actor=poc.manager, project=poc.project).state == "completed"


@pytest.mark.django_db
def test_early_where_the_last_check_said_so() -> None:
    poc = signed_project()
    check_project(
        actor=poc.manager, project=poc.project, kind="ad_hoc", result="early_completion", comment="끝났습니다."
    )
    graded(poc)
    assert finish_project(actor=poc.manager, project=poc.project).state == "completed_early"


# --- at once -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_all_three_sign_at_once_and_it_starts_once() -> None:
    poc, agreement = offered_agreement()
    actors = [poc.ceo, poc.owner, poc.manager]
    together(
        *(
            lambda actor=actor: sign_agreement(actor=actor, agreement=agreement, sha256=agreement.sha256)
            for actor in [*actors, actors[0]]
        )
    )
    assert agreement.signatures.count() == 3
    assert poc.again().state == "active"
    assert Milestone.objects.within(project=poc.project).count() == 2
    assert AuditEvent.objects.within(subject_id=poc.project.pk, type="project.sign").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_signature_beside_a_withdrawal_leaves_one_of_the_two() -> None:
    poc, agreement = offered_agreement()
    for who in ("owner", "manager"):
        sign_agreement(actor=poc.actor(who), agreement=agreement, sha256=agreement.sha256)
    actor = poc.ceo
    signed, gone = together(
        lambda: sign_agreement(actor=actor, agreement=agreement, sha256=agreement.sha256),
        lambda: withdraw_project(actor=actor, project=poc.project, reason="포기합니다."),
    )
    agreement.refresh_from_db()
    project = poc.again()
    assert not isinstance(gone, Problem)
    assert project.state == "withdrawn"
    # signed first: an agreement that was withdrawn from; withdrawn first: no agreement, nobody signed it
    assert (agreement.state, project.signed_at is not None) in (("signed", True), ("void", False))
    assert isinstance(signed, Problem) == (agreement.state == "void")
    assert set(Milestone.objects.within(project=project).values_list("state", flat=True)) <= {"dropped"}
