"""Fair beyond the worst-off, against brute force on small programmes."""

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings

from didimdol_decide.assignment import AssignmentProblem, verify
from didimdol_decide.assignment.leximin import proved_places
from didimdol_decide.assignment.proof import Proof, assign_fair, check_proof, sums_of
from test_assignment_deciding import built, everything, programmes


@settings(max_examples=80)
@given(programmes(easy=True))
def test_the_places_that_are_proved_are_those_of_the_fairest_assignment(values: dict[str, Any]) -> None:
    problem = built(values)
    possible = everything(problem)
    assume(possible)
    fairest = max(sorted(sums) for sums, _ in possible)
    found, proof = assign_fair(problem, "s", "leximin")
    assert verify(problem, found) == []
    assert check_proof(problem, found, proof) == []
    have = sorted(sums_of(problem, found).values())
    assert have <= fairest
    assert proof.proved_places is not None
    assert have[: proof.proved_places] == fairest[: proof.proved_places]
    fair, fair_proof = assign_fair(problem, "s")
    assert sorted(sums_of(problem, fair).values()) <= have
    assert fair_proof.floor == proof.floor
    assert fair.objective == "fair"
    assert found.objective == "leximin"


def seeded(draw: random.Random) -> AssignmentProblem:
    return AssignmentProblem(
        applications=[{"id": f"a{n}", "field": "f", "demand": {"expert": 2}} for n in range(4)],
        evaluators=[{"id": f"e{n}", "body": "expert", "min_load": 1, "max_load": 2} for n in range(5)],
        affinity={(f"a{a}", f"e{e}"): Decimal(draw.randrange(101)) / 100 for a in range(4) for e in range(5)},
    )


def test_the_fairest_is_found_nearly_always() -> None:
    draw = random.Random(11)
    hits = 0
    for _ in range(20):
        problem = seeded(draw)
        fairest = max(sorted(sums) for sums, _ in everything(problem))
        hits += sorted(sums_of(problem, assign_fair(problem, "s", "leximin")[0]).values()) == fairest
    assert hits >= 18


def tight() -> AssignmentProblem:
    """x is worst off whatever happens; of y and z, only leximin cares who is better off."""
    return AssignmentProblem(
        applications=[{"id": a, "field": "f", "demand": {"expert": 1}} for a in ("x", "y", "z")],
        evaluators=[{"id": e, "body": "expert", "max_load": 1} for e in ("kim", "lee", "park")],
        affinity={
            ("x", "park"): "0.1",
            ("y", "kim"): "0.5",
            ("y", "lee"): "0.2",
            ("z", "kim"): "0.95",
            ("z", "lee"): "0.5",
        },
    )


def test_the_second_worst_off_is_raised_at_the_cost_of_the_total() -> None:
    fair, proof = assign_fair(tight(), "s")
    assert sorted(sums_of(tight(), fair).values()) == [100_000, 200_000, 950_000]
    assert proof.proved_places == 1
    found, proof = assign_fair(tight(), "s", "leximin")
    assert sorted(sums_of(tight(), found).values()) == [100_000, 500_000, 500_000]
    assert proof.proved_places == 2
    assert assign_fair(tight(), "s", "leximin", tries=0)[0].total == fair.total


@pytest.mark.parametrize("places", [0, 1, 3])
def test_proved_places_cannot_be_bent(places: int) -> None:
    found, proof = assign_fair(tight(), "s", "leximin")
    wrong = check_proof(tight(), found, proof.model_copy(update={"proved_places": places}))
    assert [violation.key for violation in wrong] == ["proof_proved_places"]


def test_a_proof_of_before_is_still_read() -> None:
    found, proof = assign_fair(tight(), "s")
    old = {key: value for key, value in proof.as_json().items() if key != "proved_places"}
    assert check_proof(tight(), found, Proof.model_validate(old)) == []


def test_places_are_counted_from_the_lowest() -> None:
    assert proved_places([3, 1, 9], [1, 4, 9]) == 1
    assert proved_places([2, 1], [1, 2]) == 2
    assert proved_places([1], [2]) == 0
    assert proved_places([], []) == 0


def test_as_many_seats_as_applications_are_not_one_each() -> None:
    problem = AssignmentProblem(
        applications=[
            {"id": "a", "field": "f", "demand": {"expert": 1, "company": 1}},
            {"id": "b", "field": "f", "demand": {"company": 1}},
            {"id": "c", "field": "f", "demand": {}},
        ],
        evaluators=[
            {"id": f"{body}-{n}", "body": body, "max_load": 1} for body in ("company", "expert") for n in "xy"
        ],
        affinity={("a", "expert-x"): "0.2", ("a", "expert-y"): "0.2"},
    )
    for objective in ("fair", "leximin"):
        assert verify(problem, assign_fair(problem, "s", objective)[0]) == []
