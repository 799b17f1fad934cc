"""Schedules against brute force, the checker against planted errors, and the command."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide import cli
from didimdol_decide.scheduling import Placed, Schedule, ScheduleProblem, gaps, met, schedule, solve, verify
from didimdol_decide.scheduling.result import unplaced
from test_cli import run, write


def problem(meetings: str, slots: int = 3, rooms: int = 1, **parties: dict[str, Any]) -> ScheduleProblem:
    """`problem("ax ay", a={"away": ["t0"]})`: a meeting's letters are its parties."""
    names = sorted({letter for meeting in meetings.split() for letter in meeting})
    return ScheduleProblem.model_validate(
        {
            "slots": [{"id": f"t{n}", "day": "d", "number": n} for n in range(slots)],
            "rooms": [{"id": f"r{n}"} for n in range(rooms)],
            "parties": [{"id": name, **parties.get(name, {})} for name in names],
            "meetings": [{"id": meeting, "parties": list(meeting)} for meeting in meetings.split()],
        }
    )


def best(given: ScheduleProblem) -> tuple[int | None, int, int]:
    """Most parties met (where they go first), most worth at it, and the fewest gaps at both, by trying every
    placing of every meeting. Musts before all."""
    places = [None, *itertools.product([s.id for s in given.slots], [r.id for r in given.rooms])]
    found, worths = [], given.worths()
    for chosen in itertools.product(places, repeat=len(given.meetings)):
        placed = tuple(
            Placed(meeting=meeting.id, slot=place[0], room=place[1])
            for meeting, place in zip(given.meetings, chosen, strict=True)
            if place is not None
        )
        worth = sum(
            worths[m.id] for m, place in zip(given.meetings, chosen, strict=True) if place is not None
        )
        empty = Schedule(
            placed=placed,
            unplaced=(),
            worth=worth,
            bound=worth,
            gaps=0,
            solver="",
            problem_digest=given.digest(),
        )
        if not {entry.key for entry in verify(given, empty)} - {"figures"}:
            musts = sum(m.must for m, place in zip(given.meetings, chosen, strict=True) if place is not None)
            seen = met(given, placed) if given.first == "parties" else 0
            found.append((-musts, -seen, -worth, gaps(given, placed)))
    _, seen, worth, idle = min(found)
    return -seen if given.first == "parties" else None, -worth, idle


@st.composite
def problems(make: st.DrawFn) -> ScheduleProblem:
    slots = [{"id": f"t{n}", "day": "d", "number": n + (n == 2)} for n in range(make(st.integers(1, 3)))]
    times, places = [slot["id"] for slot in slots], ["r0", "r1"][: make(st.integers(1, 2))]
    parties = [
        {
            "id": name,
            "away": make(st.lists(st.sampled_from(times), max_size=1)),
            "most": make(st.sampled_from([None, 1, 2])),
            "longest": make(st.sampled_from([None, 1])),
        }
        for name in "abxy"
    ]
    meetings = [
        {
            "id": f"m{n}",
            "parties": make(st.sets(st.sampled_from("abxy"), min_size=1, max_size=3).map(sorted)),
            "weight": make(st.integers(1, 3)),
            "must": make(st.booleans()),
            "rooms": make(st.sampled_from([None, ["r0"]])),
            "slots": make(st.sampled_from([None, None, times[-1:]])),
        }
        for n in range(make(st.integers(0, 3)))
    ]
    return ScheduleProblem.model_validate(
        {
            "slots": slots,
            "rooms": [{"id": key, "closed": make(st.sampled_from([[], times[:1]]))} for key in places],
            "parties": parties,
            "meetings": meetings,
            "first": make(st.sampled_from(["worth", "parties"])),
        }
    )


@given(problems())
@settings(max_examples=60, deadline=None)
def test_as_good_as_brute_force(given: ScheduleProblem) -> None:
    result = schedule(given)
    assert verify(given, result) == []
    assert (result.met, result.worth, result.gaps) == best(given)
    assert result.proved
    turned = ScheduleProblem(
        slots=given.slots[::-1],
        rooms=given.rooms[::-1],
        parties=given.parties[::-1],
        meetings=given.meetings[::-1],
        first=given.first,
    )
    assert schedule(turned) == result


