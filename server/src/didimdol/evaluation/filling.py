"""Empty seats of a round that is being scored: who could fill them with the least change. Nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q

from didimdol.applications.models import Application
from didimdol.evaluation import queries
from didimdol.evaluation.assigning import conflicts_of, limits_of, problem_of
from didimdol.evaluation.continuing import inherited
from didimdol.evaluation.enums import LEFT
from didimdol.evaluation.guards import OPEN, role_ended
from didimdol.evaluation.models import Ballot, Round, Seat
from didimdol_decide.assignment import AssignApplication, Assignment, AssignmentProblem, Infeasible
from didimdol_decide.assignment.repairs import Diagnosis, Repair, diagnose, repaired
from didimdol_decide.assignment.whatif import reassign
from didimdol_decide.canonical import digest

Pair = tuple[str, str]
"""(application, seat)"""

STARTED = ~Q(points={}) | ~Q(comments={})


@dataclass(frozen=True)
class Filling:
    """``wanted``: every seat filled, with pins for all that was begun. ``problem``: the same with the seats that stay
    empty left out. ``after``: the assignment nearest to what stands (``earlier``). ``disputed``:
    locked ballots of somebody who is in conflict by now; they stay until reopened."""

    applications: list[Application]
    seats: list[Seat]
    earlier: frozenset[Pair]
    pinned: frozenset[Pair]
    disputed: frozenset[Pair]
    wanted: AssignmentProblem
    problem: AssignmentProblem
    after: Assignment

    @property
    def came(self) -> list[Pair]:
        """The ballots to be made."""
        return sorted(self._now - self.earlier)

    @property
    def went(self) -> dict[Pair, str]:
        """The ballots to be given away, and why: "conflict" or "makes_room"."""
        barred = {(row.application, row.evaluator) for row in self.problem.conflicts}
        return {pair: "conflict" if pair in barred else "makes_room" for pair in sorted(self.earlier - self._now)}

    @property
    def left(self) -> list[tuple[str, str, int]]:
        """The seats that stay empty: (application, body or ``OPEN``, how many)."""
        kept = {entry.id: _places(entry) for entry in self.problem.applications}
        return [
            (entry.id, body, count - kept[entry.id][body])
            for entry in self.wanted.applications
            for body, count in _places(entry).items()
            if count > kept[entry.id][body]
        ]

    @cached_property
    def _now(self) -> frozenset[Pair]:
        return frozenset((pair.application, pair.evaluator) for pair in self.after.pairs)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same inputs, so for the same proposal."""
        return digest([self.after.instance_digest, [list(pair) for pair in sorted(self.earlier)]])

    def content(self) -> dict[str, object]:
        """What is kept, and what ``didimdol-decide verify-assignment`` reads. No name is in it."""
        return {
            "problem": self.problem.as_json(),
            "problem_digest": self.after.instance_digest,
            "assignment": self.after.as_json(),
        }


def _places(entry: AssignApplication) -> dict[str, int]:
    return {**entry.demand, OPEN: entry.free}


def propose(round: Round, without: Seat | None = None) -> Filling:
    """The filling with the least change; ``without``: as if this evaluator left. A constant number of queries."""
    applications, seats = queries.evaluated(round), _seats(round, without)
    ended = role_ended(round, seats)  # they keep what they hold until their seat is vacated, and take nothing more
    standing = [seat for seat in seats if seat.state == "ready"]
    for seat in ended:
        seat.state = "vacated"  # of this object, and nowhere stored
    known, kept = {str(seat.pk) for seat in standing}, {str(seat.pk) for seat in ended}
    people: dict[str, Any] = {str(seat.pk): seat.person_id for seat in seats}
    barred = {(a, e): ground for a, e, ground in conflicts_of(applications, standing)}
    pinned, earlier, disputed = set[Pair](), set[Pair](), set[Pair]()
    ballots = Ballot.objects.within(seat__round=round, application__in=applications).annotate(started=STARTED)
    for a, e, state, started in ballots.values_list("application_id", "seat_id", "state", "started"):
        pair = (str(a), str(e))
        if state in LEFT:
            barred.setdefault(pair, "left_panel")
        elif state == "locked":
            pinned.add(pair)
            if barred.pop(pair, None) is not None:
                disputed.add(pair)
        elif pair[1] in known:
            earlier.add(pair)
            if (started or pair[1] in kept) and pair not in barred:
                pinned.add(pair)
    earlier |= pinned
    for panel, held in pinned:  # who left and came back sits on no panel twice
        barred |= {(panel, key): "sits_already" for key in known - {held} if people[key] == people[held]}
    rows = sorted((*pair, ground) for pair, ground in barred.items() if pair[1] in known)
    wanted = problem_of(round, applications, seats, rows, pinned)
    # whom a draw named takes over from who left: their seats count as theirs
    problem, after = _nearest(round, seats, wanted, earlier, inherited(round))
    return Filling(
        applications,
        seats,
        frozenset(earlier),
        frozenset(pinned),
        frozenset(disputed),
        wanted,
        problem,
        after,
    )


def _seats(round: Round, without: Seat | None) -> list[Seat]:
    """Those who declared, and those who have left something that counts."""
    locked = Ballot.objects.within(seat=OuterRef("pk"), state="locked")
    rows = round.seats.filter(Q(state="ready") | Q(Exists(locked))).select_related("person", "organisation")
    seats = list(rows.order_by("pk"))
    for seat in seats:
        seat.round = round
        if without is not None and seat.pk == without.pk:
            seat.state = "vacated"  # of this object, and nowhere stored
    return seats


def _nearest(
    round: Round, seats: list[Seat], wanted: AssignmentProblem, earlier: set[Pair], inherits: set[Pair]
) -> tuple[AssignmentProblem, Assignment]:
    near = earlier | inherits
    try:
        return wanted, reassign(wanted, near, round.lottery_commitment)
    except Infeasible:
        pass
    limits = limits_of(round, seats)
    diagnosis = diagnose(wanted, limits)
    assert diagnosis is not None
    barred = {(row.application, row.evaluator) for row in wanted.conflicts}
    # Whoever sits stays, unless moving them fills a seat more.
    calm = diagnose(wanted.model_validate({**dict(wanted), "pinned": sorted(earlier - barred)}), limits)
    assert calm is not None
    fewest, stays = _empty(diagnosis), _empty(calm)
    problem = repaired(wanted, stays if stays.amount == fewest.amount else fewest)
    return problem, reassign(problem, near, round.lottery_commitment)


def _empty(diagnosis: Diagnosis) -> Repair:
    """The fewest seats that must stay empty. There is always such a repair, for nobody has a minimum here."""
    return next(repair for repair in diagnosis.repairs if repair.kind == "missing")
