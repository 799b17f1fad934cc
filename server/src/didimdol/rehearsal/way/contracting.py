"""From the match to a signed agreement: plans, charters, signatures in three ways, own money, budget, account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

from didimdol.demands.queries import criteria_of
from didimdol.funding import actions as funding
from didimdol.funding.budgets import Cost, categories_of
from didimdol.funding.models import Commitment
from didimdol.kernel import blobs, clock
from didimdol.kernel.actor import PUBLIC, Actor
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import business_days_between
from didimdol.projects.actions.agreements import draft_agreement, offer_agreement
from didimdol.projects.actions.plans import approve_plan, return_plan, save_plan, submit_plan
from didimdol.projects.actions.signing import (
    decide_by_link,
    record_paper_signature,
    send_signing_link,
    sign_agreement,
)
from didimdol.projects.actions.support import confirm_contribution, give_contribution, promise_support
from didimdol.projects.enums import METHODS
from didimdol.projects.models import Agreement, Project
from didimdol.projects.money_rules import smallest_own
from didimdol.projects.settling import most_grant
from didimdol.projects.signing_links import secret_of
from didimdol.rehearsal import filled, texts
from didimdol.rehearsal.crowd import Applicant
from didimdol.rehearsal.world import World
from didimdol_lab.contract import Criterion, Validity, Verdict, judge

SHARES = (30, 40, 30)  # percent of the grant behind each of three milestones
PLAN_DAYS, SIGN_DAYS = 3, 2  # business days for the plans, and for the signatures
WAYS = ("system", "link", "paper")


def projects_of(world: World, *states: str) -> list[tuple[Applicant, Project]]:
    """The projects with their startups, in the order of the applicants."""
    by_application = {one.application.pk: one for one in world.submitted()}
    found = Project.objects.within(challenge=world.challenge).select_related(
        "challenge__programme", "challenge__rulebook", "field", "demand", "startup", "company",
        "place__application__rulebook",
    )  # fmt: skip
    rows = found.filter(state__in=states) if states else found
    return sorted(((by_application[p.place.application_id], p) for p in rows), key=lambda pair: pair[0].key)


def company_of(world: World, project: Project) -> str:
    return next(key for key, company in world.companies.items() if company.pk == project.company_id)


# --- plans ----------------------------------------------------------------------------------------------------------


def plan(world: World) -> Text:
    """Each startup writes its plan at the confirmed amount; the first is sent back once."""
    clock.move_to(world.later(clock.now(), 1))
    manager, granted = world.actor("manager"), 0
    pairs = projects_of(world, "preparing")
    for number, (applicant, project) in enumerate(world.each(pairs)):
        actor = world.actor(applicant.person)
        grant = most_grant(project)
        split = smallest_own(world.book.grant, grant)
        written = save_plan(
            actor=actor,
            project=project,
            content=_content(world, applicant, project, grant),
            grant=grant,
            own_cash=split.cash,
            own_in_kind=split.in_kind,
        )
        written = submit_plan(actor=actor, plan=written)
        if number == 0:
            return_plan(actor=manager, plan=written, reason=texts.REASON["ko"])
            written = submit_plan(actor=actor, plan=written)
        approve_plan(actor=manager, plan=written)
        granted += grant
        world.outcome.setdefault("plans", {})[applicant.key] = [grant, split.cash, split.in_kind]
    clock.move_to(world.later(clock.now(), PLAN_DAYS))
    _judge_total(world, granted)
    return text(
        f"계획 {len(pairs)}건 승인, 지원금 합계 {granted:,}원",
        f"{len(pairs)} plans approved, KRW {granted:,} of grants",
    )


def _content(world: World, applicant: Applicant, project: Project, grant: int) -> dict[str, Any]:
    opens, closes = world.when["poc.opens"], world.when["poc.closes"]
    criteria = criteria_of(project.demand)
    measured = _passed(world, applicant, project, criteria) if world.book.model_file.required else []
    amounts = [grant * share // 100 for share in SHARES]
    amounts[-1] += grant - sum(amounts)
    milestones = []
    for number, amount in enumerate(amounts):
        due = opens + (closes - opens - timedelta(days=20)) * (number + 1) / len(amounts)
        # The middle one is tested on the spot: measured models and witnessed tests both open a gate.
        by_run = bool(measured) and number != 1
        milestones.append(
            {
                "title": texts.STEPS[number],
                "due_on": due.date(),
                "amount": amount,
                "gate": "verification" if by_run else "witnessed",
                "criteria": [c.model_dump(mode="json") for c in (measured if by_run else criteria)],
            }
        )
    return {
        "goal": applicant.title,
        "work": applicant.idea,
        "schedule": f"{opens:%Y-%m-%d} – {closes:%Y-%m-%d}",
        "milestones": milestones,
    }


def _passed(world: World, applicant: Applicant, project: Project, criteria: list[Criterion]) -> list[Criterion]:
    """The criteria that the startup's model was measured to meet: it promises no others by a run."""
    found = world.measured_of(applicant)
    if found is None or found.measurement.validity is not Validity.valid:
        return []
    return [c for c in criteria if judge(c, found.measurement).verdict is Verdict.passed]


