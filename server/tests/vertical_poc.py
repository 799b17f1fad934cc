"""The vertical challenge after its result: matched, signed, at work, with something written in every place there is.

``working()`` leaves in each field a running project with evidence, files, money asked for and an adoption case under
review. What a person writes there carries ``mark(field, what)``.
"""

from __future__ import annotations

import io
from datetime import date, time, timedelta

from didimdol.demands.queries import criteria_of
from didimdol.funding import actions as funding
from didimdol.funding.budgets import Cost
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.outcomes import actions as outcomes
from didimdol.outcomes.models import AdoptionCase
from didimdol.people.queries import actor_of
from didimdol.projects.actions import agreements, checks, gates, milestones, plans, signing, support
from didimdol.projects.actions import tests as witnessed
from didimdol.projects.models import Agreement, Milestone, Project
from didimdol.rehearsal.filled import page
from didimdol.selection import actions as meetings
from didimdol.selection.actions import compute_matching, confirm_place, open_matching, release_matching
from didimdol.selection.meeting_slots import Plan
from didimdol.selection.models import MeetingTable, MeetUp, Place
from didimdol.verification.actions import register_device
from didimdol_decide.canonical import digest
from server.tests.vertical import MODEL, Side, Vertical, mark, vertical
from server.tests.worlds import kst

GRANT = 40_000_000
STARTS, ENDS, DECISION = date(2025, 6, 2), date(2025, 10, 17), date(2026, 1, 30)
AT_WORK = kst("2025-07-01 10:00")


def matched(world: Vertical | None = None) -> Vertical:
    """Every startup confirmed its place and is matched with the partner of its field; the projects are opened."""
    world = world or vertical()
    for side in world.sides.values():
        place = Place.objects.within(application=side.application).get()
        confirm_place(actor=acts(side, "ceo"), place=place)
    matching = open_matching(actor=world.manages, challenge=world.challenge, closes_at=clock.now() + timedelta(days=1))
    clock.move_to(clock.now() + timedelta(days=2))
    matching = compute_matching(actor=world.manages, matching=matching)
    release_matching(actor=actor_of(world.second_manager), matching=matching)
    return world


def acts(side: Side, who: str) -> Actor:
    return actor_of(side.persons[who])


def project_of(side: Side) -> Project:
    return Project.objects.within(demand=side.demand).select_related("challenge", "startup", "company").get()


def signed(world: Vertical | None = None) -> Vertical:
    """All three parties signed in the system, in every field."""
    world = world or matched()
    for side in world.sides.values():
        agreement = offered(world, side)
        for who in (acts(side, "ceo"), acts(side, "owner"), world.manages):
            signing.sign_agreement(actor=who, agreement=agreement, sha256=agreement.sha256)
    return world


def offered(world: Vertical, side: Side) -> Agreement:
    key, project = side.key, project_of(side)
    assert side.demand is not None
    criteria = [criterion.model_dump(mode="json") for criterion in criteria_of(side.demand)]
    half = GRANT // 2
    content = {
        "goal": mark(key, "goal"),
        "work": mark(key, "work"),
        "schedule": mark(key, "schedule"),
        "milestones": [
            {"title": mark(key, "step1"), "description": mark(key, "steptext"), "due_on": "2025-07-31", "amount": half,
             "gate": "witnessed", "criteria": criteria},
            {"title": mark(key, "step2"), "due_on": "2025-09-30", "amount": half, "gate": "verification",
             "criteria": criteria},
        ],
    }  # fmt: skip
    ceo = acts(side, "ceo")
    plan = plans.save_plan(actor=ceo, project=project, content=content, grant=GRANT, own_cash=0, own_in_kind=0)
    plan = plans.approve_plan(actor=world.manages, plan=plans.submit_plan(actor=ceo, plan=plan))
    charter = {
        "success": mark(key, "success"),
        "criteria": criteria,
        "starts_on": STARTS,
        "ends_on": ENDS,
        "ip": mark(key, "ip"),
        "data": mark(key, "data"),
        "device": mark(key, "device"),
        "people": mark(key, "people"),
        "confidentiality": {
            name: mark(key, name) for name in ("scope", "period", "holders", "duty", "damages", "returning")
        },
    }
    agreement = agreements.draft_agreement(
        actor=world.manages, project=project, charter=charter, budget_owner=side.owner, decision_on=DECISION
    )
    return agreements.offer_agreement(actor=world.manages, agreement=agreement)


def working(world: Vertical | None = None) -> Vertical:
    """In each field: support, contribution, files, a witnessed test, a model, a check; and a meet-up of all fields."""
    world = world or signed()
    clock.move_to(AT_WORK)
    meet(world)
    register_device(
        actor=actor_of(world.verifier), organisation=world.operator, name="1호기", labels=["runtime:onnxruntime-cpu"]
    )
    for side in world.sides.values():
        _work(world, side)
    return world


