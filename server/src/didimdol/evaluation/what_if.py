"""What if: the assignment as it would be under a change. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from didimdol.applications.models import Application
from didimdol.evaluation.affinity import affinities
from didimdol.evaluation.assigning import Solved, most_of, solve
from didimdol.evaluation.assignment_words import Names, worth
from didimdol.evaluation.clash import Clash
from didimdol.evaluation.guards import of_company
from didimdol.evaluation.models import Round, Seat
from didimdol.evaluation.unassigned import explain_clash
from didimdol.kernel.words import Text, text
from didimdol_decide.assignment import AssignmentProblem, Infeasible
from didimdol_decide.assignment.whatif import Change, changed, difference

MOVES = 200  # pairs that the page lists

REASONS: dict[str, Text] = {
    "evaluator_left": text("빠지는 위원", "the evaluator leaves"),
    "makes_room": text("다른 배정을 위해", "makes room"),
    "fills": text("새로 배정", "comes"),
    "conflict": text("이해충돌", "conflict of interest"),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """Before and after: totals, floors (None: no assignment), loads that change, pairs that come or go."""

    total: tuple[str | None, str | None]
    floor: tuple[str | None, str | None]
    loads: list[tuple[str, int, int]]
    moves: list[tuple[bool, str, str, Text]]
    more: int
    clash: Clash | None


def effect_of(
    round: Round,
    applications: list[Application],
    seats: list[Seat],
    problem: AssignmentProblem,
    asked: Mapping[str, Any],
) -> Effect:
    """What ``asked`` (cleaned data of WhatIfForm) would change."""
    new = _newcomer(round, asked)
    after_problem = changed(problem, _change(round, applications, problem, asked, new))
    before = _solved(round, problem)
    names = Names(round, applications, seats)
    try:
        after = solve(round, after_problem)
    except Infeasible:
        known = [*seats, new] if new else seats
        clash = explain_clash(round, applications, known, after_problem)
        return Effect((_total(before), None), (_floor(before), None), [], [], 0, clash)
    if before is None:
        return Effect((None, _total(after)), (None, _floor(after)), [], [], 0, None)
    change = difference((before.problem, before.assignment), (after.problem, after.assignment))
    moves = [
        (
            move.comes,
            names.application(move.application),
            names.seat(move.evaluator),
            REASONS.get(move.reason, text("", "")),
        )
        for move in change.moved
    ]
    return Effect(
        total=(_total(before), _total(after)),
        floor=(_floor(before), _floor(after)),
        loads=sorted((names.seat(key), old, now) for key, (old, now) in change.loads.items()),
        moves=sorted(moves, key=lambda move: (move[1], not move[0], move[2]))[:MOVES],
        more=max(0, len(moves) - MOVES),
        clash=None,
    )


def _solved(round: Round, problem: AssignmentProblem) -> Solved | None:
    try:
        return solve(round, problem)
    except Infeasible:
        return None


def _total(solved: Solved | None) -> str | None:
    return worth(solved.proof.total) if solved else None


def _floor(solved: Solved | None) -> str | None:
    return worth(solved.proof.floor) if solved else None


def _newcomer(round: Round, asked: Mapping[str, Any]) -> Seat | None:
    if not asked.get("body"):
        return None
    return Seat(round=round, body=asked["body"], fields=asked["add_fields"], most=asked.get("add_most") or 50)


def _change(
    round: Round,
    applications: list[Application],
    problem: AssignmentProblem,
    asked: Mapping[str, Any],
    new: Seat | None,
) -> Change:
    change: dict[str, Any] = {}
    if asked.get("lose"):
        change["lose"] = [asked["lose"]]
    if asked.get("seat"):
        wanted = Seat(most=asked["most"])
        change["max_load"] = {asked["seat"]: most_of(round, wanted, len(applications))}
    if new is not None:
        change["add"] = [
            {
                "id": str(new.pk),
                "body": new.body,
                "max_load": most_of(round, new, len(applications)),
                "fields": new.fields if of_company(new.body) else None,
            }
        ]
        change["affinity"] = [
            {"application": a, "evaluator": e, "value": value}
            for (a, e), value in affinities(applications, [new]).items()
        ]
    return Change.model_validate(change)
