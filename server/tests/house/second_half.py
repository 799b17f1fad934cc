"""The scene's second half: places confirmed, startups matched, one project signed and running with money asked for, its
final evaluation open; the rival startup's agreement waits for a signature by mail link."""

from __future__ import annotations

import io
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from didimdol.api import actions as webhooks
from didimdol.api.subjects import topics_for
from didimdol.demands.models import Demand
from didimdol.demands.queries import criteria_of
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.outcomes import actions as outcomes
from didimdol.outcomes.models import AdoptionCase, Evidence
from didimdol.people.enums import Role
from didimdol.programmes.rulebook import parse
from didimdol.projects.actions import checks, finals, milestones, signing, support
from didimdol.projects.actions import tests as witnessed
from didimdol.projects.models import Milestone, Project, WitnessedTest
from didimdol.projects.signing_links import secret_of
from didimdol.rehearsal import keeping
from didimdol.rehearsal.measured import Measurements
from didimdol.rehearsal.models import RehearsalReport
from didimdol.rehearsal.report import build
from didimdol.rehearsal.world import Wishes
from didimdol.rehearsal.world import World as Rehearsed
from didimdol.selection import actions as selection
from didimdol.selection.meeting_slots import Plan
from didimdol.selection.models import MeetUp, Place
from didimdol_decide.canonical import digest
from server.tests import worlds
from server.tests.funding.worlds import Money, steps_of
from server.tests.projects.worlds import Poc, offered_agreement, signed_project
from server.tests.rehearsal.canned import canned

if TYPE_CHECKING:
    from server.tests.house.scenes import Scene

SECRETS = {
    "goal": "셋째 달의 비밀 목표",  # of the revised plan
    "step": "둘째 단계의 속내",  # a milestone's title
    "file": "보고서-햇살.txt",  # a deliverable
    "bank": "110-777-456789",
    "customer": "비밀고객사",  # of a sale
    "introduced": "소개받은 회사",
    "check": "점검에서 적은 말",
    "review": "최종평가의 심사평",
    "rival_step": "경쟁사의 단계",
}
AMOUNTS = (24_000_000, 36_000_000)


def run(scene: Scene) -> None:
    world = scene.world
    scene.secrets |= SECRETS
    second = worlds.person("한사업")
    worlds.give(second, world.operator, Role.MANAGER)
    manager = scene.acts("manager")
    for place in Place.objects.within(challenge=world.challenge, state="offered"):
        ceo = world.ceos[world.startups.index(place.startup)]
        selection.confirm_place(actor=world.actor(ceo), place=place)
    meet_up = _wished(scene)
    matching = selection.open_matching(
        actor=manager, challenge=world.challenge, closes_at=clock.now() + timedelta(days=1)
    )
    clock.move_to(clock.now() + timedelta(days=2))
    matching = selection.compute_matching(actor=manager, matching=matching)
    matching = selection.release_matching(actor=world.actor(second), matching=matching)
    own = Place.objects.within(application=scene.application).get()
    _met(scene, meet_up)
    scene.at |= {"place": own.pk, "matching": matching.pk}
    poc = _poc(scene, Project.objects.within(place=own).select_related("challenge", "startup", "company").get(), second)
    rival = _poc(scene, Project.objects.within(challenge=world.challenge).exclude(place=own).get(), second)
    rival.people["ceo"] = world.ceos[world.startups.index(rival.project.startup)]
    content = {
        "goal": SECRETS["goal"],
        "work": "줄이고 잽니다.",
        "schedule": "",
        "milestones": _steps(poc, SECRETS["step"]),
    }
    signed_project(poc, grant=sum(AMOUNTS), content=content)
    _, agreement = offered_agreement(
        rival, grant=50_000_000, milestones=_steps(rival, SECRETS["rival_step"], 25_000_000)
    )
    link = signing.send_signing_link(
        actor=manager, agreement=agreement, address=scene.people["owner"].email, name="맡은 이"
    )
    scene.at |= {"challenge_id": world.challenge.pk, "signature": link.pk, "model_version": link.pk}
    scene.at |= {"link": link.pk, "link_secret": secret_of(link.pk), "rival_agreement": agreement.pk}
    scene.at |= {"project": poc.project.pk, "rival_project": rival.project.pk}
    clock.move_to(worlds.kst("2025-06-02 10:00"))
    _work(scene, poc)
    _money(scene, Money(poc))
    _outcome(scene, poc)
    _final(scene, poc)
    hook = webhooks.create_subscription(
        actor=poc.ceo,
        organisation=poc.startup,
        challenge=None,
        url="http://localhost:1/hook",
        topics=list(topics_for(poc.startup)),
    )
    delivery = webhooks.send_test(actor=poc.ceo, subscription=hook)
    scene.at |= {"webhook": hook.pk, "delivery": delivery.pk, "rehearsal": _rehearsed(scene).pk}


