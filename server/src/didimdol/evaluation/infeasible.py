"""Why no assignment exists, with names in the place of ids, and the least that would help. Each measure is tried by
solving again before it is offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.evaluation import queries
from didimdol.evaluation.assigning import MOST, limits_of, most_allowed
from didimdol.evaluation.enums import GROUNDS
from didimdol.evaluation.guards import of_company, stage_of, words_of
from didimdol.evaluation.models import Round, Seat
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, pick, text
from didimdol_decide.assignment import AssignEvaluator, AssignmentProblem
from didimdol_decide.assignment.repairs import Diagnosis, Repair, diagnose, solvable

NAMED = 5  # names in a sentence, before "…"


@dataclass(frozen=True, slots=True)
class LostSeat:
    """An evaluator of a body that is short, and why they cannot help there: with whom they are in conflict, on how many
    applications they lack the field, and the limit that is used up."""

    name: str
    conflicts: list[tuple[str, Text]]
    other_field: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Measure:
    """What would be done, and where."""

    what: Text
    url: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """The least of one kind that is enough on its own; ``steps`` empty: this kind cannot be enough."""

    kind: Text
    steps: list[Measure]


@dataclass(frozen=True, slots=True)
class Clash:
    """``sentence``: the smallest set of seats that cannot be filled, in words."""

    sentence: Text
    applications: list[Application]
    lost: list[LostSeat]
    remedies: list[Remedy]
    certificate: dict[str, object]

    def as_problem(self) -> BadInput:
        steps = [(remedy.kind, remedy.steps) for remedy in self.remedies if remedy.steps]
        said = [
            "; ".join(f"{kind[lang]}: {_listed(step.what[lang] for step in measures)}" for kind, measures in steps)
            for lang in ("ko", "en")
        ]
        return BadInput(
            "no_assignment",
            self.sentence,
            text(f"다음 가운데 하나면 됩니다. {said[0]}.", f"Any one of these is enough. {said[1]}."),
            certificate=self.certificate,
        )


def explain_clash(
    round: Round,
    applications: list[Application],
    seats: list[Seat],
    problem: AssignmentProblem,
    filling: Diagnosis | None = None,
) -> Clash:
    """The clash of an infeasible ``problem``. ``filling``: its diagnosis where only empty seats are to be filled; then
    fields stay, and what cannot be filled stays empty."""
    diagnosis = filling or diagnose(problem, limits_of(round, seats))
    assert diagnosis is not None
    certificate = diagnosis.certificate
    named = {group.application for group in certificate.seats}
    clashing = [a for a in applications if str(a.pk) in named]
    known = {str(seat.pk): seat for seat in seats}
    lost = _lost(diagnosis, problem, clashing, known)
    return Clash(
        sentence=_sentence(round, diagnosis, clashing, lost),
        applications=clashing,
        lost=lost,
        remedies=sorted(
            _remedies(round, diagnosis, problem, applications, known, filling is not None), key=lambda r: not r.steps
        ),
        certificate=certificate.as_json(),
    )


def _lost(
    diagnosis: Diagnosis, problem: AssignmentProblem, clashing: list[Application], seats: dict[str, Seat]
) -> list[LostSeat]:
    limits = {e.id: e.max_load for e in problem.evaluators if e.id in diagnosis.certificate.evaluators}
    lost = {entry.evaluator: entry for entry in diagnosis.lost}
    numbers = {str(a.pk): a.number for a in clashing}
    barred: dict[str, list[tuple[str, Text]]] = {}
    for row in problem.conflicts:
        if row.application in numbers:
            barred.setdefault(row.evaluator, []).append((numbers[row.application], ground_of(row.reason)))
    return sorted(
        (
            LostSeat(
                name=_name(seats[key]),
                conflicts=sorted(barred.get(key, []), key=lambda entry: entry[0]) if key in lost else [],
                other_field=lost[key].field if key in lost else 0,
                limit=limits.get(key),
            )
            for key in {*lost, *limits}
        ),
        key=lambda entry: entry.name,
    )


def _name(seat: Seat) -> str:
    """Of its holder; a seat that is only tried (what if) has none."""
    return seat.person.name if seat.person_id else pick(text("새 위원", "The new evaluator"))


def ground_of(reason: str) -> Text:
    """The ground of a conflict in an assignment's problem, in words."""
    return OTHER_GROUNDS.get(reason) or GROUNDS.get(reason) or text("이해충돌", "conflict of interest")


