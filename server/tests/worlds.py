"""Worlds for tests, made by the product's own actions: a challenge whose call has closed, and what follows from there.

world = closed_challenge(applications=4)
round = scoring_round(world)
lock_all(world, round, points=lambda application, seat, criterion: criterion.max_points - 5)
close(world, round)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

from ruamel.yaml import YAML

from didimdol.applications import actions as applications
from didimdol.applications.models import Application
from didimdol.demands import actions as demands
from didimdol.demands.content import Content
from didimdol.demands.models import Demand
from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.guards import body_of, of_company
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.evaluation.queries import evaluators_for, to_declare
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
from didimdol_lab.contract import Criterion, DeviceProfile

SMALL = Path(__file__).parent / "challenges" / "small.yaml"
_numbers = itertools.count(1)


def kst(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=clock.KST)


BEFORE, OPEN, CLOSED = kst("2025-02-26 09:00"), kst("2025-02-26 11:00"), kst("2025-03-18 16:01")


# --- the rulebook --------------------------------------------------------------------------------------------------


def small_rulebook(
    *,
    key: str = "small",
    stages: int = 1,
    blind: bool = False,
    comment: int = 0,
    change: Callable[[Any], None] | None = None,
) -> str:
    """The text of a small rulebook. ``stages=2`` adds a presentation; ``blind`` hides who applies in the first stage;
    ``comment``: characters owed with each criterion; ``change`` may alter the parsed document as it likes."""
    yaml = YAML()
    yaml.width = 4096
    book = yaml.load(SMALL)
    book["key"] = key
    paper = book["evaluation"]["stages"][0]
    if stages == 2:
        paper["rule"]["shortlist_factor"] = 2
        rule = {name: value for name, value in paper["rule"].items() if name != "shortlist_factor"}
        book["evaluation"]["stages"].append(
            {
                "key": "presentation",
                "name": {"ko": "발표평가", "en": "Presentation"},
                "kind": "presentation",
                "window": {"opens": "+45d 09:00", "closes": "+55d 18:00"},
                "panel": {"seats": 3, "draw": "named"},
                "rule": rule,
            }
        )
        book["evaluation"]["selection"]["stage_weights"] = {"paper": 0.4, "presentation": 0.6}
    if blind:
        book["evaluation"]["blind_stages"] = ["paper"]
    if comment:
        book["evaluation"]["min_comment_length"] = comment
    if change is not None:
        change(book)
    yaml.representer.ignore_aliases = lambda _: True
    out = StringIO()
    yaml.dump(book, out)
    return out.getvalue()


# --- the world -----------------------------------------------------------------------------------------------------


@dataclass
class World:
    """Persons by what they do; ``ceos[i]`` leads ``startups[i]``, which made ``applications[i]`` (fields alternate:
    laptop, robot, laptop, …). ``judges``: the demand companies' evaluators by company key."""

    challenge: Challenge
    operator: Organisation
    companies: dict[str, Organisation]
    institute: Organisation
    manager: Person
    coordinator: Person
    auditor: Person
    experts: list[Person] = field(default_factory=list)
    judges: dict[str, list[Person]] = field(default_factory=dict)
    ceos: list[Person] = field(default_factory=list)
    startups: list[Organisation] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)

    def actor(self, person: Person) -> Actor:
        """The person's actor as it is now."""
        return actor_of(person)

    @property
    def runs(self) -> Actor:
        """The coordinator."""
        return actor_of(self.coordinator)

    def in_field(self, key: str) -> list[Application]:
        return [a for a in self.applications if a.field is not None and a.field.key == key]


def person(name: str, email: str = "") -> Person:
    email = email or f"world{next(_numbers)}@example.kr"
    return people.register_person(actor=SYSTEM, email=email, name=name, password="stepping-stone-7")


def give(who: Person, organisation: Organisation, role: Role, challenge: Challenge | None = None, **more: Any) -> None:
    people.assign_role(
        actor=SYSTEM,
        person=who,
        organisation=organisation,
        role=role,
        challenge=challenge.pk if challenge else None,
        **more,
    )


