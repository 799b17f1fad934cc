"""What must be right before a plan is approved and an agreement offered: every problem at once, in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from didimdol.applications.answers import asked_grant
from didimdol.demands.queries import criteria_of
from didimdol.design.texts import in_seoul
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.people.queries import persons_with
from didimdol.programmes.loading import moments_of
from didimdol.programmes.queries import rules_of
from didimdol.projects.content import Charter, PlanContent
from didimdol.projects.models import Plan, Project
from didimdol.projects.money_rules import ratio_problems


def most_grant(project: Project) -> int:
    """The most that the plan may ask for: the notice's cap, or less where the application asked for less."""
    return asked_grant(rules_of(project.challenge).grant, project.place.application.answers)


def plan_problems(project: Project, content: PlanContent, grant: int, cash: int, in_kind: int) -> list[Text]:
    """Why this plan cannot be submitted or approved; empty when it can."""
    rules = rules_of(project.challenge)
    most = most_grant(project)
    problems: list[Text] = []
    if not content.goal:
        problems.append(text("목표를 적어 주십시오.", "Write the goal."))
    if not content.work:
        problems.append(text("수행 내용을 적어 주십시오.", "Write what will be done."))
    if grant <= 0:
        problems.append(text("정부지원금을 적어 주십시오.", "Give the grant."))
    if grant > most:
        problems.append(
            text(
                f"정부지원금은 {most:,}원 이하여야 합니다(공고의 한도와 신청한 금액 가운데 작은 값).",
                f"The grant is at most {most:,} won: the lesser of the notice's cap and what was applied for.",
            )
        )
    problems += ratio_problems(rules.grant, grant, cash, in_kind)
    if not content.milestones:
        problems.append(text("단계를 하나 이상 정해 주십시오.", "Set at least one milestone."))
    total = sum(milestone.amount for milestone in content.milestones)
    if content.milestones and total != grant:
        problems.append(
            text(
                f"단계별 지원금의 합({total:,}원)이 정부지원금({grant:,}원)과 같아야 합니다.",
                f"The milestones' amounts ({total:,} won) must add up to the grant ({grant:,} won).",
            )
        )
    last = in_seoul(moments_of(rules)["poc.closes"]).date()
    known = {criterion.key: criterion for criterion in criteria_of(project.demand)}
    for number, milestone in enumerate(content.milestones, start=1):
        if not milestone.criteria:
            problems.append(
                text(f"{number}단계의 판정 기준을 고르십시오.", f"Choose the criteria of milestone {number}.")
            )
        if any(known.get(criterion.key) != criterion for criterion in milestone.criteria):
            problems.append(
                text(
                    f"{number}단계의 기준이 수요에 적힌 기준과 다릅니다.",
                    f"Milestone {number} names a criterion that the demand does not.",
                )
            )
        if milestone.due_on > last:
            problems.append(
                text(
                    f"{number}단계의 기한이 PoC 종료일({last:%Y-%m-%d})보다 늦습니다.",
                    f"Milestone {number} is due after the end of the PoC ({last:%Y-%m-%d}).",
                )
            )
    return problems


def charter_problems(
    project: Project, plan: Plan, charter: Charter, owner: Person | None, decision_on: date | None
) -> dict[str, Text]:
    """Field → why this charter cannot be drafted; empty when it can."""
    problems: dict[str, Text] = {}
    if owner is None and (charter.owner is None or not charter.owner.email):
        problems["budget_owner"] = text(
            "사업부 책임자를 정해 주십시오. 계정이 없으면 이름과 전자우편 주소를 적습니다.",
            "Name the budget owner; without an account, by name and e-mail address.",
        )
    elif owner is not None and owner not in owners_of(project):
        problems["budget_owner"] = text(
            "이 수요기업의 사업부 책임자가 아닙니다.", "Not a budget owner of this demand company."
        )
    if decision_on is None:
        problems["decision_on"] = text("도입 결정일을 정해 주십시오.", "Set the adoption decision date.")
    elif decision_on < charter.ends_on:
        problems["decision_on"] = text(
            "도입 결정일은 PoC가 끝나는 날이나 그 뒤여야 합니다.",
            "The adoption is decided on or after the last day of the PoC.",
        )
    if charter.starts_on > charter.ends_on:
        problems["ends_on"] = text("끝나는 날이 시작하는 날보다 앞섭니다.", "It ends before it starts.")
    content = PlanContent.model_validate(plan.content)
    outside = [
        number
        for number, milestone in enumerate(content.milestones, start=1)
        if not charter.starts_on <= milestone.due_on <= charter.ends_on
    ]
    if outside and "ends_on" not in problems:
        numbers = ", ".join(map(str, outside))
        problems["ends_on"] = text(
            f"계획의 {numbers}단계 기한이 협약 기간을 벗어납니다.",
            f"Milestone {numbers} of the plan is due outside the period.",
        )
    return problems


def owners_of(project: Project) -> list[Person]:
    return persons_with(
        Role.BUDGET_OWNER, organisation=project.company_id, challenge=project.challenge_id, field=project.field.key
    )


def proposed_charter(project: Project) -> dict[str, Any]:
    """What the demand and the rulebook already say, as initial values of the form."""
    demand, moments = project.demand, moments_of(rules_of(project.challenge))
    device = demand.device or {}
    return {
        "criteria": [criterion.key for criterion in criteria_of(demand)],
        "starts_on": in_seoul(moments["poc.opens"]).date(),
        "ends_on": in_seoul(moments["poc.closes"]).date(),
        "ip": pick(demand.terms),
        "data_given": pick(demand.data_offered),
        "people": pick(demand.people_offered),
        "device": ", ".join(filter(None, [device.get("name"), device.get("chip")])),
        "budget_owner": demand.budget_owner_id,
        "decision_on": demand.decision_on,
    }
