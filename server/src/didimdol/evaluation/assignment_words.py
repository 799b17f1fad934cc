"""An assignment as people read it: names, loads, the worst-off applications, and what is proved, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from didimdol.applications.models import Application
from didimdol.design.parts import Bar, Histogram
from didimdol.evaluation.enums import OBJECTIVES, WHY_NOT
from didimdol.evaluation.guards import OPEN, OPEN_SEATS, stage_of, words_of
from didimdol.evaluation.models import Round, Seat
from didimdol.kernel.words import Text, pick, text
from didimdol_decide.assignment import Assignment, AssignmentProblem, Pair
from didimdol_decide.assignment.arrays import UNIT
from didimdol_decide.assignment.bounds import best_panels
from didimdol_decide.assignment.proof import Proof, sums_of
from didimdol_decide.assignment.solve import arrays_of

WORST = 10  # applications in the chart of the worst-off
GONE = "–"


class Names:
    """Who and what the ids of an assignment stand for."""

    def __init__(self, round: Round, applications: list[Application], seats: list[Seat]) -> None:
        self.applications = {str(a.pk): a for a in applications}
        self.seats = {str(seat.pk): seat for seat in seats}
        self.bodies = {body.key: words_of(body) for body in stage_of(round).bodies} | {OPEN: OPEN_SEATS}

    def application(self, key: str) -> str:
        found = self.applications.get(key)
        return f"{found.number} {pick(found.startup.name)}" if found else GONE

    def seat(self, key: str) -> str:
        return self.seats[key].person.name if key in self.seats else pick(text("새 위원", "The new evaluator"))

    def body(self, key: str) -> Text:
        return self.bodies.get(key, text(key, key))


def worth(value: int) -> str:
    """Millionths of affinity as people read them."""
    return format((Decimal(value) / UNIT).quantize(Decimal("0.001")).normalize() + 0, "f")


# --- panels -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    organisation: Text
    body: Text
    pair: Pair
    better: list[tuple[str, Text]]


@dataclass(frozen=True, slots=True)
class Panel:
    """``sum``: the affinity of all its members."""

    application: Application
    members: list[Member]
    sum: str


def panels_of(assignment: Assignment, names: Names) -> list[Panel]:
    """Who evaluates what, by the application's number."""
    pairs: dict[str, list[Pair]] = {}
    for pair in assignment.pairs:
        pairs.setdefault(pair.application, []).append(pair)
    panels = [
        Panel(
            names.applications[key],
            sorted((_member(pair, names) for pair in found), key=lambda m: (m.pair.body, m.name)),
            worth(int(sum(pair.affinity for pair in found) * UNIT)),
        )
        for key, found in pairs.items()
        if key in names.applications
    ]
    return sorted(panels, key=lambda panel: panel.application.number)


def _member(pair: Pair, names: Names) -> Member:
    seat = names.seats.get(pair.evaluator)
    return Member(
        name=names.seat(pair.evaluator),
        organisation=seat.organisation.name if seat else text("", ""),
        body=names.body(pair.body),
        pair=pair,
        better=[(names.seat(entry.evaluator), WHY_NOT[entry.reason]) for entry in pair.better],
    )


# --- charts -------------------------------------------------------------------------------------------------------


def load_charts(problem: AssignmentProblem, assignment: Assignment, names: Names) -> list[Histogram]:
    """By body: how many evaluators have how many applications."""
    charts = []
    for body, name in names.bodies.items():
        loads = [assignment.loads[entry.id] for entry in problem.evaluators if entry.body == body]
        if not loads:
            continue
        counts = Counter(loads)
        charts.append(
            Histogram(
                [Bar(str(load), counts[load]) for load in range(min(loads), max(loads) + 1)],
                caption=pick(text(f"{name['ko']}: 위원별 배정 건수", f"{name['en']}: applications an evaluator")),
                unit=pick(text("배정 건수", "Applications")),
            )
        )
    return charts


@dataclass(frozen=True, slots=True)
class WorstOff:
    """``sum`` and ``best`` (the best panel it could have alone in the world) as read; bars in percent of ``scale``."""

    name: str
    field: Text
    sum: str
    best: str
    width: str
    mark: str


def worst_off(problem: AssignmentProblem, assignment: Assignment, names: Names) -> list[WorstOff]:
    """The applications with the lowest affinity of their panel, the lowest first."""
    arrays = arrays_of(problem)
    best = dict(zip(arrays.applications, (best_panels(arrays, arrays.worth) + arrays.fixed).tolist(), strict=True))
    sums = sums_of(problem, assignment)
    lowest = sorted(sums, key=lambda key: (sums[key], names.application(key)))[:WORST]
    scale = max((best[key] for key in lowest), default=0) or 1
    return [
        WorstOff(
            name=names.application(key),
            field=field.name if (field := names.applications[key].field) else text("–", "–"),
            sum=worth(sums[key]),
            best=worth(best[key]),
            width=f"{100 * sums[key] / scale:.1f}",
            mark=f"{100 * best[key] / scale:.1f}",
        )
        for key in lowest
        if key in names.applications
    ]


