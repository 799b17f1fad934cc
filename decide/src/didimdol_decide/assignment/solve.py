"""The best assignment by one min-cost flow (OR-Tools), the same whatever order the rows came in.

Costs are integers: a millionth of affinity is one unit, times a factor that leaves room below it for a hash
of (seed, pair), so that equal totals are decided by the seed and never by the order of the input. Arcs are
added in id order for the same reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from didimdol_decide.assignment.allowed import Allowed
from didimdol_decide.assignment.arrays import UNIT, Arrays, make_arrays
from didimdol_decide.assignment.bounds import best_panels, scores
from didimdol_decide.assignment.certificate import ANY_BODY, Certificate, make_certificate
from didimdol_decide.assignment.days import ByDay, turns
from didimdol_decide.assignment.explain import explain, reasons_for
from didimdol_decide.assignment.flow import cheapest, largest, nodes
from didimdol_decide.assignment.problem import AssignmentProblem
from didimdol_decide.assignment.remaining import Turn, remaining
from didimdol_decide.assignment.residual import Residual
from didimdol_decide.assignment.result import Assignment
from didimdol_decide.assignment.sparse import MOST, Kept, best_of_all, search

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from didimdol_decide.assignment.arrays import Bools, Ints

NOISE = 1 << 16


class Infeasible(ValueError):
    """No assignment obeys the rules; `certificate` names the bottleneck."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(certificate.message.in_language("en"))
        self.certificate = certificate


LARGE = 30_000_000
"""Most pairs that are held at once."""


def arrays_of(problem: AssignmentProblem, every_body: bool = False, most: int = LARGE) -> Arrays:
    """The problem as arrays with every allowed pair, its pinned pairs taken out (see `remaining`). Raises
    OverflowError where there are more than `most`."""
    left = remaining(problem, every_body)
    allowed = Allowed(problem, left)
    if (pairs := allowed.count()) > most:
        raise OverflowError(f"{pairs:,} > {most:,}")
    return make_arrays(left, allowed, allowed.all())


def pins_of(problem: AssignmentProblem) -> set[tuple[str, str]]:
    """The pinned pairs."""
    return {(pin.application, pin.evaluator) for pin in problem.pinned}


def solver_name() -> str:
    """Name and version of the flow solver."""
    return f"ortools {version('ortools')} SimpleMinCostFlow"


@dataclass(frozen=True)
class Optimum:
    """The pairs `chosen` of `arrays` with the highest total. kept: the pairs that were enough for it, where
    the problem is larger than was asked for to be solved as a whole (`arrays`: those). pairs: all allowed
    ones. flows: so many were solved."""

    arrays: Arrays
    chosen: Bools
    residual: Residual | None
    kept: Kept | None
    pairs: int
    flows: int

    def best_panels(self, weights: Ints, prices: ByDay) -> Ints:
        """The highest sum of weight x worth - price of every application, alone in the world, of all allowed
        pairs."""
        if self.kept is not None:
            return best_of_all(self.kept, weights, prices)
        return best_panels(self.arrays, scores(self.arrays, weights, prices))


def optimum(
    problem: AssignmentProblem,
    seed: str,
    most: int = MOST,
    near: Iterable[tuple[str, str]] = (),
    gain: int | None = None,
) -> Optimum:
    """The highest total; by a part of the pairs where there are more than `most` (0: never). near: pairs of
    which as many as can be stay, before the total counts; gain (millionths): what each of them counts in the
    total instead. Raises like `assign`."""
    left = remaining(problem)
    allowed = Allowed(problem, left)
    pairs, near = allowed.count(), set(near)
    whole = not most or pairs <= most
    if whole and pairs > LARGE:
        raise OverflowError(f"{pairs:,} > {LARGE:,}")

    def solve(arrays: Arrays) -> tuple[Bools | None, Ints]:
        # Worth more than all affinities together: no total can buy a move.
        bonus = UNIT * (arrays.open_seats + 1)
        if gain is not None:
            bonus = min(bonus, gain)
        worth = arrays.worth + bonus * arrays.marked(near) if near else arrays.worth
        return best(arrays, worth, seed), worth

    if whole:
        arrays = make_arrays(left, allowed, allowed.all())
        chosen, _ = solve(arrays)
        if chosen is None:
            raise Infeasible(bottleneck(problem, arrays))
        return Optimum(arrays, chosen, None, None, pairs, 1)
    kept = Kept(left, allowed, most, near)
    found = search(kept, solve)
    if found.chosen is None:
        raise Infeasible(bottleneck(problem, found.arrays))
    return Optimum(found.arrays, found.chosen, found.residual, kept, pairs, found.flows)


