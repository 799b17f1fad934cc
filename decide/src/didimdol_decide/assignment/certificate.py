"""Why no assignment exists: a named bottleneck that anyone can count."""

from __future__ import annotations

from collections.abc import Set
from typing import Literal

from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.remaining import Remaining, Seat, Turn, remaining
from didimdol_decide.plain import Plain, Sparse, Text

ANY_BODY = "*"


class SeatGroup(Plain):
    """The open seats of one body on one panel; body "*": the free seats of that panel."""

    application: str
    body: str


class PersonDay(Plain):
    """An evaluator on one day."""

    evaluator: str
    day: str


class Certificate(Sparse):
    """A proof that the problem has no solution.

    kind "seats": the open seats named in `seats` need `needed` evaluators. Those named in `evaluators` can
    take at most their free load in all, those in `days` at most what is left of their daily maximum on that
    day, everybody else at most one seat per panel under conflicts, fields and organisation caps: `available`
    in sum, `short` too few. kind "minimum_loads": the people named in `evaluators` must get `needed` seats in
    all, but the seats open to them are `available`; `seats` names those panels that they would fill
    completely, `days` who is held by a daily maximum. Pinned pairs are taken out beforehand. Theory: max-flow
    min-cut; both kinds together cover every infeasible case (Mendelsohn and Dulmage 1958)."""

    later = ("days",)

    kind: Literal["seats", "minimum_loads"]
    seats: tuple[SeatGroup, ...]
    evaluators: tuple[str, ...]
    days: tuple[PersonDay, ...] = ()
    needed: int
    available: int
    short: int
    instance_digest: str
    message: Text


def _count(
    left: Remaining, kind: str, seats: set[Seat], people: set[str], days: Set[Turn]
) -> tuple[int, int]:
    held = sum(left.day_left[turn] for turn in days)
    if kind == "seats":
        lend = left.lender(set(left.high) - people, days)
        needed = sum(left.free[a] if body == ANY_BODY else left.seats[a, body] for a, body in seats)
        given = sum(left.high[person] for person in people) + held
        return needed, given + sum(lend(seat) for seat in seats if seat[1] != ANY_BODY)
    needed = sum(left.low[person] for person in people)
    full = sum(left.seats[seat] for seat in seats) + sum(left.free.get(a, 0) for a in {a for a, _ in seats})
    lend = left.lender(people, days)
    return needed, full + held + sum(lend(seat) for seat in left.seats if seat not in seats)


def make_certificate(
    problem: AssignmentProblem,
    kind: Literal["seats", "minimum_loads"],
    seats: set[Seat],
    people: set[str],
    days: Set[Turn] = frozenset(),
) -> Certificate:
    """The certificate for a cut; its figures are counted from the problem, not taken from the solver."""
    left = remaining(problem)
    needed, available = _count(left, kind, seats, people, days)
    bodies = ", ".join(sorted({body for _, body in seats})) or "-"
    panels = len({application for application, _ in seats})
    names = ", ".join(sorted(people)) or "-"
    limits: list[tuple[str, str]] = []
    if kind == "seats" and (people or not days):
        limits.append((f" 여력을 모두 쓰는 평가위원: {names}.", f" Evaluators used to their limit: {names}."))
    if days:
        held = ", ".join(f"{name} ({day}: {left.day_left[name, day]})" for name, day in sorted(days))
        limits.append(
            (
                f" 하루에 맡을 수 있는 건수가 다 차는 평가위원(날: 건수): {held}.",
                f" Evaluators at their limit for the day (day: applications): {held}.",
            )
        )
    ko, en = ("".join(entry[lang] for entry in limits) for lang in (0, 1))
    if kind == "seats":
        text = Text(
            ko=f"신청 {panels}건의 좌석({bodies}) {needed}석에 배정할 수 있는 인원은"
            f" {available}석분뿐입니다: {needed - available}석 부족.{ko}",
            en=f"{panels} applications need {needed} seats ({bodies}) but only {available} can be given:"
            f" short of {needed - available}.{en}",
        )
    else:
        text = Text(
            ko=f"평가위원 {names}에게 최소 {needed}건을 배정해야 하나"
            f" 맡을 수 있는 좌석은 {available}석뿐입니다: {needed - available}석 부족.{ko}",
            en=f"Evaluators {names} must get at least {needed} seats but only {available} are open to them:"
            f" short of {needed - available}.{en}",
        )
    return Certificate(
        kind=kind,
        seats=tuple(SeatGroup(application=a, body=b) for a, b in sorted(seats)),
        evaluators=tuple(sorted(people)),
        days=tuple(PersonDay(evaluator=name, day=day) for name, day in sorted(days)),
        needed=needed,
        available=available,
        short=needed - available,
        instance_digest=problem.digest(),
        message=text,
    )


def _named_rightly(left: Remaining, kind: str, seats: set[Seat]) -> bool:
    """Whether the seats exist, and free seats are named only together with all other seats of their panel:
    the people who may take them are counted there."""
    free = {application for application, body in seats if body == ANY_BODY}
    named = {seat for seat in seats if seat[1] != ANY_BODY}
    if not named <= set(left.seats) or not free <= set(left.free):
        return False
    return not free or (kind == "seats" and all(seat in named for seat in left.seats if seat[0] in free))


def check_certificate(problem: AssignmentProblem, certificate: Certificate) -> bool:
    """Whether the certificate proves that `problem` has no solution: by counting only, without a solver."""
    left = remaining(problem)
    seats = {(group.application, group.body) for group in certificate.seats}
    people = set(certificate.evaluators)
    days = {(entry.evaluator, entry.day) for entry in certificate.days}
    if not days <= left.day_left.keys():
        return False
    if not _named_rightly(left, certificate.kind, seats) or not people <= set(left.high):
        return False
    needed, available = _count(left, certificate.kind, seats, people, days)
    return (
        certificate.instance_digest == problem.digest()
        and needed > available
        and (certificate.needed, certificate.available, certificate.short)
        == (needed, available, needed - available)
    )
