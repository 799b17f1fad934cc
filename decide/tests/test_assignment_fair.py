"""Fair among many people (exchanges at all applications at once), and floors somewhat below their bounds."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from didimdol_decide.assignment import AssignmentProblem, verify
from didimdol_decide.assignment.at_once import raised
from didimdol_decide.assignment.flow import cheapest
from didimdol_decide.assignment.matrix import AffinityMatrix
from didimdol_decide.assignment.proof import assign_best, assign_fair, check_proof, gap_of, sums_of
from didimdol_decide.assignment.solve import arrays_of
from test_assignment_commands import PROBLEM, run, write
from test_assignment_deciding import built, everything, fair_rate, programmes

MILLION = 1_000_000


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's exchanges are searched one by one, as among more than 5,000 people."""
    monkeypatch.setattr("didimdol_decide.assignment.exchange.MOST_PEOPLE", 0)


def programme(number: int, applications: int = 60) -> AssignmentProblem:
    """Of an office's size, half of them with rules of organisations and days; some applications suit few."""
    draw = random.Random(number)
    ruled = number % 2 == 1
    people = [f"e{n:02}" for n in range(applications // 2)]
    values = {
        (f"a{a:02}", person): int(draw.random() ** 2 * MILLION * (0.3 if a % 7 == 0 else 1))
        for a in range(applications)
        for person in people
    }
    return AssignmentProblem(
        applications=[
            {
                "id": f"a{n:02}",
                "field": "f",
                "demand": {"expert": 1, "company": 1} if ruled else {"expert": 3},
                "free": int(ruled),
                "day": ("mon", "tue", "wed")[n % 3],
            }
            for n in range(applications)
        ],
        evaluators=[
            {
                "id": person,
                "body": "company" if ruled and n % 2 else "expert",
                "organisation": f"o{n % 10}",
                "min_load": 2,
                "max_load": 8,
                "max_per_day": 4 if ruled else None,
            }
            for n, person in enumerate(people)
        ],
        affinity=AffinityMatrix.of((a, e, value) for (a, e), value in sorted(values.items())),
        max_per_organisation=1 if ruled else None,
    )


# --- at all applications at once ----------------------------------------------------------------------------


@settings(max_examples=60)
@given(programmes(easy=True))
def test_at_once_against_brute_force(values: dict[str, Any]) -> None:
    problem = built(values)
    possible = everything(problem)
    assume(possible)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("didimdol_decide.assignment.exchange.MOST_PEOPLE", 0)
        results = {aim: assign_fair(problem, "s", aim) for aim in ("fair", "leximin")}
    highest = max(min(sums) for sums, _ in possible)
    least = assign_best(problem, "s")[1].floor
    for found, proof in results.values():
        assert verify(problem, found) == []
        assert check_proof(problem, found, proof) == []
        assert least <= proof.floor <= highest <= proof.floor_bound
        reachable = max(sum(sums) for sums, _ in possible if min(sums) >= proof.floor)
        assert proof.total <= reachable <= proof.total_bound
    fair, lexi = (sorted(sums_of(problem, found).values()) for found, _ in results.values())
    assert fair <= lexi <= max(sorted(sums) for sums, _ in possible)


def test_at_once_the_highest_floor_is_found(many: None) -> None:
    # Of these 15, one only where who is stuck gets their own best panel.
    assert fair_rate(15) == (15, 15)


@pytest.mark.parametrize("number", range(6))
def test_at_once_is_as_fair_as_one_by_one(number: int, many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = programme(number)
    found, proof = assign_fair(problem, "s")
    assert verify(problem, found) == []
    assert check_proof(problem, found, proof) == []
    monkeypatch.setattr("didimdol_decide.assignment.exchange.MOST_PEOPLE", 1_000)
    other = assign_fair(problem, "s")[1]
    assert proof.floor_bound == other.floor_bound
    assert proof.floor >= 0.98 * other.floor
    assert proof.total >= 0.99 * other.total
    assert proof.floor > assign_best(problem, "s")[1].floor


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(0, 100))
def test_nobody_falls_below_a_floor_or_lower(number: int, percent: int) -> None:
    arrays = arrays_of(programme(number, 24))
    start = cheapest(arrays, -arrays.worth)
    assert start is not None
    before = arrays.sums(start)
    floors = np.full(len(before), int(np.percentile(before, percent)))
    after = arrays.sums(raised(arrays, start, floors))
    assert (after >= np.minimum(before, floors)).all()


@pytest.mark.parametrize("number", [0, 1])
def test_the_order_of_the_input_changes_nothing(number: int, many: None) -> None:
    problem = programme(number)
    found, proof = assign_fair(problem, "s", within=20_000)
    values = {name: list(getattr(problem, name)) for name in ("applications", "evaluators")}
    for rows in values.values():
        random.Random(number).shuffle(rows)
    other = AssignmentProblem.model_validate({**dict(problem), **values})
    assert assign_fair(other, "s", within=20_000) == (found, proof)


# --- a floor somewhat below its bound -----------------------------------------------------------------------


@settings(max_examples=60)
@given(programmes(easy=True), st.sampled_from([1, 50_000, 300_000, MILLION]), st.booleans())
def test_a_gap_claims_no_more_than_is_true(values: dict[str, Any], within: int, at_once: bool) -> None:
    problem = built(values)
    possible = everything(problem)
    assume(possible)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("didimdol_decide.assignment.exchange.MOST_PEOPLE", 0 if at_once else 1_000)
        found, proof = assign_fair(problem, "s", within=within)
    assert verify(problem, found) == []
    assert check_proof(problem, found, proof) == []
    highest = max(min(sums) for sums, _ in possible)
    assert proof.floor == min(sums_of(problem, found).values()) <= highest <= proof.floor_bound
    assert proof.floor_gap is not None
    assert proof.floor * MILLION >= highest * (MILLION - proof.floor_gap)
    assert proof.optimal_floor == (proof.floor_gap == 0)
    reachable = max(sum(sums) for sums, _ in possible if min(sums) >= proof.floor)
    assert proof.total <= reachable <= proof.total_bound
    if within == MILLION:
        assert proof.total == reachable == max(sum(sums) for sums, _ in possible)
    bent = proof.model_copy(update={"floor_gap": proof.floor_gap - 1})
    assert [wrong.key for wrong in check_proof(problem, found, bent)] == ["proof_floor_gap"]


@pytest.mark.parametrize("number", range(4))
def test_a_gap_gives_up_floor_for_total(number: int) -> None:
    problem = programme(number)
    strict, wide = (assign_fair(problem, "s", within=within)[1] for within in (0, 200_000))
    assert strict.floor_gap is None
    assert wide.floor_gap is not None
    assert wide.floor_gap <= 200_000
    assert strict.floor >= wide.floor >= 0.8 * wide.floor_bound
    assert strict.total <= wide.total


def test_how_far_below() -> None:
    assert [gap_of(*pair) for pair in ((3, 3), (2, 3), (0, 3), (0, 0))] == [0, 333_334, MILLION, 0]


def test_the_command_tells_the_gap(tmp_path: Path) -> None:
    out = tmp_path / "result.json"
    path = write(tmp_path / "problem.json", PROBLEM)
    line = ("assign", path, "--objective", "fair", "--gap", "0.1", "--out", out)
    assert "최저 신청은 상한보다 많아야 9.10% 낮음" in run(*line).stdout
    assert "the worst-off application is at most 9.10% below its bound" in run(*line, "--lang", "en").stdout
    assert run("verify-assignment", out).returncode == 0
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record["proof"]["floor_gap"] == 90_910
    record["proof"]["floor_gap"] = 50_000
    bent = run("verify-assignment", write(out, record), "--lang", "en")
    assert bent.returncode == 1
    assert "floor_gap is 90910, not 50000" in bent.stdout
    strict = json.loads(run("assign", path, "--objective", "fair", "--json").stdout)
    assert "floor_gap" not in strict["proof"]
    assert "--gap goes with --objective fair" in run("assign", path, "--gap", "0.1", "--lang", "en").stderr
    for wrong in ("-0.1", "1.1", "0.0000001", "5%"):
        assert run("assign", path, "--objective", "fair", "--gap", wrong).returncode == 2
