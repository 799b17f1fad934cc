"""How many ways there are to fill panels, and the n-th of them: exact, with integers only.

Organisations are walked through in a fixed order. A state says, for each panel, how many seats are taken and
how far each quota is; it forgets who took them, so thousands of people have few states. Backwards from the
end, each state's number of completions is a sum; the n-th way is found by walking forwards and subtracting.
Every way has exactly one number: a uniform number is a uniform draw.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from didimdol_decide.drawing.pool import Panel, Person, Pool

State = tuple[int, ...]
Seats = dict[str, tuple[str, ...]]


class TooLarge(Exception):
    """More moves than allowed."""


class _Candidate(NamedTuple):
    id: str
    choices: tuple[tuple[int, ...], ...]
    """Sets of panels (places in `Counting.panels`) the person may take together; the first is none."""
    effects: tuple[State, ...]
    """What each choice adds to the counters."""


class _Group(NamedTuple):
    """Those of an organisation, or one person without one. seated: how many of it sit already, by panel."""

    members: tuple[_Candidate, ...]
    seated: State

    def kind(self) -> tuple[object, ...]:
        """Equal for groups that differ in nothing but names."""
        return (self.seated, tuple(sorted((member.choices, member.effects) for member in self.members)))


class _Counter(NamedTuple):
    """What a state counts: seats of a panel (quota -1) or a quota. top: as far as counting matters; above it
    is not allowed if `hard`, and all the same otherwise. need: at the end at least."""

    panel: int
    quota: int
    need: int
    top: int
    hard: bool


class Counting:
    """The ways to fill `panels` of a pool.

    seated: members that stand, by panel. barred: (panel, person) pairs out of the question beside the
    conflicts. used: panels of this draw that each person sits on already, the seated ones included.
    limit: most moves (states times what groups can add), and most of
    groups times the product of every panel's seats + 1; None: no limit. thin: only whether there is a way,
    and some way, matter: of people alike only as many as could sit are looked at (`total` is then positive or
    zero, not the count).
    Raises TooLarge.
    """

    def __init__(
        self,
        pool: Pool,
        panels: Sequence[str],
        *,
        seated: Mapping[str, Collection[str]] | None = None,
        barred: Collection[tuple[str, str]] = (),
        used: Mapping[str, int] | None = None,
        limit: int | None = None,
        thin: bool = False,
    ) -> None:
        self.pool = pool
        self.panels = [pool.panel(key) for key in panels]
        self._quotas = [pool.quotas_of(panel) for panel in self.panels]
        self._seated = [set((seated or {}).get(panel.id, ())) for panel in self.panels]
        self._barred, self._used = set(barred), used or {}
        self._barred |= {(panel.id, entry.person) for panel in self.panels for entry in panel.conflicts}
        self._counters: list[_Counter] = []
        self.total = 0
        if not self._set_counters():
            return
        self._groups = self._thinned() if thin else self._grouped()
        # A quick refusal: there are seldom fewer states than ways to fill seats halfway.
        halfway = math.prod(counter.need + 1 for counter in self._counters if counter.quota < 0)
        if limit is not None and halfway * len(self._groups) > limit:
            raise TooLarge
        self._start = (0,) * len(self._counters)
        self._ways = self._count(limit)
        self.total = self._ways[0].get(self._start, 0)

    def way(self, number: int) -> Seats:
        """The way with this number, 0..total-1: the new members of each panel, sorted. Raises ValueError."""
        if not 0 <= number < self.total:
            raise ValueError("there is no way with this number")
        taken: list[list[str]] = [[] for _ in self.panels]
        state = self._start
        for place, group in enumerate(self._groups):
            for delta, times in self._options[place].items():
                after = self._next[delta].get(state)
                later = 0 if after is None else self._ways[place + 1].get(after, 0)
                if number < times * later:
                    assert after is not None
                    # Which way within the group, and which way in the rest.
                    inside, number = divmod(number, later)
                    self._take(group, delta, inside, taken)
                    state = after
                    break
                number -= times * later
        return {panel.id: tuple(sorted(ids)) for panel, ids in zip(self.panels, taken, strict=True)}

    def _set_counters(self) -> bool:
        """Whether the panels could be filled as far as the seated members and the bounds alone tell."""
        people = {person.id: person for person in self.pool.people}
        for place, panel in enumerate(self.panels):
            members = [people[key] for key in self._seated[place]]
            seats = panel.seats - len(members)
            self._counters.append(_Counter(place, -1, seats, seats, True))
            for number, quota in enumerate(self._quotas[place]):
                have = sum(quota.counts(member) for member in members)
                low, high = (bound - have for bound in quota.bounds(panel.seats))
                if seats < 0 or high < 0 or low > min(high, seats):
                    return False
                if low > 0 or high < seats:
                    hard = high < seats
                    self._counters.append(_Counter(place, number, max(low, 0), high if hard else low, hard))
        return True

    def _grouped(self) -> list[_Group]:
        found: dict[tuple[int, str], list[_Candidate]] = {}
        alone = self.pool.max_per_organisation is None
        fellows: dict[str, set[str]] = {}
        for person in sorted(self.pool.people, key=lambda person: person.id):
            key = (1, person.id) if alone or person.organisation is None else (0, person.organisation)
            if key[0] == 0:
                fellows.setdefault(key[1], set()).add(person.id)
            if (candidate := self._candidate(person)) is not None:
                found.setdefault(key, []).append(candidate)
        return [
            _Group(tuple(found[key]), tuple(len(fellows.get(key[1], set()) & ids) for ids in self._seated))
            if key[0] == 0
            else _Group(tuple(found[key]), (0,) * len(self.panels))
            for key in sorted(found)
        ]

    def _thinned(self) -> list[_Group]:
        seats = sum(panel.seats for panel in self.panels)
        kept: list[_Group] = []
        alike: dict[object, int] = {}
        for group in self._grouped():
            within: dict[object, int] = {}
            members = []
            for person in group.members:
                kind = (person.choices, person.effects)
                within[kind] = within.get(kind, 0) + 1
                if within[kind] <= seats:
                    members.append(person)
            thin = group._replace(members=tuple(members))
            alike[thin.kind()] = alike.get(thin.kind(), 0) + 1
            if alike[thin.kind()] <= seats:
                kept.append(thin)
        return kept

    def _candidate(self, person: Person) -> _Candidate | None:
        room = self.pool.cap(person) - self._used.get(person.id, 0)
        open_to = [place for place in range(len(self.panels)) if self._may_sit(person, place)]
        if room <= 0 or not open_to:
            return None
        choices = tuple(
            choice
            for size in range(min(room, len(open_to)) + 1)
            for choice in itertools.combinations(open_to, size)
        )
        return _Candidate(person.id, choices, tuple(self._effect(person, choice) for choice in choices))

    def _may_sit(self, person: Person, place: int) -> bool:
        panel: Panel = self.panels[place]
        return person.id not in self._seated[place] and (panel.id, person.id) not in self._barred

    def _effect(self, person: Person, choice: tuple[int, ...]) -> State:
        return tuple(
            int(
                counter.panel in choice
                and (counter.quota < 0 or self._quotas[counter.panel][counter.quota].counts(person))
            )
            for counter in self._counters
        )

    def _inside(self, group: _Group, limit: int | None = None) -> list[dict[tuple[State, State], int]]:
        """By member: (what the members from there on add, fellows seated before) -> number of ways."""
        cap = self.pool.max_per_organisation
        reached = [{group.seated}]
        for person in group.members:
            reached.append(
                {
                    tuple(n + (place in choice) for place, n in enumerate(seated))
                    for seated in reached[-1]
                    for choice in person.choices
                    if cap is None or all(seated[place] < cap for place in choice)
                }
            )
        tables: list[dict[tuple[State, State], int]] = [{(self._start, seated): 1 for seated in reached[-1]}]
        for step in range(len(group.members) - 1, -1, -1):
            person = group.members[step]
            table: dict[tuple[State, State], int] = {}
            by_seated: dict[State, list[tuple[State, int]]] = {}
            for (delta, seated), ways in tables[-1].items():
                by_seated.setdefault(seated, []).append((delta, ways))
            for seated in reached[step]:
                for choice, effect in zip(person.choices, person.effects, strict=True):
                    if cap is not None and any(seated[place] >= cap for place in choice):
                        continue
                    after = tuple(n + (place in choice) for place, n in enumerate(seated))
                    for delta, ways in by_seated.get(after, ()):
                        key = (tuple(map(sum, zip(effect, delta, strict=True))), seated)
                        table[key] = table.get(key, 0) + ways
            if limit is not None and len(table) > limit:
                raise TooLarge
            tables.append(table)
        return tables[::-1]

    def _take(self, group: _Group, delta: State, number: int, taken: list[list[str]]) -> None:
        cap, seated = self.pool.max_per_organisation, group.seated
        tables = self._inside(group)
        for step, person in enumerate(group.members):
            for choice, effect in zip(person.choices, person.effects, strict=True):
                if cap is not None and any(seated[place] >= cap for place in choice):
                    continue
                rest = tuple(a - b for a, b in zip(delta, effect, strict=True))
                after = tuple(n + (place in choice) for place, n in enumerate(seated))
                ways = tables[step + 1].get((rest, after), 0)
                if number < ways:
                    for place in choice:
                        taken[place].append(person.id)
                    delta, seated = rest, after
                    break
                number -= ways

    def _plus(self, state: State, delta: State) -> State | None:
        after = []
        left = [0] * len(self.panels)
        for have, more, counter in zip(state, delta, self._counters, strict=True):
            now = have + more
            if now > counter.top:
                if counter.hard:
                    return None
                now = counter.top
            if counter.quota < 0:
                left[counter.panel] = counter.need - now
            elif counter.need - now > left[counter.panel]:
                return None
            after.append(now)
        return tuple(after)

    def _states(self, most: int | None) -> list[State]:
        deltas = sorted({delta for options in self._options for delta in options})
        self._next: dict[State, dict[State, State]] = {delta: {} for delta in deltas}
        found, waiting = {self._start}, [self._start]
        while waiting:
            state = waiting.pop()
            for delta in deltas:
                after = self._plus(state, delta)
                if after is None:
                    continue
                self._next[delta][state] = after
                if after not in found:
                    found.add(after)
                    waiting.append(after)
            if most is not None and len(found) > most:
                raise TooLarge
        return sorted(found)

    def _count(self, limit: int | None) -> list[dict[State, int]]:
        kinds: dict[object, dict[State, int]] = {}
        self._options: list[dict[State, int]] = []
        for group in self._groups:
            kind = group.kind()
            if kind not in kinds:
                first = self._inside(group, limit)[0]
                kinds[kind] = {delta: first[delta, seated] for delta, seated in sorted(first)}
            self._options.append(kinds[kind])
        moves = 1 + sum(len(options) for options in self._options)
        states = self._states(None if limit is None else limit // moves)
        full = tuple(counter.need for counter in self._counters)
        last = {
            state: int(all(have >= need for have, need in zip(state, full, strict=True))) for state in states
        }
        ways = [last]
        for options in reversed(self._options):
            later: dict[State, int] = ways[-1]
            now: dict[State, int] = {}
            for delta, times in options.items():
                for state, after in self._next[delta].items():
                    if more := later.get(after, 0):
                        now[state] = now.get(state, 0) + times * more
            ways.append(now)
        return ways[::-1]
