"""The demo of ``make run``: a call that is open now, a challenge in evaluation with models measured on this machine, one
whose evaluators are about to be drawn, and one in its PoC, whose evaluators were drawn; the last two are played by the
engine of the rehearsals.

Everything is made through the product's own actions, with the challenge's clock moved to when it would have happened.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from didimdol.applications import actions as applications
from didimdol.applications.models import Application
from didimdol.demands import actions as demands
from didimdol.demands.models import Demand
from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.draw_rules import AUDITOR
from didimdol.evaluation.guards import of_company, stage_of, stage_rules
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.evaluation.queries import to_declare
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.words import text
from didimdol.people import actions as people
from didimdol.people.enums import ROLE_LABELS, OrganisationKind, Role
from didimdol.people.models import Organisation, Person
from didimdol.people.ports import DemoAccount
from didimdol.people.queries import actor_of, persons_with
from didimdol.programmes import actions as programmes
from didimdol.programmes.loading import read_rulebook
from didimdol.programmes.models import Challenge, Party
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import resolve_calendar
from didimdol.projects.models import Project
from didimdol.rehearsal import cast, engine, filled, shipped, steps
from didimdol.rehearsal.measured import Lab, Measured, Measurements, sandboxed
from didimdol.rehearsal.way.drawing import sealed_draw
from didimdol.rehearsal.way.meeting import meet_up
from didimdol.rehearsal.way.presenting import present
from didimdol.rehearsal.way.seating import seat_everybody
from didimdol.rehearsal.way.working import half_way
from didimdol.rehearsal.world import Wishes, World
from didimdol.verification import actions as verification
from didimdol.verification.models import Device, DeviceJob, Run
from didimdol_lab.contract import Measurement, ModelCard, Plan

Say = Callable[[str], None]
TOKEN = "agent-token"  # noqa: S105  (a file's name)
DEVICE = "이 컴퓨터 (ONNX Runtime, CPU)"
ON_DEVICE, IN_POC, OPEN_NOW = "2025-on-device.yaml", "2025-vertical.yaml", "fabless.yaml"
TO_BE_DRAWN = "mid-size.yaml"
#: so long ago the call of the challenge in its PoC opened: its first milestone is paid, the second is under way
POC_OPENED = 130  # days
POC_APPLICANTS, POC_SEED = 10, 4
#: so long ago the call of the challenge to be drawn opened: it has closed, and its first stage is open
DRAW_OPENED = 32  # days
DRAW_APPLICANTS, DRAW_SEED, DRAW_EXPERTS, DRAW_JUDGES = 5, 7, 2, 3  # others are in the pool too
STAGE_LASTS = timedelta(days=9)
DRAW_STEPS = ("load", "demands", "announce", "apply", "close")
#: its people have addresses of their own: the other challenge has a sponsor too
POC_DOMAIN, DRAW_DOMAIN = f"poc.{cast.DOMAIN}", f"draw.{cast.DOMAIN}"
EXPERT_BODY = OrganisationKind.EXPERT_BODY
#: why the demo's evaluators are named: those shown at the start must hold a seat
NAMED = "시연에서 정해진 계정이 평가하도록 위촉함"


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """As it would have happened then."""
    with clock.moved(moment):
        yield


def labels() -> list[str]:
    return ["runtime:onnxruntime-cpu", f"arch:{os.uname().machine}"]


def prepare() -> None:
    """What the agent needs before it can start: the operator, and the device with its token. Safe to repeat."""
    operator = cast.organisation("operator")
    for part in cast.STAFF:
        cast.take_role(part, operator)
    token = settings.VAR / TOKEN
    if token.exists() and Device.objects.within(organisation=operator.pk).filter(retired_at=None).exists():
        return
    _, secret = verification.register_device(
        actor=cast.actor("verifier"), organisation=operator, name=DEVICE, labels=labels()
    )
    handle = os.open(token, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(secret)


def play(say: Say) -> None:
    """Make the challenges, once. Goes on where an earlier start was interrupted before the first challenge."""
    if Challenge.objects.unscoped(why="has the demo been made?").exists():
        return
    now = clock.real().astimezone(clock.KST)
    story = Story(say, cast.organisation("operator"))
    say("Making the demo: a challenge in evaluation (this takes a minute or two: models are really measured)")
    story.on_device(opened(ON_DEVICE, now, 26))  # the window of the first stage is open now
    story.in_poc(opened(IN_POC, now, POC_OPENED), now)
    story.to_be_drawn(opened(TO_BE_DRAWN, now, DRAW_OPENED), now)
    story.open_call(opened(OPEN_NOW, now, 3))


def opened(name: str, now: datetime, days: int) -> datetime:
    """So many days ago, or up to six more: on the file's day of the week, so that its events keep theirs."""
    source = (settings.DIDIMDOL_CHALLENGES / name).read_text()
    written = date.fromisoformat(read_rulebook(source, name, None)[0].calendar.opens[:10])
    latest = now - timedelta(days=days)
    return latest - timedelta(days=(latest.weekday() - written.weekday()) % 7)