#: what bars a pair after the assignment and is no conflict of interest
OTHER_GROUNDS = {
    "left_panel": text("이미 이 신청의 평가에서 빠짐", "left this panel before"),
    "sits_already": text("이미 이 신청의 평가표를 제출함", "locked a ballot here before"),
}


def _sentence(round: Round, diagnosis: Diagnosis, clashing: list[Application], lost: list[LostSeat]) -> Text:
    certificate = diagnosis.certificate
    bodies = {body.key: words_of(body) for body in stage_of(round).bodies}
    short = sorted({group.body for group in certificate.seats})
    numbers = _listed(a.number for a in clashing)
    body = {lang: ", ".join(bodies[key][lang] for key in short) for lang in ("ko", "en")}
    fields = {a.field_id: a.field for a in clashing}
    field = next(iter(fields.values())) if len(fields) == 1 and of_company(short[0]) else None
    where = (
        text(f"분야 ‘{field.name['ko']}’의 ", f"In “{field.name.get('en') or field.name['ko']}”: ")
        if field
        else text("", "")
    )
    said = [
        text(
            f"배정할 수 없습니다. {where['ko']}신청 {numbers}에는 ‘{body['ko']}’ 위원 {certificate.needed}석이 필요하지만, "
            f"이해충돌·분야·상한을 지키면 {certificate.available}석만 배정할 수 있습니다({certificate.short}석 부족).",
            f"No assignment exists. {where['en']}Seats of “{body['en']}” needed at {numbers}: {certificate.needed}; "
            f"conflicts, fields and limits leave {certificate.available} (short of {certificate.short}).",
        )
    ]
    if names := _listed(f"{entry.name}({entry.limit})" for entry in lost if entry.limit is not None):
        said.append(text(f"상한까지 배정된 위원(상한): {names}.", f"Used to their limit (limit): {names}."))
    if names := _listed(f"{entry.name}({len(entry.conflicts)})" for entry in lost if entry.conflicts):
        said.append(
            text(f"이해충돌로 맡을 수 없는 위원(신청 수): {names}.", f"Lost to a conflict (applications): {names}.")
        )
    if names := _listed(f"{entry.name}({entry.other_field})" for entry in lost if entry.other_field):
        said.append(
            text(f"다른 분야라 맡을 수 없는 위원(신청 수): {names}.", f"Of another field (applications): {names}.")
        )
    in_all = next((repair.amount for repair in diagnosis.repairs if repair.kind == "missing"), 0)
    if in_all > certificate.short:
        said.append(
            text(f"이런 자리를 모두 더하면 {in_all}석이 부족합니다.", f"All such seats together are short of {in_all}.")
        )
    return text(" ".join(part["ko"] for part in said), " ".join(part["en"] for part in said))


def _listed(names: Iterable[str]) -> str:
    found = sorted(names)
    return ", ".join(found[:NAMED]) + (f" … ({len(found)})" if len(found) > NAMED else "")


# --- what would help ----------------------------------------------------------------------------------------------


def _remedies(
    round: Round,
    diagnosis: Diagnosis,
    problem: AssignmentProblem,
    applications: list[Application],
    seats: dict[str, Seat],
    filling: bool,
) -> list[Remedy]:
    bodies = {body.key: words_of(body) for body in stage_of(round).bodies}
    repairs = {repair.kind: repair for repair in diagnosis.repairs}
    most = {entry.id: entry.max_load for entry in problem.evaluators}
    allowed = most_allowed(round)
    cap = text(f" (규칙집 상한 {allowed}건까지)", f" (up to the rulebook's {allowed})") if allowed else text("", "")
    remedies = [
        Remedy(
            text(f"최대 배정 건수 늘리기{cap['ko']}", f"Raise maxima{cap['en']}"),
            [
                Measure(
                    text(
                        f"{_name(seats[key])}: {most[key]}건 → {most[key] + step.by}건",
                        f"{_name(seats[key])}: {most[key]} → {most[key] + step.by}",
                    ),
                    reverse("evaluation:seat-change", args=[seats[key].pk]),
                )
                for step in _steps(repairs.get("load"))
                if (key := step.evaluator or "")
            ],
        )
    ]
    if not filling:
        remedies.append(
            Remedy(text("담당 분야 넓히기", "Give more fields"), _wider(round, problem, applications, seats))
        )
    remedies.append(
        Remedy(text("위원 더 위촉하기", "Seat more evaluators"), _newcomers(round, problem, applications, bodies))
    )
    if filling:
        return remedies
    numbers = {str(a.pk): a.number for a in applications}
    remedies.append(
        Remedy(
            text("자리 비우기(규칙집의 위원 수 변경)", "Leave seats empty (a change of the rulebook)"),
            [
                Measure(
                    text(
                        f"{numbers[step.application or '']}의 ‘{bodies[step.body or '']['ko']}’ {step.by}석",
                        f"{step.by} of “{bodies[step.body or '']['en']}” at {numbers[step.application or '']}",
                    )
                )
                for step in _steps(repairs.get("missing"))
            ],
        )
    )
    return remedies


