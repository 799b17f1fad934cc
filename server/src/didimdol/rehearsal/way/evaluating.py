"""One stage of the evaluation: seats, conflicts, the assignment, ballots, and its outcome."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.clash import NoAssignment
from didimdol.evaluation.draw_queries import is_to_be_drawn
from didimdol.evaluation.guards import body_of
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol.evaluation.queries import to_declare
from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.rulebook import Stage
from didimdol.rehearsal import texts
from didimdol.rehearsal.crowd import Applicant
from didimdol.rehearsal.meetings import Wanted, meet
from didimdol.rehearsal.panels import working_days
from didimdol.rehearsal.way.drawing import draw_experts
from didimdol.rehearsal.way.seating import found_infeasible, found_too_few, recruit, seat_everybody
from didimdol.rehearsal.world import World
from didimdol.selection import actions as selection
from didimdol.selection.enums import OUTCOMES
from didimdol.selection.models import Line, Selection

CONFLICTS = 0.03  # of all pairs of an evaluator and an applicant
RECUSALS = 0.02  # of all applications, after the assignment
MOST_TRIES = 4
NAMED = "예행연습에서는 모은 전문가를 모두 위촉함"  # a draw needs a pool larger than the panel


def assign(world: World, stage: Stage) -> Text:
    """Everybody is seated, declares, and the applications are assigned; where none exists, the proof is a finding."""
    opens, closes = world.when[f"stage.{stage.key}.opens"], world.when[f"stage.{stage.key}.closes"]
    world.at(opens)
    coordinator = world.actor("coordinator")
    round = evaluation.open_round(actor=coordinator, challenge=world.challenge, stage=stage.key, closes_at=closes)
    world.challenge.refresh_from_db()
    assert stage.rule is not None
    days = working_days(opens, closes)
    if world.draws and is_to_be_drawn(round):
        draw_experts(world, round)
    seat_everybody(world, round, stage, days)
    for attempt in range(MOST_TRIES + 1):
        try:
            round = evaluation.start_declarations(actor=coordinator, round=_again(round), reason=NAMED)
            break
        except AccessDenied as refused:
            if refused.code not in ("seats_missing", "open_seats_missing") or attempt == MOST_TRIES:
                raise
            if attempt == 0:
                found_too_few(world, stage, refused)
            recruit(world)
            seat_everybody(world, _again(round), stage, days)
    for attempt in range(MOST_TRIES):
        for seat in round.seats.filter(state="invited").select_related("person", "round").order_by("pk"):
            declare(world, round, seat)
        try:
            round = evaluation.assign_ballots(actor=coordinator, round=_again(round))
            break
        except NoAssignment as refused:
            if attempt == MOST_TRIES - 1:
                raise
            found_infeasible(world, stage, days, refused.clash, attempt > 0)
            recruit(world, refused.clash)
            seat_everybody(world, _again(round), stage, days)
    world.rounds[stage.key] = round
    conflicts = sum(1 for row in round.conflicts.all() if row.standing != "none")
    pairs = Ballot.objects.within(seat__round=round).count()
    return text(f"평가표 {pairs}장 배정, 이해충돌 {conflicts}건", f"{pairs} ballots assigned, {conflicts} conflicts")


def declare(world: World, round: Round, seat: Seat) -> None:
    """A conflict here and there, always between the same two."""
    by_application = {applicant.application.pk: applicant for applicant in world.submitted()}
    standings = {}
    for application, _ in to_declare(seat):
        key = by_application[application.pk].key
        conflict = world.draw("conflict", seat.person.email, key).random() < CONFLICTS
        standings[application.pk] = ("conflict", "paid", "") if conflict else ("none", "", "")
    evaluation.declare_conflicts(actor=world.actor(seat.person), round=round, standings=standings)


def _again(round: Round) -> Round:
    return Round.objects.within(pk=round.pk).select_related("challenge__programme", "challenge__rulebook").get()


# --- ballots --------------------------------------------------------------------------------------------------------


def score(world: World, stage: Stage) -> Text:
    """Everybody scores within the window; one evaluator is late and the coordinator extends the stage by a day."""
    round = _again(world.rounds[stage.key])
    opens, closes = world.when[f"stage.{stage.key}.opens"], world.when[f"stage.{stage.key}.closes"]
    applicants = {applicant.application.pk: applicant for applicant in world.submitted()}
    ballots = _in_turn(round)
    recused = _recuse(world, stage, ballots)
    ballots = [ballot for ballot in ballots if ballot.pk not in recused]
    late = _late(stage, ballots) if stage is _first_scored(world) else []
    in_time = [ballot for ballot in ballots if ballot not in late]
    places: dict[Any, int] = Counter()
    step = (closes - opens - timedelta(hours=2)) / max(1, len(in_time))
    for number, ballot in enumerate(world.each(in_time)):
        place = places[(ballot.application_id, ballot.seat.body)]
        places[(ballot.application_id, ballot.seat.body)] += 1
        clock.move_to(opens + timedelta(hours=1) + step * number)
        _score(world, stage, ballot, applicants[ballot.application_id], place)
    closed_at = closes
    if late:
        closed_at = _extend(world, stage, round, closes)
        for ballot in late:
            place = places[(ballot.application_id, ballot.seat.body)]
            places[(ballot.application_id, ballot.seat.body)] += 1
            _score(world, stage, ballot, applicants[ballot.application_id], place)
    clock.move_to(closed_at + timedelta(minutes=5))
    evaluation.close_round(actor=world.actor("coordinator"), round=_again(round))
    _loads(world, stage, round, opens, closes)
    return text(
        f"평가표 {len(ballots)}장 제출, 회피 {len(recused)}건, 늦은 평가표 {len(late)}장",
        f"{len(ballots)} ballots locked, {len(recused)} recused, {len(late)} late",
    )


def _in_turn(round: Round) -> list[Ballot]:
    found = Ballot.objects.within(seat__round=round, state="draft").select_related(
        "seat__person", "seat__round__challenge__rulebook", "seat__round__challenge__programme", "seat__organisation",
        "application",
    )  # fmt: skip
    return sorted(found, key=lambda ballot: (ballot.application.number, ballot.seat.body, ballot.seat.person.email))


def _first_scored(world: World) -> Stage:
    return next(stage for stage in world.book.stages if stage.rule is not None)


def _recuse(world: World, stage: Stage, ballots: list[Ballot]) -> set[Any]:
    """A few find out too late that they know the applicant; never so many that the quorum is lost."""
    assert stage.rule is not None
    spare = {body.key for body in stage.rule.bodies if body.seats > body.quorum}
    recused: set[Any] = set()
    seen: set[Any] = set()
    clock.move_to(world.when[f"stage.{stage.key}.opens"] + timedelta(minutes=30))
    for ballot in ballots:
        if ballot.seat.body not in spare or ballot.application_id in seen:
            continue
        seen.add(ballot.application_id)
        if world.draw("recusal", stage.key, ballot.application.number).random() < RECUSALS:
            evaluation.recuse(
                actor=world.actor(ballot.seat.person), ballot=ballot, ground="contact", reason=texts.REASON["ko"]
            )
            recused.add(ballot.pk)
    return recused


def _late(stage: Stage, ballots: list[Ballot]) -> list[Ballot]:
    """Two ballots, each the last of its panel's body: who holds them changes nothing in the scores."""
    last: dict[Any, Ballot] = {}
    for ballot in ballots:
        last[(ballot.application_id, ballot.seat.body)] = ballot
    return list(last.values())[:2]


