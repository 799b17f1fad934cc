"""Daily maxima in the flow: evaluator -> shift (the evaluator on one day) -> seats of that day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from didimdol_decide.assignment.remaining import Remaining, Turn

if TYPE_CHECKING:
    from didimdol_decide.assignment.arrays import Arrays, Ints


@dataclass(frozen=True)
class Days:
    """names: the days. on: the day of each application, by index (the last, past the names: none). By shift,
    only where the daily maximum could bind: `person`, `day`, `cap` (applications still possible). table:
    the shift of person and day (-1: none), people x (days + 1). All int64."""

    names: list[str]
    on: Ints
    person: Ints
    day: Ints
    cap: Ints
    table: Ints


def with_days(arrays: Arrays, left: Remaining) -> Arrays:
    """The arrays with the daily maxima that are `left`."""
    import numpy as np

    if not left.day_left:
        return arrays
    names = sorted(set(left.day.values()))
    place = {name: index for index, name in enumerate(names)}
    people = {name: index for index, name in enumerate(arrays.people)}
    on = np.array([place[left.day[a]] if a in left.day else len(names) for a in arrays.applications])
    most = np.full((len(people), len(names)), len(on), dtype=np.int64)
    for (person, day), cap in left.day_left.items():
        most[people[person], place[day]] = cap
    return daily(arrays, names, on, most)


def daily(arrays: Arrays, names: list[str], on: Ints, most: Ints) -> Arrays:
    """The arrays with daily maxima, only where they could bind: below the number of the person's pairs on the
    day. `on`: the day of each application (len(names): none); `most` by person and day."""
    import numpy as np

    people, days = most.shape
    cells = arrays.person * (days + 1) + on[arrays.panel[arrays.seat]]
    pairs = np.bincount(cells, minlength=people * (days + 1)).reshape(people, days + 1)[:, :days]
    person, day = np.nonzero(most < pairs)
    if not len(person):
        return arrays
    table = np.full((people, days + 1), -1, dtype=np.int64)
    table[person, day] = np.arange(len(person))
    return replace(arrays, days=Days(names, on, person, day, most[person, day], table))


@dataclass(frozen=True)
class ByDay:
    """Something of each person on each day: table[on[application], person]."""

    on: Ints
    table: Ints

    def of(self, row: Ints, person: Ints) -> Ints:
        """Of pairs (application, person)."""
        if len(self.table) == 1:
            found: Ints = self.table[0][person]
            return found
        return self.table[self.on[row], person]

    def rows(self, first: int, last: int) -> Ints:
        """Of a block of applications: [application, person]."""
        return self.table if len(self.table) == 1 else self.table[self.on[first:last]]


def by_day(arrays: Arrays, persons: Ints, shifts: Ints) -> ByDay:
    """What stands for a person on a day: the value of their shift, or of the person where there is none."""
    import numpy as np

    if arrays.days is None:
        return ByDay(np.zeros(len(arrays.applications), dtype=np.int64), persons[None, :])
    table = np.repeat(persons[None, :], arrays.days.table.shape[1], axis=0)
    table[arrays.days.day, arrays.days.person] = shifts
    return ByDay(arrays.days.on, table)


def day_costs(arrays: Arrays, prices: Ints, day_prices: Ints) -> ByDay:
    """What a person costs on each day, by the prices of persons and, on top, of shifts."""
    if arrays.days is None:
        return by_day(arrays, prices, day_prices)
    return by_day(arrays, prices, prices[arrays.days.person] + day_prices)


def turns(arrays: Arrays) -> list[Turn]:
    """The name of every shift: (evaluator, day)."""
    if arrays.days is None:
        return []
    shifts = zip(arrays.days.person.tolist(), arrays.days.day.tolist(), strict=True)
    return [(arrays.people[person], arrays.days.names[day]) for person, day in shifts]
