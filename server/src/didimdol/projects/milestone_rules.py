"""Who hands in, accepts and approves a milestone, and signs its tests."""

from __future__ import annotations

from typing import Any

from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.projects.models import Milestone, Project
from didimdol.projects.rules import is_company, is_startup, runs

#: states of the project in which milestones are handed in and money may follow them
RUNNING = ("active", "evaluated")


def hands_in(actor: Actor, milestone: Milestone) -> Access:
    return is_startup(actor, milestone.project)


def accepts(actor: Actor, milestone: Milestone) -> Access:
    access = is_company(actor, milestone.project)
    return Denied("own_work") if access and actor.person == milestone.delivered_by_id else access


def approves(actor: Actor, milestone: Milestone) -> Access:
    """The operator's manager, never a person who handed in or accepted the milestone."""
    access = runs(actor, milestone.project)
    own = actor.person in (milestone.delivered_by_id, milestone.accepted_by_id)
    return Denied("own_work") if access and own else access


def asks_supplement(actor: Actor, milestone: Milestone) -> Access:
    """Of what was handed in the company; of what it accepted the operator, who may ask at either moment."""
    operator, company = runs(actor, milestone.project), is_company(actor, milestone.project)
    if operator or not company:
        return operator or Denied("supplement_by_either")
    return Denied("supplement_operator_only") if milestone.state == "accepted" else company


def drops(actor: Actor, milestone: Milestone) -> Access:
    return Allowed if actor.kind == "system" else runs(actor, milestone.project)


def records_test(actor: Actor, milestone: Milestone) -> Access:
    """Either party to the test writes it down; both sign."""
    access = is_startup(actor, milestone.project) or is_company(actor, milestone.project)
    return access if access else Denied("test_parties_only")


def signs_test(actor: Actor, test: Any) -> Access:
    return records_test(actor, test.milestone)


def checks_project(actor: Actor, project: Project) -> Access:
    return runs(actor, project)


def may_check(actor: Actor, project: Project) -> Access:
    """Write a check down: the operator's manager, while the project runs."""
    access = checks_project(actor, project)
    running = project_running(project)
    return access if not access or running else running


def project_running(project: Project) -> Access:
    """Money and milestones go on until the project has ended."""
    return Allowed if project.state in RUNNING else Denied("project_not_running")


reasons(
    {
        "project_not_running": text("수행 중인 과제가 아닙니다.", "The project is not running."),
        "test_parties_only": text(
            "시험에 입회한 창업기업과 수요기업만 할 수 있습니다.",
            "Only the two parties of the test may do this: the startup and the demand company.",
        ),
        "supplement_by_either": text(
            "수요기업의 실무 책임·사업부 책임자와 운영기관의 사업 담당만 보완을 요청할 수 있습니다.",
            "Only the demand company's lead and budget owner, and the programme manager, ask for a supplement.",
        ),
        "supplement_operator_only": text(
            "수요기업이 인수한 뒤에는 운영기관만 보완을 요청할 수 있습니다. 사업 담당에게 알려 주십시오.",
            "After the company's acceptance only the operator asks for a supplement: please tell the programme manager.",
        ),
    }
)
