"""What would be enough to assign a round, and where it is done: the least of each kind, tried by solving again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.evaluation import clash_words as words
from didimdol.evaluation import queries
from didimdol.evaluation.assigning import most_allowed, most_of
from didimdol.evaluation.clash import Group, Measure, Remedy
from didimdol.evaluation.guards import open_seats, stage_of
from didimdol.evaluation.models import Round, Seat
from didimdol.evaluation.newcomers import newcomers
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.models import Field
from didimdol_decide.assignment import AssignmentProblem
from didimdol_decide.assignment.repairs import Diagnosis, Repair, Step, solvable


@dataclass(frozen=True, slots=True)
class Case:
    """A problem that has no assignment, and what its names stand for: numbers of applications, and of seats."""

    round: Round
    problem: AssignmentProblem
    applications: Mapping[str, Application]
    seats: Mapping[str, Seat]
    bodies: Mapping[str, Text]
    fields: Mapping[str, Field]

    def name(self, key: str) -> str:
        """Of a seat's holder; a seat that is only tried (what if) has none."""
        seat = self.seats[key]
        return seat.person.name if seat.person_id else pick(text("새 위원", "The new evaluator"))


def remedies_of(case: Case, found: Diagnosis, filling: bool) -> tuple[list[Remedy], dict[Group, int]]:
    """What is enough first; and how many newcomers are. ``filling``: see ``explain_clash``."""
    repairs = {repair.kind: repair for repair in found.repairs}
    allowed = most_allowed(case.round)
    cap = text(f" (규칙집 상한 {allowed}건까지)", f" (up to the rulebook's {allowed})") if allowed else text("", "")
    loads = {body: _load(case, body) for body in case.bodies}
    more = newcomers(case.problem, _together(case), loads) or {}
    remedies = [
        Remedy(
            text(f"최대 배정 건수 늘리기{cap['ko']}", f"Raise maxima{cap['en']}"),
            _raised(case, _steps(repairs.get("load"))),
        )
    ]
    if not filling:
        remedies.append(Remedy(text("담당 분야 넓히기", "Give more fields"), _wider(case)))
    remedies.append(Remedy(text("위원 더 위촉하기", "Seat more evaluators"), _people(case, more, loads)))
    if not filling:
        empty = _steps(repairs.get("missing"))
        remedies += [
            Remedy(
                text("자리 비우기(규칙집의 위원 수 변경)", "Leave seats empty (a change of the rulebook)"),
                _places(case, empty),
                words.quorum(_missed(case, empty)),
            ),
            Remedy(
                text(
                    "다른 평가 주체에게 자리 열기(규칙집 변경)", "Open seats to other bodies (a change of the rulebook)"
                ),
                _opened(case),
                words.AMENDMENT,
            ),
        ]
    return sorted(remedies, key=lambda remedy: not remedy.steps), more


def _steps(repair: Repair | None) -> tuple[Step, ...]:
    return repair.steps if repair else ()


def _raised(case: Case, steps: Iterable[Step]) -> list[Measure]:
    most = {entry.id: entry.max_load for entry in case.problem.evaluators}
    return [
        Measure(
            text(
                f"{case.name(key)}: {most[key]}건 → {most[key] + step.by}건",
                f"{case.name(key)}: {most[key]} → {most[key] + step.by}",
            ),
            reverse("evaluation:seat-change", args=[case.seats[key].pk]),
        )
        for step in steps
        if (key := step.evaluator or "")
    ]


def _places(case: Case, steps: Iterable[Step]) -> list[Measure]:
    return [
        Measure(
            text(
                f"{step.application}의 {words.quoted(case.bodies[step.body or ''], 'ko')} {step.by}석",
                f"{step.by} of {words.quoted(case.bodies[step.body or ''], 'en')} at {step.application}",
            )
        )
        for step in steps
    ]


