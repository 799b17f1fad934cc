"""Placing meetings: most worth first, then fewest gaps, by CP-SAT with integers only.

Rooms that differ in nothing (same closed slots, allowed to the same meetings) are one class with a capacity;
which of them a meeting gets is settled afterwards, in order of the ids. One worker, a fixed seed and a limit
in deterministic time: the same solver version gives the same bytes.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from importlib import import_module
from importlib.metadata import version
from typing import Any

from didimdol_decide.scheduling.problem import Room, ScheduleProblem
from didimdol_decide.scheduling.result import Placed, Schedule, gaps, unplaced

Choice = tuple[str, str, int]
"""Meeting, slot, class of rooms."""


def schedule(problem: ScheduleProblem, *, effort: float = 20.0) -> Schedule:
    """The best schedule found within `effort` (deterministic seconds of the solver for each of the two aims).

    Musts go before wishes; what is not placed is named with its obstacles. Raises RuntimeError where the
    solver fails (the empty schedule always exists, so it has no right to).
    """
    given = problem.in_order()
    classes = _classes(given)
    model = _Model(given, classes)
    worth, bound = model.most_worth(effort)
    chosen = model.fewest_gaps(worth, effort)
    placed = _filled(given, _rooms(classes, chosen))
    meetings = {meeting.id: meeting for meeting in given.meetings}
    return Schedule(
        placed=placed,
        unplaced=unplaced(given, placed),
        worth=sum(given.worth(meetings[entry.meeting]) for entry in placed),
        bound=bound,
        gaps=gaps(given, placed),
        solver=f"{model.version}, effort {effort}",
        problem_digest=given.digest(),
    )


def _classes(problem: ScheduleProblem) -> list[list[Room]]:
    found: dict[object, list[Room]] = defaultdict(list)
    lists = sorted({meeting.rooms for meeting in problem.meetings if meeting.rooms is not None})
    for room in problem.rooms:
        found[room.closed, tuple(room.id in allowed for allowed in lists)].append(room)
    return sorted(found.values(), key=lambda rooms: rooms[0].id)


def _rooms(classes: list[list[Room]], chosen: list[Choice]) -> tuple[Placed, ...]:
    waiting: dict[tuple[str, int], list[str]] = defaultdict(list)
    for meeting, slot, number in sorted(chosen):
        waiting[slot, number].append(meeting)
    placed = [
        Placed(meeting=meeting, slot=slot, room=room.id)
        for (slot, number), meetings in waiting.items()
        for meeting, room in zip(meetings, classes[number], strict=False)
    ]
    return tuple(sorted(placed, key=lambda entry: entry.meeting))


def _filled(problem: ScheduleProblem, placed: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """Where the solver ran out of effort a meeting may still fit: it is placed, the dearest first."""
    worth = {meeting.id: problem.worth(meeting) for meeting in problem.meetings}
    rooms = {meeting.id: meeting.rooms for meeting in problem.meetings}
    while True:
        missing = unplaced(problem, placed)
        fitting = [entry for entry in missing if len(entry.obstacles) < len(problem.slots)]
        if not fitting:
            return placed
        best = min(fitting, key=lambda entry: (-worth[entry.meeting], entry.meeting))
        blocked = {obstacle.slot for obstacle in best.obstacles}
        slot = next(slot.id for slot in problem.slots if slot.id not in blocked)
        taken = {entry.room for entry in placed if entry.slot == slot}
        allowed = rooms[best.meeting]
        room = next(
            room.id
            for room in problem.rooms
            if room.id not in taken and slot not in room.closed and (allowed is None or room.id in allowed)
        )
        more = Placed(meeting=best.meeting, slot=slot, room=room)
        placed = tuple(sorted((*placed, more), key=lambda entry: entry.meeting))


class _Model:
    def __init__(self, problem: ScheduleProblem, classes: list[list[Room]]) -> None:
        # Not an import statement: the types that come with it would be read into every check of types.
        cp_model: Any = import_module("ortools.sat.python.cp_model")
        self.version = f"ortools {version('ortools')} CP-SAT"
        self.problem, self._cp = problem, cp_model
        self.model: Any = cp_model.CpModel()
        self.at: dict[Choice, Any] = {}
        self.chosen: set[Choice] = set()
        self.busy: dict[tuple[str, str], list[Any]] = defaultdict(list)
        own: dict[str, list[Any]] = defaultdict(list)
        full: dict[tuple[str, int], list[Any]] = defaultdict(list)
        away = {(party.id, slot) for party in problem.parties for slot in party.away}
        for meeting, slot in itertools.product(problem.meetings, problem.slots):
            if meeting.slots is not None and slot.id not in meeting.slots:
                continue
            if any((party, slot.id) in away for party in meeting.parties):
                continue
            for number, rooms in enumerate(classes):
                first = rooms[0]
                if slot.id in first.closed or (meeting.rooms is not None and first.id not in meeting.rooms):
                    continue
                here = self.model.new_bool_var("")
                self.at[meeting.id, slot.id, number] = here
                own[meeting.id].append(here)
                full[slot.id, number].append(here)
                for party in meeting.parties:
                    self.busy[party, slot.id].append(here)
        for choices in own.values():
            self.model.add_at_most_one(choices)
        for choices in self.busy.values():
            self.model.add_at_most_one(choices)
        for (_, number), choices in full.items():
            if len(choices) > len(classes[number]):
                self.model.add(sum(choices) <= len(classes[number]))
        self._parties()
        value = {meeting.id: problem.worth(meeting) for meeting in problem.meetings if own[meeting.id]}
        self.worth = sum(value[meeting] * here for (meeting, _, _), here in self.at.items())
        self.most = sum(value.values())

    def _parties(self) -> None:
        slots = [slot.id for slot in self.problem.slots]
        for party in self.problem.parties:
            if party.most is not None:
                every = [here for slot in slots for here in self.busy[party.id, slot]]
                self.model.add(sum(every) <= party.most)
            if party.longest is not None:
                for run in self.problem.runs(party.longest + 1):
                    self.model.add(
                        sum(here for slot in run for here in self.busy[party.id, slot]) <= party.longest
                    )

    def most_worth(self, effort: float) -> tuple[int, int]:
        """Worth reached, and the solver's bound."""
        if not self.at:
            return 0, 0
        self.model.maximize(self.worth)
        solver = self._solve(effort)
        if solver is None:
            raise RuntimeError("the solver did not even find the empty schedule")
        self.chosen = {choice for choice, here in self.at.items() if solver.boolean_value(here)}
        return round(solver.objective_value), min(round(solver.best_objective_bound), self.most)

    def fewest_gaps(self, worth: int, effort: float) -> list[Choice]:
        """What is placed, at this worth, with the fewest gaps found."""
        if not self.at:
            return []
        for choice, here in self.at.items():
            self.model.add_hint(here, choice in self.chosen)
        idle = self._idle()
        self.model.add(self.worth == worth)
        self.model.minimize(sum(idle))
        solver = self._solve(effort)
        if solver is None:
            return sorted(self.chosen)
        return [choice for choice, here in self.at.items() if solver.boolean_value(here)]

    def _idle(self) -> list[Any]:
        model, meetings = self.model, {meeting.id: meeting for meeting in self.problem.meetings}
        used = {(party, slot) for one, slot, _ in self.chosen for party in meetings[one].parties}
        days: dict[str, list[str]] = defaultdict(list)
        for slot in self.problem.slots:
            days[slot.day].append(slot.id)
        found = []
        for party, slots in itertools.product(self.problem.parties, days.values()):
            sums = [sum(self.busy[party.id, key]) for key in slots]
            hours = [place for place, key in enumerate(slots) if (party.id, key) in used]
            began = [model.new_bool_var("") for _ in slots]
            ended = [model.new_bool_var("") for _ in slots]
            for place, key in enumerate(slots):
                # began: a meeting here or before; ended: one here or after.
                model.add(began[place] >= sums[place])
                model.add(ended[place] >= sums[place])
                # The solution known so far, whole: else the solver may find none with so much left open.
                first = bool(hours) and place >= hours[0]
                last = bool(hours) and place <= hours[-1]
                model.add_hint(began[place], first)
                model.add_hint(ended[place], last)
                if place:
                    model.add_implication(began[place - 1], began[place])
                    model.add_implication(ended[place], ended[place - 1])
                if key not in party.away:
                    gap = model.new_bool_var("")
                    model.add_hint(gap, first and last and place not in hours)
                    model.add(gap >= began[place] + ended[place] - 1 - sums[place])
                    found.append(gap)
        return found

    def _solve(self, effort: float) -> Any:
        """The solver with a solution, or None."""
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(self.model)
        return solver if status in (self._cp.OPTIMAL, self._cp.FEASIBLE) else None
