"""The flows of an assignment (OR-Tools): the cheapest, the largest, and the largest with its smallest cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from didimdol_decide.assignment.arrays import Arrays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from didimdol_decide.assignment.arrays import Bools, Ints

    Short = NDArray[np.int32]


@dataclass(frozen=True)
class Nodes:
    """Where each kind of node starts: 0 source, then people, shifts (a person on a day), seats, gates, free
    seats, and one for a sink."""

    shift: int
    seat: int
    gate: int
    free: int
    sink: int

    @property
    def size(self) -> int:
        return self.sink + 1


def nodes(arrays: Arrays) -> Nodes:
    """The numbering of the flow's nodes."""
    shift = 1 + len(arrays.people)
    seat = shift + arrays.shifts
    gate = seat + len(arrays.seats)
    free = gate + len(arrays.gate_seat)
    return Nodes(shift, seat, gate, free, free + len(arrays.applications))


def middle(arrays: Arrays) -> tuple[Short, Short, Ints]:
    """(tails, heads, capacities) of everything but source and sink: pairs first, then gates, then the way
    from a seat to the free seats of its panel (one wider than they are, so that it never is the
    bottleneck), then from people to their shifts."""
    import numpy as np

    at = nodes(arrays)
    pairs, gates = len(arrays.seat), len(arrays.gate_seat)
    shared = np.flatnonzero(arrays.free[arrays.panel] > 0)
    last = pairs + gates + len(shared)
    tails = np.empty(last + arrays.shifts, dtype=np.int32)
    heads = np.empty(len(tails), dtype=np.int32)
    room = np.ones(len(tails), dtype=np.int64)
    np.add(arrays.person, 1, out=tails[:pairs], casting="unsafe")
    np.add(arrays.seat, at.seat, out=heads[:pairs], casting="unsafe")
    if gates:
        gated = np.flatnonzero(arrays.gate >= 0)
        heads[gated] = at.gate + arrays.gate[gated]
        tails[pairs : pairs + gates] = at.gate + np.arange(gates)
        heads[pairs : pairs + gates] = at.seat + arrays.gate_seat
        room[pairs : pairs + gates] = arrays.gate_cap
    tails[pairs + gates : last] = at.seat + shared
    heads[pairs + gates : last] = at.free + arrays.panel[shared]
    room[pairs + gates : last] = arrays.free[arrays.panel[shared]] + 1
    if arrays.days is not None:
        capped = np.flatnonzero(arrays.shift >= 0)
        tails[capped] = at.shift + arrays.shift[capped]
        tails[last:] = 1 + arrays.days.person
        heads[last:] = at.shift + np.arange(arrays.shifts)
        room[last:] = arrays.days.cap
    return tails, heads, room


def supplies(arrays: Arrays) -> Ints:
    """What every node gives (below zero: takes). A minimum load is a supply that must go somewhere."""
    import numpy as np

    at = nodes(arrays)
    due = int(arrays.low.sum())
    parts = (
        [arrays.open_seats - due],
        arrays.low,
        np.zeros(arrays.shifts),
        -arrays.need,
        np.zeros(len(arrays.gate_seat)),
        -arrays.free,
        [0],
    )
    found: Ints = np.concatenate([np.asarray(part, dtype=np.int64) for part in parts])
    assert len(found) == at.size
    return found


def solve_flow(
    tails: Short | Ints, heads: Short | Ints, room: Ints, costs: Ints, supply: Ints, wanted: int
) -> Ints | None:
    """Flow on the first `wanted` arcs of the cheapest flow; None: there is none. Raises OverflowError where
    costs are too large for 64 bits (the solver multiplies them by the number of nodes)."""
    import numpy as np
    from ortools.graph.python import min_cost_flow

    largest = max(int(costs.max(initial=0)), -int(costs.min(initial=0)))
    if largest * (len(supply) + 2) * 4 >= 1 << 63:
        raise OverflowError("the instance is too large for 64-bit costs")
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32, copy=False), heads.astype(np.int32, copy=False), room, costs
    )
    solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
    status = solver.solve()
    if status == solver.INFEASIBLE:
        return None
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver stopped with status {status}")
    found: Ints = np.asarray(solver.flows(np.arange(wanted, dtype=np.int32)), dtype=np.int64)
    return found


def cheapest(arrays: Arrays, costs: Ints) -> Bools | None:
    """The pairs of the cheapest assignment under `costs` (one a pair); None where no assignment exists."""
    import numpy as np

    if int(arrays.low.sum()) > arrays.open_seats:
        return None
    tails, heads, room = middle(arrays)
    people = np.arange(1, len(arrays.people) + 1, dtype=np.int32)
    zeros = np.zeros(len(tails) - len(costs) + len(people), dtype=np.int64)
    flow = solve_flow(
        np.concatenate([tails, np.zeros(len(people), dtype=np.int32)]),
        np.concatenate([heads, people]),
        np.concatenate([room, arrays.high - arrays.low]),
        np.concatenate([costs, zeros]),
        supplies(arrays),
        len(costs),
    )
    return None if flow is None else flow > 0


def largest(arrays: Arrays, gives: Ints) -> tuple[int, set[int]]:
    """Most seats that can be filled when each person gives `gives`, and the source side of a smallest cut."""
    import numpy as np
    from ortools.graph.python import max_flow

    at = nodes(arrays)
    tails, heads, room = middle(arrays)
    people, seats, panels = (
        np.arange(len(part)) for part in (arrays.people, arrays.seats, arrays.applications)
    )
    solver: Any = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(
        np.concatenate(
            [tails, np.zeros(len(people), dtype=np.int64), at.seat + seats, at.free + panels]
        ).astype(np.int32),
        np.concatenate([heads, 1 + people, np.full(len(seats) + len(panels), at.sink)]).astype(np.int32),
        np.concatenate([room, gives, arrays.need, arrays.free]),
    )
    status = solver.solve(0, at.sink)
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver stopped with status {status}")
    return int(solver.optimal_flow()), {int(node) for node in solver.get_source_side_min_cut()}
