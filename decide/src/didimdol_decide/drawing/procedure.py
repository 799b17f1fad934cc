"""The draw itself: from a pool and a seed to panels, and from a recusal to a replacement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from didimdol_decide.drawing.counting import Counting, Seats, TooLarge
from didimdol_decide.drawing.pool import Pool
from didimdol_decide.drawing.reach import fillable
from didimdol_decide.drawing.stream import below, stream
from didimdol_decide.plain import Id, Plain

TOGETHER = 1_000_000
"""Panels that share scarce people are drawn together up to so many moves (`Counting`); part of the format."""
ALONE = 20_000_000
"""A panel of more moves is refused when the pool is sealed."""
TRIES = 1_000

How = Literal["alone", "together", "in_turn"]


class CannotTell(Exception):
    """Too large for the exact count, and the simple filling did not find a way either."""

    def __init__(self, panels: Sequence[str]) -> None:
        super().__init__(", ".join(panels))
        self.panels = tuple(panels)


class NoWay(Exception):
    """The panels cannot be filled, while the members `seated` stay (`Counting`)."""

    def __init__(
        self,
        panels: Sequence[str],
        seated: Mapping[str, Collection[str]] | None = None,
        barred: Collection[tuple[str, str]] = (),
        used: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(", ".join(panels))
        self.panels = tuple(panels)
        self.seated, self.barred, self.used = seated or {}, barred, used or {}


class Step(Plain):
    """One number drawn. ways: how many ways there were, of which this is number `number` (0-based), both as
    text because they are long. tries: numbers looked at; more than one only `in_turn`. fallback: no try left
    the other panels a way, so the known filling was taken."""

    panels: tuple[Id, ...]
    how: How
    ways: str
    number: str
    tries: int
    fallback: bool


def parts(pool: Pool) -> list[list[str]]:
    """The panels, those together that want the same scarce people; in order of their ids.

    A person is scarce who may sit on fewer panels than would take them.
    """
    root = {panel.id: panel.id for panel in pool.panels}

    def top(key: str) -> str:
        while root[key] != key:
            key = root[key]
        return key

    barred = {panel.id: {entry.person for entry in panel.conflicts} for panel in pool.panels}
    for person in pool.people:
        open_to = [panel.id for panel in pool.panels if person.id not in barred[panel.id]]
        if 0 < pool.cap(person) < len(open_to):
            first = top(open_to[0])
            for key in open_to[1:]:
                root[top(key)] = first
    found: dict[str, list[str]] = {}
    for key in sorted(root):
        found.setdefault(top(key), []).append(key)
    return sorted(found.values())


def check(pool: Pool) -> list[tuple[list[str], Counting | None]]:
    """Every part of the pool with its ways counted, None where its panels are to be drawn in turn.

    Raises NoWay where panels cannot be filled, CannotTell where the pool is too large and too tight (or one
    panel has more moves than ALONE). A pool that passes can be drawn with any seed.
    """
    found: list[tuple[list[str], Counting | None]] = []
    for part in parts(pool):
        counting = None
        if len(part) == 1 and fillable(pool, part[0]) is False:
            raise NoWay(part)  # told without counting
        try:
            counting = Counting(pool, part, limit=ALONE if len(part) == 1 else TOGETHER)
        except TooLarge as error:
            if len(part) == 1:
                raise CannotTell(part) from error
            if any(not Counting(pool, [key], thin=True).total for key in part):
                raise NoWay(part) from error
            if simple_filling(pool, part, {}) is None:
                raise CannotTell(part) from error
        if counting is not None and not counting.total:
            raise NoWay(part)
        found.append((part, counting))
    return found


def draw(pool: Pool, seed: str) -> tuple[list[Step], Seats]:
    """The panels that this seed draws. The pool must be in order. Raises as `check`."""
    steps: list[Step] = []
    seats: Seats = {}
    for part, counting in check(pool):
        if counting is None:
            later, members = _in_turn(pool, part, seed)
            steps += later
        else:
            number = below(counting.total, stream(seed, ["panels", *part]))
            how: How = "alone" if len(part) == 1 else "together"
            steps.append(_step(part, how, counting.total, number))
            members = counting.way(number)
        seats |= members
    return steps, seats


def replace(
    pool: Pool,
    seed: str,
    number: int,
    panel: str,
    *,
    seats: Mapping[str, Collection[str]],
    barred: Collection[tuple[str, str]],
) -> tuple[Step, tuple[str, ...]]:
    """Fill the empty places of one panel; every other member of every panel stays.

    number: which replacement of this draw it is (from 1): the label of its stream. seats: the members that
    stay. barred: (panel, person) who left. Raises NoWay.
    """
    used = Counter(person for members in seats.values() for person in members)
    counting = Counting(pool, [panel], seated=seats, barred=barred, used=used)
    if not counting.total:
        raise NoWay([panel], seats, barred, used)
    drawn = below(counting.total, stream(seed, ["replacement", number, panel]))
    return _step([panel], "alone", counting.total, drawn), counting.way(drawn)[panel]


def simple_filling(pool: Pool, panels: Sequence[str], used: Mapping[str, int]) -> Seats | None:
    """One way to fill the panels one after another, or None if this simple search finds none."""
    busy, seats = Counter(used), {}
    for key in panels:
        counting = Counting(pool, [key], used=busy, thin=True)
        if not counting.total:
            return None
        seats[key] = counting.way(0)[key]
        busy.update(seats[key])
    return seats


def _in_turn(pool: Pool, part: Sequence[str], seed: str) -> tuple[list[Step], Seats]:
    # There is always a known filling of what is still to be drawn: at first by `check`, then because a panel
    # is only taken if the simple search fills the rest. So every panel has at least one good way.
    steps: list[Step] = []
    seats: Seats = {}
    used: Counter[str] = Counter()
    for place, key in enumerate(part):
        bits = stream(seed, ["panels", key])
        counting = Counting(pool, [key], used=used)
        for tries in range(1, TRIES + 1):
            number = below(counting.total, bits)
            members = counting.way(number)[key]
            if simple_filling(pool, part[place + 1 :], used + Counter(members)) is not None:
                steps.append(_step([key], "in_turn", counting.total, number, tries))
                break
        else:
            known = simple_filling(pool, part[place:], used)
            assert known is not None
            members = known[key]
            steps.append(_step([key], "in_turn", counting.total, -1, TRIES, fallback=True))
        seats[key] = members
        used.update(members)
    return steps, seats


def _step(
    panels: Sequence[str], how: How, ways: int, number: int, tries: int = 1, *, fallback: bool = False
) -> Step:
    return Step(
        panels=tuple(panels), how=how, ways=str(ways), number=str(number), tries=tries, fallback=fallback
    )