def _score(world: World, stage: Stage, ballot: Ballot, applicant: Applicant, place: int) -> None:
    """``place``: among the panel's ballots of this body. The scores depend on it and not on the evaluator, whose
    assignment has a draw of its own: the same seed gives the same outcome."""
    random = world.draw("ballot", stage.key, applicant.key, ballot.seat.body, place)
    points, comments = {}, {}
    least = world.book.evaluation.min_comment_length
    for number, criterion in enumerate(body_of(ballot.seat).criteria):
        points[criterion.key] = _points(random, applicant.quality, Decimal(criterion.max_points))
        comments[criterion.key] = texts.comment(random.randrange(100) + number, least)
    actor = world.actor(ballot.seat.person)
    evaluation.save_ballot(actor=actor, ballot=ballot, points=points, comments=comments)
    evaluation.lock_ballot(actor=actor, ballot=ballot)


def _points(random: Random, quality: float, most: Decimal) -> str:
    share = Decimal(str(round(min(100.0, max(20.0, random.gauss(quality, 6))), 1)))
    return str((most * share / 100).quantize(Decimal("0.1")))


def _extend(world: World, stage: Stage, round: Round, closes: datetime) -> datetime:
    clock.move_to(closes + timedelta(minutes=10))
    until = world.later(closes, 1)
    evaluation.extend_round(
        actor=world.actor("coordinator"), round=_again(round), closes_at=until, reason=texts.REASON["ko"]
    )
    following = next_event(world, f"stage.{stage.key}.closes")
    if following is not None and world.when[following] <= until:
        world.warn(
            "calendar",
            text(
                f"‘{stage.name.ko}’을(를) 하루 연장하면 다음 일정 ‘{following}’에 닿습니다.",
                f"One more day for “{stage.name.en or stage.name.ko}” reaches the next event, “{following}”.",
            ),
            text(f"‘{following}’을(를) 이틀 이상 늦추십시오.", f"Move “{following}” by two days or more."),
            f"evaluation.stages.{stage.key}.window.closes",
        )
    clock.move_to(closes + timedelta(hours=2))
    return until


