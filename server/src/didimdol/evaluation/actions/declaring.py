"""Writes of conflicts of interest: asked for, declared, found."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.urls import reverse

from didimdol.evaluation import guards, queries, rules
from didimdol.evaluation.actions.given import reason_given
from didimdol.evaluation.draw_queries import named_not_drawn
from didimdol.evaluation.enums import GROUNDS, Standing
from didimdol.evaluation.models import Conflict, Round, Seat
from didimdol.evaluation.states import ROUND, SEAT
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text


def find_conflicts(round: Round, seats: list[Seat]) -> None:
    """What the platform knows by itself: the evaluator belongs, or belonged, to the applicant (운영요령 §12②)."""
    people = [seat.person_id for seat in seats]
    known = {(c.person_id, c.application_id): c for c in Conflict.objects.within(round=round, person_id__in=people)}
    for seat, application in queries.relations(queries.evaluated(round), seats):
        found = known.get((seat.person_id, application.pk))
        if found is not None and found.standing == Standing.FOUND:
            continue
        found = found or Conflict(round=round, person_id=seat.person_id, application=application)
        found.standing, found.ground = Standing.FOUND, "same_body"
        save(found, "standing", "ground")
        audit("conflict.found", found, facts={"ground": "same_body"})


@action
def start_declarations(*, actor: Actor, round: Round, reason: str = "") -> Round:
    """Ask every evaluator to declare. Source: 운영요령 §12: conflicts are settled before the evaluation.

    ``reason``: owed where the rulebook says that evaluators are drawn and some were named (통합관리지침 §10②: random
    appointment; another way needs its ground). Raises BadInput without it.
    """
    round = locked(round)
    named = named_not_drawn(round)
    if round.state == "preparing" and named:
        reason = reason_given(reason)
    else:
        reason = ""
    if not ROUND.move("start_declarations", actor, round, reason=reason, facts={"named_not_drawn": named}):
        return round
    seats = list(round.seats.filter(state="invited"))
    for seat in seats:
        seat.round = round
        SEAT.tell_waits(seat)
    ask_to_declare(round, seats)
    return round


def ask_to_declare(round: Round, seats: list[Seat]) -> None:
    notify(
        [seat.person_id for seat in seats],
        subject=text("이해충돌 여부를 신고해 주십시오", "Please declare your conflicts of interest"),
        body=text(
            "평가를 시작하기 전에 신청 기업과의 이해충돌 여부를 신고해 주십시오. 신고하기 전에는 어떤 문서도 열리지 않습니다.",
            "Before the evaluation starts, please declare your conflicts of interest with the applicants. No document opens before that.",
        ),
        url=reverse("evaluation:conflicts", args=[round.pk]),
    )


@action
def declare_conflicts(*, actor: Actor, round: Round, standings: Mapping[UUID, tuple[str, str, str]]) -> Seat:
    """Declare about every applicant: ``{application id: (standing, ground, note)}``; corrected until the assignment,
    and once by who got the seat after it.

    Raises BadInput for what is missing ("ID", "ID-ground"), WrongState before the declarations and after the assignment.
    """
    round = locked(round)
    seat = locked(queries.access_seat(actor, round.pk))
    by = require(rules.holds_seat(actor, seat))
    if not guards.declarable(round, seat):
        raise WrongState(
            "declarations_not_open",
            text("지금은 이해충돌 신고를 받지 않습니다.", "Declarations are not open now."),
            text("배정된 뒤에는 평가표에서 회피해 주십시오.", "After the assignment, recuse yourself on the ballot."),
        )
    problems: dict[str, Text] = {}
    for application, known in queries.to_declare(seat):
        if known is not None and known.standing == Standing.FOUND:
            continue
        standing, ground, note = standings.get(application.pk, ("", "", ""))
        if standing not in (Standing.NONE, Standing.CONFLICT):
            problems[str(application.pk)] = text("‘있음’과 ‘없음’ 가운데 고르십시오.", "Choose “yes” or “no”.")
        elif standing == Standing.CONFLICT and ground not in GROUNDS:
            problems[f"{application.pk}-ground"] = text(
                "이해충돌의 사유를 고르십시오.", "Choose the ground of the conflict."
            )
        else:
            ground, note = (ground, normal(note).strip()[:2000]) if standing == Standing.CONFLICT else ("", "")
            row = known or Conflict(round=round, person_id=seat.person_id, application=application)
            if known is None or (known.standing, known.ground, known.note) != (standing, ground, note):
                row.standing, row.ground, row.note = standing, ground, note
                save(row, "standing", "ground", "note")
                facts = {"standing": standing, "ground": ground}
                audit("conflict.declared", row, by=by, facts=facts, personal={"note": note} if note else {})
    if problems:
        raise BadInput(
            "declaration_incomplete",
            text(f"고르지 않은 항목이 {len(problems)}개 있습니다.", f"{len(problems)} choices are missing."),
            text("모든 신청 기업에 대해 골라 주십시오.", "Choose for every applicant."),
            fields=problems,
        )
    if SEAT.move("declare", actor, seat):
        ROUND.tell_waits(round)
    return seat
