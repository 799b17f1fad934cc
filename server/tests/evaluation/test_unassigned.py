"""What is said where no assignment exists: true, with names, and each way out is one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.evaluation import actions
from didimdol.evaluation.unassigned import NoAssignment, newcomers
from didimdol.kernel.action import writing
from didimdol_decide.assignment import AssignEvaluator, AssignmentProblem, Infeasible, assign, check_certificate
from didimdol_decide.assignment.certificate import Certificate
from server.tests import worlds


def solvable(problem: AssignmentProblem, more: list[AssignEvaluator]) -> bool:
    tried = AssignmentProblem.model_validate({**dict(problem), "evaluators": [*problem.evaluators, *more]})
    try:
        assign(tried, seed="")
    except Infeasible:
        return False
    return True


@st.composite
def problems(draw: st.DrawFn) -> AssignmentProblem:
    """Two fields with a company each, up to five applications, few people with low limits and some conflicts."""
    fields = ("laptop", "robot")
    applications = [
        {"id": f"a{n}", "field": draw(st.sampled_from(fields)), "demand": {"expert": draw(st.integers(1, 2)), "demand": 1}}
        for n in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    people = [
        {"id": f"e{n}", "body": "expert", "max_load": draw(st.integers(0, 3))} for n in range(draw(st.integers(0, 3)))
    ] + [
        {"id": f"d{n}", "body": "demand", "max_load": draw(st.integers(0, 3)), "fields": (draw(st.sampled_from(fields)),)}
        for n in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    pairs = [(a["id"], p["id"]) for a in applications for p in people]
    barred = draw(st.lists(st.sampled_from(pairs), max_size=6, unique=True)) if pairs else []
    return AssignmentProblem.model_validate(
        {"applications": applications, "evaluators": people, "conflicts": [(*pair, "relative") for pair in barred]}
    )


@settings(deadline=None)
@given(problems())
def test_so_many_newcomers_are_enough_and_one_fewer_is_not(problem: AssignmentProblem) -> None:
    found = newcomers(problem)
    assert found is not None

    def people(counts: dict[tuple[str, tuple[str, ...]], int]) -> list[AssignEvaluator]:
        return [
            AssignEvaluator(id=f"+{body}{fields}{n}", body=body, max_load=found[body, fields][1], fields=fields or None)
            for (body, fields), count in counts.items()
            for n in range(count)
        ]

    counts = {key: count for key, (count, _) in found.items()}
    assert solvable(problem, people(counts))
    for key in counts:
        assert not solvable(problem, people({**counts, key: counts[key] - 1}))


def refused(world: worlds.World, conflicts: dict[str, tuple[int, ...]], experts_most: int = 50) -> NoAssignment:
    """Assign with the conflicts given: evaluator's name → places in ``world.applications``."""
    round = worlds.open_round(world)
    for seat in worlds.seat_all(world, round):
        if seat.body == "expert":
            seat.most = experts_most
            with writing("test.limit", worlds.SYSTEM):
                seat.save()
    round = actions.start_declarations(actor=world.runs, round=round)
    for seat in round.seats.select_related("person"):
        worlds.declare(seat, tuple(world.applications[n] for n in conflicts.get(seat.person.name, ())))
    with pytest.raises(NoAssignment) as problem:
        actions.assign_ballots(actor=world.runs, round=round)
    return problem.value


def test_a_company_whose_evaluators_all_conflict(world: worlds.World) -> None:
    """Applications 2 and 4 are robots; the only evaluator of their company may sit on neither."""
    (judge,) = world.judges["hill"]
    said = refused(world, {judge.name: (1, 3)})
    robots = [world.applications[n].number for n in (1, 3)]
    assert "‘로봇’ 분야" in said.message["ko"] and "field “Robot”" in said.message["en"]
    assert all(number in said.message["ko"] and number in said.message["en"] for number in robots)
    told = " ".join(entry["ko"] for entry in said.told)
    assert f"{judge.name}({robots[0]})" in told  # the smallest clash is one of the two
    assert "상한을 아무리 늘려도" in told  # nobody is left who could take more
    ways = [way["en"] for way in said.ways]
    assert any("1 of “Demand company” (Hill Robotics)" in way for way in ways)
    assert any(way.startswith("Leave 2 seats empty") and "2 applications would miss the quorum" in way for way in ways)
    assert not any("limits" in way for way in ways)
    assert said.ways[0]["ko"] in said.remedy["ko"]  # on the coordinator's page too


def test_limits_that_are_too_low_are_raised_by_what_is_missing(world: worlds.World) -> None:
    """Four applications take two of three experts each: eight ballots, and two each are six."""
    said = refused(world, {}, experts_most=2)
    (raised,) = [way["en"] for way in said.ways if way["en"].startswith("Raise the limits")]
    assert "by 2 in all" in raised and sum(map(int, re.findall(r"\+(\d+)", raised))) == 2
    assert "Missing in all: 2 seats" in said.message["en"] or "short of 2" in said.message["en"]
    certificate = Certificate.model_validate(said.detail["certificate"])
    assert check_certificate(said.problem, certificate)
    assert {group.application for group in certificate.seats} <= {a.number for a in world.applications}
