"""Who may still sit where, found when asked: a table of all of it is too large for a large programme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from didimdol_decide.assignment.problem import AssignEvaluator, AssignmentProblem

Seat = tuple[str, str]
"""(application, body)"""

Kind = tuple[str, str, str | None]
"""(body, field, day)"""


class Eligible(Mapping[Seat, list[str]]):
    """Evaluators allowed at each of `seats`, in id order; pairs in `gone` are left out."""

    def __init__(
        self, problem: AssignmentProblem, seats: Iterable[Seat], gone: Iterable[tuple[str, str]]
    ) -> None:
        self._seats = dict.fromkeys(seats)
        self._applications = {entry.id: entry for entry in problem.applications}
        self._by_body: dict[str, list[AssignEvaluator]] = {}
        for entry in sorted(problem.evaluators, key=lambda entry: entry.id):
            self._by_body.setdefault(entry.body, []).append(entry)
        self._gone: dict[str, set[str]] = {}
        for application, evaluator in gone:
            self._gone.setdefault(application, set()).add(evaluator)
        self._able: dict[Kind, dict[str, None]] = {}

    def kind(self, seat: Seat) -> Kind:
        """What of a seat decides who may sit there, pairs left out aside. Raises KeyError."""
        if seat not in self._seats:
            raise KeyError(seat)
        panel = self._applications[seat[0]]
        kind = (seat[1], panel.field, panel.day)
        if kind not in self._able:
            people = self._by_body.get(seat[1], ())
            self._able[kind] = {entry.id: None for entry in people if entry.may_take(panel)}
        return kind

    def able(self, kind: Kind) -> dict[str, None]:
        """Everybody who may sit at seats of a kind, but for the pairs left out; in id order."""
        return self._able[kind]

    def gone(self, application: str) -> set[str]:
        """With whom the pairs of an application are left out."""
        return self._gone.get(application, set())

    def count(self, seat: Seat) -> int:
        """How many evaluators are allowed at a seat."""
        able = self._able[self.kind(seat)]
        return len(able) - sum(name in able for name in self.gone(seat[0]))

    def __getitem__(self, seat: Seat) -> list[str]:
        able, gone = self._able[self.kind(seat)], self.gone(seat[0])
        return [name for name in able if name not in gone]

    def __iter__(self) -> Iterator[Seat]:
        return iter(self._seats)

    def __len__(self) -> int:
        return len(self._seats)


class CapsLeft:
    """Seats that an organisation may still take at a seat, by (seat, organisation); only where a cap
    applies. lent: seats taken already."""

    def __init__(self, problem: AssignmentProblem, lent: Mapping[tuple[Seat, str], int]) -> None:
        bodies = {entry.body for entry in problem.evaluators}
        caps = {body: problem.organisation_cap(body) for body in bodies}
        self.by_body = {body: cap for body, cap in caps.items() if cap is not None}
        self.lent = lent

    def __contains__(self, place: tuple[Seat, str]) -> bool:
        return place[0][1] in self.by_body

    def __getitem__(self, place: tuple[Seat, str]) -> int:
        return self.by_body[place[0][1]] - self.lent.get(place, 0)