def _opened(case: Case) -> list[Measure]:
    """The change of the rulebook, for the whole stage, of which nothing can be left out: a body's seats become open ones. Each
    body keeps one seat. Empty: even the most is not enough."""
    bodies = {body.key: body for body in stage_of(case.round).bodies}

    def works(opened: Mapping[str, int]) -> bool:
        panels = [
            entry.model_copy(
                update={
                    "demand": {key: count - opened[key] for key, count in entry.demand.items()},
                    "free": entry.free + sum(opened.values()),
                }
            )
            for entry in case.problem.applications
        ]
        return solvable(case.problem.model_copy(update={"applications": tuple(panels)}))

    opened = {key: body.seats - 1 for key, body in bodies.items()}
    if not works(opened):
        return []
    for key in sorted(opened):
        opened[key] = bisect_left(range(opened[key]), True, key=lambda count: works({**opened, key: count}))
    before, url = open_seats(case.round), case.round.challenge.manage_url
    return [
        *(
            Measure(words.fewer_seats(case.bodies[key], f"{key}.seats", body.seats, count, body.quorum), url)
            for key, body in bodies.items()
            if (count := body.seats - opened[key]) < body.seats
        ),
        Measure(words.more_open(before, before + sum(opened.values())), url),
    ]


def _missed(case: Case, steps: Iterable[Step]) -> int:
    """How many applications would be left with fewer people than the quorum."""
    bodies = {body.key: body for body in stage_of(case.round).bodies}
    return len({s.application for s in steps if (body := bodies.get(s.body or "")) and body.seats - s.by < body.quorum})


def _wider(case: Case) -> list[Measure]:
    """Fields that companies own and some of their evaluators lack: none of those named can be left out."""
    possible = queries.fields_possible(case.round, list(case.seats.values()))
    more = {
        (key, field)
        for key, seat in case.seats.items()
        for field in possible.get(str(seat.pk), ())
        if field not in seat.fields
    }

    def works(added: set[tuple[str, str]]) -> bool:
        people = [
            entry.model_copy(update={"fields": (*(entry.fields or ()), *(f for key, f in added if key == entry.id))})
            if entry.fields is not None
            else entry
            for entry in case.problem.evaluators
        ]
        return solvable(case.problem.model_copy(update={"evaluators": tuple(people)}))

    if not more or not works(more):
        return []
    for entry in sorted(more):
        if works(more - {entry}):
            more = more - {entry}
    return [
        Measure(
            text(
                f"{case.name(key)}: {words.quoted(case.fields[field].name, 'ko')} 추가",
                f"{case.name(key)}: add {words.quoted(case.fields[field].name, 'en')}",
            ),
            reverse("evaluation:seat-change", args=[case.seats[key].pk]),
        )
        for key, field in sorted(more)
    ]


# --- more people ---------------------------------------------------------------------------------------------------


def _load(case: Case, body: str) -> int:
    """What somebody new takes: as much as any colleague, else what a seat allows; never more than the rulebook."""
    most = len(case.applications)
    colleagues = [entry.most for entry in case.seats.values() if entry.body == body and entry.state != "vacated"]
    return max(1, most_of(case.round, Seat(most=max(colleagues)) if colleagues else Seat(), most))


def _together(case: Case) -> dict[str, tuple[str, ...]]:
    """Field → the fields of its company; alone where it has none yet."""
    return {
        key: tuple(sorted(k for k, f in case.fields.items() if k == key or _same_company(f, field)))
        for key, field in case.fields.items()
    }


def _same_company(one: Field, other: Field) -> bool:
    return one.demand_company_id is not None and one.demand_company_id == other.demand_company_id


def _people(case: Case, more: Mapping[Group, int], loads: Mapping[str, int]) -> list[Measure]:
    url = reverse("evaluation:seat", args=[case.round.pk])
    return [
        Measure(
            text(
                f"{words.quoted(case.bodies[body], 'ko')}{_whose(case, fields, 'ko')} 위원 {count}명(각 {loads[body]}건까지)",
                f"{count} of {words.quoted(case.bodies[body], 'en')}{_whose(case, fields, 'en')}, up to {loads[body]} each",
            ),
            url,
        )
        for (body, fields), count in more.items()
    ]


def _whose(case: Case, fields: tuple[str, ...], lang: str) -> str:
    """(Company); the field where it has none; empty for experts."""
    field = case.fields.get(fields[0]) if fields else None
    if field is None:
        return ""
    if field.demand_company:
        return f"{'' if lang == 'ko' else ' '}({pick(field.demand_company.name, lang)})"
    return f"(분야 {words.quoted(field.name, 'ko')})" if lang == "ko" else f" for {words.quoted(field.name, 'en')}"
