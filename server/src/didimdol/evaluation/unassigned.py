"""Why a round cannot be assigned, in words with names: the smallest clash, and what would be enough to mend it.

Every way out is tried by solving again before it is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from didimdol.applications.models import Application
from didimdol.evaluation.guards import of_company, stage_of, words_of
from didimdol.evaluation.models import Round, Seat
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.queries import rules_of
from didimdol_decide.assignment import AssignEvaluator, AssignmentProblem, Infeasible, assign
from didimdol_decide.assignment.certificate import Certificate
from didimdol_decide.assignment.clash import smallest
from didimdol_decide.assignment.repairs import Diagnosis, Repair, Step, diagnose

SHOWN = 5
#: (body, fields) → (how many more people, their maximum load)
Newcomers = dict[tuple[str, tuple[str, ...]], tuple[int, int]]
MOST_NEWCOMERS = 500


class NoAssignment(BadInput):
    """No assignment obeys the rules. ``told``: more about the cause; ``ways``: each is enough alone. ``problem``: with
    names that sort alike in every run in the place of ids; its certificate is ``detail["certificate"]``. ``newcomers``:
    how many more people would do, by body and fields (none: all)."""

    def __init__(
        self,
        message: Text,
        told: Sequence[Text],
        ways: Sequence[Text],
        certificate: Certificate,
        problem: AssignmentProblem,
        more: Newcomers | None,
    ) -> None:
        numbered = {
            lang: " ".join(f"({number}) {pick(way, lang)}" for number, way in enumerate(ways, start=1))
            for lang in ("ko", "en")
        }
        super().__init__(
            "no_assignment",
            message,
            text(f"다음 가운데 하나면 됩니다: {numbered['ko']}", f"One of these is enough: {numbered['en']}"),
            certificate=certificate.as_json(),
        )
        self.told, self.ways, self.problem = list(told), list(ways), problem
        self.newcomers = {key: count for key, (count, _) in (more or {}).items()}


@dataclass(frozen=True)
class _Names:
    """What ids of the renamed problem are called. ``applications``: numbers, as they are."""

    bodies: dict[str, Text]
    quorums: dict[str, int]
    fields: dict[str, Text]
    field_of: dict[str, str]
    people: dict[str, str] = field(default_factory=dict)
    companies: dict[frozenset[str], Text] = field(default_factory=dict)

    def seats(self, application: str, body: str | None, lang: str) -> str:
        return f"{application} {_quoted(self.bodies[body or ''], lang)}"


def explained(
    problem: AssignmentProblem,
    certificate: Certificate,
    round: Round,
    applications: list[Application],
    seats: list[Seat],
) -> NoAssignment:
    """The refusal for a problem that has no assignment, as ``certificate`` proves."""
    names = _names(round, applications, seats)
    order = sorted(
        seats, key=lambda seat: (seat.body, seat.organisation.name["ko"], seat.person.name, seat.person.email)
    )
    people = {str(seat.pk): f"e{number:04d}" for number, seat in enumerate(order, start=1)}
    numbers = {str(a.pk): a.number for a in applications}
    names.people.update({people[str(seat.pk)]: seat.person.name for seat in order})
    names.companies.update({frozenset(s.fields): s.organisation.name for s in order if of_company(s.body) and s.fields})
    renamed = _renamed(problem, {**people, **numbers})
    found = diagnose(renamed)
    assert found is not None
    total = next((repair.amount for repair in found.repairs if repair.kind == "missing"), found.certificate.short)
    more = newcomers(renamed)
    with_names = _renamed_certificate(certificate, {**people, **numbers}, renamed)
    return NoAssignment(
        _message(found.certificate, with_names, total, names),
        [*_lost(renamed, found, names), *_no_use(found)],
        [*_more_people(more, names), *_ways(renamed, found, names)],
        with_names,
        renamed,
        more,
    )


def _names(round: Round, applications: list[Application], seats: list[Seat]) -> _Names:
    rule = stage_of(round)
    return _Names(
        bodies={body.key: words_of(body) for body in rule.bodies},
        quorums={body.key: body.quorum for body in rule.bodies},
        fields={
            entry.key: text(entry.name.ko, entry.name.en or entry.name.ko) for entry in rules_of(round.challenge).fields
        },
        field_of={a.number: a.field.key for a in applications if a.field is not None},
    )


def _renamed(problem: AssignmentProblem, called: dict[str, str]) -> AssignmentProblem:
    """In the order of the new names too, so that of several explanations the same one is told every time."""
    found: dict[str, Any] = problem.as_json()
    for row in (*found["applications"], *found["evaluators"]):
        row["id"] = called[row["id"]]
    for row in (*found["affinity"], *found["conflicts"], *found["pinned"]):
        row["application"], row["evaluator"] = called[row["application"]], called[row["evaluator"]]
    for key in ("applications", "evaluators"):
        found[key].sort(key=lambda row: row["id"])
    return AssignmentProblem.model_validate(found)


def _renamed_certificate(certificate: Certificate, called: dict[str, str], problem: AssignmentProblem) -> Certificate:
    found: dict[str, Any] = certificate.as_json()
    for row in found["seats"]:
        row["application"] = called[row["application"]]
    found["evaluators"] = sorted(called[key] for key in found["evaluators"])
    found["seats"].sort(key=lambda row: (row["application"], row["body"]))
    return Certificate.model_validate({**found, "instance_digest": problem.digest()})


# --- the cause -----------------------------------------------------------------------------------------------------


def _message(clash: Certificate, whole: Certificate, total: int, names: _Names) -> Text:
    """The smallest clash; how much is missing in all, where that is more."""
    bodies = sorted({group.body for group in clash.seats})
    numbers = sorted({group.application for group in clash.seats})
    everything = sorted({group.application for group in whole.seats})
    fields = sorted({names.field_of.get(number, "") for number in numbers} & names.fields.keys())
    ko = f"{_fields(fields, names, 'ko')}신청 {_few(numbers, 'ko')}에는"
    ko += f" {_joined(bodies, names, 'ko')} 위원 {clash.needed}석이 필요하지만,"
    one = len(numbers) == 1
    en = f"Application{'' if one else 's'} {_few(numbers, 'en')}{_fields(fields, names, 'en')}"
    en += f" need{'s' if one else ''} {counted(clash.needed, 'seat')} of {_joined(bodies, names, 'en')}, but"
    ko = f"배정할 수 없습니다. {ko} 이해충돌·분야·상한을 지키면 {clash.available}석만 채울 수 있습니다({clash.short}석 부족)."
    en = f"No assignment exists. {en} conflicts, fields and limits leave {clash.available} (short of {clash.short})."
    if total > clash.short:
        ko += f" 모두 합하면 신청 {_few(everything, 'ko')}에서 {total}석이 부족합니다."
        en += f" Missing in all: {counted(total, 'seat')} of {_few(everything, 'en')}."
    if clash.evaluators:
        used = [names.people[key] for key in clash.evaluators]
        ko += f" 상한까지 배정된 위원: {_few(used, 'ko', unit='명')}."
        en += f" Used to their limit: {_few(used, 'en')}."
    return text(ko, en)


def _lost(problem: AssignmentProblem, found: Diagnosis, names: _Names) -> Iterable[Text]:
    """Who would be of the right body but may not sit there: conflicts by name, other fields by their number."""
    asked = {(group.application, group.body) for group in found.certificate.seats}
    body_of = {person.id: person.body for person in problem.evaluators}
    barred: dict[str, set[str]] = {}
    for row in problem.conflicts:
        if (row.application, body_of[row.evaluator]) in asked:
            barred.setdefault(row.evaluator, set()).add(row.application)
    if barred:
        told = {
            lang: [f"{names.people[key]}({_few(sorted(barred[key]), lang, 3)})" for key in sorted(barred)]
            for lang in ("ko", "en")
        }
        yield text(
            f"이해충돌로 그 자리에 앉을 수 없는 위원: {_few(told['ko'], 'ko', 10, '명')}.",
            f"Barred there by a conflict of interest: {_few(told['en'], 'en', 10)}.",
        )
    elsewhere = sum(1 for entry in found.lost if entry.field and not entry.conflict)
    if elsewhere:
        yield text(
            f"같은 평가 주체의 위원 {elsewhere}명은 다른 분야를 맡습니다.",
            f"Serving other fields: {counted(elsewhere, 'more evaluator')} of this body.",
        )


def _no_use(found: Diagnosis) -> Iterable[Text]:
    if "load" in found.no_use:
        yield text(
            "상한을 아무리 늘려도 배정할 수 없습니다. 앉을 수 있는 사람이 모자랍니다.",
            "No limit is high enough: there are too few people who may sit there.",
        )


# --- the ways out --------------------------------------------------------------------------------------------------


def _ways(problem: AssignmentProblem, found: Diagnosis, names: _Names) -> Iterable[Text]:
    for repair in found.repairs:
        if repair.kind == "load":
            told = [f"{names.people[step.evaluator or '']} +{step.by}" for step in repair.steps]
            yield text(
                f"위원 {len(told)}명의 상한을 모두 {repair.amount}건 늘립니다: {_few(told, 'ko', 10, '명')}.",
                f"Raise the limits of {counted(len(told), 'evaluator')} by {repair.amount} in all: {_few(told, 'en', 10)}.",
            )
        elif repair.kind == "waive":
            yield text(
                f"{repair.amount}석을 다른 평가 주체의 위원도 맡을 수 있게 규칙집을 바꿉니다: {_places(repair, names, 'ko')}.",
                f"Let people of another body take {counted(repair.amount, 'seat')} (a change of the rulebook): {_places(repair, names, 'en')}.",
            )
        elif repair.kind == "missing":
            yield _empty_seats(problem, repair, names)


def _more_people(groups: Newcomers | None, names: _Names) -> Iterable[Text]:
    """The fewest newcomers without conflicts, by body and company, found by adding those that the proof asks for."""
    if groups is None:
        return
    told: dict[str, list[str]] = {"ko": [], "en": []}
    for (body, fields), (count, load) in sorted(groups.items()):
        name = names.companies.get(frozenset(fields))
        for lang in ("ko", "en"):
            whose = (
                [pick(name, lang)] if name else [pick(names.fields[key], lang) for key in fields if key in names.fields]
            )
            where = f"({', '.join(whose)})" if whose else ""
            told[lang].append(
                f"{_quoted(names.bodies[body], 'ko')}{where} {count}명(한 사람 최대 {load}건)"
                if lang == "ko"
                else f"{count} of {_quoted(names.bodies[body], 'en')} {where}".strip()
                + f", at most {counted(load, 'application')} each"
            )
    yield text(
        f"이해충돌이 없는 위원을 더 위촉합니다: {', '.join(told['ko'])}.",
        f"Seat more evaluators without conflicts: {'; '.join(told['en'])}.",
    )


def newcomers(problem: AssignmentProblem) -> Newcomers | None:
    """The fewest that are enough. None: too many.

    A clash shows how many of its body must come, whoever else comes; they are added until nothing clashes. Each gets
    the highest maximum load of its body, the fields of the company that is short, and has no conflict.
    """
    added: Counter[tuple[str, tuple[str, ...]]] = Counter()
    loads = {body: _load(problem, body) for body in {body for a in problem.applications for body in a.demand}}
    people = list(problem.evaluators)
    while len(people) - len(problem.evaluators) <= MOST_NEWCOMERS:
        tried = AssignmentProblem.model_validate({**dict(problem), "evaluators": people})
        try:
            assign(tried, seed="")
        except Infeasible as infeasible:
            clash = smallest(tried, infeasible.certificate)
        else:
            return {key: (count, loads[key[0]]) for key, count in added.items()}
        body, fields = _asked(tried, clash)
        panels = len({group.application for group in clash.seats})
        count = -(-clash.short // max(1, min(loads[body], panels)))
        for _ in range(count):
            added[body, fields] += 1
            people.append(
                AssignEvaluator(id=f"+{len(people):04d}", body=body, max_load=loads[body], fields=fields or None)
            )
    return None


def _asked(problem: AssignmentProblem, clash: Certificate) -> tuple[str, tuple[str, ...]]:
    """The body of a clash, and the fields that somebody new there should serve (none: all)."""
    body = clash.seats[0].body
    if not of_company(body):
        return body, ()
    fields = {a.id: a.field for a in problem.applications}
    wanted = fields[clash.seats[0].application]
    for person in problem.evaluators:
        if person.body == body and person.fields and wanted in person.fields:
            return body, tuple(sorted(person.fields))
    return body, (wanted,)


def _load(problem: AssignmentProblem, body: str) -> int:
    return max(1, *(p.max_load for p in problem.evaluators if p.body == body), 1)


def _empty_seats(problem: AssignmentProblem, repair: Repair, names: _Names) -> Text:
    """Some seats stay empty; said with the quorum, below which an application gets no score."""
    demand = {entry.id: entry.demand for entry in problem.applications}
    short = [step for step in repair.steps if _left(step, demand) < names.quorums.get(step.body or "", 1)]
    if short:
        ko = f"그러면 신청 {len({s.application for s in short})}건은 정족수에 못 미쳐 점수가 없습니다"
        en = f"{counted(len({s.application for s in short}), 'application')} would miss the quorum and get no score"
    else:
        ko, en = "정족수는 지켜집니다", "the quorum holds"
    return text(
        f"{repair.amount}석을 비워 두도록 규칙집을 바꿉니다: {_places(repair, names, 'ko')}. {ko}.",
        f"Leave {counted(repair.amount, 'seat')} empty (a change of the rulebook): {_places(repair, names, 'en')}; {en}.",
    )


def _left(step: Step, demand: dict[str, dict[str, int]]) -> int:
    return demand[step.application or ""].get(step.body or "", 0) - step.by


# --- words ---------------------------------------------------------------------------------------------------------


def _places(repair: Repair, names: _Names, lang: str) -> str:
    return _few([f"{names.seats(s.application or '', s.body, lang)} {s.by}" for s in repair.steps], lang)


def _quoted(name: Text, lang: str) -> str:
    return f"‘{name['ko']}’" if lang == "ko" else f"“{name['en']}”"


def _joined(bodies: Iterable[str], names: _Names, lang: str) -> str:
    return ", ".join(_quoted(names.bodies[key], lang) for key in bodies)


def _fields(fields: Sequence[str], names: _Names, lang: str) -> str:
    """‘드론’ 분야의 / of the field “Drones”; empty where many fields are meant."""
    if not 0 < len(fields) <= 2 or len(fields) == len(names.fields):
        return ""
    told = ", ".join(_quoted(names.fields[key], lang) for key in fields)
    if lang == "ko":
        return f"{told} 분야의 "
    return f" of the field{'s' if len(fields) > 1 else ''} {told}"


def _few(listed: Sequence[str], lang: str, most: int = SHOWN, unit: str = "건") -> str:
    more = len(listed) - most
    said = ", ".join(listed[:most])
    if more > 0:
        said += f" 외 {more}{unit}" if lang == "ko" else f" and {more} more"
    return said


def counted(number: int, what: str) -> str:
    """1 evaluator, 2 evaluators."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
