"""Whether one panel can be filled: all the sums that its people can make, as the bits of one integer.

A sum says how many seats are taken and how many of those members each quota counts; as a number to the base
of seats + 1 it is the place of one bit. Who sits down moves all bits by the same number of places, so that
people who differ in nothing but names are one number. What is asked of a sum (quotas, seats) is no part of
it: one integer answers for all bounds. The draw itself counts ways (`counting`); this only tells whether
there is one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from didimdol_decide.drawing.pool import Panel, Pool

MOST_BITS = 1 << 27
"""A panel with more sums than this (17 MB) is not looked at in this way."""

Asked = tuple[tuple[str, frozenset[str]], ...]
"""What the quotas of a panel ask about, each once: attribute and values."""


class _Group(NamedTuple):
    """Of one organisation: at most `room` more of it may sit. moves: one for each of its people."""

    room: int
    moves: tuple[int, ...]


class Sums:
    """The sums of one panel, for pools that differ in people, conflicts, caps, bounds and fewer seats, but
    not in what the quotas ask about. What was worked out for one pool serves the next."""

    def __init__(self, seats: int, asked: Asked) -> None:
        self.seats, self.asked = seats, asked
        self._base = seats + 1
        self._seat = self._base ** len(asked)
        self._all = (1 << self._seat * self._base) - 1
        self._moves: dict[tuple[str, ...], int] = {}
        self._of_groups: dict[tuple[tuple[_Group, int], ...], int] = {}
        self._of_people: dict[tuple[object, ...], int] = {}

    def fillable(
        self,
        pool: Pool,
        panel: Panel,
        seated: Collection[str],
        barred: Collection[str],
        used: Mapping[str, int],
    ) -> bool:
        """Whether the seats that are left can be filled. seated: who stays; barred: who cannot sit, beside
        those in conflict; used: panels of this draw that each person sits on already."""
        left, have = panel.seats - len(seated), [0] * len(self.asked)
        for person in pool.people:
            if person.id in seated:
                for place, (attribute, values) in enumerate(self.asked):
                    have[place] += person.groups[attribute] in values
        lows, highs = [0] * len(have), [left] * len(have)
        for quota in pool.quotas_of(panel):
            place = self.asked.index((quota.attribute, frozenset(quota.values)))
            low, high = quota.bounds(panel.seats)
            lows[place] = max(lows[place], low - have[place])
            highs[place] = min(highs[place], high - have[place])
        if left < 0 or any(low > high for low, high in zip(lows, highs, strict=True)):
            return False
        wanted = 1
        for place, (low, high) in enumerate(zip(lows, highs, strict=True)):
            step = self._base**place
            wanted = sum(wanted << step * number for number in range(low, high + 1))
        found = self._reached(pool, seated, {*barred, *(entry.person for entry in panel.conflicts)}, used)
        return bool(found >> left * self._seat & wanted)

    def _reached(
        self, pool: Pool, seated: Collection[str], barred: Collection[str], used: Mapping[str, int]
    ) -> int:
        most = pool.max_per_organisation
        alone: Counter[int] = Counter()
        fellows: dict[str, list[int]] = defaultdict(list)
        sitting: Counter[str] = Counter()
        for person in pool.people:
            bound = most is not None and person.organisation is not None
            if person.id in seated:
                if bound:
                    sitting[str(person.organisation)] += 1
            elif person.id not in barred and pool.cap(person) > used.get(person.id, 0):
                move = self._move(tuple(person.groups[attribute] for attribute, _ in self.asked))
                if bound:
                    fellows[str(person.organisation)].append(move)
                else:
                    alone[move] += 1
        groups: Counter[_Group] = Counter()
        for organisation, moves in fellows.items():
            room = (most or 0) - sitting[organisation]
            if room <= 0:
                continue
            alike = Counter({move: min(times, room) for move, times in Counter(moves).items()})
            if room >= alike.total():
                alone.update(alike)  # nobody of it keeps a fellow out
            else:
                groups[_Group(room, tuple(sorted(alike.elements())))] += 1
        key = tuple(sorted((group, min(times, self.seats)) for group, times in groups.items()))
        people = tuple(sorted((move, min(times, self.seats)) for move, times in alone.items()))
        if (key, people) not in self._of_people:
            self._of_people[key, people] = self._with_people(self._with_groups(key), people)
        return self._of_people[key, people]

    def _move(self, values: tuple[str, ...]) -> int:
        if values not in self._moves:
            counted = (
                self._base**place
                for place, (value, (_, wanted)) in enumerate(zip(values, self.asked, strict=True))
                if value in wanted
            )
            self._moves[values] = self._seat + sum(counted)
        return self._moves[values]

    def _with_groups(self, groups: tuple[tuple[_Group, int], ...]) -> int:
        if groups not in self._of_groups:
            reached = 1
            for group, times in groups:
                for _ in range(times):
                    # by how many of the group sit
                    taken = [reached] + [0] * group.room
                    for move in group.moves:
                        for number in range(group.room, 0, -1):
                            taken[number] |= taken[number - 1] << move
                    for more in taken[1:]:
                        reached |= more
                    # more than all seats are no sum; such bits lie above all others
                    reached &= self._all
            self._of_groups[groups] = reached
        return self._of_groups[groups]

    def _with_people(self, reached: int, people: tuple[tuple[int, int], ...]) -> int:
        for move, times in people:
            step = 1
            while times:
                step = min(step, times)
                reached = (reached | reached << move * step) & self._all
                times -= step
                step *= 2
        return reached


def asked_of(pool: Pool, panel: Panel) -> Asked:
    return tuple(dict.fromkeys((quota.attribute, frozenset(quota.values)) for quota in pool.quotas_of(panel)))


def sums_of(panel: Panel, asked: Asked) -> Sums | None:
    """None where there are too many sums."""
    bits = (panel.seats + 1) ** (len(asked) + 1)
    return Sums(panel.seats, asked) if bits <= MOST_BITS else None


def fillable(pool: Pool, key: str) -> bool | None:
    """Whether this panel alone can be filled; None where there are too many sums."""
    panel = pool.panel(key)
    sums = sums_of(panel, asked_of(pool, panel))
    return None if sums is None else sums.fillable(pool, panel, (), (), {})