def _steps(repair: Repair | None) -> Iterable[Any]:
    return repair.steps if repair else ()


def _wider(
    round: Round, problem: AssignmentProblem, applications: list[Application], seats: dict[str, Seat]
) -> list[Measure]:
    """Fields that companies own and some of their evaluators lack: none of those named can be left out."""
    possible = queries.fields_possible(round, list(seats.values()))
    more = {(key, field) for key, fields in possible.items() for field in fields if field not in seats[key].fields}

    def works(added: set[tuple[str, str]]) -> bool:
        people = [
            entry.model_copy(update={"fields": (*(entry.fields or ()), *(f for key, f in added if key == entry.id))})
            if entry.fields is not None
            else entry
            for entry in problem.evaluators
        ]
        return solvable(problem.model_copy(update={"evaluators": tuple(people)}))

    if not more or not works(more):
        return []
    for entry in sorted(more):
        if works(more - {entry}):
            more = more - {entry}
    names = {field.key: field.name for field in round.challenge.fields.all()}
    return [
        Measure(
            text(
                f"{seats[key].person.name}: ‘{names[field]['ko']}’ 추가",
                f"{seats[key].person.name}: add “{names[field].get('en') or names[field]['ko']}”",
            ),
            reverse("evaluation:seat-change", args=[seats[key].pk]),
        )
        for key, field in sorted(more)
    ]


def _newcomers(
    round: Round, problem: AssignmentProblem, applications: list[Application], bodies: dict[str, Text]
) -> list[Measure]:
    """How many more evaluators of a body (a company's: of a field), with conflicts with nobody, would be enough: no one of
    them can be left out."""
    limit = most_allowed(round) or MOST
    fields = {a.field.key: a.field.name for a in applications if a.field}
    wanted: dict[tuple[str, str | None], int] = {}
    for body in stage_of(round).bodies:
        for field in sorted(fields) if of_company(body.key) else [None]:
            panels = sum(1 for a in applications if field is None or (a.field is not None and a.field.key == field))
            wanted[body.key, field] = max(body.seats, ceil(panels * body.seats / limit))

    def works(counts: dict[tuple[str, str | None], int]) -> bool:
        people = [
            AssignEvaluator(
                id=f"+{body}/{field}/{n}", body=body, max_load=limit, fields=None if field is None else (field,)
            )
            for (body, field), count in counts.items()
            for n in range(count)
        ]
        return solvable(problem.model_copy(update={"evaluators": (*problem.evaluators, *people)}))

    if not works(wanted):
        return []
    for key, most in list(wanted.items()):
        wanted[key] = _least(lambda n, key=key: works({**wanted, key: n}), most)  # type: ignore[misc]
    seat = reverse("evaluation:seat", args=[round.pk])
    return [
        Measure(
            text(
                f"‘{bodies[body]['ko']}’" + (f"(분야 ‘{fields[field]['ko']}’)" if field else "") + f" 위원 {count}명",
                f"{count} of “{bodies[body]['en']}”"
                + (f" for “{fields[field].get('en') or fields[field]['ko']}”" if field else ""),
            ),
            seat,
        )
        for (body, field), count in wanted.items()
        if count
    ]


def _least(works: Callable[[int], bool], most: int) -> int:
    """The lowest number that works; ``most`` does, and more never harms."""
    low, high = 0, most
    while low < high:
        middle = (low + high) // 2
        if works(middle):
            high = middle
        else:
            low = middle + 1
    return low
