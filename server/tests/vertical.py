"""The vertical challenge from its own file, by the product's actions: Qualcomm as sponsor, one partner company a field.

``vertical()`` stands at the released result: in each field one startup is selected. Everything that somebody writes and
that is not meant for everybody carries ``mark(field, what)``, a word that stands nowhere else.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from didimdol.applications import actions as applications
from didimdol.applications.models import Application
from didimdol.demands import actions as demands
from didimdol.demands.models import Demand
from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.models import Ballot, Round
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import actor_of
from didimdol.programmes import actions as programmes
from didimdol.programmes.models import Challenge
from didimdol.programmes.models import Field as ChallengeField
from didimdol.programmes.queries import rules_of
from didimdol.rehearsal import filled, shipped, texts
from didimdol.rehearsal.cast import Company
from didimdol.selection import actions as selection
from didimdol.selection.models import Selection
from server.tests import worlds

FILE = Path(__file__).resolve().parents[2] / "challenges" / "2025-vertical.yaml"
FIELDS = {
    "autonomous-driving": "integrit",
    "drone": "argosdyne",
    "ai-camera": "ditec",
    "industrial-device": "bluebird",
}
BEFORE, OPEN, CLOSED = (worlds.kst(f"2025-{day}") for day in ("02-10 09:00", "02-27 10:00", "03-18 16:01"))
MODEL = b"\x08\x08\x12\x04test" + b"\0" * 100


def mark(field: str, what: str) -> str:
    """A word that stands in one place only: ``what`` of ``field``."""
    return f"zq-{field}-{what}"


@dataclass
class Side:
    """One field: its partner company with its people, and the startup that is selected there."""

    key: str
    field: ChallengeField
    company: Organisation
    lead: Person
    owner: Person
    judges: list[Person]
    demand: Demand | None = None
    ceo: Person | None = None
    startup: Organisation | None = None
    application: Application | None = None

    @property
    def persons(self) -> dict[str, Person]:
        """Who acts for one of the two parties of this field."""
        assert self.ceo is not None
        return {"lead": self.lead, "owner": self.owner, "judge": self.judges[0], "ceo": self.ceo}


@dataclass
class Vertical:
    challenge: Challenge
    operator: Organisation
    qualcomm: Organisation
    manager: Person
    second_manager: Person
    coordinator: Person
    verifier: Person
    auditor: Person
    sponsor: Person
    experts: list[Person] = field(default_factory=list)
    sides: dict[str, Side] = field(default_factory=dict)

    @property
    def runs(self) -> Actor:
        return actor_of(self.coordinator)

    @property
    def manages(self) -> Actor:
        return actor_of(self.manager)


def load_file(manager: Person, operator: Organisation) -> Challenge:
    return programmes.load_rulebook(
        actor=actor_of(manager),
        operator=operator,
        text=FILE.read_text(encoding="utf-8"),
        filename=FILE.name,
        example=True,
    )


def publish_demand(world: Vertical, side: Side) -> Demand:
    """Written and proposed by the partner, published by the operator."""
    rules = next(entry for entry in rules_of(world.challenge).fields if entry.key == side.key)
    content = texts.demand(rules, side.owner, worlds.kst("2026-01-30 00:00").date(), ["runtime:onnxruntime-cpu"])
    demand = demands.create_demand(
        actor=actor_of(side.lead),
        challenge=world.challenge,
        field=side.field,
        company=side.company,
        content=content,
    )
    demands.propose_demand(actor=actor_of(side.lead), demand=demand)
    return demands.publish_demand(actor=world.manages, demand=demand)


def announced_vertical(
    *,
    load: Callable[[Person, Organisation], Challenge] = load_file,
    publish: Callable[[Vertical, Side], Demand] = publish_demand,
) -> Vertical:
    """Demands published, the call announced. The clock stands in the call. A test may do a part on the pages."""
    clock.move_to(BEFORE)
    operator = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name=text("디딤돌진흥원", "Stone Agency")
    )
    staff = {
        role: worlds.person(name)
        for role, name in (
            ("manager", "정가람"),
            ("second_manager", "나도담"),
            ("coordinator", "윤슬기"),
            ("verifier", "백두리"),
            ("auditor", "남보라"),
        )
    }
    for role, who in staff.items():
        worlds.give(who, operator, Role.MANAGER if role == "second_manager" else Role(role))
    challenge = load(staff["manager"], operator)
    parties = {p.key: p.organisation for p in challenge.parties.select_related("organisation")}
    sponsor = worlds.person("류하람")
    worlds.give(sponsor, parties["qualcomm"], Role.SPONSOR, challenge)
    world = Vertical(challenge, operator, parties["qualcomm"], sponsor=sponsor, **staff)
    institute = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.EXPERT_BODY, name=text("한빛대학교", "Hanbit University")
    )
    for number in range(4):
        expert = worlds.person(f"전문가{number + 1}")
        worlds.give(expert, institute, Role.EXPERT, challenge)
        world.experts.append(expert)
    for key, company in FIELDS.items():
        side = world.sides[key] = _side(world, key, parties[company])
        side.demand = publish(world, side)
    challenge.refresh_from_db()
    programmes.announce_challenge(actor=world.manages, challenge=challenge)
    challenge.refresh_from_db()
    clock.move_to(OPEN)
    return world


def _side(world: Vertical, key: str, company: Organisation) -> Side:
    name = company.name["ko"]
    lead, owner = worlds.person(f"{name} 실무"), worlds.person(f"{name} 책임")
    judges = [worlds.person(f"{name} 심사역{number + 1}") for number in range(3)]
    worlds.give(lead, company, Role.DEMAND_LEAD, world.challenge)
    worlds.give(owner, company, Role.BUDGET_OWNER, world.challenge)
    for judge in judges:
        worlds.give(judge, company, Role.DEMAND_EVALUATOR, world.challenge)
    found = ChallengeField.objects.within(challenge=world.challenge, key=key).get()
    return Side(key, found, company, lead, owner, judges)


def submitted_vertical(*, model: shipped.ShippedModel | None = None, world: Vertical | None = None) -> Vertical:
    """One application a field, with documents and a model, everything marked. The clock stands after the closing."""
    world = world or announced_vertical()
    for number, side in enumerate(world.sides.values(), start=1):
        _apply(world, side, number, model)
    clock.move_to(CLOSED)
    return world


def _apply(world: Vertical, side: Side, number: int, model: shipped.ShippedModel | None) -> None:
    key, book = side.key, rules_of(world.challenge)
    side.ceo = worlds.person(f"{side.company.name['ko']} 상대 대표")
    side.startup = people.register_startup(
        actor=actor_of(side.ceo),
        name=f"별빛{number}",
        business_number=worlds.business_number(7000 + number),
        founded_on=worlds.kst("2021-03-02 00:00").date(),
    )
    actor = actor_of(side.ceo)
    application = applications.start_application(actor=actor, challenge=world.challenge, startup=side.startup)
    applications.choose_field(actor=actor, application=application, field=side.field)
    company = Company(
        f"star{number}", side.startup.name["ko"], "2021-03-02", "0000", "", "", "", mark(key, "title"), mark(key, "idea"), {}
    )  # fmt: skip
    assert side.demand is not None
    claims = {c["key"]: str(c["threshold"]) for c in side.demand.criteria}
    applications.claim_demand(actor=actor, application=application, demand=side.demand, claims=claims)
    applications.answer_eligibility(actor=actor, application=application, answers=filled.eligibility(book))
    answers = filled.answers(book, company)
    applications.save_draft(actor=actor, application=application, title=mark(key, "title"), answers=answers)
    for document, stream, _ in filled.documents(book, company):
        filename = f"{mark(key, document)}.pdf"
        applications.attach(actor=actor, application=application, document=document, stream=stream, filename=filename)
    content, name, inputs = MODEL, f"{mark(key, 'model')}.onnx", {"input": {"shape": [1, 576], "fill": "random"}}
    if model is not None:
        content, name, inputs = model.path.read_bytes(), model.name, model.inputs
    applications.upload_model(
        actor=actor, application=application, stream=io.BytesIO(content), filename=name, inputs=inputs
    )
    applications.give_consents(actor=actor, application=application, consents=filled.consents(book))
    side.application = applications.submit_application(
        actor=actor, application=Application.objects.within(pk=application.pk).get()
    )


def vertical(*, model: shipped.ShippedModel | None = None) -> Vertical:
    """The result is released: in each field its startup is selected."""
    world = submitted_vertical(model=model)
    for stage in rules_of(world.challenge).evaluation.stages:
        release(world, evaluated(world, scoring(world, stage.key)))
    return world


def release(world: Vertical, round: Round) -> Selection:
    made = selection.compute_selection(actor=world.runs, round=round)
    selection.decide_selection(actor=world.manages, selection=_fresh(made))
    selection.release_selection(actor=world.manages, selection=_fresh(made))
    for side in world.sides.values():
        assert side.application is not None
        side.application.refresh_from_db()
    world.challenge.refresh_from_db()
    return _fresh(made)


def _fresh(made: Selection) -> Selection:
    return Selection.objects.within(pk=made.pk).get()


def scoring(world: Vertical, stage: str) -> Round:
    """Four experts for everybody, three evaluators of the partner for its own field; conflicts declared, ballots open."""
    world.challenge.refresh_from_db()
    round = evaluation.open_round(
        actor=world.runs, challenge=world.challenge, stage=stage, closes_at=clock.now() + timedelta(days=10)
    )
    panel: list[tuple[Person, str]] = [(expert, "expert") for expert in world.experts]
    panel += [(judge, "demand") for side in world.sides.values() for judge in side.judges]
    for who, body in panel:
        organisation = actor_of(who).grants[0].organisation
        evaluation.seat_evaluator(
            actor=world.runs, round=round, person=who, organisation=_organisation(organisation), body=body
        )
    round = evaluation.start_declarations(actor=world.runs, round=round, reason="분야의 전문가가 적어 위촉함")
    for seat in round.seats.select_related("person"):
        worlds.declare(seat)
    return evaluation.assign_ballots(actor=world.runs, round=Round.objects.within(pk=round.pk).get())


def evaluated(world: Vertical, round: Round) -> Round:
    """Every ballot that is still open is locked with nearly all points; the round closed."""
    for ballot in Ballot.objects.within(seat__round=round, state="draft").select_related("application__field"):
        key = ballot.application.field.key if ballot.application.field else ""
        worlds.lock(ballot, _points, f"{mark(key, 'comment')} 근거가 분명하고 계획이 현실적이라고 판단하였습니다.")
    return evaluation.close_round(actor=world.runs, round=Round.objects.within(pk=round.pk).get())


def _points(application: Application, seat: Any, criterion: Any) -> int:
    return int(criterion.max_points) - 1


def _organisation(id: UUID) -> Organisation:
    return Organisation.objects.within(pk=id).get()


__all__ = [
    "FIELDS",
    "Side",
    "Vertical",
    "announced_vertical",
    "evaluated",
    "mark",
    "publish_demand",
    "release",
    "scoring",
    "submitted_vertical",
    "vertical",
]
