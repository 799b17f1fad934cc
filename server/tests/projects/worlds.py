"""Worlds of the PoC, made by the product's own actions: a matched startup, an approved plan, a signed project.

poc = signed_project()
milestone = poc.project.milestones.first()
accept_milestone(actor=poc.lead, milestone=milestone)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from didimdol.demands.models import Demand
from didimdol.demands.queries import criteria_of
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import actor_of, persons_with
from didimdol.projects.actions.agreements import draft_agreement, offer_agreement
from didimdol.projects.actions.plans import approve_plan, save_plan, submit_plan
from didimdol.projects.actions.signing import sign_agreement
from didimdol.projects.models import Agreement, Plan, Project
from didimdol.selection.actions import (
    compute_matching,
    compute_selection,
    confirm_place,
    decide_selection,
    open_matching,
    release_matching,
    release_selection,
)
from didimdol.selection.models import Place
from server.tests.worlds import (
    CLOSED,
    World,
    apply,
    close,
    give,
    lock_all,
    open_challenge,
    person,
    published_demand,
    scoring_round,
)  # fmt: skip

GRANT = 60_000_000
SUCCESS = "노트북 마이크 앞에서 소음을 줄이고 통화 품질을 지킨다."
STARTS, ENDS, DECISION = date(2025, 5, 14), date(2025, 10, 24), date(2025, 12, 1)


@dataclass
class Poc:
    """A project with the people around it; actors are read anew each time. ``rivals``: projects of other companies."""

    world: World
    project: Project
    demand: Demand
    people: dict[str, Person]
    rivals: list[Poc] = field(default_factory=list)

    def actor(self, who: str) -> Actor:
        return actor_of(self.people[who])

    @property
    def ceo(self) -> Actor:
        return self.actor("ceo")

    @property
    def staff(self) -> Actor:
        return self.actor("staff")

    @property
    def lead(self) -> Actor:
        return self.actor("lead")

    @property
    def owner(self) -> Actor:
        return self.actor("owner")

    @property
    def manager(self) -> Actor:
        return self.actor("manager")

    @property
    def second_manager(self) -> Actor:
        return self.actor("second_manager")

    @property
    def coordinator(self) -> Actor:
        return self.actor("coordinator")

    @property
    def auditor(self) -> Actor:
        return self.actor("auditor")

    @property
    def startup(self) -> Organisation:
        return self.project.startup

    @property
    def company(self) -> Organisation:
        return self.project.company

    def again(self) -> Project:
        """The project as it is now."""
        self.project = Project.objects.within(pk=self.project.pk).get()
        return self.project


def opened_project(*, rulebook: str | None = None, key: str = "small") -> Poc:
    """Two startups of rival companies are matched; the projects wait for their plans. ``poc.rivals[0]`` is the other."""
    world = open_challenge(experts=2, rulebook=rulebook, key=key)
    second = person("한사업")
    give(second, world.operator, Role.MANAGER)
    demands = [published_demand(world, company) for company in world.companies]
    for demand in demands:
        apply(world, demand.field.key, claims={demand: {"p99": "12"}})
    clock.move_to(CLOSED)
    round = scoring_round(world)
    lock_all(world, round)
    selection = compute_selection(actor=world.runs, round=close(world, round))
    selection = decide_selection(actor=actor_of(world.manager), selection=selection)
    release_selection(actor=actor_of(world.manager), selection=selection)
    for place in Place.objects.within(challenge=world.challenge, state="offered"):
        ceo = world.ceos[world.startups.index(place.startup)]
        confirm_place(actor=actor_of(ceo), place=place)
    matching = open_matching(
        actor=actor_of(world.manager), challenge=world.challenge, closes_at=clock.now() + timedelta(days=1)
    )
    clock.move_to(clock.now() + timedelta(days=2))
    matching = compute_matching(actor=actor_of(world.manager), matching=matching)
    release_matching(actor=actor_of(second), matching=matching)
    found = [_poc(world, demand, second) for demand in demands]
    for one in found:
        one.rivals = [other for other in found if other is not one]
    return found[0]


def _poc(world: World, demand: Demand, second: Person) -> Poc:
    project = Project.objects.within(demand=demand).select_related("challenge", "startup", "company").get()
    staff = person("새싹 담당")
    give(staff, project.startup, Role.STAFF)
    company = {"organisation": project.company_id, "challenge": project.challenge_id}
    people = {
        "ceo": world.ceos[world.startups.index(project.startup)],
        "staff": staff,
        "lead": persons_with(Role.DEMAND_LEAD, **company)[0],
        "owner": persons_with(Role.BUDGET_OWNER, **company)[0],
        "manager": world.manager,
        "second_manager": second,
        "coordinator": world.coordinator,
        "auditor": world.auditor,
    }
    return Poc(world, project, demand, people)


def plan_values(poc: Poc, **more: Any) -> dict[str, Any]:
    """Two milestones: the model measured, then a witnessed test; 40 % and 60 % of the grant."""
    grant = int(more.pop("grant", GRANT))
    criteria = [criterion.model_dump(mode="json") for criterion in criteria_of(poc.demand)]
    steps = more.pop("milestones", None) or [
        {"title": "모델 최적화", "due_on": "2025-07-31", "amount": grant * 4 // 10, "gate": "verification", "criteria": criteria},
        {"title": "현장 시험", "due_on": "2025-09-30", "amount": grant - grant * 4 // 10, "gate": "witnessed", "criteria": criteria},
    ]  # fmt: skip
    content = {
        "goal": "노트북에서 통화 소음을 줄입니다.",
        "work": "모델을 줄이고 장비에서 잽니다.",
        "schedule": "",
        "milestones": steps,
    }
    return {"content": content, "grant": grant, "own_cash": 0, "own_in_kind": 0, **more}


def charter_values(poc: Poc, **more: Any) -> dict[str, Any]:
    return {
        "success": SUCCESS,
        "criteria": [criterion.model_dump(mode="json") for criterion in criteria_of(poc.demand)],
        "starts_on": STARTS,
        "ends_on": ENDS,
        "ip": "창업기업의 기술은 창업기업에, 공동 결과는 함께 소유합니다.",
        "confidentiality": {
            "scope": "소음 표본과 장비 사양서",
            "period": "협약 기간과 그 뒤 3년",
            "holders": "새싹 연구소 2명, 사업부 3명",
            "duty": "과제 수행에만 쓰고 제3자에게 알리지 않습니다.",
            "damages": "위반한 쪽이 손해를 배상합니다.",
            "returning": "협약이 끝나고 30일 안에 지우고 확인서를 냅니다.",
        },
        **more,
    }


def approved_plan(poc: Poc, **more: Any) -> Plan:
    save_plan(actor=poc.ceo, project=poc.project, **plan_values(poc, **more))
    plan = submit_plan(actor=poc.ceo, plan=poc.project.plans.get())
    return approve_plan(actor=poc.manager, plan=plan)


def drafted_agreement(poc: Poc, *, owner: Person | None = None, **charter: Any) -> Agreement:
    return draft_agreement(
        actor=poc.manager,
        project=poc.project,
        charter=charter_values(poc, **charter),
        budget_owner=owner or poc.people["owner"],
        decision_on=DECISION,
    )


def offered_agreement(poc: Poc | None = None, **plan: Any) -> tuple[Poc, Agreement]:
    poc = poc or opened_project()
    approved_plan(poc, **plan)
    return poc, offer_agreement(actor=poc.manager, agreement=drafted_agreement(poc))


def sign_all(poc: Poc, agreement: Agreement) -> Project:
    """All three in the system."""
    for who in ("ceo", "owner", "manager"):
        sign_agreement(actor=poc.actor(who), agreement=agreement, sha256=agreement.sha256)
    return poc.again()


def signed_project(
    poc: Poc | None = None, *, rulebook: str | None = None, key: str = "small", rival: bool = False, **plan: Any
) -> Poc:
    """A running project with two milestones. ``rival``: the other company's project is signed too."""
    poc = poc or opened_project(rulebook=rulebook, key=key)
    for one in (poc, *poc.rivals) if rival else (poc,):
        sign_all(one, offered_agreement(one, **plan)[1])
    return poc


__all__ = ["Poc", "approved_plan", "charter_values", "drafted_agreement", "offered_agreement", "opened_project",
           "plan_values", "sign_all", "signed_project"]  # fmt: skip
