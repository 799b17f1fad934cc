"""How good an assignment is, with bounds that anyone can recount without a solver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from didimdol_decide.assignment.arrays import UNIT, millionths
from didimdol_decide.assignment.bounds import bound_by_hand, bound_of, panels_by_hand
from didimdol_decide.assignment.days import day_costs, turns
from didimdol_decide.assignment.explain import explain, reasons_for
from didimdol_decide.assignment.fair import WEIGHT, fair
from didimdol_decide.assignment.leximin import proved_places
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.remaining import remaining
from didimdol_decide.assignment.residual import Residual
from didimdol_decide.assignment.result import Assignment
from didimdol_decide.assignment.solve import Optimum, optimum, pins_of, solver_name
from didimdol_decide.assignment.sparse import MOST
from didimdol_decide.assignment.verify import Violation
from didimdol_decide.plain import Plain, Sparse, Text

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Ints


class Narrowed(Plain):
    """How a large problem was searched: by `kept` of its `pairs` allowed pairs in the end, in `flows` flows.
    Told, not proved: floor_bound and total_bound hold for all pairs, whatever was kept."""

    pairs: int
    kept: int
    flows: int


class Proof(Sparse):
    """Figures in millionths of affinity. floor: worth of the worst-off panel, named in `worst_off`.
    floor_bound: the best panel that `floor_proof` could have alone in the world, so no assignment has a
    higher floor. total_bound: no assignment whose floor is at least `floor` has a higher total; counted from
    `weight` (of every application that `weights` does not name), `weights`, `prices` (of evaluators, 0 where
    not named) and `day_prices` (of evaluators on a day with a daily maximum, on top): see `bounds`. With no
    `weights` the bound holds for every assignment. optimal_floor, optimal_total: floor and total meet their
    bounds. proved_places: so many of the worst-off panels, from the lowest, are worth as much as the own
    bests of all applications allow in that order: nothing is fairer to them (None: an older proof, which does
    not say). narrowed: where only a part of the pairs was searched. floor_gap: where a floor somewhat below
    its bound was enough, so many millionths of the bound is it below, rounded up."""

    later = ("day_prices", "narrowed", "floor_gap")

    floor: int
    worst_off: str
    floor_bound: int
    floor_proof: str
    total: int
    total_bound: int
    weight: Annotated[int, Field(ge=1)]
    weights: dict[str, int]
    prices: dict[str, int]
    day_prices: dict[str, dict[str, Annotated[int, Field(ge=0)]]] = Field(default_factory=dict)
    optimal_floor: bool
    optimal_total: bool
    proved_places: int | None = None
    instance_digest: str
    narrowed: Narrowed | None = None
    floor_gap: Annotated[int, Field(ge=0)] | None = None


def gap_of(floor: int, bound: int) -> int:
    """How many millionths of the bound the floor is below it, rounded up."""
    return -((floor - bound) * UNIT // max(1, bound))


def assign_fair(
    problem: AssignmentProblem,
    seed: str,
    objective: Literal["fair", "leximin"] = "fair",
    tries: int = 24,
    most: int = MOST,
    within: int = 0,
) -> tuple[Assignment, Proof]:
    """The assignment that is fair to the worst-off application first, then has the most affinity, with its
    bounds. leximin: then fair to the second worst-off, and so on, as far as `tries` attempts lead. most:
    where more pairs are allowed, it is looked for among those that were enough for the highest total. within
    (millionths): a floor so far below its bound is enough, and the search ends where the total is as near to
    its own; beyond, the total counts.

    Equal choices follow the order of the ids; `seed` is only recorded. Raises like `assign`."""
    whole = optimum(problem, seed, most)
    found = fair(whole.arrays, further=tries if objective == "leximin" else 0, within=within)
    assert found is not None
    pairs = whole.arrays.pairs(found.chosen) | pins_of(problem)
    assignment = explain(problem, pairs, seed, solver_name(), objective, reasons_for(pairs))
    prices = (found.prices, found.day_prices)
    proof = _proof(problem, whole, assignment, WEIGHT, found.weights, prices)
    if within:
        proof = proof.model_copy(update={"floor_gap": gap_of(proof.floor, proof.floor_bound)})
    return assignment, proof


def assign_best(problem: AssignmentProblem, seed: str, most: int = MOST) -> tuple[Assignment, Proof]:
    """The assignment of `assign` and the proof that its total (in millionths) is the highest. Raises like
    it."""
    import numpy as np

    found = optimum(problem, seed, most)
    pairs = found.arrays.pairs(found.chosen) | pins_of(problem)
    assignment = explain(problem, pairs, seed, solver_name(), reasons_each=reasons_for(pairs))
    residual = found.residual or Residual(found.arrays, found.arrays.worth, found.chosen)
    ones = np.ones(len(found.arrays.applications), dtype=np.int64)
    prices = (residual.prices, residual.day_prices)
    return assignment, _proof(problem, found, assignment, 1, ones, prices)


def sums_of(problem: AssignmentProblem, assignment: Assignment) -> dict[str, int]:
    """Worth of every panel in millionths, by application in id order."""
    affinity = problem.affinities()
    sums = dict.fromkeys(sorted(entry.id for entry in problem.applications), 0)
    for pair in assignment.pairs:
        value = affinity.get((pair.application, pair.evaluator))
        sums[pair.application] += 0 if value is None else millionths(value)
    return sums


def _proof(
    problem: AssignmentProblem,
    found: Optimum,
    assignment: Assignment,
    weight: int,
    weights: Ints,
    prices: tuple[Ints, Ints],
) -> Proof:
    """weights: by application; prices: by person, and by shift."""
    import numpy as np

    arrays = found.arrays
    sums = sums_of(problem, assignment)
    free = day_costs(arrays, *(np.zeros_like(part) for part in prices))
    alone = found.best_panels(np.ones_like(weights), free) + arrays.fixed
    own = dict(zip(arrays.applications, alone.tolist(), strict=True))
    worst = min(sums, key=lambda name: (sums[name], name), default="")
    proof = min(own, key=lambda name: (own[name], name), default="")
    floor, total = sums.get(worst, 0), sum(sums.values())
    by_person, by_shift = prices
    panels = found.best_panels(weights, day_costs(arrays, by_person, by_shift))
    counted = bound_of(arrays, weights, by_person, by_shift, panels)
    total_bound = (counted - floor * int((weights - weight).sum())) // weight
    day_prices: dict[str, dict[str, int]] = {}
    for (name, day), price in zip(turns(arrays), by_shift.tolist(), strict=True):
        if price:
            day_prices.setdefault(name, {})[day] = price
    return Proof(
        floor=floor,
        worst_off=worst,
        floor_bound=own.get(proof, 0),
        floor_proof=proof,
        total=total,
        total_bound=total_bound,
        weight=weight,
        weights={
            name: own
            for name, own in zip(arrays.applications, weights.tolist(), strict=True)
            if own != weight
        },
        prices={name: price for name, price in zip(arrays.people, by_person.tolist(), strict=True) if price},
        day_prices=day_prices,
        optimal_floor=floor == own.get(proof, 0),
        optimal_total=total == total_bound,
        proved_places=proved_places(list(sums.values()), list(own.values())),
        instance_digest=problem.digest(),
        narrowed=None
        if found.kept is None
        else Narrowed(pairs=found.pairs, kept=len(found.kept), flows=found.flows),
    )


def check_proof(problem: AssignmentProblem, assignment: Assignment, proof: Proof) -> list[Violation]:
    """Every figure of the proof that does not follow from problem and assignment; by counting, without a
    solver."""
    sums = sums_of(problem, assignment)
    floor, total = min(sums.values(), default=0), sum(sums.values())
    known = {entry.id for entry in problem.applications}
    people = {entry.id for entry in problem.evaluators}
    named = (proof.weights.keys() | {proof.floor_proof}) <= known or not known
    limited = remaining(problem).day_left
    named = named and all((name, day) in limited for name, days in proof.day_prices.items() for day in days)
    if not named or not proof.prices.keys() <= people or proof.instance_digest != problem.digest():
        return [_wrong("proof", "다른 문제의 증명입니다.", "The proof belongs to another problem.")]
    wrong: list[Violation] = []
    extra = sum(weight - proof.weight for weight in proof.weights.values())
    own = panels_by_hand(problem, {}, 1, {}, {})
    floor_bound = own.get(proof.floor_proof, 0)
    bound = bound_by_hand(problem, proof.weights, proof.weight, proof.prices, proof.day_prices)
    counted = bound - floor * extra
    checks = {
        "floor": (proof.floor, floor),
        "total": (proof.total, total),
        "floor_bound": (proof.floor_bound, floor_bound),
        "total_bound": (proof.total_bound, counted // proof.weight),
        "optimal_floor": (proof.optimal_floor, floor == floor_bound),
        "optimal_total": (proof.optimal_total, total == counted // proof.weight),
    }
    if proof.floor_gap is not None:
        checks["floor_gap"] = (proof.floor_gap, gap_of(floor, floor_bound))
    if proof.proved_places is not None:
        checks["proved_places"] = (
            proof.proved_places,
            proved_places(list(sums.values()), list(own.values())),
        )
    if any(weight < proof.weight for weight in proof.weights.values()):
        wrong.append(_wrong("weights", "가중치가 기준보다 작습니다.", "A weight is below the common weight."))
    if sums.get(proof.worst_off, 0) != floor:
        wrong.append(_wrong("worst_off", "최저 신청이 다릅니다.", "Another application is worst off."))
    for key, (said, found) in checks.items():
        if said != found:
            wrong.append(_wrong(key, f"증명의 {key}: {said}, 실제 {found}", f"{key} is {found}, not {said}"))
    return wrong


def _wrong(key: str, ko: str, en: str) -> Violation:
    return Violation(key=f"proof_{key}" if key != "proof" else key, message=Text(ko=ko, en=en))


def points(value: int) -> str:
    """Millionths as a figure with six places."""
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), UNIT)
    return f"{sign}{whole}.{part:06d}"
