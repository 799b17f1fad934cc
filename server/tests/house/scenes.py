"""The scene of the house's tests: one challenge from its open call to the released result, with everybody who could ask.

``Scene(...)`` stands in the open call; ``scene.go_to("scoring")`` moves on. Everything is made by the product's actions,
but that nobody waits. ``SECRETS``: words that stand in exactly one place, to see who reads what.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.test import Client

from didimdol.applications import actions as applications
from didimdol.applications.models import Application, Attachment, Measured, ModelUpload
from didimdol.demands import actions as demands
from didimdol.demands.content import Content
from didimdol.demands.models import Demand
from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.models import Ballot, Round
from didimdol.evaluation.session_hours import SessionHours
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.words import text
from didimdol.notices.models import Message
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.links import invitation_secret
from didimdol.people.models import Organisation, Person, RoleAssignment
from didimdol.people.queries import actor_of
from didimdol.programmes import actions as programmes
from didimdol.programmes.models import Challenge
from didimdol.records.models import AuditEvent, PersonalNote
from didimdol.selection import actions as selection
from didimdol.selection.models import Selection
from didimdol.verification import actions as verification
from didimdol.verification.queries import actor_of as actor_of_device
from didimdol_decide.canonical import digest
from didimdol_decide.drawing import new_reveal
from didimdol_lab.contract import Criterion, DeviceProfile
from server.tests import worlds
from server.tests.house import second_half

READING = ["profile:read", "applications:read", "verification:read", "projects:read", "webhooks:read"]
PHASES = ("open", "preparing", "declaring", "scoring", "computed", "decided", "released", "running")
LABELS = ["arch:x86_64", "runtime:onnxruntime-cpu"]
MODEL = b"\x08\x08\x12\x04test" + b"\0" * 100

#: word → where it stands. Evaluators score the first application of the field "laptop": its startup is "햇살기술".
SECRETS = {
    "applicant": "햇살기술",  # who applied
    "title": "햇살 아래의 받아쓰기",  # the idea's title
    "plan": "비밀스러운 사업 계획",  # an answer that every evaluator reads
    "founder": "카이스트를 나온 대표",  # a blind answer
    "price": "단가 구만 원",  # for the demand company's evaluators only
    "deck": "소개자료-햇살.txt",  # the name of a document
    "points": "37.25",  # of a colleague's locked ballot
    "comment": "근거가 모자란다는 심사평",
    "colleague": "둘째위원",  # who else evaluates
    "draft": "리버의 초안 수요",  # a demand that was not proposed
    "proposed": "리버의 제안 수요",  # one that the operator has not published
    "note": "보완 사유를 적은 글",  # personal words beside the chain
    "unannounced": "공고 전의 챌린지",
}

EXPERTS = {"expert": "첫째위원", "colleague": SECRETS["colleague"], "unassigned": "셋째위원", "conflicted": "넷째위원"}


def _rulebook(key: str, name: str = "") -> str:
    def change(book: Any) -> None:
        book["parties"].append({"key": "chips", "kind": "technology_sponsor", "name": {"ko": "칩스", "en": "Chips"}})
        book["fields"][0]["criteria"] = [
            {
                "key": "size",
                "metric": "model_size",
                "statistic": "value",
                "comparison": "<=",
                "threshold": 50,
                "unit": "MB",
            }
        ]
        stage = book["evaluation"]["stages"][0]
        stage |= {"kind": "presentation", "presentation": {"talk_minutes": 15, "questions_minutes": 15}}
        book["model_file"] = {"required": False, "formats": ["onnx"], "max_size_mb": 1}
        book["verification"] = {"trials_per_application": 2}
        if name:
            book["name"] = {"ko": name, "en": name}

    return worlds.small_rulebook(key=key, blind=True, change=change)


@dataclass
class Scene:
    """``people``: persona → person (None: nobody signed in). ``cookies``: persona → its session. ``bearers``: persona →
    its token. ``at``: name of a thing → its id, slug or secret."""

    world: worlds.World
    phase: str = "open"
    people: dict[str, Person | None] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    bearers: dict[str, str] = field(default_factory=dict)
    at: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=lambda: dict(SECRETS))
    application: Application = field(init=False)
    round: Round = field(init=False)
    selection: Selection = field(init=False)

    def acts(self, persona: str) -> Any:
        person = self.people[persona]
        assert person is not None
        return actor_of(person)

    def client(self, persona: str) -> Client:
        client = Client()
        if persona in self.cookies:
            client.cookies["sessionid"] = self.cookies[persona]
        return client

    def sign_in(self) -> None:
        for persona, person in self.people.items():
            if person is not None and persona not in self.cookies:
                client = Client()
                client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
                self.cookies[persona] = client.cookies["sessionid"].value

    def go_to(self, phase: str) -> None:
        for step in PHASES[PHASES.index(self.phase) + 1 : PHASES.index(phase) + 1]:
            STEPS[step](self)
            self.phase = step
        self.sign_in()


def open_scene() -> Scene:
    """The call is open. The first startup's application is a draft with a document, a model and a trial measurement;
    three others have submitted theirs."""
    clock.move_to(worlds.BEFORE)
    world = worlds.open_challenge(experts=0, rulebook=_rulebook("small"))
    scene = Scene(world)
    _staff(scene)
    _companies(scene)
    _startups(scene)
    _papers(scene)
    scene.sign_in()
    return scene


def _new(
    scene: Scene, persona: str, organisation: Organisation, role: Role, challenge: Challenge | None = None
) -> None:
    scene.people[persona] = worlds.person(f"{persona} 님")
    worlds.give(scene.people[persona], organisation, role, challenge)


def _staff(scene: Scene) -> None:
    world = scene.world
    scene.people["visitor"] = None
    scene.people["newcomer"] = worlds.person("newcomer 님")
    for persona in ("platform", "platform_open"):
        _new(scene, persona, world.operator, Role.PLATFORM)
    people.open_staff_session(actor=scene.acts("platform_open"), reason="접근 표를 확인하는 점검", hours=1)
    scene.people |= {"manager": world.manager, "coordinator": world.coordinator, "auditor": world.auditor}
    _new(scene, "verifier", world.operator, Role.VERIFIER)
    elsewhere = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name=text("다른진흥원", "Other")
    )
    _new(scene, "other_manager", elsewhere, Role.MANAGER)
    sponsor = world.challenge.parties.select_related("organisation").get(key="chips").organisation
    _new(scene, "sponsor", sponsor, Role.SPONSOR, world.challenge)
    for persona, name in EXPERTS.items():
        scene.people[persona] = worlds.add_expert(world, name)
    next_one = programmes.load_rulebook(
        actor=scene.acts("manager"),
        operator=world.operator,
        text=_rulebook("next", SECRETS["unannounced"]),
        filename="next.yaml",
    )
    scene.at |= {"announced": world.challenge.slug, "unannounced": next_one.slug}


def _companies(scene: Scene) -> None:
    world = scene.world
    river, hill = world.companies["river"], world.companies["hill"]
    _new(scene, "lead", river, Role.DEMAND_LEAD, world.challenge)
    _new(scene, "owner", river, Role.BUDGET_OWNER)
    _new(scene, "rival_lead", hill, Role.DEMAND_LEAD)
    scene.people |= {"judge": world.judges["river"][0], "rival_judge": world.judges["hill"][0]}
    device, token = verification.register_device(
        actor=scene.acts("verifier"), organisation=world.operator, name="1호기", labels=LABELS
    )
    _, idle = verification.register_device(
        actor=scene.acts("verifier"), organisation=world.operator, name="2호기", labels=["os:windows"]
    )
    scene.bearers |= {"device": token, "idle_device": idle}
    scene.at["device"] = device.pk
    scene.at["published"] = _demand(scene, "받아쓰기", "published").pk
    scene.at["proposed"] = _demand(scene, SECRETS["proposed"], "proposed").pk
    scene.at["draft"] = _demand(scene, SECRETS["draft"], "draft").pk


def _demand(scene: Scene, title: str, until: str) -> Demand:
    lead = scene.acts("lead")
    content = Content(
        title=text(title, title),
        problem=text("회의록", "Minutes"),
        device=DeviceProfile(name="노트북", labels=LABELS[:1], memory_mb=2000, threads=1),
        criteria=[
            Criterion(
                key="peak_memory", metric="peak_memory", statistic="value", comparison="<=", threshold=900, unit="MB"
            )
        ],
        budget_owner=scene.people["owner"],
        decision_on=date(2025, 12, 1),
        terms=text("각자 소유", "Each keeps theirs"),
    )
    laptop = scene.world.challenge.fields.get(key="laptop")
    demand = demands.create_demand(
        actor=lead,
        challenge=scene.world.challenge,
        field=laptop,
        company=scene.world.companies["river"],
        content=content,
    )
    if until == "draft":
        return demand
    demands.propose_demand(actor=lead, demand=demand)
    if until == "published":
        demands.return_demand(actor=scene.acts("manager"), demand=demand, reason=SECRETS["note"])
        demands.propose_demand(actor=lead, demand=demand)
        demands.publish_demand(actor=scene.acts("manager"), demand=demand)
    return demand


def _startups(scene: Scene) -> None:
    world = scene.world
    startup = worlds.add_startup(world, SECRETS["applicant"])
    scene.people["ceo"] = world.ceos[0]
    _new(scene, "staff", startup, Role.STAFF)
    ceo = scene.acts("ceo")
    application = applications.start_application(actor=ceo, challenge=world.challenge, startup=startup)
    laptop = world.challenge.fields.get(key="laptop")
    application = applications.choose_field(actor=ceo, application=application, field=laptop)
    demand = Demand.objects.within(pk=scene.at["published"]).get()
    applications.claim_demand(actor=ceo, application=application, demand=demand, claims={"peak_memory": "800"})
    application = applications.save_draft(
        actor=ceo,
        application=application,
        title=SECRETS["title"],
        answers={
            "title": SECRETS["title"],
            "plan": SECRETS["plan"],
            "founder": SECRETS["founder"],
            "price": SECRETS["price"],
        },
    )
    applications.attach(
        actor=ceo,
        application=application,
        document="deck",
        stream=io.BytesIO("소개".encode()),
        filename=SECRETS["deck"],
    )
    applications.upload_model(
        actor=ceo, application=application, stream=io.BytesIO(MODEL), filename="model.onnx", inputs="input: 1x576"
    )
    scene.application = applications.measure_trial(actor=ceo, application=application)
    world.applications.append(scene.application)
    for _ in range(3):
        worlds.apply(world)
    scene.people["rival_ceo"] = world.ceos[2]  # the same field
    job = Measured.objects.within(application=application).order_by("created_at")[0].job
    device = job._meta.get_field("device").related_model.objects.within(pk=scene.at["device"]).get()
    leased = verification.claim_job(actor=actor_of_device(device), device=device, labels=LABELS, versions={})
    assert leased is not None
    scene.at |= {
        "application": application.pk,
        "attachment": Attachment.objects.within(application=application).get().pk,
        "model": ModelUpload.objects.within(application=application).get().pk,
        "measured": Measured.objects.within(application=application).order_by("created_at")[0].pk,
        "job": leased.pk,
    }


def _papers(scene: Scene) -> None:
    """Organisations, invitations, tokens, messages and events to ask for."""
    world, ceo = scene.world, scene.acts("ceo")
    startup = world.startups[0]
    invitation = people.invite(actor=ceo, email="new@example.kr", organisation=startup, role=Role.STAFF)
    token, clear = people.issue_token(actor=ceo, name="읽기", scopes=READING, days=1)
    _, narrow = people.issue_token(actor=ceo, name="좁은", scopes=["records:read"], days=1)
    scene.bearers |= {"token": clear, "narrow_token": narrow}
    note = PersonalNote.objects.unscoped(why="a note of the challenge").filter(value=SECRETS["note"]).first()
    assert note is not None
    message = Message.objects.unscoped(why="a message to the lead").filter(person=scene.people["lead"]).first()
    assert message is not None
    site = AuditEvent.objects.unscoped(why="an event of another operator").filter(chain="site").order_by("sequence")
    scene.at |= {
        "startup": startup.pk,
        "operator": world.operator.pk,
        "company": world.companies["river"].pk,
        "staff_role": RoleAssignment.objects.within(person=scene.people["staff"]).get().pk,
        "expert_role": RoleAssignment.objects.within(person=scene.people["expert"]).get().pk,
        "invitation": invitation.pk,
        "secret": invitation_secret(invitation.pk),
        "token": token.pk,
        "note": note.pk,
        "event": note.event_id,
        "site_event": site[0].pk,
        "message": message.pk,
    }


# --- the steps -----------------------------------------------------------------------------------------------------


def _prepare(scene: Scene) -> None:
    world = scene.world
    applications.submit_application(actor=scene.acts("ceo"), application=scene.application)
    measured = Measured.objects.within(application=scene.application, final=True).order_by("created_at")[0]
    scene.at |= {"measured": measured.pk}
    clock.move_to(worlds.CLOSED)
    scene.round = worlds.open_round(world)
    worlds.seat_all(world, scene.round)
    scene.at |= {"round": scene.round.pk, "seat": scene.round.seats.get(person=scene.people["expert"]).pk}
    _tell_expertise(scene)
    _draw(scene)


def _tell_expertise(scene: Scene) -> None:
    """Who fits best, second, and not at all: no tie decides who evaluates the application, and who is told as better."""
    words = scene.application.title.split()  # type: ignore[union-attr]
    for persona, known in (("expert", words), ("colleague", words[:1])):
        seat = scene.round.seats.get(person=scene.people[persona])
        evaluation.correct_expertise(actor=scene.world.runs, seat=seat, keywords=", ".join(known))


def _draw(scene: Scene) -> None:
    """Of two more experts: one is drawn and steps back, with nobody to follow; for the other both bodies shall commit."""
    runs, lead, manager = scene.world.runs, scene.acts("lead"), scene.acts("manager")
    for thing in ("drawn", "draw"):
        expert = worlds.add_expert(scene.world, f"{thing} 위원")
        draw = evaluation.open_draw(actor=runs, round=scene.round, body="expert", seats=1, witness="party-river")
        draw = evaluation.change_pool(actor=runs, draw=draw, stated={expert.pk: (True, "market", "", "")})
        draw = evaluation.seal_pool(actor=runs, draw=draw, reveal_by=clock.now() + timedelta(days=2))
        scene.at |= {thing: draw.pk, f"{thing}_person": draw.people.get(barred="").pk}
        if thing == "draw":
            return
        secrets = [(runs, new_reveal("operator", "1")), (lead, new_reveal("party-river", "2"))]
        for actor, secret in secrets:
            evaluation.commit_secret(actor=actor, draw=draw, commitment=secret.commitment(draw.pool_digest).commitment)
        for actor, secret in secrets:
            evaluation.reveal_secret(actor=actor, draw=draw, secret=json.dumps(secret.as_json()))
        leaving = draw.people.get(standing="drawn")
        replacement = evaluation.ask_replacement(actor=runs, leaving=leaving, ground="declined")
        evaluation.accept_replacement(actor=manager, replacement=replacement)
        scene.at["replacement"] = replacement.pk


def _declare(scene: Scene) -> None:
    draw = scene.round.draws.get(pk=scene.at["draw"])
    evaluation.give_up_draw(actor=scene.world.runs, draw=draw, reason="다음 평가에서 다시 뽑음")
    scene.round = evaluation.start_declarations(actor=scene.world.runs, round=scene.round)


def _score(scene: Scene) -> None:
    """The one in conflict says so; of the other three one is assigned elsewhere only. One ballot is locked."""
    first = scene.application
    for seat in scene.round.seats.filter(state="invited"):
        worlds.declare(seat, (first,) if seat.person_id == scene.people["conflicted"].pk else ())  # type: ignore[union-attr]
    scene.round = evaluation.assign_ballots(actor=scene.world.runs, round=scene.round)
    _recast(scene)
    scene.at["seat"] = scene.round.seats.get(person=scene.people["expert"]).pk
    locked = worlds.lock(_ballot(scene, "colleague"), lambda *_: SECRETS["points"], SECRETS["comment"])
    scene.at |= {"ballot": _ballot(scene, "expert").pk, "locked": locked.pk}
    _present(scene)


def _present(scene: Scene) -> None:
    """The timetable of the presentations is published."""
    runs = scene.world.runs
    plan = SessionHours(
        days=(date(2025, 4, 3),), starts=time(10), ends=time(17), minutes=30, venue="디딤돌회관",
        answers_until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    row = evaluation.plan_sessions(actor=runs, round=scene.round, plan=plan)
    evaluation.ask_session_timetable(actor=runs, sessions=row)
    row = evaluation.make_session_timetable(actor=SYSTEM, sessions=row)
    evaluation.publish_sessions(actor=runs, sessions=row, digest=digest(row.proposal["schedule"]))
    scene.at |= {"sessions": row.pk, "session_room": row.rooms.get().pk}


def _recast(scene: Scene) -> None:
    """The draw decides which of the three is unassigned."""
    ballots = Ballot.objects.within(seat__round=scene.round, application=scene.application, seat__body="expert")
    assigned = {ballot.seat.person_id for ballot in ballots.select_related("seat")}
    three = ("expert", "colleague", "unassigned")
    who = sorted(((scene.people[p], scene.cookies.get(p)) for p in three), key=lambda each: each[0].pk not in assigned)  # type: ignore[union-attr]
    assert [each.pk in assigned for each, _ in who] == [True, True, False]  # type: ignore[union-attr]
    for persona, (person, cookie) in zip(three, who, strict=True):
        scene.people[persona] = person
        if cookie:
            scene.cookies[persona] = cookie
    scene.secrets["colleague"] = scene.people["colleague"].name  # type: ignore[union-attr]


def _ballot(scene: Scene, persona: str) -> Ballot:
    found = Ballot.objects.within(seat__person=scene.people[persona], application=scene.application)
    return found.select_related("seat__round__challenge__rulebook", "seat__person", "application").get()


def _compute(scene: Scene) -> None:
    worlds.lock_all(scene.world, scene.round)
    scene.round = worlds.close(scene.world, scene.round)
    scene.selection = selection.compute_selection(actor=scene.world.runs, round=scene.round)
    line = scene.selection.lines.get(application=scene.application)
    scene.at |= {"selection": scene.selection.pk, "line": line.pk}


def _decide(scene: Scene) -> None:
    scene.selection = selection.decide_selection(actor=scene.acts("manager"), selection=scene.selection)


def _release(scene: Scene) -> None:
    scene.selection = selection.release_selection(actor=scene.acts("manager"), selection=scene.selection)


STEPS: dict[str, Callable[[Scene], None]] = {
    "preparing": _prepare,
    "declaring": _declare,
    "scoring": _score,
    "computed": _compute,
    "decided": _decide,
    "released": _release,
    "running": second_half.run,
}
