"""An open call with a published demand, and a startup whose people write."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.test import Client

from didimdol.applications import actions
from didimdol.applications.models import Application
from didimdol.demands.actions import create_demand, propose_demand, publish_demand
from didimdol.demands.content import Content
from didimdol.demands.models import Demand
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person
from didimdol.programmes.actions import announce_challenge, load_rulebook
from didimdol.programmes.models import Challenge, Field
from didimdol.verification.actions import register_device
from didimdol_lab.contract import Criterion, DeviceProfile
from server.tests.applications.samples import ANSWERS, CONSENTS, MODEL, PDF, YAML
from server.tests.applications.standing import standing
from server.tests.making import actor_for, clock_at, grant, make_organisation, make_person, signed_in

LABELS = ["arch:x86_64", "runtime:onnxruntime-cpu"]
NUMBERS = iter(range(1, 10_000))


@dataclass
class Call:
    """``people`` by name; ``acts(name)``: their actor now; ``client(name)``: their browser."""

    challenge: Challenge
    operator: Organisation
    startup: Organisation
    rival: Organisation
    demand: Demand
    device: Any
    actor_for: Callable[[Person], Actor]
    signed_in: Callable[[Person], Client]
    make_organisation: Callable[..., Any]
    make_person: Callable[..., Any]
    grant: Callable[..., Actor]
    people: dict[str, Person] = field(default_factory=dict)

    def acts(self, name: str) -> Actor:
        return self.actor_for(self.people[name])

    def client(self, name: str) -> Client:
        return self.signed_in(self.people[name])

    def field(self, key: str = "laptop") -> Field:
        return Field.objects.within(challenge=self.challenge, key=key).get()

    def start(self, who: str = "ceo", startup: Organisation | None = None) -> Application:
        return actions.start_application(
            actor=self.acts(who), challenge=self.challenge, startup=startup or self.startup
        )

    def fill(self, application: Application, who: str = "ceo", **left_out: bool) -> Application:
        """Everything but the consents, which come with the submission."""
        actor = self.acts(who)
        actions.choose_field(actor=actor, application=application, field=self.field())
        actions.claim_demand(actor=actor, application=application, demand=self.demand, claims={"latency_p99": "8.5"})
        actions.answer_eligibility(actor=actor, application=application, answers={"taxes": True, "same-grant": False})
        actions.save_draft(actor=actor, application=application, answers=ANSWERS, title="손안의 받아쓰기")
        if not left_out.get("document"):
            self.attach(application, who)
        if not left_out.get("model"):
            self.upload(application, who)
        return self.again(application)

    def attach(
        self,
        application: Application,
        who: str = "ceo",
        document: str = "plan",
        content: bytes = PDF,
        filename: str = "계획.pdf",
    ) -> Any:
        return actions.attach(
            actor=self.acts(who),
            application=application,
            document=document,
            stream=io.BytesIO(content),
            filename=filename,
        )

    def upload(
        self, application: Application, who: str = "ceo", content: bytes = MODEL, inputs: Any = "input: 1x576"
    ) -> Any:
        return actions.upload_model(
            actor=self.acts(who),
            application=application,
            stream=io.BytesIO(content),
            filename="model.onnx",
            inputs=inputs,
        )

    def submit(self, application: Application, who: str = "ceo", **more: Any) -> Application:
        return actions.submit_application(
            actor=self.acts(who), application=application, consents=more.pop("consents", CONSENTS), **more
        )

    def submitted(self) -> Application:
        return self.submit(self.fill(self.start()))

    def again(self, application: Application) -> Application:
        return (
            Application.objects.within(pk=application.pk)
            .select_related("challenge__programme", "challenge__rulebook", "rulebook", "startup", "field")
            .get()
        )

    def another_startup(self, name: str) -> tuple[Organisation, str]:
        """A further startup with its chief executive, known as ``name``."""
        startup = self.make_organisation("startup", name, founded_on=date(2021, 1, 1))
        self.people[name] = self.make_person(name)
        self.grant(self.people[name], startup, Role.CEO)
        return startup, name


standing_files, stood = standing.files(), standing.fixture()


@standing.world
def call() -> Call:
    clock_at("2025-02-20 10:00")
    operator = make_organisation("operator", "디딤돌진흥원", "Stone Agency")
    manager = make_person("이담당")
    acting = grant(manager, operator, Role.MANAGER)
    challenge = load_rulebook(actor=acting, operator=operator, text=YAML, filename="apply.yaml")
    parties = {p.key: p.organisation for p in challenge.parties.select_related("organisation")}
    people = {"manager": manager}
    for name, organisation, role in (
        ("coordinator", operator, Role.COORDINATOR),
        ("auditor", operator, Role.AUDITOR),
        ("verifier", operator, Role.VERIFIER),
        ("lead", parties["river"], Role.DEMAND_LEAD),
        ("owner", parties["river"], Role.BUDGET_OWNER),
    ):
        people[name] = make_person(name)
        grant(people[name], organisation, role)
    device, _ = register_device(actor=SYSTEM, organisation=operator, name="노트북 1호기", labels=LABELS)
    content = Content(
        title=text("받아쓰기", "Dictation"),
        problem=text("회의록", "Minutes"),
        device=DeviceProfile(name="노트북", labels=["arch:x86_64"], memory_mb=2000, threads=1),
        criteria=[
            Criterion(key="latency_p99", metric="latency", statistic="p99", comparison="<=", threshold=20, unit="ms")
        ],
        budget_owner=people["owner"],
        decision_on=date(2025, 12, 1),
        terms=text("각자 소유", "Each keeps theirs"),
    )
    laptop = Field.objects.within(challenge=challenge, key="laptop").get()
    demand = create_demand(
        actor=actor_for(people["lead"]), challenge=challenge, field=laptop, company=parties["river"], content=content
    )
    propose_demand(actor=actor_for(people["lead"]), demand=demand)
    announce_challenge(actor=acting, challenge=challenge)
    publish_demand(actor=acting, demand=demand)
    startup = make_organisation("startup", "한빛에이아이", "Hanbit AI", founded_on=date(2020, 5, 1))
    rival = make_organisation("startup", "먹구름", "Raincloud", founded_on=date(2021, 5, 1))
    for name, organisation, role in (
        ("ceo", startup, Role.CEO),
        ("staff", startup, Role.STAFF),
        ("rival", rival, Role.CEO),
    ):
        people[name] = make_person({"ceo": "한대표", "staff": "한직원"}.get(name, name))
        grant(people[name], organisation, role)
    clock_at("2025-03-03 10:00")
    challenge = Challenge.objects.within(pk=challenge.pk).select_related("programme__operator", "rulebook").get()
    demand = Demand.objects.within(pk=demand.pk).get()
    return Call(
        challenge,
        operator,
        startup,
        rival,
        demand,
        device,
        actor_for,
        signed_in,
        make_organisation,
        make_person,
        grant,
        people,
    )