def _wished(scene: Scene) -> MeetUp:
    """A meet-up in June: the first startup and the company of its field wish to meet."""
    runs = scene.world.runs
    plan = Plan(
        days=(date(2025, 6, 5),), starts=time(10), ends=time(12), minutes=30,
        wishes_until=clock.now() + timedelta(days=1), venue="디딤돌회관",
    )  # fmt: skip
    row = selection.open_meet_up(actor=runs, challenge=scene.world.challenge, plan=plan)
    row = selection.collect_wishes(actor=runs, meet_up=row)
    place = Place.objects.within(application=scene.application).get()
    demand = Demand.objects.within(pk=scene.at["published"]).get()
    selection.give_meeting_wishes(actor=scene.acts("ceo"), meet_up=row, place=place, words={str(demand.pk): "gladly"})
    selection.give_meeting_wishes(actor=scene.acts("lead"), meet_up=row, demand=demand, words={str(place.pk): "yes"})
    return row


def _met(scene: Scene, row: MeetUp) -> None:
    """Its timetable is published."""
    runs = scene.world.runs
    selection.ask_for_timetable(actor=runs, meet_up=row)
    row = selection.make_timetable(actor=SYSTEM, meet_up=row)
    selection.publish_timetable(actor=runs, meet_up=row, digest=digest(row.proposal["schedule"]))
    scene.at |= {"meet_up": row.pk, "meeting": row.meetings.get().pk, "meeting_table": row.tables.get().pk}


def _rehearsed(scene: Scene) -> RehearsalReport:
    """The report of a rehearsal that has not begun."""
    source = worlds.small_rulebook(key="rehearsed")
    world = Rehearsed(parse(source, "small.yaml").rulebook, source, "small.yaml", Wishes(), Measurements(canned))
    return keeping.store(build(world, [], [], started_at=clock.real(), seconds=1.0), scene.world.operator)


def _poc(scene: Scene, project: Project, second: Any) -> Poc:
    people = {
        name: scene.people[name] for name in ("ceo", "staff", "lead", "owner", "manager", "coordinator", "auditor")
    }
    return Poc(scene.world, project, project.demand, {**people, "second_manager": second})  # type: ignore[dict-item]


def _steps(poc: Poc, title: str, *amounts: int) -> list[dict[str, Any]]:
    criteria = [criterion.model_dump(mode="json") for criterion in criteria_of(poc.demand)]
    first, *rest = ({**step, "criteria": criteria} for step in steps_of(amounts * 2 or AMOUNTS))
    return [first, *({**step, "title": title} for step in rest)]


def _test(poc: Poc, milestone: Milestone) -> WitnessedTest:
    return witnessed.record_test(
        actor=poc.staff, milestone=milestone, plan="사무실", stream=io.BytesIO(b"12\n"), filename="raw.csv",
        figures={criterion.key: "12" for criterion in criteria_of(poc.demand)}, tested_on=clock.today().date(),
    )  # fmt: skip


