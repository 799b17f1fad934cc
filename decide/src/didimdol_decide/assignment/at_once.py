"""Exchanges at all applications at once, by one flow: for more people than chains are searched one by one.

In a turn every panel puts one of its seats up, and a flow fills all of these anew: with whoever sat there, or
with anybody who keeps the panel within its rules and at its floor (where it is below: not lower than it is),
for the highest total; what is still lacking costs. So chains and circles of any length, through as many
panels as it takes, are found together, exactly, as long as each panel changes in one place. Which seat is put
up changes from turn to turn. Who is still stuck gets the best panel they could have, and the flow finds out
whether the others can make up for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.bounds import best_pairs
from didimdol_decide.assignment.flow import cheapest
from didimdol_decide.progress import phase

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Bools, Ints

LACKING = 1000
"""What a millionth below the floor costs, in millionths of the total."""

LITTLE = 20_000
"""A turn that wins back less than this part of the total is one of little use."""

TURNS = 8
"""Most turns for each seat of the largest panel."""


def raised(arrays: Arrays, start: Bools, floors: Ints) -> Bools:
    """The pairs after as many turns as lift panels towards `floors` (by application) or win back total. No
    panel falls below its floor, nor lower where it is below; that all reach theirs is not promised."""
    import numpy as np

    chosen, sums = start, arrays.sums(start)
    seats = int(np.bincount(arrays.panel[arrays.seat[start]]).max(initial=0))
    useless = 0
    for turn in range(TURNS * seats):
        below = sums < floors
        lack, total = int((floors - sums)[below].sum()), int(sums.sum())
        phase(
            f"공정 배정 계산 중: {turn + 1}회, 목표에 못 미치는 신청 {int(below.sum()):,}건",
            f"assigning fairly: turn {turn + 1}, {int(below.sum()):,} applications below the floor aimed at",
        )
        moved = _turn(arrays, chosen, floors, turn, np.zeros_like(below))
        assert moved is not None, "everybody may stay"
        chosen, sums = moved, arrays.sums(moved)
        left = int(np.maximum(0, floors - sums).sum())
        if left == lack > 0:
            chosen = _given(arrays, chosen, floors, turn, useless % 2 == 1)
            sums = arrays.sums(chosen)
            left = int(np.maximum(0, floors - sums).sum())
        useless = 0 if left < lack or int(sums.sum()) - total > total // LITTLE else useless + 1
        # Who is stuck may need another pair of seats to be up: theirs and that of a neighbour.
        if useless >= (seats * seats if left else seats):
            break
    return chosen


def _given(arrays: Arrays, chosen: Bools, floors: Ints, turn: int, one: bool) -> Bools:
    """The pairs where those below their floors (`one`: only the lowest) have their own best panels; as they
    were where the others cannot make up for it."""
    import numpy as np

    row, sums = arrays.panel[arrays.seat], arrays.sums(chosen)
    stuck = sums < floors
    if one:
        stuck &= np.arange(len(stuck)) == np.where(stuck, sums, sums.max() + 1).argmin()
    best = np.zeros_like(chosen)
    best[np.concatenate(best_pairs(arrays, arrays.worth))] = True
    found = _turn(arrays, np.where(stuck[row], best, chosen), floors, turn, stuck)
    return chosen if found is None else found


def _turn(arrays: Arrays, chosen: Bools, floors: Ints, turn: int, still: Bools) -> Bools | None:
    """The pairs after one turn, in which the panels `still` (by application) stay as they are, whatever the
    loads that `chosen` asks for; None: nobody can make up for these loads."""
    import numpy as np

    row, sums = arrays.panel[arrays.seat], arrays.sums(chosen)
    taken = np.flatnonzero(chosen)
    up = _up(row[taken], arrays.worth[taken], sums < floors, turn) & ~still[row[taken]]
    goes = np.full(len(sums), -1, dtype=np.int64)
    goes[row[taken[up]]] = taken[up]
    out = goes[row]
    after = sums[row] - arrays.worth[out] + arrays.worth
    fine = (out >= 0) & ~chosen & _within(arrays, chosen, out) & (after >= np.minimum(floors, sums)[row])
    fine[taken[up]] = True
    arcs = np.flatnonzero(fine)
    rest = _open(arrays, taken[~up], arcs)
    if (rest.high < 0).any() or (rest.days is not None and (rest.days.cap < 0).any()):
        return None
    lack = np.maximum(0, floors[row[arcs]] - after[arcs])
    flow = cheapest(rest, LACKING * lack - rest.worth)
    if flow is None:
        return None
    new = chosen.copy()
    new[taken[up]] = False
    new[arcs[flow]] = True
    return new


def _up(row: Ints, worth: Ints, below: Bools, turn: int) -> Bools:
    """Which of the pairs that sit (`row`: their application, ascending) are up, one an application. Who is
    below the floor goes through their seats from the lowest; the others mix, so that no two are always up
    together."""
    import numpy as np

    order = np.lexsort((worth, row))
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]]) if len(row) else order
    counts = np.diff(np.append(starts, len(row)))
    panel = row[starts]
    mixed = ((panel + 1) * (2 * turn + 1) * 2_654_435_761 >> 15) % counts
    found = np.zeros(len(row), dtype=bool)
    found[order[starts + np.where(below[panel], turn % counts, mixed)]] = True
    return found


def _within(arrays: Arrays, chosen: Bools, out: Ints) -> Bools:
    """Whether the rules of the panel let each pair come for the pair `out`; loads and days aside."""
    import numpy as np

    spare = np.bincount(arrays.seat[chosen], minlength=len(arrays.seats)) - arrays.need
    gates = arrays.gate[chosen]
    room = arrays.gate_cap - np.bincount(gates[gates >= 0], minlength=len(arrays.gate_cap))
    room = np.append(room, 1)  # gate -1: no organisation cap, always room
    seat = arrays.seat[out]
    found: Bools = (arrays.seat == seat) | (spare[seat] > 0)
    found &= (room[arrays.gate] > 0) | (arrays.gate == arrays.gate[out])
    return found


def _open(arrays: Arrays, stay: Ints, arcs: Ints) -> Arrays:
    """What is left to decide where the pairs `stay` sit: one seat for each application that has one in
    `arcs`, for these pairs alone."""
    import numpy as np

    panel, seat = np.unique(arrays.panel[arrays.seat[arcs]], return_inverse=True)
    load = np.bincount(arrays.person[stay], minlength=len(arrays.people))
    days = arrays.days
    if days is not None:
        shift = arrays.shift[stay]
        days = replace(days, cap=days.cap - np.bincount(shift[shift >= 0], minlength=len(days.cap)))
    none = np.zeros(0, dtype=np.int64)
    return replace(
        arrays,
        seats=[(arrays.applications[row], "") for row in panel.tolist()],
        seat=seat.astype(np.int64),
        person=arrays.person[arcs],
        worth=arrays.worth[arcs],
        gate=np.full(len(arcs), -1, dtype=np.int64),
        panel=panel,
        need=np.ones(len(panel), dtype=np.int64),
        free=np.zeros_like(arrays.free),
        low=np.maximum(0, arrays.low - load),
        high=arrays.high - load,
        gate_seat=none,
        gate_cap=none,
        days=days,
    )
