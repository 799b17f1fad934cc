"""Does an assignment obey its problem? Counting only; no solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from didimdol_decide.assignment.explain import explain
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.result import Assignment
from didimdol_decide.plain import Plain, Text


class Violation(Plain):
    """One broken rule."""

    key: str
    message: Text


def _broken(key: str, ko: str, en: str) -> Violation:
    return Violation(key=key, message=Text(ko=ko, en=en))


def verify(problem: AssignmentProblem, assignment: Assignment) -> list[Violation]:
    """Every rule the assignment breaks, in a fixed order; empty when it obeys all.

    Checks identity of the problem, pairs (known, once, no conflict, field, day, pins), seats, loads, daily
    maxima, organisation caps, and that total, loads and explanations are what the pairs give. It does not
    prove the total the highest."""
    return list(_violations(problem, assignment))


def _violations(problem: AssignmentProblem, assignment: Assignment) -> Iterator[Violation]:
    if assignment.instance_digest != problem.digest():
        yield _broken("instance", "다른 문제의 배정입니다.", "The assignment belongs to another problem.")
    evaluators = {entry.id: entry for entry in problem.evaluators}
    applications = {entry.id: entry for entry in problem.applications}
    barred = {(row.application, row.evaluator): row.reason for row in problem.conflicts}
    pairs = [(pair.application, pair.evaluator) for pair in assignment.pairs]
    unknown = [pair for pair in pairs if pair[0] not in applications or pair[1] not in evaluators]
    for a, e in unknown:
        yield _broken("unknown", f"문제에 없는 배정: {a}–{e}", f"Not in the problem: {a}–{e}")
    if unknown:
        return
    for (a, e), count in sorted(Counter(pairs).items()):
        if count > 1:
            yield _broken("twice", f"두 번 배정됨: {a}–{e}", f"Assigned twice: {a}–{e}")
        if (a, e) in barred:
            yield _broken(
                "conflict", f"이해충돌: {a}–{e} ({barred[a, e]})", f"Conflict: {a}–{e} ({barred[a, e]})"
            )
        allowed = evaluators[e].fields
        if allowed is not None and applications[a].field not in allowed:
            yield _broken("field", f"분야 밖의 배정: {a}–{e}", f"Outside the evaluator's fields: {a}–{e}")
        elif not evaluators[e].may_take(applications[a]):
            yield _broken(
                "day", f"참석할 수 없는 날의 배정: {a}–{e}", f"Outside the evaluator's days: {a}–{e}"
            )
    for pin in problem.pinned:
        if (pin.application, pin.evaluator) not in pairs:
            name = f"{pin.application}–{pin.evaluator}"
            yield _broken("pinned", f"고정한 배정이 빠졌습니다: {name}", f"A pinned pair is missing: {name}")
    seats = Counter((a, evaluators[e].body) for a, e in pairs)
    wanted = {
        (entry.id, body): count for entry in problem.applications for body, count in entry.demand.items()
    }
    beyond = Counter({entry.id: 0 for entry in problem.applications})
    for (a, body), count in seats.items():
        beyond[a] += max(0, count - wanted.get((a, body), 0))
    for a, count in sorted(beyond.items()):
        free = applications[a].free
        if free and count != free:
            yield _broken(
                "seats",
                f"신청 {a}의 자유 좌석: {count}명 (필요 {free}명)",
                f"Application {a}, free seats: {count} seated, {free} wanted",
            )
    for seat in sorted({*seats, *wanted}):
        a, body = seat
        short = seats[seat] < wanted.get(seat, 0)
        if short or (seats[seat] > wanted.get(seat, 0) and not applications[a].free):
            yield _broken(
                "seats",
                f"신청 {a}의 '{body}' 좌석: {seats[seat]}명 (필요 {wanted.get(seat, 0)}명)",
                f"Application {a}, body '{body}': {seats[seat]} seated, {wanted.get(seat, 0)} wanted",
            )
    loads = Counter(e for _, e in pairs)
    for key, entry in sorted(evaluators.items()):
        if not entry.min_load <= loads[key] <= entry.max_load:
            limits = f"{entry.min_load}..{entry.max_load}"
            yield _broken(
                "load",
                f"평가위원 {key}: {loads[key]}건 ({limits})",
                f"Evaluator {key}: load {loads[key]}, not {limits}",
            )
    on_day = Counter((e, applications[a].day) for a, e in pairs)
    for (key, day), count in sorted(on_day.items(), key=str):
        most = evaluators[key].most_on(day)
        if most is not None and count > most:
            yield _broken(
                "day_load",
                f"평가위원 {key}, {day}: {count}건 (하루 최대 {most}건)",
                f"Evaluator {key}, {day}: {count} applications, at most {most} on a day",
            )
    lent = Counter((a, evaluators[e].body, evaluators[e].organisation) for a, e in pairs)
    for (a, body, organisation), count in sorted(lent.items(), key=str):
        cap = problem.organisation_cap(body)
        if organisation is not None and cap is not None and count > cap:
            yield _broken(
                "organisation",
                f"신청 {a}: 기관 {organisation}에서 {count}명 (최대 {cap}명)",
                f"Application {a}: {count} people of organisation {organisation}, at most {cap}",
            )
    affinity = problem.affinities()
    total = sum((affinity.get(pair, Decimal(0)) for pair in pairs), Decimal(0))
    if total != assignment.total:
        yield _broken(
            "total",
            f"합계가 다릅니다: {assignment.total}, 실제 {total}",
            f"The total is {total}, not {assignment.total}",
        )
    said = (assignment.seed, assignment.solver, assignment.objective, assignment.reasons_each)
    told = explain(problem, set(pairs), *said)
    if told.loads != assignment.loads:
        yield _broken(
            "loads", "배정 건수 표가 실제와 다릅니다.", "The table of loads is not what the pairs give."
        )
    if told.pairs != assignment.pairs:
        yield _broken(
            "explanation",
            "설명이나 순서가 실제와 다릅니다.",
            "Explanations or order are not what the pairs give.",
        )
