"""Whatever the wishes, absences and limits: no clash, nobody who cannot come, no limit broken, what stands stays."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.programmes.timetables.slots import Hours, as_away, covered, id_of, times_of
from didimdol.selection.meeting_market import (
    Circle,
    Facts,
    can_stay,
    is_mutual,
    pair_of,
    problem_of,
    weight_of,
    weights_of,
    wished,
)
from didimdol.selection.meeting_slots import Plan
from didimdol.selection.models import Meeting, MeetingTable, MeetingWish, Place
from didimdol_decide.scheduling import Schedule, ScheduleProblem, schedule, verify
from server.tests import worlds

WORDS = st.sampled_from(["gladly", "yes", "", "no"])


def _id(kind: int, number: int) -> UUID:
    return UUID(int=kind * 1000 + number + 1)


@st.composite
def facts(draw: Any) -> Facts:
    """Rows that were never stored: up to five startups and three demands of one field, a company with one or two tables."""
    clock.move_to(worlds.CLOSED)
    plan = Plan(
        days=tuple(date(2025, 5, 12 + day) for day in range(draw(st.integers(1, 2)))),
        starts=time(10),
        ends=time(draw(st.integers(11, 13))),
        minutes=30,
        wishes_until=worlds.kst("2025-05-01 10:00"),
        startup_most=draw(st.sampled_from([None, 1, 2])),
        demand_most=draw(st.sampled_from([None, 2])),
        longest=draw(st.sampled_from([None, 1, 2])),
    )
    times, field, company = times_of(plan), uuid4(), uuid4()
    places = [Place(pk=_id(1, n), field_id=field) for n in range(draw(st.integers(1, 5)))]
    demands = [Demand(pk=_id(2, n), field_id=field, company_id=company) for n in range(draw(st.integers(1, 3)))]
    tables = [MeetingTable(pk=_id(3, n), company_id=company, name=str(n)) for n in range(draw(st.integers(1, 2)))]
    slots = st.lists(st.sampled_from([slot.id for slot in times]), max_size=3)
    wishes = [
        MeetingWish(
            place_id=row.pk if isinstance(row, Place) else None,
            demand_id=row.pk if isinstance(row, Demand) else None,
            words={str(other.pk): draw(WORDS) for other in others},
            away=as_away(times, draw(slots)),
        )
        for row, others in [*((one, demands) for one in places), *((one, places) for one in demands)]
    ]
    first = draw(st.sampled_from(["worth", "parties"]))
    return Facts(plan, Circle(places, demands), tables, wishes, [], set(), False, times, first)


def rows_of(found: Schedule, given: Facts) -> list[Meeting]:
    times = {slot.id: slot for slot in given.times}
    return [
        Meeting(
            place_id=pair_of(row.meeting)[0], demand_id=pair_of(row.meeting)[1], table_id=UUID(row.room),
            starts_at=times[row.slot].starts_at, ends_at=times[row.slot].ends_at,
        )
        for row in found.placed
    ]  # fmt: skip


def holds(given: Facts, rows: list[Meeting]) -> None:
    """Counted here, not by the engine."""
    wishes = {wish.place_id or wish.demand_id: wish for wish in given.wishes}
    for name, most in (
        ("place_id", given.plan.startup_most),
        ("demand_id", given.plan.demand_most),
        ("table_id", None),
    ):
        times = Counter((getattr(row, name), row.starts_at) for row in rows)
        assert max(times.values(), default=1) == 1
        count = Counter(getattr(row, name) for row in rows)
        assert most is None or max(count.values(), default=0) <= most
    for row in rows:
        for side, other in ((row.place_id, row.demand_id), (row.demand_id, row.place_id)):
            assert id_of(row.starts_at) not in covered(given.times, wishes[side].away)
            assert wishes[side].words[str(other)] != "no"


def goes_before(given: Facts, problem: ScheduleProblem) -> None:
    """What must move goes before all, then, where everybody is to have one first, a meeting of a side that has none."""
    weights, standing = weights_of(given), {(row.place_id, row.demand_id) for row in given.meetings}
    met = {side for wanted in problem.meetings if wanted.must for side in wanted.parties}
    for wanted in (row for row in problem.meetings if not row.must):
        pair = pair_of(wanted.id)
        assert wished(wanted.weight) == weights[pair]
        moves, alone = pair in standing, given.first == "parties" and not met.issuperset(wanted.parties)
        assert wanted.weight // 100 == (5 if moves else 1 if alone else 0)


@settings(max_examples=40, deadline=None)
@given(facts())
def test_a_timetable_never_clashes_and_nobody_is_where_they_cannot_be(given: Facts) -> None:
    problem = problem_of(given)
    found = schedule(problem, effort=0.3)
    holds(given, rows_of(found, given))
    assert verify(problem, found) == []
    assert {row.meeting for row in found.placed} <= {f"{a}.{b}" for a, b in weights_of(given)}


@settings(max_examples=25, deadline=None)
@given(facts(), st.data())
def test_a_change_keeps_what_can_be_held_and_still_never_clashes(given: Facts, data: Any) -> None:
    before = rows_of(schedule(problem_of(given), effort=0.3), given)
    absent = data.draw(st.sampled_from(given.wishes))
    absent.away = as_away(given.times, data.draw(st.sets(st.sampled_from([slot.id for slot in given.times]))))
    after = replace(given, meetings=before, published=True)
    problem = problem_of(after)
    goes_before(after, problem)
    found = schedule(problem, effort=0.3)
    rows = {(row.place_id, row.demand_id): row for row in rows_of(found, after)}
    away = after.away()
    for row in before:
        if can_stay(row, after, away):
            stands = rows[row.place_id, row.demand_id]
            assert (stands.starts_at, stands.table_id) == (row.starts_at, row.table_id)
    holds(after, list(rows.values()))
    assert not any(row.must for row in found.unplaced)
    assert verify(problem, found) == []


def test_a_wish_of_both_sides_counts_more_than_one_of_either() -> None:
    says = ("gladly", "yes", "", "no")
    weights = {(one, other): weight_of(one, other) for one in says for other in says}
    assert weights["", ""] is None
    assert all(weights[one, other] is None for one, other in weights if "no" in (one, other))
    assert weights == {(other, one): weight for (one, other), weight in weights.items()}
    both = [weight for pair, weight in weights.items() if weight and "" not in pair]
    alone = [weight for pair, weight in weights.items() if weight and "" in pair]
    assert min(both) > max(alone)
    assert all(map(is_mutual, both)) and not any(map(is_mutual, alone))


def test_absences_outlive_other_minutes() -> None:
    given = Hours(days=(date(2025, 5, 12),), starts=time(10), ends=time(12), minutes=30)
    away = as_away(times_of(given), ["2025-05-12T10:30"])
    shorter = times_of(replace(given, minutes=20))
    assert covered(shorter, away) == ["2025-05-12T10:20", "2025-05-12T10:40"]
