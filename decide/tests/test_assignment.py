import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide.assignment import (
    Assignment,
    AssignmentProblem,
    Certificate,
    Infeasible,
    assign,
    check_certificate,
    verify,
)


@st.composite
def problems(draw: Any) -> dict[str, Any]:
    """Tiny programmes: up to 3 applications, 5 evaluators, two bodies, organisations, loads, fields, pins."""
    applications = [
        {
            "id": f"a{n}",
            "field": draw(st.sampled_from(["f", "g"])),
            "demand": {"expert": draw(st.integers(0, 2)), "demand": draw(st.integers(0, 1))},
        }
        for n in range(draw(st.integers(1, 3)))
    ]
    evaluators = []
    for n in range(draw(st.integers(1, 5))):
        body = draw(st.sampled_from(["expert", "expert", "demand"]))
        low = draw(st.sampled_from([0, 0, 0, 1, 2]))
        evaluators.append(
            {
                "id": f"e{n}",
                "body": body,
                "organisation": draw(st.sampled_from([None, f"{body}-x", f"{body}-y"])),
                "min_load": low,
                "max_load": low + draw(st.integers(0, 2)),
                "fields": draw(st.sampled_from([None, None, None, ["f"], ["f", "g"]])),
            }
        )
    pairs = [(a["id"], e["id"]) for a in applications for e in evaluators]
    affinity = {pair: draw(st.sampled_from(["0", "0.25", "0.5", "0.5", "0.9", "1"])) for pair in pairs}
    conflicts = draw(st.lists(st.sampled_from(pairs), max_size=3, unique=True))
    pinned = draw(st.lists(st.sampled_from(pairs), max_size=1, unique=True))
    return {
        "applications": applications,
        "evaluators": evaluators,
        "affinity": affinity,
        "conflicts": [(*pair, "former employer") for pair in conflicts],
        "pinned": pinned,
        "max_per_organisation": draw(st.sampled_from([None, 1, {"expert": 1}])),
    }


def built(values: dict[str, Any]) -> AssignmentProblem:
    try:
        return AssignmentProblem(**values)
    except ValidationError:  # a pin that cannot be
        assume(False)
        raise


def best_by_hand(problem: AssignmentProblem) -> Decimal | None:
    """The best total over every possible choice of panels; written from the rules, not from the solver."""
    people = {e.id: e for e in problem.evaluators}
    barred = {(c.application, c.evaluator) for c in problem.conflicts}
    worth = problem.affinities()
    panels: list[list[tuple[tuple[str, str], ...]]] = []
    for a in problem.applications:
        choices = []
        groups = [
            itertools.combinations([e.id for e in problem.evaluators if e.body == body], seats)
            for body, seats in a.demand.items()
        ]
        for parts in itertools.product(*[list(group) for group in groups]):
            panel = tuple((a.id, e) for part in parts for e in part)
            if any(pair in barred for pair in panel):
                continue
            if any((f := people[e].fields) is not None and a.field not in f for _, e in panel):
                continue
            lent: dict[tuple[str, str], int] = {}
            for _, e in panel:
                if (organisation := people[e].organisation) is not None:
                    key = (people[e].body, organisation)
                    lent[key] = lent.get(key, 0) + 1
            caps = {key: problem.organisation_cap(key[0]) for key in lent}
            if any((cap := caps[key]) is not None and count > cap for key, count in lent.items()):
                continue
            pins = {(p.application, p.evaluator) for p in problem.pinned if p.application == a.id}
            if pins <= set(panel):
                choices.append(panel)
        panels.append(choices)
    best: Decimal | None = None
    for combination in itertools.product(*panels):
        pairs = [pair for panel in combination for pair in panel]
        loads = {e: sum(pair[1] == e for pair in pairs) for e in people}
        if all(people[e].min_load <= load <= people[e].max_load for e, load in loads.items()):
            total = sum((worth.get(pair, Decimal(0)) for pair in pairs), Decimal(0))
            best = total if best is None else max(best, total)
    return best


@settings(max_examples=300)
@given(problems())
def test_against_brute_force(values: dict[str, Any]) -> None:
    problem = built(values)
    best = best_by_hand(problem)
    try:
        found = assign(problem, "seed")
    except Infeasible as error:
        assert best is None
        assert check_certificate(problem, error.certificate)
        assert error.certificate.short > 0
        assert error.certificate.message.en
        return
    assert best is not None
    assert found.total == best
    assert verify(problem, found) == []
    barred = {(row.application, row.evaluator) for row in problem.conflicts}
    for pair in found.pairs:
        assert (pair.application, pair.evaluator) not in barred
        for better in pair.better:
            assert better.affinity > pair.affinity
            assert better.reason != "tie_rule"
            assert (better.reason == "conflict") == ((pair.application, better.evaluator) in barred)


