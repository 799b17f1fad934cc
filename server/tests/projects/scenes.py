"""Signed projects with their milestones, for the tests of milestones and finals.

scene = project_scene()                     # one project; a measured milestone of 30, a witnessed one of 70 million won
scene.hand_in(); scene.measure(); scene.submit(); scene.accept(); scene.approve()
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from didimdol.applications import actions as applications
from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.action import action, audit, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import actor_of, persons_with
from didimdol.programmes.models import Field as ChallengeField
from didimdol.projects.actions import gates, milestones
from didimdol.projects.actions import tests as witnessed
from didimdol.projects.models import Milestone, ModelVersion, Plan, Project, WitnessedTest
from didimdol.projects.states.agreement import PLAN
from didimdol.projects.states.project import PROJECT
from didimdol.selection.models import Match, Matching, Place
from didimdol.verification.actions import claim_job, register_device
from didimdol.verification.models import Device
from didimdol.verification.queries import actor_of as device_actor
from server.tests import worlds
from server.tests.verification.conftest import LABELS, finish

MODEL = b"\x08\x08\x12\x04test" + b"\0" * 100
BETTER = MODEL + b"pruned"
P99 = {"key": "p99", "metric": "latency", "statistic": "p99", "comparison": "<=", "threshold": 20, "unit": "ms"}
ACCURACY = {
    "key": "accuracy", "metric": "accuracy", "statistic": "value", "comparison": ">=", "threshold": 92, "unit": "%",
}  # fmt: skip
POC = "2025-05-02 10:00"


@dataclass
class Scene:
    """``world`` with signed ``projects``. The short verbs act on the first milestone of ``project``."""

    world: worlds.World
    demand: Demand
    device: Device
    lead: Person
    owner: Person
    projects: list[Project] = field(default_factory=list)

    @property
    def project(self) -> Project:
        return Project.objects.within(pk=self.projects[0].pk).get()

    @property
    def measured(self) -> Milestone:
        return self.milestone(1)

    @property
    def witnessed(self) -> Milestone:
        return self.milestone(2)

    def milestone(self, position: int, project: Project | None = None) -> Milestone:
        return Milestone.objects.within(project=project or self.projects[0], position=position).get()

    def ceo(self, project: Project | None = None) -> Person:
        number = self.world.startups.index((project or self.projects[0]).startup)
        return self.world.ceos[number]

    @property
    def startup(self) -> Actor:
        return actor_of(self.ceo())

    @property
    def company(self) -> Actor:
        return actor_of(self.lead)

    @property
    def manager(self) -> Actor:
        return actor_of(self.world.manager)

    def hand_in(self, content: bytes = MODEL, **more: Any) -> ModelVersion:
        milestone = more.pop("milestone", None) or self.measured
        return gates.hand_in_model(
            actor=more.pop("actor", None) or self.startup,
            milestone=milestone,
            stream=io.BytesIO(content),
            filename=more.pop("filename", "model.onnx"),
            **more,
        )

    def measure(self, **more: Any) -> None:
        """The device measures all that waits, at about 6 ms p99."""
        acting = device_actor(self.device)
        while (job := claim_job(actor=acting, device=self.device, labels=self.device.labels, versions={})) is not None:
            finish(self.device, job, **more)

    def deliver(self, content: bytes = MODEL, **more: Any) -> Milestone:
        """Model, measurement and hand-in."""
        self.hand_in(content, **more)
        self.measure()
        return milestones.submit_milestone(actor=self.startup, milestone=self.measured)

    def accept(self, milestone: Milestone | None = None) -> Milestone:
        return milestones.accept_milestone(actor=self.company, milestone=milestone or self.measured)

    def approve(self, milestone: Milestone | None = None) -> Milestone:
        return milestones.approve_milestone(actor=self.manager, milestone=milestone or self.measured)

    def record(self, accuracy: str = "93.5", **more: Any) -> WitnessedTest:
        return witnessed.record_test(
            actor=more.pop("actor", None) or self.startup,
            milestone=more.pop("milestone", None) or self.witnessed,
            plan=more.pop("plan", "생산 라인에서 1,000개를 분류"),
            stream=io.BytesIO(more.pop("content", b"sample,label\n1,ok\n")),
            filename=more.pop("filename", "raw.csv"),
            figures=more.pop("figures", {"accuracy": accuracy}),
            tested_on=more.pop("tested_on", date(2025, 5, 2)),
        )

    def signed_test(self, accuracy: str = "93.5") -> WitnessedTest:
        test = self.record(accuracy)
        witnessed.sign_test(actor=self.startup, test=test)
        return witnessed.sign_test(actor=self.company, test=test)


def apply_with_model(world: worlds.World, field_key: str, content: bytes | None = MODEL) -> Any:
    startup = worlds.add_startup(world)
    actor = actor_of(world.ceos[-1])
    chosen = ChallengeField.objects.within(challenge=world.challenge, key=field_key).get()
    application = applications.start_application(actor=actor, challenge=world.challenge, startup=startup)
    application = applications.choose_field(actor=actor, application=application, field=chosen)
    number = len(world.startups)
    application = applications.save_draft(
        actor=actor,
        application=application,
        title=f"아이디어 {number}",
        answers={"title": f"아이디어 {number}", "plan": "계획", "founder": "약력", "price": "1만 원"},
    )
    if content is not None:
        applications.upload_model(
            actor=actor, application=application, stream=io.BytesIO(content), filename="applied.onnx", inputs="x: 1x8"
        )
    application = applications.submit_application(actor=actor, application=application)
    world.applications.append(application)
    return application


@action
def _signed(*, actor: Actor, matching: Matching, application: Any, demand: Demand, number: int) -> Project:
    """A project as the third signature leaves it."""
    place = Place(
        challenge=matching.challenge, field=application.field, application=application, startup=application.startup,
        state="confirmed",
    )  # fmt: skip
    save(place)
    match = Match(matching=matching, place=place, demand=demand)
    save(match)
    project = Project(
        challenge=matching.challenge, field=application.field, place=place, match=match, demand=demand,
        startup=application.startup, company=demand.company, number=f"{matching.challenge.slug}-P{number:02d}",
        starts_on=date(2025, 5, 1), ends_on=date(2025, 10, 31), grant=100_000_000, signed_at=clock.now(),
    )  # fmt: skip
    PROJECT.enter(actor, project)
    plan = Plan(project=project, content={"milestones": MILESTONES}, grant=100_000_000)
    PLAN.enter(actor, plan)
    PROJECT.move("sign", SYSTEM, project)
    milestones.create_milestones(project=project, plan=plan)
    return project


MILESTONES = [
    {
        "title": "모델 경량화", "description": "지연 시간을 줄입니다.", "due_on": "2025-07-31", "amount": 30_000_000,
        "gate": "verification", "criteria": [P99],
    },
    {
        "title": "현장 시험", "description": "생산 라인에서 시험합니다.", "due_on": "2025-09-30", "amount": 70_000_000,
        "gate": "witnessed", "criteria": [ACCURACY],
    },
]  # fmt: skip


@action
def _matching(*, actor: Actor, challenge: Any) -> Matching:
    matching = Matching(challenge=challenge, state="released")
    save(matching)
    audit("tests.matched", matching)
    return matching


def project_scene(
    projects: int = 1, *, model: bytes | None = MODEL, experts: int = 3, judges: int = 1, key: str = "small"
) -> Scene:
    """``projects`` signed projects with the demand company of the laptop field. The clock stands in the PoC."""
    world = worlds.open_challenge(experts=experts, judges=judges, key=key)
    demand = worlds.published_demand(world, next(iter(world.companies)))
    device, _ = register_device(actor=SYSTEM, organisation=world.operator, name="노트북", labels=LABELS)
    made = [apply_with_model(world, demand.field.key, model) for _ in range(projects)]
    clock.move_to(worlds.kst(POC))
    company: Organisation = demand.company
    lead = persons_with(Role.DEMAND_LEAD, organisation=company.pk)[0]
    owner = persons_with(Role.BUDGET_OWNER, organisation=company.pk)[0]
    scene = Scene(world, demand, device, lead, owner)
    matching = _matching(actor=SYSTEM, challenge=world.challenge)
    for number, application in enumerate(made, start=1):
        scene.projects.append(
            _signed(actor=SYSTEM, matching=matching, application=application, demand=demand, number=number)
        )
    scene.measure()  # what the applications froze
    return scene


def later(days: int) -> None:
    clock.move_to(clock.now() + timedelta(days=days))
