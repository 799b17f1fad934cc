"""The end: grades by the final panel, the best projects by their own, and what the companies decide afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from didimdol.evaluation.guards import of_company
from didimdol.evaluation.models import Conflict
from didimdol.kernel import clock
from didimdol.kernel.words import Text, text
from didimdol.outcomes import actions as outcomes
from didimdol.outcomes.models import AdoptionCase
from didimdol.people.models import Person
from didimdol.projects.actions.ending import finish_project
from didimdol.projects.actions.finals import compute_final, lock_review, open_final, release_final, save_review
from didimdol.projects.enums import GRADES
from didimdol.projects.final_computing import rule_of
from didimdol.projects.models import Final, Project, Review
from didimdol.records.verifying import verify
from didimdol.rehearsal import filled, texts
from didimdol.rehearsal.way.contracting import company_of, projects_of
from didimdol.rehearsal.world import World
from didimdol_decide.rules import StageRule

#: what becomes of the cases, in turn; "silent": nobody decides, and the clock runs on
DECISIONS = ("adopted", "silent", "declined", "adopted", "follow_on", "postponed")
OVERDUE_DAYS = 214


def grade(world: World) -> Text:
    """The final evaluation of the running projects."""
    world.at(max(clock.now(), world.when["poc.closes"]), hours=1)
    grades = _final(world, "grade", world.book.outcomes.final.rule, [p for _, p in projects_of(world, "active")])
    for applicant, project in projects_of(world):
        world.outcome.setdefault("grades", {})[applicant.key] = project.grade
    return grades


def best(world: World) -> Text:
    """The best ones, chosen by their own panel; then the projects are finished."""
    clock.move_to(clock.now() + timedelta(days=1))
    able = [p for _, p in projects_of(world, "evaluated") if p.grade in ("outstanding", "good", "fair")]
    wanted = world.book.outcomes.best_projects
    if wanted and able:
        _final(world, "best", world.book.outcomes.final.best_rule, able)
    for _, project in projects_of(world, "evaluated"):
        finish_project(actor=world.actor("manager"), project=project)
    named = [applicant.key for applicant, project in projects_of(world) if project.best]
    world.outcome["best"] = named
    world.figures["finals"] = world.figures.get("finals", {}) | {"best": len(named), "best_wanted": wanted}
    if len(named) < wanted:
        world.note(
            "way",
            text(
                f"우수과제 {wanted}건 가운데 {len(named)}건만 정해졌습니다.",
                f"Only {len(named)} of {wanted} best projects were named.",
            ),
            text(
                "outcomes.best_projects를 과제 수에 맞추십시오.",
                "Fit outcomes.best_projects to the number of projects.",
            ),
            "outcomes.best_projects",
        )
    return text(f"우수과제 {len(named)}건", f"{len(named)} best projects")


def _final(world: World, kind: str, rule: StageRule, projects: list[Project]) -> Text:
    opened = clock.now()
    closes = world.when["final"] if opened < world.when["final"] and kind == "grade" else opened + timedelta(days=5)
    panel = _panel(world, rule, projects, late=kind == "best")
    final = open_final(
        actor=world.actor("manager"), challenge=world.challenge, kind=kind, closes_at=closes, panel=panel
    )
    reviews = list(
        Review.objects.within(final=final).select_related(
            "final__challenge__programme", "final__challenge__rulebook", "person", "project__field", "project__place"
        )
    )
    for review in world.each(sorted(reviews, key=lambda r: (r.project.number, r.body, r.person.email))):
        _review(world, review)
    clock.move_to(closes + timedelta(minutes=10))
    final = compute_final(actor=world.actor("coordinator"), final=_again(final))
    release_final(actor=world.actor("manager"), final=_again(final))
    grades: dict[str, int] = {}
    for _, project in projects_of(world):
        if project.grade:
            grades[project.grade] = grades.get(project.grade, 0) + 1
    world.figures["finals"] = {"reviews": len(reviews), "panel": len(panel), "grades": grades}
    return texts.tally(grades, GRADES)


def _panel(world: World, rule: StageRule, projects: list[Project], *, late: bool) -> list[tuple[Person, str]]:
    """Experts without a conflict with any of the projects; of each demand company evaluators who signed nothing."""
    applications = [project.place.application_id for project in projects]
    barred = set(
        Conflict.objects.within(application__in=applications)
        .exclude(standing="none")
        .values_list("person_id", flat=True)
    )
    fresh = [person for key, person in sorted(world.persons.items()) if key.startswith("late-expert-")]
    known = [person for person, _ in world.experts if person.pk not in barred]
    experts = fresh + known if late else known + fresh
    companies = {company_of(world, project) for project in projects}
    panel: list[tuple[Person, str]] = []
    for body in rule.bodies:
        if of_company(body.key):
            for company in sorted(companies):
                free = [judge for judge in world.judges[company] if judge.pk not in barred]
                panel += [(judge, body.key) for judge in free[: body.seats]]
        else:
            panel += [(expert, body.key) for expert in experts[: body.seats]]
            experts = experts[body.seats :]
    return panel


def _review(world: World, review: Review) -> None:
    by_application = {one.application.pk: one for one in world.submitted()}
    applicant = by_application[review.project.place.application_id]
    rank = list(
        Review.objects.within(final=review.final_id, project=review.project_id, body=review.body)
        .order_by("person__email")
        .values_list("pk", flat=True)
    ).index(review.pk)
    random = world.draw("review", review.final.kind, applicant.key, review.body, rank)
    scores = {}
    for criterion in rule_of(review.final).body(review.body).criteria:
        share = min(100.0, max(30.0, random.gauss(applicant.quality + 4, 6)))
        scores[criterion.key] = f"{float(criterion.max_points) * share / 100:.1f}"
    actor = world.actor(review.person)
    review = save_review(actor=actor, review=review, scores=scores, comment=texts.comment(random.randrange(9), 30))
    lock_review(actor=actor, review=review)


def _again(final: Final) -> Final:
    return Final.objects.within(pk=final.pk).select_related("challenge__programme", "challenge__rulebook").get()


# --- adoption -------------------------------------------------------------------------------------------------------


def adopt(world: World) -> Text:
    """Budget owners decide, put off, or do not answer; contracts, a shipment, sales, introductions."""
    clock.move_to(max(clock.now(), world.when["final"]) + timedelta(days=20))
    counts: dict[str, int] = {}
    pairs = [(a, p) for a, p in projects_of(world) if p.state.startswith("completed")]
    for number, (applicant, project) in enumerate(world.each(pairs)):
        decision = DECISIONS[number % len(DECISIONS)]
        counts[decision] = counts.get(decision, 0) + 1
        case = AdoptionCase.objects.within(project=project).select_related("project").get()
        _decide(world, case, company_of(world, project), decision)
        if decision == "adopted":
            _earn(world, applicant.person, case, company_of(world, project), number)
        if number == 0:
            _introduce(world, applicant.person, case, company_of(world, project))
        world.outcome.setdefault("adoption", {})[applicant.key] = decision
    overdue = _overdue(world)
    world.figures["adoption"] = counts | {"overdue": overdue}
    told = texts.tally(counts, texts.DECIDED)
    return text(
        f"{told['ko']}, {OVERDUE_DAYS}일째 답 없음 {overdue}",
        f"{told['en']}; {overdue} without an answer for {OVERDUE_DAYS} days",
    )


def _decide(world: World, case: AdoptionCase, company: str, decision: str) -> None:
    owner = world.actor(f"{company}-owner")
    if decision == "silent":
        return
    if decision == "postponed":
        until = max(case.due_on, clock.today().date()) + timedelta(days=30)
        outcomes.postpone_decision(actor=owner, case=case, until=until, reason=texts.REASON["ko"])
        return
    more: dict[str, Any] = {
        "adopted": {"kind": "embedded"},
        "declined": {"reason_code": "schedule", "reason": texts.REASON["ko"]},
        "follow_on": {},
    }[decision]
    outcomes.decide_adoption(actor=owner, case=case, decision=decision, **more)


def _earn(world: World, ceo: Person, case: AdoptionCase, company: str, number: int) -> None:
    lead = world.actor(f"{company}-lead")
    clock.move_to(clock.now() + timedelta(days=3))
    for step in ("contracted", "shipped"):
        outcomes.advance_case(actor=lead, case=case, to=step, stream=BytesIO(filled.page(step)), filename=f"{step}.pdf")
    sale = outcomes.record_sale(
        actor=world.actor(ceo),
        case=case,
        amount=25_000_000 + 1_000_000 * number,
        currency="KRW",
        sold_on=clock.today().date(),
        customer="모의 고객",
        stream=BytesIO(filled.page("sale")),
        filename="invoice.pdf",
    )
    outcomes.confirm_sale(actor=lead, sale=sale)
    outcomes.advance_case(actor=lead, case=case, to="revenue_confirmed")


def _introduce(world: World, ceo: Person, case: AdoptionCase, company: str) -> None:
    giver = world.actor("sponsor" if "sponsor" in world.persons else f"{company}-lead")
    made = outcomes.record_introduction(actor=giver, case=case, to_name="모의 해외 고객", country="US", kind="customer")
    outcomes.report_introduction_result(actor=world.actor(ceo), introduction=made, result="meeting")


def _overdue(world: World) -> int:
    """How many decisions are still open so long after they were due."""
    due: list[date] = list(
        AdoptionCase.objects.within(
            project__challenge=world.challenge, state__in=("under_review", "follow_on")
        ).values_list("due_on", flat=True)
    )
    if due:
        later = max(due) + timedelta(days=OVERDUE_DAYS)
        clock.move_to(max(clock.now(), clock.now() + (later - clock.today().date())))
    open_ones = AdoptionCase.objects.within(project__challenge=world.challenge, state="under_review")
    return sum(case.days_overdue(clock.today().date()) > 0 for case in open_ones)


# --- the memory -----------------------------------------------------------------------------------------------------


def remember(world: World) -> Text:
    """Every link of the log is computed again."""
    found = verify()
    if not found.holds:
        world.block(
            "way",
            text(
                f"기록의 고리 {len(found.breaks)}곳이 맞지 않습니다.",
                f"The log is broken in {len(found.breaks)} places.",
            ),
            text("플랫폼 운영자에게 알려 주십시오.", "Please tell the platform's staff."),
        )
    world.figures["log"] = {"events": found.events, "chains": found.chains}
    return text(f"사건 {found.events:,}건 확인", f"{found.events:,} events verified")