def measured_before(model: Path, plan: Plan, dataset: Path | None) -> Measured:
    """What the agent has measured of the same model under the same plan; only else it is measured again."""
    known = Run.objects.unscoped(why="the demo measures each model once").filter(
        model_sha256=sha256(model.read_bytes()).hexdigest(), plan_digest=plan.digest(), valid=True
    )
    run = known.first()
    if run is None:
        return sandboxed(model, plan, dataset)
    return Measured(Measurement.model_validate(run.measurement), ModelCard.model_validate(run.card), 0.0)


@dataclass
class Story:
    say: Say
    operator: Organisation
    measure: Lab = measured_before

    def load(self, name: str, opens: datetime) -> Challenge:
        path = settings.DIDIMDOL_CHALLENGES / name
        return programmes.load_rulebook(
            actor=cast.actor("manager"),
            operator=self.operator,
            text=path.read_text(),
            filename=name,
            opens=opens.date(),
            example=True,
        )

    def party(self, challenge: Challenge, part: str) -> Organisation:
        return (
            Party.objects.within(challenge=challenge)
            .filter(part=part)
            .select_related("organisation")
            .order_by("key")[0]
            .organisation
        )

    # --- a challenge in evaluation ------------------------------------------------------------------------------

    def on_device(self, opens: datetime) -> None:
        with at(opens - timedelta(days=20)):
            challenge = self.load(ON_DEVICE, opens)
            company = self.party(challenge, "demand_company")
            for part in cast.COMPANY:
                cast.take_role(part, company)
            cast.take_role(cast.SPONSOR, self.party(challenge, "technology_sponsor"))
            for part in cast.EXPERTS:
                cast.take_role(part, cast.organisation(part.organisation), challenge=challenge.pk)
            wanted = self.demands_of(challenge, company)
        when = resolve_calendar(rules_of(challenge))
        with at(when["announce"] + timedelta(hours=1)):
            programmes.announce_challenge(actor=cast.actor("manager"), challenge=challenge)
        challenge.refresh_from_db()
        with at(when["opens"] + timedelta(days=3, hours=2)):
            for startup in cast.STARTUPS:
                self.say(f"  {startup.name} applies with {getattr(shipped, startup.model).name}")
                self.apply(challenge, startup, wanted[startup.field])
        self.wait_for_measurements(challenge)
        with at(when["closes"] + timedelta(days=2)):
            self.evaluate(challenge)

    def demands_of(self, challenge: Challenge, company: Organisation) -> dict[str, Demand]:
        lead, manager = cast.actor("lead"), cast.actor("manager")
        owner = Person.objects.get(email=f"owner@{cast.DOMAIN}")
        fields = {f.key: f for f in challenge.fields.all()}
        found: dict[str, Demand] = {}
        for key, field, content, dataset in filled.demands(fields, owner, challenge, labels()):
            demand = demands.create_demand(
                actor=lead, challenge=challenge, field=field, company=company, content=content
            )
            if dataset:
                demand = demands.set_dataset(actor=lead, demand=demand, stream=dataset, filename="labelled-files.npz")
            demands.propose_demand(actor=lead, demand=demand)
            found[key] = demands.publish_demand(actor=manager, demand=demand)
        return found

    def apply(self, challenge: Challenge, startup: cast.Company, demand: Demand) -> Application:
        ceo = cast.person(cast.Part(startup.key, startup.ceo, Role.CEO, startup.key))
        actor = actor_of(ceo)
        organisation = people.register_startup(
            actor=actor,
            name=startup.name,
            business_number=filled.business_number(startup.serial),
            founded_on=datetime.fromisoformat(startup.founded).date(),
        )
        if startup.key == cast.STARTUP_STAFF.organisation:
            cast.take_role(cast.STARTUP_STAFF, organisation)
        actor = actor_of(ceo)
        application = applications.start_application(actor=actor, challenge=challenge, startup=organisation)
        rulebook = rules_of(challenge)
        applications.choose_field(actor=actor, application=application, field=demand.field)
        applications.claim_demand(
            actor=actor, application=application, demand=demand, claims=filled.claims(demand, startup)
        )
        applications.answer_eligibility(actor=actor, application=application, answers=filled.eligibility(rulebook))
        applications.save_draft(
            actor=actor,
            application=application,
            title=startup.title,
            answers=filled.answers(rulebook, startup),
            version=None,
        )
        for document, stream, name in filled.documents(rulebook, startup):
            applications.attach(actor=actor, application=application, document=document, stream=stream, filename=name)
        model: shipped.ShippedModel = getattr(shipped, startup.model)
        with model.path.open("rb") as stream:
            applications.upload_model(
                actor=actor, application=application, stream=stream, filename=model.name, inputs=model.inputs
            )
        applications.give_consents(actor=actor, application=application, consents=filled.consents(rulebook))
        application.refresh_from_db()
        return applications.submit_application(actor=actor, application=application)

    def wait_for_measurements(self, challenge: Challenge) -> None:
        """The agent that ``make run`` started measures them; this only watches."""
        jobs = DeviceJob.objects.within(challenge=challenge.pk)
        total, said = jobs.count(), -1
        deadline = time.monotonic() + 900
        while time.monotonic() < deadline:
            waiting = jobs.filter(Q(state="queued") | Q(state="leased")).count()
            if total - waiting != said:
                said = total - waiting
                self.say(f"  measured {said} of {total} models")
            if not waiting:
                return
            time.sleep(1)
        self.say("  some measurements are still waiting; the evaluation starts without them")

    def evaluate(self, challenge: Challenge) -> None:
        coordinator = cast.actor("coordinator")
        stage = stage_rules(rules_of(challenge))[0]
        closes = clock.real() + timedelta(days=3)
        round = evaluation.open_round(actor=coordinator, challenge=challenge, stage=stage.key, closes_at=closes)
        bodies = [body.key for body in stage.bodies]
        for part in cast.EXPERTS:
            evaluation.seat_evaluator(
                actor=coordinator,
                round=round,
                person=cast.person(part),
                organisation=cast.organisation(part.organisation),
                body=bodies[0],
                expertise=part.expertise,
            )
        company = self.party(challenge, "demand_company")
        for part in cast.COMPANY[2:]:
            evaluation.seat_evaluator(
                actor=coordinator,
                round=round,
                person=cast.person(part),
                organisation=company,
                body=bodies[1],
                expertise=part.expertise,
            )
        round = evaluation.start_declarations(actor=coordinator, round=round, reason=NAMED)
        for seat in round.seats.select_related("person"):
            self.declare(round, seat)
        round = evaluation.assign_ballots(actor=coordinator, round=Round.objects.within(pk=round.pk).get())
        self.say("  evaluators score; some ballots stay open, so that you can score too")
        # The accounts shown at the start keep their ballots open: that is the work that waits for them.
        shown = {part.email for part in (*cast.EXPERTS, *cast.COMPANY) if part.shown}
        for ballot in Ballot.objects.within(seat__round=round).select_related(
            "seat__person", "seat__round", "application"
        ):
            if ballot.seat.person.email not in shown:
                self.score(ballot)

    def declare(self, round: Round, seat: Seat) -> None:
        standings = {application.pk: ("none", "", "") for application, _ in to_declare(seat)}
        evaluation.declare_conflicts(actor=actor_of(seat.person), round=round, standings=standings)

    def score(self, ballot: Ballot) -> None:
        """Scores that differ by evaluator and application, but are the same at every start."""
        actor = actor_of(ballot.seat.person)
        points: dict[str, str] = {}
        comments: dict[str, str] = {}
        for position, criterion in enumerate(stage_of(ballot.seat.round).body(ballot.seat.body).criteria):
            share = 72 + (sum(map(ord, f"{ballot.application.number}{ballot.seat.person.email}")) * (position + 3)) % 25
            points[criterion.key] = str((Decimal(criterion.max_points) * share / 100).quantize(Decimal("0.5")))
            comments[criterion.key] = filled.COMMENTS[(share + position) % len(filled.COMMENTS)]
        ballot = evaluation.save_ballot(actor=actor, ballot=ballot, points=points, comments=comments)
        evaluation.lock_ballot(actor=actor, ballot=ballot)

    # --- a challenge in its PoC -------------------------------------------------------------------------------------

    def in_poc(self, opens: datetime, now: datetime) -> None:
        """From its demands to the first paid milestone and into the second, by the engine of the rehearsals."""
        self.say("Making the demo: a challenge in its PoC")
        wishes = Wishes(applicants=POC_APPLICANTS, seed=POC_SEED)
        world = self.world(IN_POC, opens, wishes, domain=POC_DOMAIN, password=cast.PASSWORD, draws=True)
        way = engine.whole_way(world.book)
        keys = [step.key for step in way]
        stage = next(stage for stage in world.book.stages if stage.presentation is not None)
        label = text("발표 시간표", "Timetable of the presentations")
        sessions = steps.Step("sessions", label, lambda world: present(world, stage))
        way.insert(keys.index(f"{stage.key}.assign") + 1, sessions)
        keys = [step.key for step in way]
        way.insert(keys.index("match"), steps.Step("meet_up", text("밋업", "Meet-up"), meet_up))
        until = keys.index("milestone.1") + 2
        today = steps.Step("now", text("지금", "Now"), lambda world: half_way(world, 2, now - timedelta(days=3)))
        played(world, [*way[:until], today])

    def world(self, name: str, opens: datetime, wishes: Wishes, **more: Any) -> World:
        """What the engine of the rehearsals plays with: the demo's operator, its staff and its bodies of experts."""
        source = (settings.DIDIMDOL_CHALLENGES / name).read_text()
        book, moved = read_rulebook(source, name, opens.date())
        bodies = [cast.organisation(key) for key, (kind, *_) in cast.ORGANISATIONS.items() if kind == EXPERT_BODY]
        measured = Measurements(self.measure)
        world = World(book, moved, name, wishes, measured, host=self.operator, bodies=bodies, **more)
        world.persons |= {part.login: cast.person(part) for part in cast.STAFF}
        return world

    # --- a challenge whose evaluators are about to be drawn ----------------------------------------------------------

    def to_be_drawn(self, opens: datetime, now: datetime) -> None:
        """The call has closed and the pool of the first stage is sealed: coordinator and auditor are asked to commit."""
        self.say("Making the demo: a challenge whose evaluators are to be drawn by two bodies")
        wishes = Wishes(applicants=DRAW_APPLICANTS, seed=DRAW_SEED, experts=DRAW_EXPERTS, judges=DRAW_JUDGES)
        world = self.world(TO_BE_DRAWN, opens, wishes, domain=DRAW_DOMAIN, first_serial=3001)
        way = [step for step in engine.whole_way(world.book) if step.key in DRAW_STEPS]
        today = steps.Step("now", text("지금", "Now"), lambda world: begin_draw(world, now - timedelta(hours=2)))
        played(world, [*way, today])

    # --- a call that is open now --------------------------------------------------------------------------------

    def open_call(self, opens: datetime) -> None:
        self.say("Making the demo: a call that is open now")
        with at(opens - timedelta(days=15)):
            challenge = self.load(OPEN_NOW, opens)
        with at(resolve_calendar(rules_of(challenge))["announce"] + timedelta(hours=1)):
            programmes.announce_challenge(actor=cast.actor("manager"), challenge=challenge)


