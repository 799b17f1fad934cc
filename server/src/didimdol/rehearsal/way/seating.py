"""Who sits on the panels of a stage; and where they cannot be filled, why, and what would be enough."""

from __future__ import annotations

from typing import Any

from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.clash import Clash
from didimdol.evaluation.clash_words import counted
from didimdol.evaluation.guards import of_company
from didimdol.evaluation.models import DrawPerson, Round
from didimdol.kernel.problems import AccessDenied
from didimdol.kernel.words import text
from didimdol.people.models import Person
from didimdol.programmes.rulebook import Stage
from didimdol.rehearsal import crowd
from didimdol.rehearsal.findings import ONE_OF
from didimdol.rehearsal.panels import SPARE
from didimdol.rehearsal.way.opening import add_judge, seat_more_experts
from didimdol.rehearsal.world import World
from didimdol_decide.assignment import AssignmentProblem
from didimdol_decide.assignment.repairs import solvable

STILL_SHORT = text(
    "앞의 막힘을 풀려고 위원을 더 위촉하였으나 아직 모자랍니다.",
    "More evaluators were seated after the finding before this one; they are still too few.",
)
MOST_DAYS = 60  # business days that a longer window may take


def seat_everybody(world: World, round: Round, stage: Stage, days: int) -> None:
    """Experts for the bodies of experts, the companies' evaluators for theirs; nobody whom a draw has passed over. Safe to
    repeat."""
    assert stage.rule is not None
    seated = set(DrawPerson.objects.within(draw__round=round).values_list("person_id", flat=True))
    seated |= set(round.seats.exclude(state="vacated").values_list("person_id", flat=True))
    most = min(1000, world.wishes.ballots_a_day * days)
    for body in stage.rule.bodies:
        people: list[tuple[Person, Any]] = list(world.experts)
        if of_company(body.key):
            people = [(p, world.companies[key]) for key, judges in world.judges.items() for p in judges]
        for person, organisation in people:
            if person.pk in seated:
                continue
            evaluation.seat_evaluator(
                actor=world.actor("coordinator"),
                round=round,
                person=person,
                organisation=organisation,
                body=body.key,
                most=most,
                expertise=world.draw("expertise", person.email).choice(crowd.EXPERTISE),
            )


def recruit(world: World, clash: Clash | None = None) -> None:
    """So that the rest can be rehearsed too: half as many again, and what the proof asks for with a few to spare."""
    missing = clash.newcomers if clash is not None else {}
    experts = sum(count for (body, _), count in missing.items() if not of_company(body))
    names = crowd.names(world.draw("recruits", len(world.experts)), 400)
    bodies = [organisation for _, organisation in world.experts]
    for number in range(max(2, len(world.experts) // 2, SPARE + experts if experts else 0)):
        seat_more_experts(world, names.pop() if names else f"위원{number}", bodies[number % len(bodies)])
    for company, judges in world.judges.items():
        own = {entry.key for entry in world.book.fields if entry.demand_company in (None, company)}
        asked = sum(count for (body, fields), count in missing.items() if of_company(body) and own & set(fields))
        for number in range(max(1, len(judges) // 2, SPARE + asked if asked else 0)):
            add_judge(world, company, names.pop() if names else f"심사역{number}")


def found_too_few(world: World, stage: Stage, refused: AccessDenied) -> None:
    """Fewer people than one panel has seats: nothing to solve."""
    world.block(
        "panel",
        refused.message,
        text(
            "위원을 더 위촉하거나 평가 주체의 좌석(seats)을 줄이십시오.",
            "Seat more evaluators, or lower the seats of this body.",
        ),
        _rule(stage),
    )


def found_infeasible(world: World, stage: Stage, days: int, clash: Clash, again: bool) -> None:
    """``again``: others were seated after an earlier finding of this stage, and it was not enough."""
    told, ways = list(clash.told), list(clash.ways)
    if again:
        told.insert(0, STILL_SHORT)
    if clash.no_use:
        said = {lang: ", ".join(kind[lang] for kind in clash.no_use) for lang in ("ko", "en")}
        told.append(text(f"이것만으로는 배정할 수 없습니다: {said['ko']}.", f"Not enough on its own: {said['en']}."))
    panel = stage.panel
    more = more_days(clash.problem, world.wishes.ballots_a_day, days, panel.max_applications_each if panel else None)
    if more is not None:
        ways.append(
            text(
                f"평가 기간을 {more}영업일 늘립니다({days}영업일 → {days + more}영업일, 하루 {world.wishes.ballots_a_day}장).",
                f"Make the stage longer by {counted(more, 'business day')} ({days + more} instead of {days};"
                f" {counted(world.wishes.ballots_a_day, 'ballot')} a day).",
            )
        )
    world.block(
        "panel",
        clash.sentence,
        ONE_OF,
        _rule(stage),
        certificate=clash.certificate,
        told=tuple(told),
        ways=tuple(ways),
    )  # fmt: skip


def more_days(problem: AssignmentProblem, ballots_a_day: int, days: int, most: int | None = None) -> int | None:
    """The fewest more business days under which everybody's limit would be high enough; None: no number is. ``most``: the
    rulebook's limit, whatever the days."""

    def enough(more: int) -> bool:
        limit = min(len(problem.applications), ballots_a_day * (days + more), most or len(problem.applications))
        people = [p.model_copy(update={"max_load": max(p.max_load, limit)}) for p in problem.evaluators]
        return solvable(problem.model_copy(update={"evaluators": tuple(people)}))

    low, high = 0, MOST_DAYS
    if not enough(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _rule(stage: Stage) -> str:
    return f"evaluation.stages.{stage.key}.panel"
