"""What is said where no assignment exists: true, with names, and each way out is one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.evaluation import actions
from didimdol.evaluation.clash import Clash, Group, NoAssignment
from didimdol.evaluation.newcomers import newcomers
from didimdol.kernel.action import writing
from didimdol_decide.assignment import AssignEvaluator, AssignmentProblem, Infeasible, assign, check_certificate
from didimdol_decide.assignment.certificate import Certificate
from server.tests import worlds

FIELDS = ("laptop", "robot", "car")
GROUPS = st.sampled_from(({field: (field,) for field in FIELDS}, {"laptop": ("laptop", "robot"), "robot": ("laptop", "robot"), "car": ("car",)}))  # fmt: skip


@st.composite
def problems(draw: st.DrawFn) -> AssignmentProblem:
    """Three fields, up to five applications, an open seat on some, few people with low limits, some of them for several fields, some conflicts."""
    applications = [
        {"id": f"a{n}", "field": draw(st.sampled_from(FIELDS)), "demand": {"expert": draw(st.integers(1, 2)), "demand": 1},
         "free": draw(st.integers(0, 1))}
        for n in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    people = [
        {"id": f"e{n}", "body": "expert", "max_load": draw(st.integers(0, 3))} for n in range(draw(st.integers(0, 3)))
    ] + [
        {"id": f"d{n}", "body": "demand", "max_load": draw(st.integers(0, 3)),
         "fields": tuple(draw(st.sets(st.sampled_from(FIELDS), min_size=1)))}
        for n in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    pairs = [(a["id"], p["id"]) for a in applications for p in people]
    barred = draw(st.lists(st.sampled_from(pairs), max_size=6, unique=True)) if pairs else []
    return AssignmentProblem.model_validate(
        {"applications": applications, "evaluators": people, "conflicts": [(*pair, "relative") for pair in barred]}
    )


LOADS = st.fixed_dictionaries({"expert": st.integers(1, 3), "demand": st.integers(1, 3)})


@settings(deadline=None)
@given(problems(), GROUPS, LOADS)
def test_so_many_newcomers_are_enough_and_one_fewer_is_not(
    problem: AssignmentProblem, together: dict[str, tuple[str, ...]], loads: dict[str, int]
) -> None:
    found = newcomers(problem, together, loads)
    assert found is not None and all(found.values())
    assert {fields for body, fields in found if body == "demand"} <= set(together.values())

    def enough(counts: dict[Group, int]) -> bool:
        people = [
            AssignEvaluator(id=f"+{body}{fields}{n}", body=body, max_load=loads[body], fields=fields or None)
            for (body, fields), count in counts.items()
            for n in range(count)
        ]
        tried = AssignmentProblem.model_validate({**dict(problem), "evaluators": [*problem.evaluators, *people]})
        try:
            assign(tried, seed="")
        except Infeasible:
            return False
        return True

    assert enough(found)
    for key in found:
        assert not enough({**found, key: found[key] - 1})


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


def ways(clash: Clash) -> dict[str, list[str]]:
    return {remedy.kind["en"]: [step.what["en"] for step in remedy.steps] for remedy in clash.remedies}


def test_a_company_whose_evaluators_all_conflict(world: worlds.World) -> None:
    """Applications 2 and 4 are robots; the only evaluator of their company may sit on neither."""
    (judge,) = world.judges["hill"]
    problem = refused(world, {judge.name: (1, 3)})
    said, clash = problem.message, problem.clash
    robots = [world.applications[n].number for n in (1, 3)]
    assert "‘로봇’ 분야" in said["ko"] and "field “Robot”" in said["en"]
    # the smallest clash is one of the two
    assert robots[0] in clash.sentence["ko"] and robots[0] in clash.sentence["en"]
    assert f"{judge.name}({robots[0]})" in said["ko"] and f"{judge.name}({robots[0]})" in said["en"]
    assert ways(clash)["Raise maxima"] == ways(clash)["Give more fields"] == []  # nobody is left who could take more
    assert ways(clash)["Seat more evaluators"] == ["1 of “Demand company” (Hill Robotics), up to 4 each"]
    (empty,) = [way["en"] for way in clash.ways if way["en"].startswith("Leave seats empty")]
    assert all(number in empty for number in robots)
    assert "2 applications would then miss the quorum" in empty
    assert clash.newcomers == {("demand", ("robot",)): 1}
    assert all(way["ko"] in problem.remedy["ko"] and way["en"] in problem.remedy["en"] for way in clash.ways)


def test_limits_that_are_too_low_are_raised_by_what_is_missing(world: worlds.World) -> None:
    """Four applications take two of three experts each: eight ballots, and two each are six."""
    problem = refused(world, {}, experts_most=2)
    raised = ways(problem.clash)["Raise maxima"]
    assert sum(int(new) - int(old) for old, new in (re.findall(r"(\d+) → (\d+)", way)[0] for way in raised)) == 2
    assert "short of 2" in problem.message["en"]
    assert ways(problem.clash)["Seat more evaluators"] == ["1 of “Experts”, up to 2 each"]
    certificate = Certificate.model_validate(problem.detail["certificate"])
    assert check_certificate(problem.clash.problem, certificate)
    assert {group.application for group in certificate.seats} <= {a.number for a in world.applications}
