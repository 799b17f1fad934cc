"""One-to-one meetings: all placed where there is time, else told whose time is too short and what would do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.kernel.words import text
from didimdol.programmes.rulebook import parse
from didimdol.rehearsal import engine
from didimdol.rehearsal.meetings import Wanted, a_day, meet, problem_of
from didimdol_decide.scheduling import schedule, verify
from server.tests.rehearsal.conftest import world_of
from server.tests.worlds import small_rulebook


def wanted(startups: int, demands: int = 1) -> list[Wanted]:
    return [Wanted(f"s{n}", text(f"과제 {m}", f"Task {m}")) for n in range(startups) for m in range(demands)]


def minutes(length: int) -> Any:
    def change(book: Any) -> None:
        book["matching"] = {"meeting_minutes": length}

    return change


def test_enough_time_is_no_finding() -> None:
    world = world_of(minutes(30))
    said = meet(world, wanted(10, 2), 1, "matching.meeting_minutes")
    assert world.findings == [] and "20건 가운데 20건" in said["ko"] and "20 of 20" in said["en"]
    assert meet(world, [], 1, "matching.meeting_minutes")["en"].startswith("0 of 0")


def test_a_demand_with_more_meetings_than_slots() -> None:
    """Six meetings of an hour fit into a day, besides the noon; nine startups want the one demand."""
    world = world_of(minutes(60))
    meet(world, wanted(9), 1, "matching.meeting_minutes")
    (found,) = world.findings
    assert (found.severity, found.subject, found.rule) == ("warning", "matching", "matching.meeting_minutes")
    assert "9건 가운데 2건" in found.what["ko"] and "2 of 9" in found.what["en"]
    assert "과제 0 9" in found.told[0]["ko"] and "Task 0 9" in found.told[0]["en"]
    days, shorter = (way["en"] for way in found.ways)
    assert "on 2 business days" in days and "45 minutes long" in shorter
    for longer, length in ((2, 60), (1, 45)):  # the ways out are ones
        assert len(schedule(problem_of(wanted(9), longer, length), effort=0.1).placed) == 9
    assert len(schedule(problem_of(wanted(9), 1, 46), effort=0.1).placed) < 9


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 3), st.sampled_from([45, 60, 90, 120]))
def test_all_fit_exactly_if_nobody_has_more_than_the_slots(startups: int, demands: int, days: int, length: int) -> None:
    problem = problem_of(wanted(startups, demands), days, length)
    found = schedule(problem, effort=0.1)
    assert not verify(problem, found)
    assert (len(found.placed) == startups * demands) == (max(startups, demands) <= days * a_day(length))


def test_a_meeting_longer_than_half_a_day() -> None:
    world = world_of(minutes(300))
    meet(world, wanted(1), 1, "matching.meeting_minutes")
    (found,) = world.findings
    assert [way["en"] for way in found.ways] == ["Make a meeting 240 minutes long (matching.meeting_minutes, now 300)."]


@pytest.mark.parametrize("kind", ["meet_up", "interview"])
def test_a_meet_up_stage_is_a_step_of_the_way(kind: str) -> None:
    def change(book: Any) -> None:
        window = {"opens": "+41d 09:00", "closes": "+43d 18:00"}
        stage = {"key": "meet", "name": {"ko": "밋업", "en": "Meet-up"}, "kind": kind, "window": window}
        book["evaluation"]["stages"].append(stage)

    book = parse(small_rulebook(change=change), "small.yaml").rulebook
    assert ("meet.meet" in [step.key for step in engine.whole_way(book)]) == (kind == "meet_up")
