"""A meet-up as those who run it see it: who has answered, the timetable by table and slot, and a timetable to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from didimdol.demands.models import Demand
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.timetables.grid import Cell, Grid, Head, grid_of
from didimdol.programmes.timetables.slots import id_of
from didimdol.programmes.timetables.words import obstacles_in_words, way_in_words
from didimdol.selection.meeting_making import Figures, Way
from didimdol.selection.meeting_market import (
    Circle,
    Facts,
    facts_of,
    has_begun,
    is_mutual,
    pair_of,
    to_be_moved,
    wished,
)
from didimdol.selection.meeting_queries import meetings_of
from didimdol.selection.meeting_words import FIRSTS, NO_TABLE, OBSTACLES, WAYS
from didimdol.selection.models import MeetUp, Place
from didimdol_decide.scheduling import Schedule, ScheduleProblem


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a side has said its wishes; what it said is nobody's to read. ``away``: slots that it cannot attend."""

    side: UUID
    who: str
    note: str
    given_at: datetime | None
    away: int


def answers_of(facts: Facts) -> tuple[list[Answer], list[Answer]]:
    """Of the startups, and of the demands."""
    wishes = {wish.place_id or wish.demand_id: wish for wish in facts.wishes}
    away = facts.away()

    def answer(row: Place | Demand, who: str, note: str) -> Answer:
        wish = wishes.get(row.pk)
        return Answer(row.pk, who, note, wish.given_at if wish else None, len(away.get(row.pk, ())))

    return (
        [answer(row, pick(row.startup.name), row.application.number) for row in facts.circle.places],
        [answer(row, pick(row.title), pick(row.company.name)) for row in facts.circle.demands],
    )


def _grid(facts: Facts, cells: Mapping[tuple[str, str], Cell]) -> Grid:
    """``cells``: (slot, table) → what is there."""
    heads = [
        Head(str(table.pk), pick(text(f"테이블 {table.name}", f"Table {table.name}")), pick(table.company.name))
        for table in facts.tables
    ]
    return grid_of(facts.times, heads, cells)


def standing_grid(meet_up: MeetUp, facts: Facts) -> Grid:
    """Of the meetings that stand."""
    rows = meetings_of(meet_up).filter(ended_at__isnull=True)
    cells = {
        (id_of(row.starts_at), str(row.table_id)): Cell(pick(row.place.startup.name), pick(row.demand.title))
        for row in rows
    }
    return _grid(facts, cells)


# --- a timetable to be looked at -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missing:
    """A meeting without a slot, and what stands in the way."""

    startup: str
    demand: str
    mutual: bool
    why: list[str]


