"""From the rulebook to the announced call: people and companies, demands, the notice."""

from __future__ import annotations

import os
from datetime import date, timedelta

from didimdol.demands import actions as demands
from didimdol.kernel import clock
from didimdol.kernel.words import Text, text
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation
from didimdol.programmes import actions as programmes
from didimdol.programmes.models import Field, Party
from didimdol.programmes.rulebook import ChallengeField
from didimdol.rehearsal import crowd, texts
from didimdol.rehearsal.panels import experts_needed, judges_needed, loads
from didimdol.rehearsal.world import World

EXPERT_BODIES = (
    ("한별대학교(모의)", "Hanbyeol University (rehearsal)"),
    ("가온기술연구소(모의)", "Gaon Research Institute (rehearsal)"),
    ("이음벤처투자(모의)", "Ieum Ventures (rehearsal)"),
    ("온새미로기술사회(모의)", "Onsaemiro Society of Engineers (rehearsal)"),
)
LATE_EXPERTS = 12
STAFF = (
    ("manager", Role.MANAGER),
    ("second-manager", Role.MANAGER),  # nobody approves their own work
    ("coordinator", Role.COORDINATOR),
    ("verifier", Role.VERIFIER),
    ("auditor", Role.AUDITOR),
)


def load(world: World) -> Text:
    """The operator, the rulebook, and everybody who runs and judges."""
    start = min(world.when["announce"], world.when.get("demand.opens", world.when["announce"]))
    clock.move_to(start - timedelta(days=10))
    wishes, book = world.wishes, world.book
    world.operator = world.host or world.body(OrganisationKind.OPERATOR, "모의 운영기관", "Rehearsal operator")
    staff = crowd.names(world.draw("staff"), 200)
    for key, role in STAFF:
        world.person(key, staff.pop(), world.operator, role)
    world.challenge = programmes.load_rulebook(
        actor=world.actor("manager"), operator=world.operator, text=world.source, filename=world.filename, example=True
    )
    world.applicants = crowd.applicants(wishes.seed, book, wishes.applicants, world.first_serial)
    expected = loads(book, world.when, wishes.applicants)
    bodies = world.bodies or [world.body(OrganisationKind.EXPERT_BODY, ko, en) for ko, en in EXPERT_BODIES]
    for number in range(wishes.experts or experts_needed(expected, wishes.ballots_a_day)):
        seat_more_experts(world, staff.pop() if staff else f"위원{number}", bodies[number % len(bodies)])
    _companies(world, staff)
    sponsor = Party.objects.within(challenge=world.challenge, part="technology_sponsor").select_related("organisation")
    for party in sponsor.order_by("key")[:1]:
        world.person("sponsor", staff.pop() if staff else "후원사", party.organisation, Role.SPONSOR)
    for number in range(LATE_EXPERTS):
        # Who chooses the best projects at the end has judged nothing before.
        name = staff.pop() if staff else f"위원{number}"
        world.person(f"late-expert-{number + 1}", name, bodies[number % len(bodies)], Role.EXPERT, challenge=True)
    judges = sum(len(found) for found in world.judges.values())
    return text(
        f"외부 전문가 {len(world.experts)}명, 수요기업 {len(world.companies)}곳의 위원 {judges}명",
        f"{len(world.experts)} external experts; {judges} evaluators of {len(world.companies)} demand companies",
    )


def seat_more_experts(world: World, name: str, body: Organisation) -> None:
    key = f"expert-{len(world.experts) + 1:02d}"
    world.experts.append((world.person(key, name, body, Role.EXPERT, challenge=True), body))


def _companies(world: World, staff: list[str]) -> None:
    expected = loads(world.book, world.when, world.wishes.applicants)
    parties = Party.objects.within(challenge=world.challenge, part="demand_company").select_related("organisation")
    for party in parties.order_by("key"):
        company = world.companies[party.key] = party.organisation
        world.person(f"{party.key}-lead", staff.pop(), company, Role.DEMAND_LEAD)
        world.person(f"{party.key}-owner", staff.pop(), company, Role.BUDGET_OWNER)
        own = {entry.key for entry in world.book.fields if entry.demand_company in (None, party.key)}
        mine = sum(applicant.field in own for applicant in world.applicants)
        count = world.wishes.judges or judges_needed(expected, world.wishes.ballots_a_day, mine)
        world.judges[party.key] = []
        for number in range(count):
            add_judge(world, party.key, staff.pop() if staff else f"심사역{number}")


def add_judge(world: World, company: str, name: str) -> None:
    key = f"{company}-judge-{len(world.judges[company]) + 1:02d}"
    judge = world.person(key, name, world.companies[company], Role.DEMAND_EVALUATOR, challenge=True)
    world.judges[company].append(judge)


def publish_demands(world: World) -> Text:
    """Each field gets a demand of its company; the first is sent back once and mended."""
    world.at(
        "demand.opens" if "demand.opens" in world.when else "announce", days=0 if "demand.opens" in world.when else -5
    )
    fields = {row.key: row for row in Field.objects.within(challenge=world.challenge).select_related("demand_company")}
    companies = sorted(world.companies)
    labels = ["runtime:onnxruntime-cpu", f"arch:{os.uname().machine}"]
    decision = world.when["poc.closes"] + timedelta(days=world.book.outcomes.adoption_decision_days)
    returned = 0
    for place, entry in enumerate(world.each(list(world.book.fields))):
        company = entry.demand_company or companies[place % len(companies)]
        # Where several startups are selected, two business units of the company compete for them.
        for unit in range(2 if (entry.quota or 0) >= 3 else 1):
            returned += _publish(world, fields[entry.key], company, entry, decision.date(), labels, unit)
    count = sum(len(found) for found in world.demands.values())
    return text(f"수요 {count}건 공개, 보완 {returned}건", f"{count} demands published, {returned} mended")


def _publish(
    world: World, field: Field, company: str, entry: ChallengeField, decision_on: date, labels: list[str], unit: int
) -> int:
    """One demand, written by the lead and approved by the manager; the very first is sent back once."""
    lead = world.actor(f"{company}-lead")
    content = texts.demand(entry, world.persons[f"{company}-owner"], decision_on, labels, unit)
    demand = demands.create_demand(
        actor=lead, challenge=world.challenge, field=field, company=world.companies[company], content=content
    )
    demand = demands.propose_demand(actor=lead, demand=demand)
    returned = not world.demands
    if returned:
        demands.return_demand(actor=world.actor("manager"), demand=demand, reason=texts.REASON["ko"])
        demands.save_demand(actor=lead, demand=demand, content=content)
        demand = demands.propose_demand(actor=lead, demand=demand)
    demand = demands.publish_demand(actor=world.actor("manager"), demand=demand)
    world.demands.setdefault(entry.key, []).append(demand)
    return int(returned)


def announce(world: World) -> Text:
    world.at("announce")
    world.challenge = programmes.announce_challenge(actor=world.actor("manager"), challenge=world.challenge)
    world.challenge.refresh_from_db()
    return text(f"접수 {world.book.calendar.opens}부터", f"The call opens {world.book.calendar.opens}")


__all__ = ["add_judge", "announce", "load", "publish_demands", "seat_more_experts"]