def _earn(poc: Poc, milestone: Milestone) -> None:
    test = _test(poc, milestone)
    witnessed.sign_test(actor=poc.staff, test=test)
    witnessed.sign_test(actor=poc.lead, test=test)
    milestones.submit_milestone(actor=poc.ceo, milestone=milestone)
    milestones.accept_milestone(actor=poc.owner, milestone=milestone)
    milestones.approve_milestone(actor=poc.manager, milestone=milestone)


def _work(scene: Scene, poc: Poc) -> None:
    """The first milestone is earned and approved; the second has a file and a test that the company has not signed."""
    first, second = Milestone.objects.within(project=poc.project).order_by("position")
    _earn(poc, first)
    given = milestones.add_deliverable(
        actor=poc.staff, milestone=second, stream=io.BytesIO(b"report"), filename=SECRETS["file"], note=""
    )
    test = _test(poc, second)
    item = support.promise_support(
        actor=poc.lead, project=poc.project, kind="people", description="마이크 담당", hours=20, due_on=date(2025, 7, 1)
    )
    part = support.give_contribution(
        actor=poc.ceo, project=poc.project, kind="in_kind", amount=1_000_000, note="장비",
        stream=io.BytesIO(b"%PDF-1.4\n"), filename="evidence.pdf",
    )  # fmt: skip
    checks.check_project(
        actor=poc.manager, project=poc.project, kind="mid_term", result="continue", comment=SECRETS["check"]
    )
    scene.at |= {
        "milestone": second.pk,
        "deliverable": given.pk,
        "test": test.pk,
        "support": item.pk,
        "contribution": part.pk,
        "plan": poc.project.plans.get().pk,
        "agreement": poc.project.agreements.get().pk,
    }


def _money(scene: Scene, money: Money) -> None:
    budget = money.budget()
    account = money.register(SECRETS["bank"])
    payment = money.request(1)
    scene.at |= {"budget": budget.pk, "account": account.pk, "payment": payment.pk}
    scene.at |= {"earned": payment.milestone_id}


def _outcome(scene: Scene, poc: Poc) -> None:
    case = AdoptionCase.objects.within(project=poc.project).get()
    sale = outcomes.record_sale(
        actor=poc.ceo, case=case, amount=199_900, currency="USD", sold_on=clock.today().date(),
        customer=SECRETS["customer"], stream=io.BytesIO(b"%PDF-1.4\n"), filename="invoice.pdf",
    )  # fmt: skip
    introduction = outcomes.record_introduction(
        actor=scene.acts("sponsor"), case=case, to_name=SECRETS["introduced"], country="US", kind="partner"
    )
    evidence = Evidence.objects.within(sale=sale).get()
    scene.at |= {"case": case.pk, "sale": sale.pk, "introduction": introduction.pk, "evidence": evidence.pk}


def _final(scene: Scene, poc: Poc) -> None:
    experts = [scene.people[persona] for persona in ("expert", "colleague", "unassigned")]
    judges = [scene.people["judge"], worlds.person("둘째심사")]
    worlds.give(judges[1], poc.company, Role.DEMAND_EVALUATOR, scene.world.challenge)
    panel = [*((person, "expert") for person in experts), *((person, "demand") for person in judges)]
    final = finals.open_final(
        actor=poc.manager, challenge=poc.project.challenge, kind="grade", closes_at=clock.now() + timedelta(days=7),
        panel=panel, projects=[poc.project],  # type: ignore[arg-type]
    )  # fmt: skip
    review = final.reviews.get(person=scene.people["colleague"])
    finals.save_review(actor=scene.acts("colleague"), review=review, scores={}, comment=SECRETS["review"])
    scene.at |= {
        "final": final.pk,
        "review": final.reviews.get(person=scene.people["expert"]).pk,
        "others_review": review.pk,
    }