@dataclass(frozen=True, slots=True)
class Change:
    """``kind``: moved, new or ended."""

    kind: str
    startup: str
    demand: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Nobody:
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of meeting_words.FIRSTS and what it comes to."""

    key: str
    label: Text
    figures: Figures


@dataclass(frozen=True, slots=True)
class Price:
    """Of everybody one meeting first: how many more have one, and how much less worth is placed."""

    more: int
    lost: int
    percent: float


@dataclass(frozen=True, slots=True)
class Preview:
    """``proved``: no timetable is better in what goes ``first``, nor then worth more. ``kept``: meetings that stay where they are (of a published one)."""

    grid: Grid
    wished: int
    placed: int
    mutual: int
    mutual_placed: int
    gaps: int
    proved: bool
    missing: list[Missing]
    ways: list[tuple[str, int]]
    nobody: list[Nobody]
    kept: int
    changes: list[Change]
    first: str
    choices: list[Choice]

    @property
    def price(self) -> Price | None:
        """What everybody one meeting first costs; None where both choices come to the same."""
        found = {row.key: row.figures for row in self.choices}
        if len(found) < 2:
            return None
        most, every = found["worth"], found["parties"]
        lost = most["worth"] - every["worth"]
        return Price(most["alone"] - every["alone"], lost, lost * 100 / most["worth"] if most["worth"] else 0)

    @property
    def percent(self) -> int:
        return 100 * self.placed // self.wished if self.wished else 100


def preview_of(meet_up: MeetUp) -> Preview | None:
    """The proposal with names. None while there is none."""
    if not meet_up.proposal:
        return None
    facts = facts_of(meet_up)
    return _Telling(meet_up, facts).preview()


class _Telling:
    def __init__(self, meet_up: MeetUp, facts: Facts) -> None:
        self.facts = facts
        self.problem = ScheduleProblem.model_validate(meet_up.proposal["problem"])
        self.schedule = Schedule.model_validate(meet_up.proposal["schedule"])
        self.ways: list[Way] = meet_up.proposal["ways"]
        self.choices: dict[str, Figures] = meet_up.proposal.get("choices", {})
        self.names = names_of(facts.circle) | _left(meet_up, facts)
        self.companies = {str(row.company_id): pick(row.company.name) for row in facts.circle.demands}
        self.weights = {meeting.id: wished(meeting.weight) for meeting in self.problem.meetings}

    def name(self, key: Any) -> str:
        return self.names.get(str(key), "–")

    def pair(self, id: str) -> tuple[str, str]:
        place, demand = pair_of(id)
        return self.name(place), self.name(demand)

    def preview(self) -> Preview:
        placed = {row.meeting: row for row in self.schedule.placed}
        mutual = {id for id, weight in self.weights.items() if is_mutual(weight)}
        cells = {(row.slot, row.room): Cell(*self.pair(row.meeting)) for row in self.schedule.placed}
        changes, kept = self.changes() if self.facts.published else ([], 0)
        return Preview(
            grid=_grid(self.facts, cells),
            wished=len(self.weights),
            placed=len(placed),
            mutual=len(mutual),
            mutual_placed=len(mutual & set(placed)),
            gaps=self.schedule.gaps,
            proved=self.schedule.proved,
            missing=self.missing(mutual),
            ways=[(self.way(way), way["placed"]) for way in self.ways],
            nobody=self.nobody(set(placed)),
            kept=kept,
            changes=changes,
            first=self.problem.first,
            choices=[Choice(key, label, self.choices[key]) for key, label in FIRSTS.items() if key in self.choices],
        )

    def way(self, way: Way) -> str:
        value = str(way["value"])
        return way_in_words(way["key"], self.companies.get(value, value), WAYS)

    def missing(self, mutual: set[str]) -> list[Missing]:
        rooms = {meeting.id: meeting.rooms for meeting in self.problem.meetings}
        found = []
        for row in self.schedule.unplaced:
            why = (
                obstacles_in_words(row.obstacles, self.name, OBSTACLES)
                if rooms[row.meeting] != ()
                else [pick(NO_TABLE)]
            )
            found.append(Missing(*self.pair(row.meeting), row.meeting in mutual, why))
        return sorted(found, key=lambda one: (not one.mutual, one.startup, one.demand))

    def nobody(self, placed: set[str]) -> list[Nobody]:
        met = {str(key) for id in placed for key in pair_of(id)}
        wanted = {str(key) for id in self.weights for key in pair_of(id)}
        rows = (*self.facts.circle.places, *self.facts.circle.demands)
        return [
            Nobody(self.name(row.pk), pick(_UNPLACED if str(row.pk) in wanted else _UNWISHED))
            for row in rows
            if str(row.pk) not in met
        ]

    def changes(self) -> tuple[list[Change], int]:
        times = {slot.id: slot.starts_at for slot in self.facts.times}
        standing = {(row.place_id, row.demand_id): row for row in self.facts.meetings}
        placed = {pair_of(row.meeting): row for row in self.schedule.placed}
        found, kept = [], 0
        for pair, row in standing.items():
            names = (self.name(pair[0]), self.name(pair[1]))
            entry = placed.get(pair)
            if entry is None and has_begun(row):
                kept += 1  # of a startup that has left since
            elif entry is None:
                found.append(Change("ended", *names, row.starts_at, None))
            elif entry.slot == id_of(row.starts_at) and entry.room == str(row.table_id):
                kept += 1
            else:
                found.append(Change("moved", *names, row.starts_at, times[entry.slot]))
        for pair, entry in placed.items():
            if pair not in standing:
                found.append(Change("new", self.name(pair[0]), self.name(pair[1]), None, times[entry.slot]))
        return sorted(found, key=lambda one: (one.kind, one.startup, one.demand)), kept


def names_of(circle: Circle) -> dict[str, str]:
    """Place or demand → its name."""
    found = {str(row.pk): pick(row.startup.name) for row in circle.places}
    return found | {str(row.pk): pick(row.title) for row in circle.demands}


def _left(meet_up: MeetUp, facts: Facts) -> dict[str, str]:
    """Names of those whose meetings stand although they take no part any more."""
    inside = {row.pk for row in (*facts.circle.places, *facts.circle.demands)}
    if all(row.place_id in inside and row.demand_id in inside for row in facts.meetings):
        return {}
    rows = list(meetings_of(meet_up).filter(ended_at__isnull=True))
    return names_of(Circle([row.place for row in rows], [row.demand for row in rows]))


def disturbed(meet_up: MeetUp, facts: Facts) -> int:
    """How many published meetings cannot be held where they stand."""
    return len(to_be_moved(facts)) if meet_up.state == "published" else 0


_UNPLACED = text("희망은 있으나 놓을 시간이 없음", "wished, but no slot was left")
_UNWISHED = text("서로 어긋나지 않는 희망이 없음", "no wish that the other side does not refuse")