def meet(world: Vertical) -> MeetUp:
    """Each startup with the partner of its field, at a table whose name and link only they read."""
    plan = Plan(
        days=(date(2025, 7, 10),), starts=time(10), ends=time(12), minutes=30,
        wishes_until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    row = meetings.open_meet_up(actor=world.runs, challenge=world.challenge, plan=plan)
    for side in world.sides.values():
        table = MeetingTable.objects.within(meet_up=row, company=side.company).get()
        link = f"https://meet.example.kr/{mark(side.key, 'meetlink')}"
        meetings.change_table(actor=world.runs, table=table, name=mark(side.key, "table"), link=link)
    row = meetings.collect_wishes(actor=world.runs, meet_up=row)
    for side in world.sides.values():
        assert side.demand is not None
        place = Place.objects.within(application=side.application).get()
        yes = {"meet_up": row, "away": ()}
        meetings.give_meeting_wishes(actor=acts(side, "ceo"), place=place, words={str(side.demand.pk): "yes"}, **yes)
        meetings.give_meeting_wishes(actor=acts(side, "lead"), demand=side.demand, words={str(place.pk): "yes"}, **yes)
    meetings.ask_for_timetable(actor=world.runs, meet_up=row)
    row = meetings.make_timetable(actor=SYSTEM, meet_up=row)
    row = meetings.publish_timetable(actor=world.runs, meet_up=row, digest=digest(row.proposal["schedule"]))
    assert row.meetings.count() == len(world.sides)
    return row


def _work(world: Vertical, side: Side) -> None:
    key, project = side.key, project_of(side)
    ceo, lead = acts(side, "ceo"), acts(side, "lead")
    item = support.promise_support(
        actor=lead, project=project, kind="people", description=mark(key, "support"), hours=40, due_on=ENDS
    )
    support.log_support_hours(actor=lead, item=item, on=date(2025, 6, 30), hours=4, note=mark(key, "hours"))
    support.give_contribution(
        actor=ceo, project=project, kind="cash", amount=1_000_000, note=mark(key, "contribution"),
        stream=file(key, "receipt"), filename=f"{mark(key, 'receiptfile')}.pdf",
    )  # fmt: skip
    first, second = Milestone.objects.within(project=project).order_by("position")
    milestones.add_deliverable(
        actor=ceo, milestone=first, stream=file(key, "report"), filename=f"{mark(key, 'reportfile')}.pdf",
        note=mark(key, "deliverable"),
    )  # fmt: skip
    figures = {c["key"]: str(c["threshold"]) for c in first.criteria}
    test = witnessed.record_test(
        actor=ceo, milestone=first, plan=mark(key, "testplan"), stream=file(key, "log"),
        filename=f"{mark(key, 'logfile')}.csv", figures=figures, tested_on=date(2025, 6, 30),
    )  # fmt: skip
    witnessed.sign_test(actor=ceo, test=test)
    witnessed.sign_test(actor=lead, test=test)
    milestones.submit_milestone(actor=ceo, milestone=first)
    milestones.accept_milestone(actor=lead, milestone=first)
    milestones.approve_milestone(actor=world.manages, milestone=first)
    gates.hand_in_model(
        actor=ceo, milestone=second, stream=io.BytesIO(MODEL + key.encode()),
        filename=f"{mark(key, 'nextmodel')}.onnx", explanation=mark(key, "explanation"),
    )  # fmt: skip
    checks.check_project(
        actor=world.manages, project=project, kind="mid_term", result="supplement", comment=mark(key, "check"),
        due_on=date(2025, 7, 20),
    )  # fmt: skip

    _pay(world, side, first)
    _adopt(world, side)


def _pay(world: Vertical, side: Side, milestone: Milestone) -> None:
    """Budget and account, the first milestone's money asked for, approved and paid."""
    key, project, ceo = side.key, project_of(side), acts(side, "ceo")
    assert side.startup is not None
    lines = [Cost("materials", government=GRANT, note=mark(key, "costs"))]
    budget = funding.submit_budget(actor=ceo, budget=funding.save_budget(actor=ceo, project=project, lines=lines))
    funding.approve_budget(actor=world.manages, budget=budget)
    account = funding.register_account(
        actor=ceo, startup=side.startup, bank=mark(key, "bank"), number="110-222-333444", holder=mark(key, "holder")
    )
    funding.verify_account(actor=world.manages, account=account)
    payment = funding.request_disbursement(actor=ceo, milestone=milestone)
    funding.approve_disbursement(actor=world.manages, disbursement=payment)
    second = actor_of(world.second_manager)
    funding.release_disbursement(actor=second, disbursement=payment, reference=mark(key, "transfer"))


def _adopt(world: Vertical, side: Side) -> None:
    """The decision was put off once; a sale is recorded with evidence; the sponsor introduced a customer."""
    key, case = side.key, AdoptionCase.objects.within(project=project_of(side)).get()
    outcomes.postpone_decision(
        actor=acts(side, "owner"), case=case, until=date(2026, 3, 31), reason=mark(key, "postponed")
    )
    outcomes.record_sale(
        actor=acts(side, "ceo"), case=case, amount=1_000_000, currency="KRW", sold_on=date(2025, 6, 30),
        customer=mark(key, "customer"), note=mark(key, "sale"), stream=pdf(key, "invoice"),
        filename=f"{mark(key, 'invoice')}.pdf",
    )  # fmt: skip
    outcomes.record_introduction(
        actor=actor_of(world.sponsor), case=case, to_name=mark(key, "introduced"), country="US", kind="customer",
        introduced_on=date(2025, 6, 30), note=mark(key, "introduction"),
    )  # fmt: skip


def pdf(key: str, what: str) -> io.BytesIO:
    return io.BytesIO(page(mark(key, what)))


def file(key: str, what: str) -> io.BytesIO:
    """Bytes that name where they belong."""
    return io.BytesIO(f"{mark(key, what)}\n".encode() * 3)


__all__ = ["acts", "file", "matched", "offered", "project_of", "signed", "working"]