def open_challenge(*, experts: int = 3, judges: int = 1, rulebook: str | None = None, key: str = "small") -> World:
    """A challenge that takes applications, with everybody who runs and judges it. The clock stands in its window."""
    clock.move_to(BEFORE)
    operator = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "디딤돌진흥원", "en": "Stone Agency"}
    )
    manager = person("이사업")
    give(manager, operator, Role.MANAGER)
    challenge = programmes.load_rulebook(
        actor=actor_of(manager),
        operator=operator,
        text=rulebook or small_rulebook(key=key),
        filename="small.yaml",
        example=True,
    )
    coordinator, auditor = person("박간사"), person("최감사")
    give(coordinator, operator, Role.COORDINATOR, challenge)
    give(auditor, operator, Role.AUDITOR, challenge)
    institute = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.EXPERT_BODY, name={"ko": "한빛대학교", "en": "Hanbit University"}
    )
    companies = {
        p.key: p.organisation
        for p in challenge.parties.filter(part="demand_company")
        .select_related("organisation")
        .order_by("created_at", "pk")
    }
    world = World(challenge, operator, companies, institute, manager, coordinator, auditor)
    for number in range(experts):
        add_expert(world, f"전문가{number + 1}")
    for company, organisation in companies.items():
        world.judges[company] = []
        for number in range(judges):
            judge = person(f"{organisation.name['ko']} 심사역{number + 1}")
            give(judge, organisation, Role.DEMAND_EVALUATOR, challenge)
            world.judges[company].append(judge)
    programmes.announce_challenge(actor=actor_of(manager), challenge=challenge)
    challenge.refresh_from_db()
    clock.move_to(OPEN)
    return world


def add_expert(world: World, name: str) -> Person:
    expert = person(name)
    give(expert, world.institute, Role.EXPERT, world.challenge)
    world.experts.append(expert)
    return expert


def add_startup(world: World, name: str = "") -> Organisation:
    number = len(world.startups) + 1
    ceo = person(f"대표{number}")
    startup = people.register_startup(
        actor=actor_of(ceo),
        name=name or f"새싹{number:02d}",
        business_number=business_number(next(_numbers)),
        founded_on=date(2021, 3, 2),
    )
    world.ceos.append(ceo)
    world.startups.append(startup)
    return startup


def published_demand(world: World, company: str) -> Demand:
    """A published demand of a demand company in its own field: latency p99 of at most 20 ms."""
    demand = drafted_demand(world, company)
    demands.propose_demand(actor=actor_of(demand.written_by), demand=demand)
    return demands.publish_demand(actor=actor_of(world.manager), demand=demand)


def drafted_demand(world: World, company: str) -> Demand:
    organisation = world.companies[company]
    lead, owner = person(f"{organisation.name['ko']} 실무"), person(f"{organisation.name['ko']} 책임")
    give(lead, organisation, Role.DEMAND_LEAD)
    give(owner, organisation, Role.BUDGET_OWNER)
    p99 = {"key": "p99", "metric": "latency", "statistic": "p99", "comparison": "<=", "threshold": 20, "unit": "ms"}
    words = text("조용히 돌아가는 모델이 필요합니다.", "A model that runs quietly is needed.")
    content = Content(
        title=text("노트북 소음 제거", "Noise removal on a laptop"),
        problem=words,
        device=DeviceProfile(name="Test box", labels=("arch:x86_64",)),
        criteria=(Criterion.model_validate(p99),),
        people_offered=words,
        data_offered=words,
        budget_owner=owner,
        decision_on=date(2025, 12, 1),
        terms=words,
    )
    field = ChallengeField.objects.within(challenge=world.challenge, demand_company=organisation).get()
    return demands.create_demand(
        actor=actor_of(lead), challenge=world.challenge, field=field, company=organisation, content=content
    )