def assign(problem: AssignmentProblem, seed: str, most: int = MOST) -> Assignment:
    """The assignment with the highest total affinity (to a millionth per pair) under every rule.

    most: where more pairs are allowed, it is found by a part of them (see `sparse`; 0: never); equal totals
    may be decided otherwise then. Raises Infeasible, with a certificate; ModuleNotFoundError where the extra
    `assign` is not installed; OverflowError for an instance too large for 64-bit costs (beyond about a
    million seats).
    """
    found = optimum(problem, seed, most)
    pairs = found.arrays.pairs(found.chosen) | pins_of(problem)
    return explain(problem, pairs, seed, solver_name(), reasons_each=reasons_for(pairs))


def best(arrays: Arrays, worth: Ints, seed: str) -> Bools | None:
    """The pairs with the highest sum of `worth` (one a pair); equal sums are decided by the seed. None: no
    assignment exists. Raises OverflowError."""
    import numpy as np

    most = max(UNIT, int(np.abs(worth).max(initial=0)))
    seats, size = arrays.open_seats, nodes(arrays).size
    levels = NOISE
    # The solver multiplies costs by the number of nodes: keep the product within 63 bits.
    while levels > 1 and most * (seats * levels + 1) * (size + 2) * 4 >= 1 << 63:
        levels //= 4
    if levels == 1:
        return cheapest(arrays, -worth)
    return cheapest(arrays, -worth * (max(1, seats) * levels) + _noise(arrays, seed, levels))


def _noise(arrays: Arrays, seed: str, levels: int) -> Ints:
    """A whole number below `levels` for every pair, from (seed, application, evaluator) alone: SHA-256 of
    each name, the two multiplied and mixed (modulo 2 to the 64th)."""
    import numpy as np

    def hashed(kind: str, names: list[str]) -> NDArray[np.uint64]:
        texts = ("\x1f".join((seed, kind, name)).encode("utf-8") for name in names)
        numbers = [int.from_bytes(hashlib.sha256(text).digest()[:8], "big") | 1 for text in texts]
        return np.array(numbers, dtype=np.uint64)

    rows = hashed("application", arrays.applications)[arrays.panel[arrays.seat]]
    mixed = rows * hashed("evaluator", arrays.people)[arrays.person]
    mixed ^= mixed >> np.uint64(32)
    found: Ints = (mixed % np.uint64(levels)).astype(np.int64)
    return found


def bottleneck(problem: AssignmentProblem, arrays: Arrays) -> Certificate:
    """Why the problem has no assignment: a smallest cut, counted from the problem."""
    at = nodes(arrays)
    value, side = largest(arrays, arrays.high)
    if value < arrays.open_seats:
        seats = {seat for index, seat in enumerate(arrays.seats) if at.seat + index not in side}
        free = {
            (name, ANY_BODY)
            for index, name in enumerate(arrays.applications)
            if arrays.free[index] and at.free + index not in side
        }
        people = {name for index, name in enumerate(arrays.people) if 1 + index not in side}
        return make_certificate(problem, "seats", seats | free, people, _held(arrays, side))
    value, side = largest(arrays, arrays.low)
    if value == int(arrays.low.sum()):
        raise RuntimeError("the solver found no assignment, yet no bottleneck exists")
    return make_certificate(
        problem,
        "minimum_loads",
        {seat for index, seat in enumerate(arrays.seats) if at.seat + index in side},
        {name for index, name in enumerate(arrays.people) if 1 + index in side},
        _held(arrays, side),
    )


def _held(arrays: Arrays, side: set[int]) -> set[Turn]:
    """Who is held by a daily maximum, and when: the person has more to give, the day takes no more."""
    if arrays.days is None:
        return set()
    at = nodes(arrays)
    people = arrays.days.person.tolist()
    return {
        turn
        for index, turn in enumerate(turns(arrays))
        if at.shift + index not in side and 1 + people[index] in side
    }