def _judge_total(world: World, granted: int) -> None:
    total = world.book.grant.total
    world.figures.setdefault("money", {})["granted"] = granted
    if total is not None and granted > total:
        world.block(
            "money",
            text(
                f"승인한 지원금 합계 {granted:,}원이 전체 예산 {total:,}원을 {granted - total:,}원 넘습니다.",
                f"Approved grants of KRW {granted:,} exceed the whole budget of KRW {total:,} by KRW {granted - total:,}.",
            ),
            text(
                "grant.total을 늘리거나, grant.cap이나 demands.places를 줄이십시오.",
                "Raise grant.total, or lower grant.cap or demands.places.",
            ),
            "grant.total",
        )


# --- agreements -----------------------------------------------------------------------------------------------------


def agree(world: World) -> Text:
    """Charters with budget owner and decision date; signed in the system, by a mailed link, on paper, in turn."""
    pairs = projects_of(world, "preparing")
    ways = dict.fromkeys(WAYS, 0)
    unsigned = declined = 0
    for number, (applicant, project) in enumerate(world.each(pairs)):
        agreement = _offer(world, project)
        if number == 1:
            agreement, declined = _declined(world, project, agreement), 1
        sign_agreement(actor=world.actor(applicant.person), agreement=agreement, sha256=agreement.sha256)
        way = WAYS[number % len(WAYS)]
        _sign_for_company(world, project, agreement, way)
        ways[way] += 1
        try:
            sign_agreement(actor=world.actor("manager"), agreement=agreement, sha256=agreement.sha256)
        except WrongState as refused:
            if refused.code != "over_the_total":
                raise
            unsigned += 1  # said already, with the plans
    clock.move_to(world.later(clock.now(), SIGN_DAYS))
    signed = projects_of(world, "active")
    _judge_calendar(world)
    world.outcome["signed"] = [applicant.key for applicant, _ in signed]
    if unsigned:
        world.block(
            "money",
            text(
                f"예산이 모자라 협약 {unsigned}건을 맺지 못했습니다.",
                f"{unsigned} agreements could not be signed for want of money.",
            ),
            text("grant.total과 지원금의 합을 맞추십시오.", "Fit grant.total to the sum of the grants."),
            "grant.total",
        )
    told = texts.tally(ways, METHODS)
    return text(
        f"협약 {len(signed)}건({told['ko']}), 거절 뒤 재작성 {declined}건",
        f"{len(signed)} agreements ({told['en']}), {declined} redrafted",
    )


def _offer(world: World, project: Project) -> Agreement:
    owner = world.persons[f"{company_of(world, project)}-owner"]
    starts = max(clock.now(), world.when["poc.opens"]).astimezone(clock.KST).date()
    ends = world.when["poc.closes"].date()
    demand = project.demand
    decision = demand.decision_on or ends + timedelta(days=world.book.outcomes.adoption_decision_days)
    manager = world.actor("manager")
    agreement = draft_agreement(
        actor=manager,
        project=project,
        charter=_charter(project, starts, ends),
        budget_owner=owner,
        decision_on=max(decision, ends),
    )
    return offer_agreement(actor=manager, agreement=agreement)


def _charter(project: Project, starts: date, ends: date) -> dict[str, Any]:
    return {
        "success": "수요의 기준을 모두 충족하면 성공으로 봅니다.",
        "criteria": [c.model_dump(mode="json") for c in criteria_of(project.demand)],
        "starts_on": starts,
        "ends_on": ends,
        "ip": project.demand.terms["ko"],
        "confidentiality": texts.CONFIDENTIALITY,
        "data": project.demand.data_offered["ko"],
        "device": project.demand.device.get("name", ""),
        "people": project.demand.people_offered["ko"],
    }


def _declined(world: World, project: Project, agreement: Agreement) -> Agreement:
    """The budget owner declines by the mailed link; the next version is signed."""
    secret = _mailed(world, project, agreement)
    decide_by_link(actor=PUBLIC, secret=secret, accept=False, name="사업부 책임자", reason=texts.REASON["ko"])
    return _offer(world, project)


def _mailed(world: World, project: Project, agreement: Agreement) -> str:
    owner = world.persons[f"{company_of(world, project)}-owner"]
    link = send_signing_link(actor=world.actor("manager"), agreement=agreement, address=owner.email, name=owner.name)
    return str(secret_of(link.pk))


