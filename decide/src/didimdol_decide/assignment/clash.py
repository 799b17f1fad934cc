"""The smallest clash that proves a problem infeasible, and who was lost there, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from didimdol_decide.assignment.certificate import ANY_BODY, Certificate, make_certificate
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.remaining import Remaining, Seat, remaining
from didimdol_decide.plain import Plain, Text

Giver = tuple[str, str]
"""(evaluator, day): what the evaluator may take on that day; day "": their whole load"""


class Lost(Plain):
    """A person of a body that is short, and on how many of the panels named they may not sit, by cause."""

    evaluator: str
    conflict: int
    field: int
    day: int


def smallest(problem: AssignmentProblem, certificate: Certificate) -> Certificate:
    """The clash with what does not matter taken out: the fewest seats that are still short (for the people
    named), or no person without whom the minimum loads would still clash."""
    left = remaining(problem)
    seats = {(group.application, group.body) for group in certificate.seats}
    people = set(certificate.evaluators)
    days = {(entry.evaluator, entry.day) for entry in certificate.days}
    if certificate.kind == "minimum_loads":
        for person in sorted(people):
            fewer, rest = people - {person}, {turn for turn in days if turn[0] != person}
            if make_certificate(problem, "minimum_loads", seats, fewer, rest).short > 0:
                people, days = fewer, rest
        return make_certificate(problem, "minimum_loads", seats, people, days)
    lend = left.lender(set(left.high) - people, days)
    # Free seats count with all other seats of their panel; else each seat is on its own.
    whole = {application for application, body in seats if body == ANY_BODY}
    units: dict[Seat, set[Seat]] = {}
    for seat in seats:
        units.setdefault((seat[0], ANY_BODY) if seat[0] in whole else seat, set()).add(seat)

    def short(unit: set[Seat]) -> int:
        return sum(
            left.free[a] if body == ANY_BODY else left.seats[a, body] - lend((a, body)) for a, body in unit
        )

    gaps = {key: short(unit) for key, unit in units.items()}
    givers = {(person, "") for person in people} | days
    found: list[tuple[int, list[Seat], set[Giver]]] = []
    for keys, able in _clusters(left, units, givers):
        must = sum(left.day_left[giver] if giver[1] else left.high[giver[0]] for giver in able)
        kept: list[Seat] = []
        excess = 0
        for key in sorted(keys, key=lambda key: (-gaps[key], key)):
            if excess > must:
                break
            kept.append(key)
            excess += gaps[key]
        if excess > must:
            found.append((sum(len(units[key]) for key in kept), sorted(kept), able))
    _, kept, able = min(found, key=lambda entry: entry[:2])
    wanted = set().union(*(units[key] for key in kept))
    able &= {giver for seat in wanted for giver in _may_give(left, seat)}
    named = {person for person, day in able if not day}
    return make_certificate(problem, "seats", wanted, named, {giver for giver in able if giver[1]})


def _may_give(left: Remaining, seat: Seat) -> Iterator[Giver]:
    day = left.day.get(seat[0], "")
    for person in left.eligible.get(seat, ()):
        yield person, ""
        yield person, day


def _clusters(
    left: Remaining, units: dict[Seat, set[Seat]], givers: set[Giver]
) -> list[tuple[list[Seat], set[Giver]]]:
    """Seats that compete for the same `givers`, with those. A clash as a whole is the sum of its clusters, so
    at least one of them is short on its own."""
    takers: dict[Giver, list[Seat]] = {}
    able: dict[Seat, set[Giver]] = {}
    for key, unit in units.items():
        able[key] = {giver for seat in unit for giver in _may_give(left, seat) if giver in givers}
        for giver in able[key]:
            takers.setdefault(giver, []).append(key)
    found: list[tuple[list[Seat], set[Giver]]] = []
    seen: set[Seat] = set()
    for first in sorted(units):
        if first in seen:
            continue
        seen.add(first)
        keys, named, queue = [first], set[Giver](), [first]
        while queue:
            for giver in able[queue.pop()] - named:
                named.add(giver)
                fresh = [key for key in takers[giver] if key not in seen]
                seen.update(fresh)
                keys += fresh
                queue += fresh
        found.append((keys, named))
    return found


def lost_to(problem: AssignmentProblem, certificate: Certificate) -> tuple[Lost, ...]:
    if certificate.kind != "seats":
        return ()
    panels = {entry.id: entry for entry in problem.applications}
    barred = {(row.application, row.evaluator) for row in problem.conflicts}
    bodies: dict[str, set[str]] = {}
    for group in certificate.seats:
        if group.body != ANY_BODY:
            bodies.setdefault(group.body, set()).add(group.application)
    found: list[Lost] = []
    for person in sorted(problem.evaluators, key=lambda entry: entry.id):
        causes: Counter[str] = Counter()
        for name in bodies.get(person.body, ()):
            if (name, person.id) in barred:
                causes["conflict"] += 1
            elif person.fields is not None and panels[name].field not in person.fields:
                causes["field"] += 1
            elif not person.may_take(panels[name]):
                causes["day"] += 1
        if causes:
            found.append(
                Lost(
                    evaluator=person.id, conflict=causes["conflict"], field=causes["field"], day=causes["day"]
                )
            )
    return tuple(found)


def words(certificate: Certificate, lost: tuple[Lost, ...]) -> Text:
    ko, en = certificate.message.ko, certificate.message.in_language("en")
    for key, cause_ko, cause_en in (
        ("conflict", "이해충돌", "a conflict"),
        ("field", "다른 분야", "another field"),
        ("day", "참석하지 않는 날", "another day"),
    ):
        people = [(entry.evaluator, getattr(entry, key)) for entry in lost if getattr(entry, key)]
        if people:
            named = ", ".join(f"{name} ({count})" for name, count in people[:10])
            more = len(people) - 10
            rest = (f" 외 {more}명", f" and {more} more") if more > 0 else ("", "")
            ko += f" 거기에 앉을 수 없는 평가위원, {cause_ko}(신청 수): {named}{rest[0]}."
            en += f" Barred there by {cause_en} (panels): {named}{rest[1]}."
    return Text(ko=ko, en=en)
