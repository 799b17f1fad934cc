"""A schedule to begin with, or what still fits: the dearest meeting first, each in the first free slot."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from didimdol_decide.scheduling.choices import Choice, Classes
from didimdol_decide.scheduling.problem import Meeting, Party, ScheduleProblem


def greedy(
    problem: ScheduleProblem,
    classes: Classes,
    choices: Mapping[str, Sequence[Choice]],
    chosen: Iterable[Choice] = (),
) -> set[Choice]:
    """What is chosen and all that fits beside it. Where parties go first, those who have none come first."""
    filling, worth = _Filling(problem, classes, choices), problem.worths()
    meetings = {meeting.id: meeting for meeting in problem.meetings}
    for choice in chosen:
        filling.take(meetings[choice[0]], choice)
    ordered = sorted(problem.meetings, key=lambda meeting: (-worth[meeting.id], meeting.id))
    for meeting in ordered:
        if meeting.must:
            filling.place(meeting)
    if problem.first == "parties":
        for enough in (all, any):
            for meeting in ordered:
                if enough(not filling.busy[party] for party in meeting.parties):
                    filling.place(meeting)
    for meeting in ordered:
        filling.place(meeting)
    return set(filling.chosen.values())


class _Filling:
    def __init__(
        self, problem: ScheduleProblem, classes: Classes, choices: Mapping[str, Sequence[Choice]]
    ) -> None:
        self.choices, self.chosen = choices, dict[str, Choice]()
        self.busy: dict[str, set[str]] = defaultdict(set)
        self.full: Counter[tuple[str, int]] = Counter()
        self.sizes = [len(rooms) for rooms in classes]
        self.parties = {party.id: party for party in problem.parties}
        longest = {party.longest for party in problem.parties if party.longest is not None}
        self.runs = {most: problem.runs(most + 1) for most in longest}

    def place(self, meeting: Meeting) -> None:
        """Where it has no place yet and one is free."""
        if meeting.id in self.chosen:
            return
        for choice in self.choices.get(meeting.id, ()):
            _, slot, number = choice
            if self.full[slot, number] < self.sizes[number] and all(
                self._free(self.parties[party], slot) for party in meeting.parties
            ):
                self.take(meeting, choice)
                return

    def take(self, meeting: Meeting, choice: Choice) -> None:
        self.chosen[meeting.id] = choice
        self.full[choice[1:]] += 1
        for party in meeting.parties:
            self.busy[party].add(choice[1])

    def _free(self, party: Party, slot: str) -> bool:
        own = self.busy[party.id]
        if slot in own or (party.most is not None and len(own) >= party.most):
            return False
        return party.longest is None or not any(
            slot in run and own.issuperset(set(run) - {slot}) for run in self.runs[party.longest]
        )
