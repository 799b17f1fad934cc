"""The PoC: milestones with their gates, payments, supplements, checks, one startup that gives up."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

from didimdol.funding import actions as funding
from didimdol.funding.models import Disbursement
from didimdol.kernel import clock
from didimdol.kernel.words import Text, text
from didimdol.ledger.queries import trial_balance
from didimdol.projects.actions.checks import check_project
from didimdol.projects.actions.ending import withdraw_project
from didimdol.projects.actions.gates import hand_in_model
from didimdol.projects.actions.milestones import (
    accept_milestone,
    add_deliverable,
    approve_milestone,
    ask_supplement,
    submit_milestone,
)
from didimdol.projects.actions.support import log_support_hours
from didimdol.projects.actions.tests import record_test, sign_test
from didimdol.projects.gates import criteria_of, evidence
from didimdol.projects.models import Milestone, Project
from didimdol.rehearsal import filled, shipped, texts
from didimdol.rehearsal.crowd import Applicant
from didimdol.rehearsal.way.contracting import company_of, moment_of, projects_of
from didimdol.rehearsal.way.measuring import serve_all
from didimdol.rehearsal.world import World

MILESTONES = 3
#: one of so many is sent back to be supplemented; one of so many startups gives up after the first milestone
SUPPLEMENTS, WITHDRAWALS = 6, 10


Work = tuple[Applicant, Project, Milestone]


def deliver(world: World, position: int) -> Text:
    """Every running project hands in one milestone: measured or tested, accepted, approved, paid."""
    rows = _milestones(world, position)
    if not rows:
        return text("수행 중인 과제가 없습니다.", "No project is running.")
    clock.move_to(moment_of(rows[0][2].due_on) - timedelta(days=6))
    for applicant, project, milestone in rows:
        _prove(world, applicant, project, milestone)
    serve_all(world)
    supplemented = paid = 0
    shut: dict[str, tuple[Text, int]] = {}
    for number, (applicant, project, milestone) in enumerate(world.each(rows)):
        clock.move_to(moment_of(milestone.due_on) - timedelta(days=2))
        found = evidence(milestone)
        if not found.passed:
            shut[found.why["en"]] = (found.why, shut.get(found.why["en"], (found.why, 0))[1] + 1)
            continue
        supplement = number % SUPPLEMENTS == position % SUPPLEMENTS
        _accept(world, applicant, project, milestone, supplement=supplement)
        supplemented += supplement
        _pay(world, applicant, milestone, held=number == 1)
        paid += milestone.amount
        world.outcome.setdefault("milestones", {}).setdefault(applicant.key, []).append(milestone.amount)
    _shut(world, position, shut)
    if position == 1:
        _give_up(world, rows)
    _check(world, position)
    _judge_books(world)
    return text(
        f"{len(rows)}건, 보완 {supplemented}건, 지급 {paid:,}원",
        f"{len(rows)} milestones, {supplemented} supplemented, KRW {paid:,} paid",
    )


def half_way(world: World, position: int, at: datetime) -> Text:
    """For the demo: of one milestone, each project stands at another step, so that something waits for everybody."""
    clock.move_to(at)
    rows = sorted(_milestones(world, position), key=lambda row: row[1].number)  # the demo shows the first
    for number, (applicant, project, milestone) in enumerate(rows):
        if number == len(rows) - 1:
            break  # not begun: that waits for the startup
        _prove(world, applicant, project, milestone)
        actor, lead = world.actor(applicant.person), world.actor(f"{company_of(world, project)}-lead")
        milestone = submit_milestone(actor=actor, milestone=milestone)
        if number >= 1:
            milestone = accept_milestone(actor=lead, milestone=milestone)
        if number >= 2:
            milestone = approve_milestone(actor=world.actor("manager"), milestone=milestone)
            funding.request_disbursement(actor=actor, milestone=milestone)
    return text(f"{position}단계 수행 중 {len(rows)}건", f"{len(rows)} at work on milestone {position}")


def _milestones(world: World, position: int) -> list[Work]:
    rows = []
    for applicant, project in projects_of(world, "active"):
        milestone = Milestone.objects.within(project=project, position=position).select_related("project").get()
        milestone.project = project
        rows.append((applicant, project, milestone))
    return rows


def _prove(world: World, applicant: Applicant, project: Project, milestone: Milestone) -> None:
    actor = world.actor(applicant.person)
    add_deliverable(
        actor=actor,
        milestone=milestone,
        stream=BytesIO(filled.page(milestone.title)),
        filename=f"report-{milestone.position}.pdf",
    )
    if milestone.gate == "verification":
        model: shipped.ShippedModel = getattr(shipped, applicant.model)
        with model.path.open("rb") as stream:
            hand_in_model(actor=actor, milestone=milestone, stream=stream, filename=model.name, inputs=model.inputs)
        return
    figures = texts.claims([c.model_dump(mode="json") for c in criteria_of(milestone)])
    test = record_test(
        actor=actor,
        milestone=milestone,
        plan="같은 조건에서 100번 되풀이하여 잰 값의 중앙값을 적음",
        stream=BytesIO(b"number,ms\n" + b"".join(b"%d,%d\n" % (n, n % 7) for n in range(100))),
        filename="log.csv",
        figures=figures,
        tested_on=clock.today().date(),
    )
    test = sign_test(actor=actor, test=test)
    sign_test(actor=world.actor(f"{company_of(world, project)}-lead"), test=test)


def _accept(world: World, applicant: Applicant, project: Project, milestone: Milestone, *, supplement: bool) -> None:
    actor, lead = world.actor(applicant.person), world.actor(f"{company_of(world, project)}-lead")
    milestone = submit_milestone(actor=actor, milestone=milestone)
    if supplement:
        ask_supplement(actor=lead, milestone=milestone, reason=texts.REASON["ko"])
        clock.move_to(clock.now() + timedelta(days=1))
        add_deliverable(
            actor=actor,
            milestone=milestone,
            stream=BytesIO(filled.page(f"{milestone.title} 보완")),
            filename=f"supplement-{milestone.position}.pdf",
        )
        milestone = submit_milestone(actor=actor, milestone=milestone)
    milestone = accept_milestone(actor=lead, milestone=milestone)
    approve_milestone(actor=world.actor("manager"), milestone=milestone)


def _pay(world: World, applicant: Applicant, milestone: Milestone, *, held: bool) -> None:
    """Asked for by the startup, approved by the coordinator, released by the second manager; one is held for a while."""
    if not milestone.amount:
        return
    payment = funding.request_disbursement(actor=world.actor(applicant.person), milestone=milestone)
    coordinator = world.actor("coordinator")
    if held:
        funding.hold_disbursement(actor=coordinator, disbursement=payment, reason=texts.REASON["ko"])
        payment = funding.unhold_disbursement(actor=coordinator, disbursement=payment)
    payment = funding.approve_disbursement(actor=coordinator, disbursement=payment)
    funding.release_disbursement(
        actor=world.actor("second-manager"),
        disbursement=payment,
        reference=f"R-{applicant.serial}-{milestone.position}",
    )


def _shut(world: World, position: int, shut: dict[str, tuple[Text, int]]) -> None:
    for why, count in shut.values():
        world.warn(
            "way",
            text(
                f"{position}단계의 관문이 {count}건에서 열리지 않았습니다. {why['ko']}",
                f"The gate of milestone {position} stayed shut {count} times. {why['en']}",
            ),
            text("단계의 판정 기준을 확인하십시오.", "Look at the milestone's criteria."),
        )


def _give_up(world: World, rows: list[Work]) -> None:
    for applicant, project, _ in rows[len(rows) - len(rows) // WITHDRAWALS :]:
        withdraw_project(actor=world.actor(applicant.person), project=project, reason=texts.REASON["ko"])
        world.outcome.setdefault("withdrawn", []).append(applicant.key)


def _check(world: World, position: int) -> None:
    """A check after each milestone but the last, which the final one follows; hours of support are written down."""
    kind = {1: "mid_term", 2: "ad_hoc", 3: "final"}[position]
    for number, (_, project) in enumerate(projects_of(world, "active")):
        supplement = position == 1 and number == 0
        check_project(
            actor=world.actor("manager"),
            project=project,
            kind=kind,
            result="supplement" if supplement else "continue",
            comment=texts.REASON["ko"],
            due_on=clock.today().date() + timedelta(days=14) if supplement else None,
        )
        for item in project.support.all():
            lead = world.actor(f"{company_of(world, project)}-lead")
            log_support_hours(actor=lead, item=item, on=clock.today().date(), hours=Decimal(30))


def _judge_books(world: World) -> None:
    """The books of the challenge balance to the won, and no more was paid than promised."""
    lines = trial_balance(world.challenge.pk)
    off = sum(line.balance for line in lines)
    paid = sum(
        Disbursement.objects.within(project__challenge=world.challenge, state="released").values_list(
            "amount", flat=True
        )
    )
    money = world.figures.setdefault("money", {})
    money["paid"] = paid
    if off:
        world.block(
            "money",
            text(f"장부의 차변과 대변이 {off:,}원 다릅니다.", f"The books are off by KRW {off:,}."),
            text("플랫폼 운영자에게 알려 주십시오.", "Please tell the platform's staff."),
        )
    if paid > money.get("committed", 0):
        world.block(
            "money",
            text(f"약정보다 많은 {paid:,}원이 지급되었습니다.", f"KRW {paid:,} were paid, more than promised."),
            text("플랫폼 운영자에게 알려 주십시오.", "Please tell the platform's staff."),
        )