def apply(
    world: World,
    field_key: str | None = None,
    *,
    claims: Mapping[Demand, Mapping[str, str]] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Application:
    """One more startup with a submitted application; without a field named they alternate. ``claims``: figures by demand;
    ``answers``: beside the usual ones."""
    fields = list(ChallengeField.objects.within(challenge=world.challenge, retired=False))
    startup = add_startup(world)
    number = len(world.startups)
    actor = actor_of(world.ceos[-1])
    chosen = next(f for f in fields if f.key == field_key) if field_key else fields[(number - 1) % len(fields)]
    application = applications.start_application(actor=actor, challenge=world.challenge, startup=startup)
    application = applications.choose_field(actor=actor, application=application, field=chosen)
    application = applications.save_draft(
        actor=actor,
        application=application,
        title=f"아이디어 {number}",
        answers={
            "title": f"아이디어 {number}",
            "plan": f"비밀 계획 {number}: 장비에서 돌아가는 모델을 만듭니다.",
            "founder": f"대표 약력 {number}",
            "price": f"단가 {number}만 원",
            **(answers or {}),
        },
    )
    for demand, figures in (claims or {}).items():
        applications.claim_demand(actor=actor, application=application, demand=demand, claims=figures)
    application = applications.submit_application(actor=actor, application=application)
    world.applications.append(application)
    return application


def closed_challenge(
    *, applications: int = 4, experts: int = 3, judges: int = 1, rulebook: str | None = None, key: str = "small"
) -> World:
    """A challenge whose call has closed, with submitted applications. The clock stands a minute after the closing."""
    world = open_challenge(experts=experts, judges=judges, rulebook=rulebook, key=key)
    for _ in range(applications):
        apply(world)
    clock.move_to(CLOSED)
    return world


def business_number(seed: int) -> str:
    """A number with a right check digit and a tax office code that is not issued."""
    digits = [int(d) for d in f"999{seed:06d}"]
    total = sum(d * w for d, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True)) + digits[8] * 5 // 10
    return "".join(map(str, digits)) + str(-total % 10)


# --- the evaluation ------------------------------------------------------------------------------------------------


def open_round(world: World, stage: str = "paper", *, days: int = 20) -> Round:
    world.challenge.refresh_from_db()
    return evaluation.open_round(
        actor=world.runs, challenge=world.challenge, stage=stage, closes_at=clock.now() + timedelta(days=days)
    )


def seat_all(world: World, round: Round) -> list[Seat]:
    """Every expert and every demand company's evaluator gets a seat."""
    seats = []
    for body in ("expert", "demand"):
        for held in evaluators_for(round, company=of_company(body)):
            seats.append(
                evaluation.seat_evaluator(
                    actor=world.runs, round=round, person=held.person, organisation=held.organisation, body=body
                )
            )
    return seats


def declare(seat: Seat, conflicts: tuple[Application, ...] = (), *, ground: str = "relative") -> Seat:
    """Declare: free of everybody but ``conflicts``."""
    barred = {application.pk for application in conflicts}
    standings: dict[UUID, tuple[str, str, str]] = {
        application.pk: ("conflict", ground, "") if application.pk in barred else ("none", "", "")
        for application, _ in to_declare(seat)
    }
    round = Round.objects.within(pk=seat.round_id).get()
    return evaluation.declare_conflicts(actor=actor_of(seat.person), round=round, standings=standings)


def declaring_round(world: World, stage: str = "paper") -> Round:
    """Seats filled; everybody is asked to declare."""
    round = open_round(world, stage)
    seat_all(world, round)
    return evaluation.start_declarations(actor=world.runs, round=round)


def scoring_round(
    world: World, stage: str = "paper", *, conflicts: Callable[[Seat], tuple[Application, ...]] = lambda seat: ()
) -> Round:
    """Everybody declared, the applications assigned."""
    round = declaring_round(world, stage)
    for seat in round.seats.filter(state="invited"):
        declare(seat, conflicts(seat))
    return evaluation.assign_ballots(actor=world.runs, round=round)


Points = Callable[[Application, Seat, Any], int | str | Decimal]


def full_marks(application: Application, seat: Seat, criterion: Any) -> int:
    return int(criterion.max_points)


def lock(ballot: Ballot, points: Points = full_marks, comment: str = "근거가 분명합니다.") -> Ballot:
    """Fill in one ballot and lock it, as its evaluator."""
    criteria = body_of(ballot.seat).criteria
    actor = actor_of(ballot.seat.person)
    evaluation.save_ballot(
        actor=actor,
        ballot=ballot,
        points={c.key: str(points(ballot.application, ballot.seat, c)) for c in criteria},
        comments={c.key: comment for c in criteria},
    )
    return evaluation.lock_ballot(actor=actor, ballot=ballot)


def lock_all(world: World, round: Round, points: Points = full_marks) -> None:
    for ballot in Ballot.objects.within(seat__round=round).filter(state="draft").order_by("application__number", "pk"):
        lock(ballot, points)


def close(world: World, round: Round) -> Round:
    return evaluation.close_round(actor=world.runs, round=round)


def closed_round(world: World, stage: str = "paper", points: Points = full_marks) -> Round:
    """A round through to its end: assigned, every ballot locked, closed."""
    round = scoring_round(world, stage)
    lock_all(world, round, points)
    return close(world, round)