@given(problems(), st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(values: dict[str, Any], random: Any) -> None:
    problem = built(values)
    shuffled = dict(values)
    for name in ("applications", "evaluators", "conflicts", "pinned"):
        shuffled[name] = random.sample(values[name], len(values[name]))
    shuffled["affinity"] = dict(random.sample(list(values["affinity"].items()), len(values["affinity"])))
    other = AssignmentProblem(**shuffled)
    assert other.digest() == problem.digest()
    try:
        found = assign(problem, "seed")
    except Infeasible as error:
        with pytest.raises(Infeasible) as caught:
            assign(other, "seed")
        assert caught.value.certificate == error.certificate
        return
    assert assign(other, "seed") == found


def square(size: int = 6) -> AssignmentProblem:
    return AssignmentProblem(
        applications=[{"id": f"a{n}", "field": "f", "demand": {"expert": 1}} for n in range(size)],
        evaluators=[{"id": f"e{n}", "body": "expert", "max_load": 1} for n in range(size)],
        affinity={},
    )


def test_ties_follow_the_seed() -> None:
    results = {tuple(pair.evaluator for pair in assign(square(), str(seed)).pairs) for seed in range(8)}
    assert len(results) > 1
    assert assign(square(), "1") == assign(square(), "1")


def test_a_millionth_outweighs_any_noise() -> None:
    problem = AssignmentProblem(
        **{**dict(square(8)), "affinity": {(f"a{n}", f"e{n}"): "0.000001" for n in range(8)}}
    )
    for seed in range(5):
        assert assign(problem, str(seed)).total == Decimal("0.000008")


def test_a_pin_uses_up_its_organisations_seat() -> None:
    problem = AssignmentProblem(
        applications=[{"id": "a", "field": "f", "demand": {"expert": 2}}],
        evaluators=[
            {"id": name, "body": "expert", "max_load": 1, "organisation": organisation}
            for name, organisation in (("kim", "x"), ("lee", "x"), ("park", "y"))
        ],
        affinity={("a", "lee"): 1},
        pinned=[("a", "kim")],
        max_per_organisation=1,
    )
    found = assign(problem, "s")
    assert [pair.evaluator for pair in found.pairs] == ["kim", "park"]
    assert [(entry.evaluator, entry.reason) for entry in found.pairs[1].better] == [
        ("lee", "organisation_cap")
    ]


def test_survives_json_and_names_the_solver() -> None:
    problem = square()
    found = assign(problem, "s")
    assert Assignment.model_validate(found.as_json()) == found
    assert AssignmentProblem.model_validate(problem.as_json()).digest() == problem.digest()
    assert found.solver.startswith("ortools ")
    assert found.instance_digest == problem.digest()


def test_infeasible_names_the_cause() -> None:
    values = {
        "applications": [{"id": f"a{n}", "field": "f", "demand": {"demand": 2}} for n in range(3)],
        "evaluators": [
            {"id": "kim", "body": "demand", "max_load": 1},
            {"id": "lee", "body": "demand", "max_load": 9},
        ],
    }
    problem = AssignmentProblem(**values)
    with pytest.raises(Infeasible) as caught:
        assign(problem, "s")
    certificate = caught.value.certificate
    assert certificate.kind == "seats"
    assert (certificate.needed, certificate.available, certificate.short) == (6, 4, 2)
    assert "kim" in certificate.evaluators
    assert "2석 부족" in certificate.message.ko
    assert not check_certificate(problem, certificate.model_copy(update={"short": 1}))
    assert not check_certificate(problem, certificate.model_copy(update={"evaluators": ("nobody",)}))
    assert not check_certificate(square(), certificate)
    assert Certificate.model_validate(certificate.as_json()) == certificate


def test_minimum_loads_can_be_the_cause() -> None:
    problem = AssignmentProblem(
        applications=[{"id": "a", "field": "f", "demand": {"expert": 1}}],
        evaluators=[{"id": name, "body": "expert", "min_load": 1, "max_load": 1} for name in ("kim", "lee")],
    )
    with pytest.raises(Infeasible) as caught:
        assign(problem, "s")
    assert caught.value.certificate.kind == "minimum_loads"
    assert check_certificate(problem, caught.value.certificate)


def test_verify_finds_every_kind_of_violation() -> None:
    problem = AssignmentProblem(
        applications=[{"id": "a", "field": "f", "demand": {"expert": 2}}],
        evaluators=[
            {"id": "e0", "body": "expert", "max_load": 1, "organisation": "x"},
            {"id": "e1", "body": "expert", "max_load": 1, "organisation": "y"},
            {"id": "e2", "body": "expert", "max_load": 0, "organisation": "x", "fields": ["g"]},
        ],
        conflicts=[("a", "e2", "relative")],
        pinned=[("a", "e1")],
        max_per_organisation=1,
    )
    found = assign(problem, "s")
    assert verify(problem, found) == []
    first, second = found.pairs
    wrong = found.model_copy(
        update={
            "pairs": (first, first, second.model_copy(update={"evaluator": "e2"})),
            "total": Decimal(2),
            "instance_digest": "0",
        }
    )
    keys = {violation.key for violation in verify(problem, wrong)}
    assert keys == {
        "instance",
        "twice",
        "conflict",
        "field",
        "pinned",
        "seats",
        "load",
        "organisation",
        "total",
        "loads",
        "explanation",
    }
    unknown = found.model_copy(update={"pairs": (first.model_copy(update={"evaluator": "nobody"}),)})
    assert [violation.key for violation in verify(problem, unknown)] == ["unknown"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"conflicts": [("a0", "nobody", "x")]}, "no evaluator"),
        ({"affinity": {("a9", "e0"): 1}}, "no application"),
        ({"affinity": {("a0", "e0"): "1.5"}}, "less than or equal to 1"),
        ({"conflicts": [("a0", "e0", "x")], "pinned": [("a0", "e0")]}, "in conflict"),
        ({"pinned": [("a0", "e0"), ("a0", "e1")]}, "more pins than seats"),
        ({"pinned": [("a0", "e0"), ("a1", "e0")]}, "max_load"),
        (
            {
                "evaluators": [
                    {"id": "e0", "body": "expert", "max_load": 1, "organisation": "x"},
                    {"id": "e1", "body": "demand", "max_load": 1, "organisation": "x"},
                ],
                "max_per_organisation": 1,
            },
            "two bodies",
        ),
    ],
)
def test_bad_problems_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        AssignmentProblem(**{**dict(square()), **changes})
