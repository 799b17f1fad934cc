"""FairFlow, the fair assignment that others use, written after what is published of it: Kobren, Saha and McCallum, "Paper Matching
with Local Fairness Constraints", KDD 2019, section 4.3 (arXiv 1905.11924). With loads between bounds; it knows no
organisation rules.

For a threshold T the papers are those with at least T (P+), those above T - the highest affinity (P0) and the rest
(P-). Each paper of P- drops its worst reviewer; a flow brings reviewers of P+, one a paper, to P-, directly or
through P0, where one comes and one goes as long as the paper stays in P0; another flow completes the panels. That is
repeated while P- shrinks, for ten values of T by halving. Kept is the assignment with the best worst-off paper.

The flows are built from arrays like ours; with `by_loops`, from loops over papers and reviewers, an arc at a time, which is
how one would write the paper down and how matchers in use do it. Either finds the same assignment.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ortools.graph.python import min_cost_flow

from didimdol_decide.assignment.arrays import Arrays

GREAT = 10_000
"""What an affinity counts more where it lifts a paper out of P-."""


class FairFlow:
    """worth: papers x reviewers in millionths, -1 where they may not meet; sits: the assignment."""

    def __init__(self, arrays: Arrays, by_loops: bool = False) -> None:
        self.by_loops = by_loops
        shape = (len(arrays.applications), len(arrays.people))
        self.worth = np.full(shape, -1, dtype=np.int64)
        self.worth[arrays.panel[arrays.seat], arrays.person] = arrays.worth
        self.low, self.high = arrays.low, arrays.high
        self.wanted = np.bincount(arrays.panel, arrays.need, shape[0]).astype(np.int64)
        self.top = int(self.worth.max())
        self.sits = np.zeros(shape, dtype=bool)

    def sums(self) -> Any:
        """Worth of every panel."""
        return np.where(self.sits, self.worth, 0).sum(axis=1)

    def solve(self, rounds: int = 10) -> Any:
        """The best assignment found, papers x reviewers."""
        self.complete()
        best, kept = self._worth(), self.sits.copy()
        low, high = 0, self.top * int(self.wanted.max())
        threshold = high // 2
        for _ in range(rounds):
            left, before = self.improve(threshold), -1
            while left and left != before:
                left, before = self.improve(threshold), left
            found = self._worth()
            reached = not left and found[0] >= best[0]
            if found > best:
                best, kept = found, self.sits.copy()
            low, high = (threshold, high) if reached else (low, threshold)
            threshold = (low + high) // 2
        return kept

    def _worth(self) -> tuple[int, int]:
        sums = self.sums()
        return int(sums.min()), int(sums.sum())

    def improve(self, threshold: int) -> int:
        """One refinement; how many papers are in P- afterwards."""
        sums = self.sums()
        rich = np.flatnonzero(sums >= threshold)
        poor = np.flatnonzero(sums < threshold - self.top)
        if len(rich) and len(poor):
            kept = self.sits.copy()
            theirs = np.where(self.sits[poor], self.worth[poor], 1 << 40)
            self.sits[poor, theirs.argmin(axis=1)] = False
            self._refine(rich, np.flatnonzero((sums < threshold) & (sums >= threshold - self.top)), poor, threshold)
            if not self.complete():
                self.sits = kept
        return int((self.sums() < threshold - self.top).sum())

    def _refine(self, rich: Any, middle: Any, poor: Any, threshold: int) -> None:
        papers, people = self.sits.shape
        enters, sink = papers + people, 2 * papers + people
        source = sink + 1
        sums = self.sums()
        may = (self.worth >= 0) & ~self.sits
        giving = np.zeros(people, dtype=bool)
        gives = self._cells(self.sits, rich)
        giving[gives[1]] = True
        come = self._cells(may & giving, middle)
        # The least that may come to a paper of P0 bounds what may go from it.
        least = np.full(papers, 1 << 40, dtype=np.int64)
        np.minimum.at(least, come[0], self.worth[come])
        goes = self._cells(self.sits, middle)
        fine = (least[goes[0]] < 1 << 40) & (sums[goes[0]] + least[goes[0]] - self.worth[goes] >= threshold - self.top)
        goes = goes[0][fine], goes[1][fine]
        giving[goes[1]] = True
        ends = self._cells(may & giving, poor)
        lifts = self.worth[ends] + sums[ends[0]] >= threshold - self.top
        parts = [
            (np.full(len(rich), source), rich, 0),
            (poor, np.full(len(poor), sink), 0),
            (enters + middle, middle, 0),
            (gives[0], papers + gives[1], 0),
            (papers + come[1], enters + come[0], 1),  # by the shortest way: the paper leaves that open
            (goes[0], papers + goes[1], 0),
            (papers + ends[1], ends[0], -self.worth[ends] * np.where(lifts, GREAT, 1) - 1),
        ]
        flow = self._flow(parts, source, sink, min(len(rich), len(poor)))
        self.sits[gives[0][flow[3]], gives[1][flow[3]]] = False
        self.sits[goes[0][flow[5]], goes[1][flow[5]]] = False
        self.sits[come[0][flow[4]], come[1][flow[4]]] = True
        self.sits[ends[0][flow[6]], ends[1][flow[6]]] = True

    def complete(self) -> bool:
        """Fill the panels, minimum loads first. False: not possible from here."""
        papers, people = self.sits.shape
        for bound in (self.low, self.high):
            room = np.maximum(0, bound - self.sits.sum(axis=0))
            missing = self.wanted - self.sits.sum(axis=1)
            row, column = self._cells((self.worth >= 0) & ~self.sits, np.flatnonzero(missing > 0))
            source, sink = papers + people, papers + people + 1
            parts = [
                (np.full(people, source), papers + np.arange(people), 0, room),
                (papers + column, row, -self.worth[row, column] - 1),
                (np.arange(papers), np.full(papers, sink), 0, missing),
            ]
            flow = self._flow(parts, source, sink, min(int(room.sum()), int(missing.sum())))
            self.sits[row[flow[1]], column[flow[1]]] = True
        full = (self.sits.sum(axis=1) == self.wanted).all()
        return bool(full and (self.sits.sum(axis=0) >= self.low).all())

    def _cells(self, marks: Any, rows: Any) -> tuple[Any, Any]:
        """The places that are marked in these rows."""
        if self.by_loops:
            people = range(marks.shape[1])
            found = [(row, person) for row in rows.tolist() for person in people if marks[row, person]]
            return tuple(np.array(found, dtype=np.int64).reshape(-1, 2).T)
        row, column = np.nonzero(marks[rows])
        return rows[row], column

    def _flow(self, parts: list[tuple[Any, ...]], source: int, sink: int, supply: int) -> list[Any]:
        """Where anything flows in the cheapest of the largest flows, by part: (tails, heads, costs, capacities; 1)."""
        sizes = [len(part[0]) for part in parts]
        whole = [
            np.concatenate(
                [np.broadcast_to((*part, 1)[n], size) for part, size in zip(parts, sizes, strict=True)]
            ).astype(np.int64)
            for n in range(4)
        ]
        tails, heads, costs, room = whole
        solver = min_cost_flow.SimpleMinCostFlow()
        if self.by_loops:
            for arc in zip(tails.tolist(), heads.tolist(), room.tolist(), costs.tolist(), strict=True):
                solver.add_arc_with_capacity_and_unit_cost(*arc)
        else:
            solver.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads.astype(np.int32), room, costs)
        solver.set_nodes_supplies(np.array([source, sink], dtype=np.int32), np.array([supply, -supply]))
        assert solver.solve_max_flow_with_min_cost() == solver.OPTIMAL
        flow = solver.flows(np.arange(len(tails), dtype=np.int32)) > 0
        return np.split(flow, np.cumsum(sizes)[:-1])