def test_everybody_one_meeting_first() -> None:
    """x and y have time for one meeting each: dear ones with a, or one with a and one with b or c."""
    most = problem("ax ay bx cy", slots=2, rooms=2, x={"most": 1}, y={"most": 1})
    weights = {"ax": 9, "ay": 9, "bx": 2, "cy": 2}
    most = most.model_copy(
        update={"meetings": tuple(m.model_copy(update={"weight": weights[m.id]}) for m in most.meetings)}
    )
    result = schedule(most)
    assert ({entry.meeting for entry in result.placed}, result.worth) == ({"ax", "ay"}, 18)
    assert "met" not in result.as_json()
    assert "first" not in most.as_json()
    everybody = most.model_copy(update={"first": "parties"})
    result = schedule(everybody)
    assert (result.met, result.worth, result.proved) == (4, 11, True)
    assert everybody.digest() != most.digest()


@given(problems())
@settings(max_examples=25, deadline=None)
def test_of_a_part_of_the_choices_comes_a_schedule_with_a_true_bound(given: ScheduleProblem) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solve, "PART", 2)
        result = schedule(given)
    assert verify(given, result) == []
    seen, worth, _ = best(given)
    assert result.bound >= result.worth
    assert given.first == "parties" or result.worth <= worth <= result.bound
    assert seen is None or (result.met or 0) <= seen <= (result.met_bound or 0)


def test_hundreds_with_a_table_each_are_placed_though_the_solver_has_no_time() -> None:
    """The solver's effort does not do for anything here; what is known before it begins is the schedule."""
    given = problem(" ".join(a + b for a in "abcdefghij" for b in "uvwxyz"), slots=8, rooms=6)
    result = schedule(given, effort=1e-6)
    assert verify(given, result) == []
    assert len(result.placed) == 48 == result.worth == result.bound


def test_what_is_not_placed_is_explained() -> None:
    given = problem("ax bx cx ay", slots=2, rooms=2, c={"away": ["t0"]}, a={"most": 1})
    result = schedule(given)
    assert result.worth == result.bound == 3
    assert [missing.meeting for missing in result.unplaced] == ["ax"]
    assert verify(given, result) == []
    for missing in result.unplaced:
        assert [entry.slot for entry in missing.obstacles] == ["t0", "t1"]
        assert {entry.kind for entry in missing.obstacles} <= {"busy", "away", "most"}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"slot": "t0", "room": "r0"}, "room"),
        ({"slot": "t0", "room": "r1"}, "clash"),
        ({"slot": "t2"}, "away"),
        ({"room": "zz"}, "unknown"),
        ({"meeting": "ax"}, "twice"),
    ],
)
def test_the_checker_finds_planted_errors(change: dict[str, str], key: str) -> None:
    given = problem("ax ay", slots=3, rooms=2, y={"away": ["t2"]})
    good = [{"meeting": "ax", "slot": "t0", "room": "r0"}, {"meeting": "ay", "slot": "t1", "room": "r0"}]
    base = {"unplaced": [], "worth": 2, "bound": 2, "gaps": 0, "solver": "", "problem_digest": given.digest()}
    assert verify(given, Schedule.model_validate({**base, "placed": good})) == []
    spoiled = Schedule.model_validate({**base, "placed": [good[0], {**good[1], **change}]})
    assert key in {entry.key for entry in verify(given, spoiled)}
    for wrong in ({"gaps": 1}, {"worth": 1}, {"bound": 1}, {"met": 3, "met_bound": 3}):
        told = Schedule.model_validate({**base, "placed": good, **wrong})
        assert [entry.key for entry in verify(given, told)] == ["figures"]
    parties = given.model_copy(update={"first": "parties"})
    told = Schedule.model_validate({**base, "placed": good, "problem_digest": parties.digest()})
    assert verify(parties, told.model_copy(update={"met": 3, "met_bound": 3})) == []
    for wrong in ({}, {"met": 2, "met_bound": 3}, {"met": 3}, {"met": 3, "met_bound": 2}):
        assert [entry.key for entry in verify(parties, told.model_copy(update=wrong))] == ["figures"]
    assert "problem" in {
        entry.key
        for entry in verify(given, Schedule.model_validate({**base, "placed": good, "problem_digest": "0"}))
    }


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ({"parties": {"a": {"longest": 1}}}, "longest"),
        ({"parties": {"a": {"most": 1}}}, "most"),
        ({"parties": {"y": {"away": ["t1"]}}}, "away"),
        ({"rooms": {"r0": {"closed": ["t1"]}}}, "closed"),
        ({"meetings": {"ay": {"rooms": ["r1"]}}}, "rooms"),
        ({"meetings": {"ay": {"slots": ["t2"]}}}, "slots"),
    ],
)
def test_the_checker_knows_every_rule(rule: dict[str, dict[str, Any]], key: str) -> None:
    plain = problem("ax ay", slots=3, rooms=2).as_json()
    for part, changes in rule.items():
        for entry in plain[part]:  # type: ignore[attr-defined]
            entry.update(changes.get(entry["id"], {}))
    given = ScheduleProblem.model_validate(plain)
    placed = [{"meeting": "ax", "slot": "t0", "room": "r0"}, {"meeting": "ay", "slot": "t1", "room": "r0"}]
    base = {"unplaced": [], "worth": 2, "bound": 2, "gaps": 0, "solver": "", "problem_digest": given.digest()}
    assert [entry.key for entry in verify(given, Schedule.model_validate({**base, "placed": placed}))] == [
        key
    ]
    assert schedule(given).worth == (1 if key == "most" else 2)  # and the solver keeps it
    assert verify(given, schedule(given)) == []