def played(world: World, way: list[steps.Step]) -> None:
    """Raises RuntimeError at the first step that cannot go on."""
    for step in steps.play(world, way, lambda event, data: None):
        if step.state == "failed":
            found = world.findings[-1].what
            raise RuntimeError(f"{step.label['en']}: {found['en']}")


def begin_draw(world: World, moment: datetime) -> None:
    """The first stage is open; the experts of the cast are in its pool too, and the companies' evaluators have seats."""
    for part in cast.EXPERTS:
        people.assign_role(
            actor=SYSTEM,
            person=cast.person(part),
            organisation=cast.organisation(part.organisation),
            role=part.role,
            challenge=world.challenge.pk,
        )
    stage = next(stage for stage in world.book.stages if stage.rule is not None)
    world.at(moment)
    round = evaluation.open_round(
        actor=world.actor("coordinator"), challenge=world.challenge, stage=stage.key, closes_at=moment + STAGE_LASTS
    )
    body = next(body.key for body in stage_of(round).bodies if not of_company(body.key))
    sealed_draw(world, round, body, AUDITOR)
    seat_everybody(world, round, stage, STAGE_LASTS.days)  # the companies'; the experts are in the pool


def accounts() -> list[tuple[str, str, str]]:
    """(e-mail, role in both languages, name) of the accounts to sign in with, one a role."""
    everybody = (*cast.STAFF, *cast.COMPANY, cast.SPONSOR, *cast.EXPERTS, cast.STARTUP_STAFF)
    parts = [p for p in everybody if p.shown]
    rows = [(p.email, f"{ROLE_LABELS[p.role]['ko']} / {ROLE_LABELS[p.role]['en']}", p.name) for p in parts]
    first = cast.STARTUPS[0]
    rows.append((f"{first.key}@{cast.DOMAIN}", "창업기업 대표 / Startup chief executive", first.ceo))
    return rows + of_the_poc()


def of_the_poc() -> list[tuple[str, str, str]]:
    """The parties of the first project of the challenge in its PoC."""
    project = Project.objects.unscoped(why="whom the demo shows").filter(state="active").order_by("number").first()
    if project is None:
        return []
    found = []
    for role, organisation in (
        (Role.CEO, project.startup_id),
        (Role.DEMAND_LEAD, project.company_id),
        (Role.BUDGET_OWNER, project.company_id),
    ):
        for person in persons_with(role, organisation=organisation, challenge=project.challenge_id)[:1]:
            label = ROLE_LABELS[role]
            found.append((person.email, f"PoC {label['ko']} / PoC: {label['en'].lower()}", person.name))
    return found


def accounts_that_exist() -> list[DemoAccount]:
    """For the sign-in page of a development server (fills the port of people)."""
    ours = Q(email__endswith=f"@{cast.DOMAIN}") | Q(email__endswith=f"@{POC_DOMAIN}")
    made = set(Person.objects.filter(ours).values_list("email", flat=True))
    return [{"label": f"{name} · {role}", "email": email} for email, role, name in accounts() if email in made]
