"""Checks of the running project (통합관리지침 §53)."""

from __future__ import annotations

from datetime import date

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol.people.queries import person_of, persons_with
from didimdol.projects import milestone_rules as rules
from didimdol.projects.enums import CHECK_KINDS, CHECK_RESULTS
from didimdol.projects.models import Check, Project
from didimdol.projects.rules import COMPANY, STARTUP


@action
def check_project(
    *, actor: Actor, project: Project, kind: str, result: str, comment: str, due_on: date | None = None
) -> Check:
    """Write a check down. ``stop`` ends the project; ``early_completion`` lets it be graded and finished early;
    ``supplement`` names the day until which it is to be done. Raises AccessDenied, WrongState, BadInput."""
    project = locked(project)
    by = require(rules.may_check(actor, project))
    comment = normal(comment.strip())
    wrong: dict[str, Text] = {}
    if kind not in CHECK_KINDS:
        wrong["kind"] = text("점검의 종류를 고르십시오.", "Choose the kind of check.")
    if result not in CHECK_RESULTS:
        wrong["result"] = text("점검 결과를 고르십시오.", "Choose the result.")
    if not comment:
        wrong["comment"] = text("점검 의견을 적어 주십시오.", "Write what was found.")
    if result == "supplement" and (due_on is None or due_on < clock.today().date()):
        wrong["due_on"] = text("보완 기한을 오늘 이후로 정해 주십시오.", "Give the day until which it is to be done.")
    if wrong:
        raise BadInput("check_incomplete", _INCOMPLETE, fields=wrong)
    check = Check(
        project=project,
        kind=kind,
        result=result,
        comment=comment,
        due_on=due_on if result == "supplement" else None,
        by=person_of(actor),
    )
    save(check)
    audit("project.checked", project, by=by, facts={"kind": kind, "result": result, "check": check.pk})
    _tell(check)
    if result == "stop":
        from didimdol.projects.actions.ending import stop_project

        stop_project(actor=actor, project=project, reason=comment)
    return check


def _tell(check: Check) -> None:
    project, result = check.project, CHECK_RESULTS[check.result]
    people = persons_with(*STARTUP, organisation=project.startup_id, challenge=project.challenge_id)
    people += persons_with(*COMPANY, organisation=project.company_id, challenge=project.challenge_id)
    notify(
        [person.id for person in people],
        subject=text(
            f"과제 점검 결과: {result['ko']} · {project.number}",
            f"Result of a check: {result['en']} · {project.number}",
        ),
        body=text(check.comment, check.comment),
        url=check.project.get_absolute_url(),
    )


_INCOMPLETE = text("점검 기록에 고칠 것이 있습니다.", "The check needs mending.")