def next_event(world: World, event: str) -> str | None:
    """The calendar's event after this one."""
    later = sorted((moment, name) for name, moment in world.when.items() if moment > world.when[event])
    return later[0][1] if later else None


def _loads(world: World, stage: Stage, round: Round, opens: datetime, closes: datetime) -> None:
    """Ballots a seat and day, for the report; too many is a finding."""
    assert stage.rule is not None
    days = working_days(opens, closes)
    held = Counter(Ballot.objects.within(seat__round=round).values_list("seat__body", "seat__person__email"))
    most_each = world.wishes.ballots_a_day
    for body in stage.rule.bodies:
        counts = [count for (key, _), count in held.items() if key == body.key]
        if not counts:
            continue
        most, seated = max(counts), round.seats.filter(body=body.key, state="ready").count()
        name = text(body.name.ko, body.name.en or body.name.ko) if body.name else text(body.key, body.key)
        world.figures.setdefault("panels", []).append(
            {
                "stage": stage.key,
                "stage_name": text(stage.name.ko, stage.name.en or stage.name.ko),
                "body": name,
                "evaluators": seated,
                "ballots": sum(counts),
                "least": min(counts) if len(counts) == seated else 0,
                "most": most,
                "days": days,
                "a_day": float(f"{most / days:.1f}"),
            }
        )
        if most > most_each * days:
            needed = -(-sum(counts) // (most_each * days))
            world.warn(
                "panel",
                text(
                    f"‘{stage.name.ko}’ {name['ko']} 위원 한 사람이 하루 {most / days:.1f}장을 평가해야 합니다.",
                    f"An evaluator of “{name['en']}” has {most / days:.1f} ballots a day in “{stage.name.en or stage.name.ko}”.",
                ),
                text(
                    f"위원을 {needed}명 이상으로 늘리거나 평가 기간을 늘리십시오.",
                    f"Seat at least {needed} evaluators, or make the stage longer.",
                ),
                f"evaluation.stages.{stage.key}.window",
            )


# --- the outcome ----------------------------------------------------------------------------------------------------


def select(world: World, stage: Stage) -> Text:
    """Compute, settle, decide, release: the shortlist, or the selection itself."""
    round = _again(world.rounds[stage.key])
    final = stage is [each for each in world.book.stages if each.rule is not None][-1]
    world.at(max(clock.now(), world.when["decision"] if final else _ready(world, stage)))
    chosen = selection.compute_selection(actor=world.actor("coordinator"), round=round)
    if stage is _first_scored(world):
        _settle(world, chosen)
    chosen = selection.decide_selection(actor=world.actor("manager"), selection=_selection(chosen))
    if final:
        world.at(max(clock.now(), world.when["release"]))
    chosen = selection.release_selection(actor=world.actor("second-manager"), selection=_selection(chosen))
    world.challenge.refresh_from_db()
    lines = _outcome(world, stage, chosen)
    counts = Counter(outcome for outcome, _, _ in lines.values())
    if final:
        _full(world, counts["selected"])
    return texts.tally(counts, OUTCOMES)


def _ready(world: World, stage: Stage) -> datetime:
    return world.when[f"stage.{stage.key}.closes"] + timedelta(days=1, hours=1)


def _selection(row: Selection) -> Selection:
    return (
        Selection.objects.within(pk=row.pk)
        .select_related("round__challenge__programme__operator", "round__challenge__rulebook")
        .get()
    )


def _settle(world: World, chosen: Selection) -> None:
    """One application turns out to be ineligible; another is looked into and stays."""
    lines = list(Line.objects.within(selection=chosen).select_related("application").order_by("application__number"))
    manager = world.actor("manager")
    if len(lines) < 10:
        return
    held = selection.hold_line(actor=manager, line=lines[-1], reason=texts.REASON["ko"])
    selection.exclude_line(actor=manager, line=lines[0], ground="duplicate", reason=texts.REASON["ko"])
    selection.unhold_line(actor=manager, line=held, reason=texts.REASON["ko"])


def _outcome(world: World, stage: Stage, chosen: Selection) -> dict[str, tuple[str, int | None, str]]:
    keys = {applicant.application.pk: applicant.key for applicant in world.submitted()}
    lines = {
        keys[line.application_id]: (line.computed, line.rank, line.score)
        for line in Line.objects.within(selection=chosen)
        if line.application_id in keys
    }
    world.outcome[f"stage:{stage.key}"] = {key: list(value) for key, value in sorted(lines.items())}
    return lines


def _full(world: World, selected: int) -> None:
    places = world.book.demands.places
    world.figures["places"] = {"places": places, "selected": selected}
    if selected < places:
        world.warn(
            "way",
            text(f"자리 {places}개 가운데 {selected}개만 찼습니다.", f"Only {selected} of {places} places are filled."),
            text(
                "기준 점수를 낮추거나, 분야의 자리를 합쳐(pooled) 선발하거나, 재공고를 계획하십시오.",
                "Lower the cut-off, pool the fields' places, or plan a second call.",
            ),
            "evaluation.selection",
        )


# --- meetings ----------------------------------------------------------------------------------------------------


def meet_up(world: World, stage: Stage) -> Text:
    """Who was not left out by an earlier stage meets the demands of the own field, in the stage's days."""
    out = {
        key
        for name, lines in world.outcome.items()
        if name.startswith("stage:")
        for key, (outcome, _, _) in lines.items()
        if outcome not in ("selected", "passed")
    }
    wanted = [
        Wanted(f"{one.name} ({one.application.number})", text(demand.title["ko"], pick(demand.title, "en")))
        for one in world.submitted()
        if one.key not in out
        for demand in world.demands.get(one.field, [])
    ]
    days = working_days(world.when[f"stage.{stage.key}.opens"], world.when[f"stage.{stage.key}.closes"])
    return meet(world, wanted, days, f"evaluation.stages.{stage.key}.window")
