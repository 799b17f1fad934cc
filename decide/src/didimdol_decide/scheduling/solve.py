"""Placing meetings by CP-SAT with integers only: most worth (or most parties, then worth), then fewest gaps.

Rooms that differ in nothing (same closed slots, allowed to the same meetings) are one class with a capacity;
which of them a meeting gets is settled afterwards, in order of the ids. One worker, a fixed seed and a limit
in deterministic time: the same solver version gives the same bytes.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any

from didimdol_decide.scheduling.choices import Choice, Classes, choices_of, most_worth, part_of
from didimdol_decide.scheduling.greedy import greedy
from didimdol_decide.scheduling.problem import Room, ScheduleProblem
from didimdol_decide.scheduling.result import Placed, Schedule, gaps, met, unplaced

NO_BOUND = 1 << 62
#: meetings times slots: what can be solved, explained and stored
LARGEST = 500_000
#: choices that the solver looks at in its time; where there are more, those of the dearest of every party
PART = 100_000


class TooLarge(ValueError):
    """More meetings times slots than LARGEST. messages: in Korean and in English, with the way out."""

    def __init__(self, meetings: int, slots: int) -> None:
        self.messages = (
            f"만남 {meetings}개 × 시간 {slots}개는 한도 {LARGEST:,}을 넘습니다. "
            "시간을 줄이거나 나누어 푸십시오.",
            f"{meetings} meetings × {slots} slots are more than {LARGEST:,}: "
            "give fewer slots, or solve it in parts",
        )
        super().__init__(" / ".join(self.messages))


def schedule(problem: ScheduleProblem, *, effort: float = 20.0) -> Schedule:
    """The best schedule found within `effort` (deterministic seconds of the solver for each of the aims).

    Musts go before wishes; what is not placed is named with its obstacles. Raises TooLarge; RuntimeError
    where the solver fails (a schedule is known before it begins, so it has no right to).
    """
    if len(problem.meetings) * len(problem.slots) > LARGEST:
        raise TooLarge(len(problem.meetings), len(problem.slots))
    given = problem.in_order()
    classes = _classes(given)
    every = choices_of(given, classes)
    start = greedy(given, classes, every)
    part = part_of(given, every, {choice[0] for choice in start}, PART)
    model, whole = _Model(given, classes, part, start), len(part) == len(every)
    met_bound = model.most_met(effort) if given.first == "parties" else None
    if met_bound is not None and not whole:
        met_bound = len(
            {party for meeting in given.meetings if meeting.id in every for party in meeting.parties}
        )
    worth, bound = model.most_worth(effort)
    chosen = greedy(given, classes, every, model.fewest_gaps(worth, effort))
    placed = _rooms(classes, chosen)
    worths = given.worths()
    return Schedule(
        placed=placed,
        unplaced=unplaced(given, placed),
        worth=sum(worths[entry.meeting] for entry in placed),
        bound=min(bound if whole else NO_BOUND, most_worth(given, every)),
        gaps=gaps(given, placed),
        solver=f"{model.version}, effort {effort}",
        problem_digest=given.digest(),
        met=None if met_bound is None else met(given, placed),
        met_bound=met_bound,
    )


def _classes(problem: ScheduleProblem) -> list[list[Room]]:
    found: dict[object, list[Room]] = defaultdict(list)
    lists = sorted({meeting.rooms for meeting in problem.meetings if meeting.rooms is not None})
    for room in problem.rooms:
        found[room.closed, tuple(room.id in allowed for allowed in lists)].append(room)
    return sorted(found.values(), key=lambda rooms: rooms[0].id)


def _rooms(classes: Classes, chosen: Iterable[Choice]) -> tuple[Placed, ...]:
    waiting: dict[tuple[str, int], list[str]] = defaultdict(list)
    for meeting, slot, number in sorted(chosen):
        waiting[slot, number].append(meeting)
    placed = [
        Placed(meeting=meeting, slot=slot, room=room.id)
        for (slot, number), meetings in waiting.items()
        for meeting, room in zip(meetings, classes[number], strict=False)
    ]
    return tuple(sorted(placed, key=lambda entry: entry.meeting))


class _Model:
    def __init__(
        self,
        problem: ScheduleProblem,
        classes: Classes,
        choices: Mapping[str, Sequence[Choice]],
        start: set[Choice],
    ) -> None:
        # Not an import statement: the types that come with it would be read into every check of types.
        cp_model: Any = import_module("ortools.sat.python.cp_model")
        self.version = f"ortools {version('ortools')} CP-SAT"
        self.problem, self.chosen, self._cp = problem, start, cp_model
        self.model: Any = cp_model.CpModel()
        self.at: dict[Choice, Any] = {}
        self.met: dict[str, Any] = {}
        self.busy: dict[tuple[str, str], list[Any]] = defaultdict(list)
        full: dict[tuple[str, int], list[Any]] = defaultdict(list)
        meetings = {meeting.id: meeting for meeting in problem.meetings}
        for meeting, own in choices.items():
            for choice in own:
                here = self.at[choice] = self.model.new_bool_var("")
                full[choice[1:]].append(here)
                for party in meetings[meeting].parties:
                    self.busy[party, choice[1]].append(here)
            self.model.add_at_most_one([self.at[choice] for choice in own])
        for here in self.busy.values():
            self.model.add_at_most_one(here)
        for (_, number), here in full.items():
            if len(here) > len(classes[number]):
                self.model.add(sum(here) <= len(classes[number]))
        self._parties()
        self.value = {meeting: worth for meeting, worth in problem.worths().items() if meeting in choices}
        self.worth = sum(self.value[meeting] * here for (meeting, _, _), here in self.at.items())

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

    def most_met(self, effort: float) -> int:
        """The bound on how many parties have a meeting, at as many musts; so many do from here on."""
        if not self.at:
            return 0
        chances: dict[str, list[Any]] = defaultdict(list)
        for (party, _), choices in self.busy.items():
            chances[party] += choices
        for party, choices in chances.items():
            self.met[party] = self.model.new_bool_var("")
            self.model.add(sum(choices) >= self.met[party])
        must = {meeting.id for meeting in self.problem.meetings if meeting.must}
        a_must = len(self.met) + 1  # goes before all parties together
        aim = a_must * sum(here for (one, _, _), here in self.at.items() if one in must) + sum(
            self.met.values()
        )
        bound = self._maximize(aim, effort)
        musts = sum(one in must for one, _, _ in self.chosen)
        parties = len({party for party, _ in self._used()})
        self.model.add(aim >= a_must * musts + parties)
        return min(bound - a_must * musts, len(self.met))

    def most_worth(self, effort: float) -> tuple[int, int]:
        """Worth reached, and the solver's bound."""
        if not self.at:
            return 0, 0
        bound = self._maximize(self.worth, effort)
        return sum(self.value[meeting] for meeting, _, _ in self.chosen), bound

    def _maximize(self, aim: Any, effort: float) -> int:
        """The solver's bound; `chosen` is the best found, at least what was known before."""
        self._hint()
        self.model.maximize(aim)
        solver = self._solve(effort)
        if solver is None:
            return NO_BOUND
        self.chosen = {choice for choice, here in self.at.items() if solver.boolean_value(here)}
        bound: int = round(solver.best_objective_bound)
        return bound

    def _hint(self) -> None:
        """What is known so far, for the solver to begin with."""
        self.model.clear_hints()
        if not self.chosen:
            return
        for choice, here in self.at.items():
            self.model.add_hint(here, choice in self.chosen)
        used = {party for party, _ in self._used()}
        for party, some in self.met.items():
            self.model.add_hint(some, party in used)

    def _used(self) -> set[tuple[str, str]]:
        """Party and slot of what is chosen."""
        meetings = {meeting.id: meeting for meeting in self.problem.meetings}
        return {(party, slot) for one, slot, _ in self.chosen for party in meetings[one].parties}

    def fewest_gaps(self, worth: int, effort: float) -> list[Choice]:
        """What is placed, at this worth, with the fewest gaps found."""
        if not self.at:
            return []
        self._hint()
        idle = self._idle()
        self.model.add(self.worth == worth)
        self.model.minimize(sum(idle))
        solver = self._solve(effort)
        if solver is None:
            return sorted(self.chosen)
        return [choice for choice, here in self.at.items() if solver.boolean_value(here)]

    def _idle(self) -> list[Any]:
        model, used = self.model, self._used()
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
        """The solver with a solution; None where the effort did not even do for the one that is known."""
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(self.model)
        if status in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            return solver
        if status == self._cp.UNKNOWN:
            return None
        raise RuntimeError(f"the solver answers {solver.status_name(status)} although a schedule is known")