def test_the_checker_finds_what_still_fits() -> None:
    given = problem("ax by", slots=2)
    placed = (Placed(meeting="ax", slot="t0", room="r0"),)
    missing = unplaced(given, placed)
    found = Schedule(
        placed=placed,
        unplaced=missing,
        worth=1,
        bound=2,
        gaps=0,
        solver="",
        problem_digest=given.digest(),
    )
    assert [entry.key for entry in verify(given, found)] == ["fits"]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "p.json", problem("ax bx", slots=2).as_json())
    out = tmp_path / "s.json"
    assert cli.main(["schedule", str(source), "--out", str(out), "--lang", "en"]) == 0
    assert "2 placed, worth 2 (proved best 2), 0 gaps" in capsys.readouterr().out
    checked = run("schedule", out, "--verify", blocked=True)
    assert checked.returncode == 0, checked.stderr
    file = json.loads(out.read_text(encoding="utf-8"))
    file["schedule"]["placed"][0]["slot"] = file["schedule"]["placed"][1]["slot"]
    assert cli.main(["schedule", str(write(tmp_path / "w.json", file)), "--verify", "--lang", "en"]) == 1
    assert "clash" in capsys.readouterr().out
    must = problem("ax bx", slots=1).as_json()
    for meeting in must["meetings"]:  # type: ignore[attr-defined]
        meeting["must"] = True
    assert cli.main(["schedule", str(write(tmp_path / "m.json", must))]) == 1
    assert "놓지 못함" in capsys.readouterr().out
    without = run("schedule", source, "--lang", "en", blocked=True)
    assert without.returncode == 2
    assert "didimdol-decide[assign]" in without.stderr
    assert cli.main(["schedule", str(source), "--effort", "0"]) == 2
    capsys.readouterr()
    parties = write(tmp_path / "e.json", problem("ax bx", slots=2).as_json() | {"first": "parties"})
    assert cli.main(["schedule", str(parties), "--lang", "en", "--out", str(tmp_path / "es.json")]) == 0
    assert "0 gaps, 3 parties with a meeting (proved best 3)" in capsys.readouterr().out
    assert cli.main(["schedule", str(tmp_path / "es.json"), "--verify"]) == 0
    large = problem(" ".join(f"{a}{b}" for a in "abcde" for b in "uvwxy"), slots=1000).as_json()
    monkeypatch.setattr(solve, "LARGEST", 24_999)
    assert cli.main(["schedule", str(write(tmp_path / "l.json", large)), "--lang", "en"]) == 2
    assert "25 meetings × 1000 slots are more than 24,999: give fewer slots" in capsys.readouterr().err
    assert cli.main(["schedule", str(out)]) == 2


def test_a_wrong_problem_is_refused() -> None:
    with pytest.raises(ValidationError, match="does not exist"):
        problem("ax", a={"away": ["t9"]})
    with pytest.raises(ValidationError, match="appears twice"):
        problem("aa")
