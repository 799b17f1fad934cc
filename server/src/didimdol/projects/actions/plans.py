"""The revised plan: written, submitted, sent back, approved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.people.queries import person_of
from didimdol.projects import rules
from didimdol.projects.actions.opening import managers_of, startup_people
from didimdol.projects.content import PlanContent, plan_content, read
from didimdol.projects.models import Plan, Project
from didimdol.projects.queries import plan_of
from didimdol.projects.settling import plan_problems
from didimdol.projects.states.agreement import AGREEMENT, PLAN
from didimdol.projects.states.project import PROJECT


@action
def save_plan(
    *,
    actor: Actor,
    project: Project,
    content: PlanContent | Mapping[str, Any],
    grant: int,
    own_cash: int,
    own_in_kind: int,
    version: int | None = None,
) -> Plan:
    """Write the draft, as far as it goes. ``version``: the row version that the writer read (None: did not).

    Raises AccessDenied, WrongState, BadInput, Stale.
    """
    project = locked(project)
    by = require(rules.may_write_plan(actor, project))
    written = read(PlanContent, content)
    _amounts(grant=grant, own_cash=own_cash, own_in_kind=own_in_kind)
    plan = plan_of(project)
    values: dict[str, Any] = {
        "content": written.model_dump(mode="json"),
        "grant": grant,
        "own_cash": own_cash,
        "own_in_kind": own_in_kind,
        "written_by": person_of(actor),
    }
    if plan is None:
        plan = Plan(project=project, **values)
        PLAN.enter(actor, plan, by=by, facts={"grant": grant})
        PROJECT.tell_waits(project)
        return plan
    plan = _held(plan, project)
    check_version(plan, version)
    if plan.state not in ("draft", "returned"):
        raise WrongState("plan_not_open", *_NOT_OPEN, state=plan.state)
    for name, value in values.items():
        setattr(plan, name, value)
    save(plan, *values)
    audit("plan.saved", plan, by=by, facts={"grant": grant, "own_cash": own_cash, "own_in_kind": own_in_kind})
    return plan


@action
def submit_plan(*, actor: Actor, plan: Plan) -> Plan:
    """Hand it in for approval; what is missing is named. Raises AccessDenied, WrongState, BadInput."""
    plan = _held(plan)
    require(rules.may_submit_plan(actor, plan))
    if plan.state in ("draft", "returned"):
        _refuse_incomplete(plan)
    if PLAN.move("submit", actor, plan, facts={"grant": plan.grant}):
        notify(
            managers_of(plan.project),
            subject=_subject(plan, text("수정사업계획서가 제출되었습니다", "A revised plan was submitted")),
            body=text("검토하고 승인하거나 보완을 요청해 주십시오.", "Please approve it or ask for changes."),
            url=plan.get_absolute_url(),
        )
    return plan


@action
def return_plan(*, actor: Actor, plan: Plan, reason: str) -> Plan:
    """Ask for changes; an approved plan only while nobody has signed (an agreement over it is taken back).

    Raises AccessDenied, WrongState, BadInput.
    """
    plan = _held(plan)
    if not PLAN.move("return", actor, plan, reason=reason):
        return plan
    plan.returned_reason = normal(reason.strip())
    save(plan, "returned_reason")
    for agreement in plan.agreements.filter(state__in=["draft", "offered"]).order_by("pk"):
        agreement = locked(agreement)
        agreement.project = plan.project
        AGREEMENT.move("take_back", actor, agreement, reason=reason)
    notify(
        startup_people(plan.project),
        subject=_subject(plan, text("수정사업계획서 보완을 요청받았습니다", "Changes to the plan are asked for")),
        body=text(plan.returned_reason, plan.returned_reason),
        url=plan.get_absolute_url(),
    )
    return plan


@action
def approve_plan(*, actor: Actor, plan: Plan) -> Plan:
    """Approve it: grant, sums, criteria and ratios hold. Raises AccessDenied (own work), WrongState, BadInput."""
    plan = _held(plan)
    require(rules.may_judge_plan(actor, plan))
    if plan.state == "submitted":
        _refuse_incomplete(plan)
    if PLAN.move("approve", actor, plan, facts={"grant": plan.grant}):
        notify(
            startup_people(plan.project),
            subject=_subject(plan, text("수정사업계획서가 승인되었습니다", "Your revised plan is approved")),
            body=text(
                "이제 협약서를 준비합니다. 서명할 때 알려 드립니다.", "The agreement comes next; you hear when to sign."
            ),
            url=plan.get_absolute_url(),
        )
    return plan


def _held(plan: Plan, project: Project | None = None) -> Plan:
    """The plan locked, with its project locked before it, as every action here does."""
    project = project or locked(plan.project)
    plan = locked(plan)
    plan.project = project
    return plan


def _amounts(**amounts: int) -> None:
    wrong = {name: _AMOUNT for name, won in amounts.items() if not 0 <= won <= 10**12}
    if wrong:
        raise BadInput("plan_amounts", _AMOUNT, fields=wrong)


def _refuse_incomplete(plan: Plan) -> None:
    problems = plan_problems(
        plan.project, plan_content(plan.content), plan.grant, plan.own_cash, plan.own_in_kind
    )  # fmt: skip
    if problems:
        raise BadInput(
            "plan_incomplete",
            text(" ".join(p["ko"] for p in problems), " ".join(p["en"] for p in problems)),
            text("계획을 고친 뒤 다시 해 주십시오.", "Mend the plan and try again."),
            problems=problems,
        )


def _subject(plan: Plan, words: Text) -> Text:
    return text(f"{words['ko']} · {plan.project.number}", f"{words['en']} · {plan.project.number}")


_AMOUNT = text("금액은 0원 이상의 정수입니다.", "An amount is a whole number of won, not negative.")
_NOT_OPEN = (
    text("제출하거나 승인된 계획은 고칠 수 없습니다.", "A submitted or approved plan does not change."),
    text("고칠 것이 있으면 사업 담당에게 보완 요청을 부탁하십시오.", "Ask the programme manager to return it."),
)