# --- what is proved -----------------------------------------------------------------------------------------------


def objective_words(assignment: Assignment) -> Text:
    if assignment.objective == "least_change":
        return text(
            "가장 적은 변경, 그 가운데 적합도 합계가 가장 높은 배정",
            "the least change, then the highest total affinity",
        )
    return OBJECTIVES["fair" if assignment.objective == "fair" else "most"]


def proof_words(proof: Proof | None, names: Names) -> list[Text]:
    """Floor and total with their bounds, each as one sentence."""
    if proof is None:
        return [
            text(
                "빈자리를 채운 배정입니다. 그대로 둘 수 있는 배정은 그대로 두었으므로 적합도 합계가 가장 높다는 뜻은 아닙니다.",
                "Empty seats were filled. What could stay has stayed, so the total is not claimed to be the highest.",
            )
        ]
    total, bound = worth(proof.total), worth(proof.total_bound)
    floor, most = worth(proof.floor), worth(proof.floor_bound)
    worst, best = names.application(proof.worst_off), names.application(proof.floor_proof)
    if proof.optimal_total and not proof.weights:
        first = text(
            f"적합도 합계 {total}보다 높은 배정은 없습니다(증명됨).",
            f"No assignment has a higher total than {total} (proved).",
        )
    elif proof.optimal_total:
        first = text(
            f"최저 신청을 이만큼 지키면서 적합도 합계가 {total}보다 높은 배정은 없습니다(증명됨).",
            f"No assignment that keeps this floor has a higher total than {total} (proved).",
        )
    else:
        first = text(
            f"적합도 합계는 {total}이고, 어떤 배정도 {bound}을(를) 넘을 수 없습니다(증명된 상한).",
            f"The total is {total}; none with this floor can be above {bound} (a proved bound).",
        )
    if proof.optimal_floor:
        second = text(
            f"적합도가 가장 낮은 신청은 {worst}({floor})이고, 가장 낮은 신청을 이보다 높일 수 있는 배정은 없습니다(증명됨).",
            f"The worst-off application is {worst} ({floor}); no assignment lifts the lowest any higher (proved).",
        )
    else:
        second = text(
            f"적합도가 가장 낮은 신청은 {worst}({floor})입니다. {best}은(는) 가장 잘 맞는 위원을 모두 얻어도 {most}이므로, "
            f"어떤 배정에서도 가장 낮은 신청은 {most} 이하입니다.",
            f"The worst-off application is {worst} ({floor}). {best} gets {most} even with its own best people, so in no "
            f"assignment the lowest is above {most}.",
        )
    return [first, second]


@dataclass(frozen=True, slots=True)
class Price:
    """What one application more (or one fewer, where the minimum binds) for this evaluator would add to the total."""

    name: str
    load: int
    limit: Text
    gain: str


def prices_of(problem: AssignmentProblem, assignment: Assignment, proof: Proof | None, names: Names) -> list[Price]:
    """The evaluators whose limit costs affinity, the dearest first."""
    if proof is None:
        return []
    limits = {entry.id: entry for entry in problem.evaluators}
    rows = sorted(proof.prices.items(), key=lambda entry: (-abs(entry[1]), names.seat(entry[0])))
    return [
        Price(
            name=names.seat(key),
            load=assignment.loads[key],
            limit=_limit(limits[key], price),
            gain=worth(abs(price) // proof.weight),
        )
        for key, price in rows
        if key in limits
    ]


def _limit(evaluator: Any, price: int) -> Text:
    if price > 0:
        return text(f"상한 {evaluator.max_load}건", f"at most {evaluator.max_load}")
    return text(f"하한 {evaluator.min_load}건", f"at least {evaluator.min_load}")


def summary(problem: AssignmentProblem, assignment: Assignment, proof: Proof | None, names: Names) -> Mapping[str, Any]:
    """The context of ``evaluation/_assigned.html``."""
    sums = sums_of(problem, assignment)
    return {
        "assignment": assignment,
        "objective": objective_words(assignment),
        "total": worth(sum(sums.values())),
        "floor": worth(min(sums.values(), default=0)),
        "proved": proof_words(proof, names),
        "even": proof is not None,
        "loads": load_charts(problem, assignment, names),
        "worst": worst_off(problem, assignment, names),
        "panels": panels_of(assignment, names),
    }