def _sign_for_company(world: World, project: Project, agreement: Agreement, way: str) -> None:
    owner = world.persons[f"{company_of(world, project)}-owner"]
    if way == "system":
        sign_agreement(actor=world.actor(owner), agreement=agreement, sha256=agreement.sha256)
    elif way == "link":
        secret = _mailed(world, project, agreement)
        decide_by_link(actor=PUBLIC, secret=secret, accept=True, name=owner.name, title="상무")
    else:
        assert agreement.pdf is not None
        with blobs.open_blob(agreement.pdf) as handle:
            returned = BytesIO(handle.read() + b"\n% signed in the rehearsal\n")
        record_paper_signature(
            actor=world.actor("manager"),
            agreement=agreement,
            party="company",
            name=owner.name,
            title="상무",
            stream=returned,
            filename="agreement-signed.pdf",
        )


def _judge_calendar(world: World) -> None:
    """Does everything between the release and the agreements fit into the days of the calendar?"""
    planned, reached = world.when["agreement"], clock.now().astimezone(clock.KST)
    needed = business_days_between(world.when["release"].date(), reached.date())
    there = business_days_between(world.when["release"].date(), planned.date())
    world.figures["until_agreement"] = {"needed": needed, "planned": there}
    if reached <= planned:
        return
    told = text(
        f"발표에서 협약까지 확정·승격·매칭·계획·서명에 {needed}영업일이 걸렸으나 일정은 {there}영업일입니다.",
        f"From the release to the agreements, confirming, promoting, matching, plans and signatures took {needed} "
        f"business days; the calendar has {there}.",
    )
    change = text(
        f"calendar.agreement를 'release +{needed}bd 17:00' 이후로 옮기십시오.",
        f"Move calendar.agreement to 'release +{needed}bd 17:00' or later.",
    )
    (world.block if reached > world.when["poc.closes"] else world.warn)("calendar", told, change, "calendar.agreement")


# --- money ----------------------------------------------------------------------------------------------------------


def prepare_money(world: World) -> Text:
    """Own money is brought and confirmed, budgets are approved, accounts are checked, support is promised."""
    world.at(max(clock.now(), world.when["poc.opens"]), hours=3)
    pairs = projects_of(world, "active")
    brought = 0
    for number, (applicant, project) in enumerate(world.each(pairs)):
        actor = world.actor(applicant.person)
        grant, cash, in_kind = world.outcome["plans"][applicant.key]
        brought += _contribute(world, actor, project, cash=cash, in_kind=in_kind)
        budget = funding.save_budget(actor=actor, project=project, lines=list(_costs(project, grant, cash, in_kind)))
        budget = funding.submit_budget(actor=actor, budget=budget)
        if number == 0:
            funding.return_budget(actor=world.actor("manager"), budget=budget, reason=texts.REASON["ko"])
            budget = funding.save_budget(
                actor=actor, project=project, lines=list(_costs(project, grant, cash, in_kind))
            )
            budget = funding.submit_budget(actor=actor, budget=budget)
        funding.approve_budget(actor=world.actor("manager"), budget=budget)
        account = funding.register_account(
            actor=actor,
            startup=applicant.organisation,
            bank="모의은행",
            number=f"000-{applicant.serial}-{number:06d}",
            holder=applicant.name,
        )
        funding.verify_account(actor=world.actor("coordinator"), account=account)
        promise_support(
            actor=world.actor(f"{company_of(world, project)}-lead"),
            project=project,
            kind="people",
            description="사업부 책임연구원",
            hours=120,
        )
    committed = sum(Commitment.objects.within(challenge=world.challenge).values_list("amount", flat=True))
    world.figures.setdefault("money", {}).update({"committed": committed, "own_cash_and_kind": brought})
    return text(
        f"약정 {committed:,}원, 자기부담 {brought:,}원", f"KRW {committed:,} committed, KRW {brought:,} of own money"
    )


def _contribute(world: World, actor: Actor, project: Project, *, cash: int, in_kind: int) -> int:
    for kind, amount in (("cash", cash), ("in_kind", in_kind)):
        if amount:
            given = give_contribution(
                actor=actor,
                project=project,
                kind=kind,
                amount=amount,
                stream=BytesIO(filled.page(kind)),
                filename=f"{kind}.pdf",
            )
            confirm_contribution(actor=world.actor("manager"), contribution=given)
    return cash + in_kind


def _costs(project: Project, grant: int, cash: int, in_kind: int) -> Iterator[Cost]:
    """The grant over three categories, what the startup pays beside the first, what it brings beside the last."""
    keys = categories_of(project)[:3]
    shares = [grant // len(keys)] * len(keys)
    shares[0] += grant - sum(shares)
    for number, key in enumerate(keys):
        yield Cost(
            key,
            government=shares[number],
            own_cash=cash if number == 0 else 0,
            own_in_kind=in_kind if number == len(keys) - 1 else 0,
        )


def moment_of(day: date) -> datetime:
    """Ten in the morning of a day in Seoul."""
    return datetime(day.year, day.month, day.day, 10, tzinfo=clock.KST)
