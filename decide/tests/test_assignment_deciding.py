"""Fairness, proofs, infeasibility, what-if and least change, against brute force on small programmes."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide.assignment import (
    AssignEvaluator,
    AssignmentProblem,
    Infeasible,
    assign,
    check_certificate,
    verify,
)
from didimdol_decide.assignment.proof import Proof, assign_best, assign_fair, check_proof
from didimdol_decide.assignment.repairs import diagnose, repaired
from didimdol_decide.assignment.whatif import Change, changed, difference, reassign, what_if
from didimdol_decide.assignment.whynot import Questions

MILLION = 1_000_000


@st.composite
def programmes(draw: Any, tight: bool = False, easy: bool = False) -> dict[str, Any]:
    """Up to 3 applications and 5 evaluators: bodies, free seats, days (half of them with daily maxima),
    organisations, loads, conflicts, pins. tight: mostly without a solution; easy: mostly with one."""
    daily = draw(st.booleans())
    most = [None, {"mon": 1}, 1, 1, 2, 1 if easy else 0] if daily else [None]
    applications = [
        {
            "id": f"a{n}",
            "field": draw(st.sampled_from(["f", "g"])),
            "demand": {"expert": draw(st.integers(0, 1 if easy else 2)), "company": draw(st.integers(0, 1))},
            "free": draw(st.sampled_from([0, 0, 1] if easy else [0, 0, 1, 2])),
            "day": draw(st.sampled_from([None, "mon", "mon", "wed"] if daily else [None, "mon"])),
        }
        for n in range(draw(st.integers(1, 3)))
    ]
    evaluators = []
    for n in range(draw(st.integers(4 if easy else 2, 5))):
        body = (
            ("company", "expert")[n % 2] if easy else draw(st.sampled_from(["expert", "expert", "company"]))
        )
        low = draw(st.sampled_from([0, 0, 1, 2] if tight else [0] if easy else [0, 0, 0, 1]))
        evaluators.append(
            {
                "id": f"e{n}",
                "body": body,
                "organisation": draw(st.sampled_from([None, f"{body}-x", f"{body}-y"])),
                "min_load": low,
                "max_load": low + draw(st.integers(0, 2)) + easy,
                "fields": draw(st.sampled_from([None, None, None, ["f"]])) if not easy or n > 3 else None,
                "days": draw(st.sampled_from([None, None, None, ["tue"]])) if not easy or n > 3 else None,
                "max_per_day": draw(st.sampled_from(most)),
            }
        )
    pairs = [(a["id"], e["id"]) for a in applications for e in evaluators]
    return {
        "applications": applications,
        "evaluators": evaluators,
        "affinity": {p: draw(st.sampled_from(["0", "0.2", "0.25", "0.5", "0.7", "0.9", "1"])) for p in pairs},
        "conflicts": [(*p, "kin") for p in draw(st.lists(st.sampled_from(pairs), max_size=2, unique=True))],
        "pinned": draw(st.lists(st.sampled_from(pairs), max_size=1, unique=True)),
        "max_per_organisation": draw(st.sampled_from([None, 1, {"expert": 1}])),
    }


def built(values: dict[str, Any]) -> AssignmentProblem:
    try:
        return AssignmentProblem(**values)
    except ValidationError:  # a pin that cannot be
        assume(False)
        raise


def panels_of(problem: AssignmentProblem, name: str) -> list[frozenset[str]]:
    """Every panel that the rules of one application allow, written from the rules."""
    panel = next(a for a in problem.applications if a.id == name)
    people = {e.id: e for e in problem.evaluators}
    barred = {row.evaluator for row in problem.conflicts if row.application == name}
    pins = {row.evaluator for row in problem.pinned if row.application == name}
    able = [e.id for e in problem.evaluators if e.id not in barred and e.may_take(panel)]
    found = []
    for group in itertools.combinations(able, sum(panel.demand.values()) + panel.free):
        bodies = [people[e].body for e in group]
        houses = [(people[e].body, people[e].organisation) for e in group if people[e].organisation]
        if all(bodies.count(body) >= count for body, count in panel.demand.items()) and pins <= set(group):
            caps = [(houses.count(house), problem.organisation_cap(house[0])) for house in houses]
            if all(cap is None or count <= cap for count, cap in caps):
                found.append(frozenset(group))
    return found


def too_many_on_a_day(
    person: AssignEvaluator, days: list[str | None], groups: tuple[frozenset[str], ...]
) -> bool:
    most = person.max_per_day
    return any(
        sum(person.id in group for group, on in zip(groups, days, strict=True) if on == day) > limit
        for day in set(days) - {None}
        if (limit := most.get(str(day)) if isinstance(most, dict) else most) is not None
    )


def everything(problem: AssignmentProblem) -> list[tuple[tuple[int, ...], set[tuple[str, str]]]]:
    """Worth of every panel (in millionths) and the pairs, of every allowed assignment."""
    worth = {pair: int(value * MILLION) for pair, value in problem.affinities().items()}
    names = [a.id for a in problem.applications]
    days = [a.day for a in problem.applications]
    found = []
    for groups in itertools.product(*[panels_of(problem, name) for name in names]):
        loads = {e.id: sum(e.id in group for group in groups) for e in problem.evaluators}
        kept = all(e.min_load <= loads[e.id] <= e.max_load for e in problem.evaluators)
        if kept and not any(too_many_on_a_day(e, days, groups) for e in problem.evaluators):
            pairs = {(name, e) for name, group in zip(names, groups, strict=True) for e in group}
            sums = tuple(sum(worth.get((n, e), 0) for e in g) for n, g in zip(names, groups, strict=True))
            found.append((sums, pairs))
    return found


@settings(max_examples=150)
@given(programmes())
def test_best_and_fair_against_brute_force(values: dict[str, Any]) -> None:
    problem = built(values)
    possible = everything(problem)
    if not possible:
        with pytest.raises(Infeasible) as caught:
            assign_fair(problem, "s")
        assert check_certificate(problem, caught.value.certificate)
        return
    best, proof = assign_best(problem, "s")
    assert best == assign(problem, "s")
    assert verify(problem, best) == []
    assert check_proof(problem, best, proof) == []
    assert proof.total == proof.total_bound == max(sum(sums) for sums, _ in possible)
    assert proof.optimal_total
    fair, fair_proof = assign_fair(problem, "s")
    assert verify(problem, fair) == []
    assert check_proof(problem, fair, fair_proof) == []
    highest = max(min(sums) for sums, _ in possible)
    assert proof.floor <= fair_proof.floor <= highest <= fair_proof.floor_bound
    reachable = max(sum(sums) for sums, _ in possible if min(sums) >= fair_proof.floor)
    assert fair_proof.total <= reachable <= fair_proof.total_bound
    assert Proof.model_validate(fair_proof.as_json()) == fair_proof


def fair_rate(count: int) -> tuple[int, int]:
    """How often the fair assignment has the highest floor there is, in seeded programmes; (hits, tried)."""
    import random

    draw, hits, tried = random.Random(7), 0, 0
    for _ in range(count):
        problem = AssignmentProblem(
            applications=[{"id": f"a{n}", "field": "f", "demand": {"expert": 2}} for n in range(4)],
            evaluators=[{"id": f"e{n}", "body": "expert", "min_load": 1, "max_load": 2} for n in range(5)],
            affinity={
                (f"a{a}", f"e{e}"): Decimal(draw.randrange(101)) / 100 for a in range(4) for e in range(5)
            },
        )
        highest = max(min(sums) for sums, _ in everything(problem))
        tried += 1
        hits += assign_fair(problem, "s")[1].floor == highest
    return hits, tried


def test_the_floor_found_is_nearly_always_the_highest() -> None:
    hits, tried = fair_rate(20)
    assert hits >= 0.9 * tried


@settings(max_examples=100)
@given(programmes(easy=True))
def test_why_not_tells_the_exact_loss(values: dict[str, Any]) -> None:
    problem = built(values)
    possible = everything(problem)
    assume(possible)
    best = assign(problem, "s")
    questions = Questions(problem, best)
    top = max(sum(sums) for sums, _ in possible)
    sits = {(pair.application, pair.evaluator) for pair in best.pairs}
    for a in problem.applications:
        for e in problem.evaluators:
            answer = questions.why_not(a.id, e.id)
            having = [(sum(sums), pairs) for sums, pairs in possible if (a.id, e.id) in pairs]
            if answer.verdict == "seated":
                assert (a.id, e.id) in sits
            elif answer.verdict == "costs":
                assert answer.loss == top - max(total for total, _ in having)
                after = {(m.application, m.evaluator) for m in answer.moves if m.comes}
                gone = {(m.application, m.evaluator) for m in answer.moves if not m.comes}
                assert (top - answer.loss, (sits - gone) | after) in having
            else:
                assert not having
            assert answer.message.en


@settings(max_examples=150)
@given(programmes(tight=True))
def test_infeasible_says_why_and_what_would_help(values: dict[str, Any]) -> None:
    problem = built(values)
    found = diagnose(problem)
    assert (found is None) == bool(everything(problem))
    if found is None:
        return
    assert check_certificate(problem, found.certificate)
    assert found.certificate.message.en in (found.message.en or "")
    assert found.repairs
    for repair in found.repairs:
        assert repair.amount == sum(step.by for step in repair.steps) > 0
        assert everything(repaired(problem, repair))
        assert {step.kind for step in repair.steps} <= {repair.kind} or repair.kind == "mixed"
    by_kind = {repair.kind: repair.amount for repair in found.repairs}
    people = [e.id for e in problem.evaluators]
    most = min(by_kind.get("load", 3), 3)
    for fewer in range(1, most):
        for raised in itertools.combinations_with_replacement(people, fewer):
            loads = {e.id: e.max_load + raised.count(e.id) for e in problem.evaluators}
            assert not everything(changed(problem, Change(max_load=loads)))
    one_more = {e.id: e.max_load + 1 for e in problem.evaluators}
    limited = diagnose(problem, one_more)
    assert limited is not None
    raised_by = [step.by for repair in limited.repairs if repair.kind == "load" for step in repair.steps]
    assert set(raised_by) <= {1}
    assert bool(raised_by) == bool(everything(changed(problem, Change(max_load=one_more))))


@settings(max_examples=100)
@given(programmes(easy=True), st.integers(0, 4))
def test_least_change_keeps_all_that_can_be_kept(values: dict[str, Any], who: int) -> None:
    problem = built(values)
    assume(everything(problem) and who < len(problem.evaluators))
    before = assign(problem, "s")
    gone = problem.evaluators[who].id
    new = changed(problem, Change(lose=(gone,)))
    possible = everything(new)
    outcome = what_if(problem, before, Change(lose=(gone,)), "s", "least_change")
    assert (outcome.after is None) == (not possible)
    if outcome.after is None:
        assert outcome.certificate is not None
        assert check_certificate(new, outcome.certificate)
        return
    assert verify(new, outcome.after) == []
    earlier = {(pair.application, pair.evaluator) for pair in before.pairs}
    after = {(pair.application, pair.evaluator) for pair in outcome.after.pairs}
    most = max((len(earlier & pairs), sum(sums)) for sums, pairs in possible)
    assert (len(earlier & after), int(outcome.after.total * MILLION)) == most
    assert outcome.difference is not None
    moved = {(m.application, m.evaluator, m.comes) for m in outcome.difference.moved}
    assert moved == {(*p, False) for p in earlier - after} | {(*p, True) for p in after - earlier}
    assert all((m.reason == "evaluator_left") == (m.evaluator == gone) for m in outcome.difference.moved)


@settings(max_examples=60)
@given(programmes(easy=True), st.integers(0, 4), st.integers(0, MILLION))
def test_a_pair_moves_only_where_the_total_gains_enough(values: dict[str, Any], who: int, gain: int) -> None:
    problem = built(values)
    assume(everything(problem) and who < len(problem.evaluators))
    before = assign(problem, "s")
    change = Change(lose=(problem.evaluators[who].id,))
    possible = everything(changed(problem, change))
    assume(possible)
    after = what_if(problem, before, change, "s", "least_change", gain=gain).after
    assert after is not None
    earlier = {(pair.application, pair.evaluator) for pair in before.pairs}
    kept = len(earlier & {(pair.application, pair.evaluator) for pair in after.pairs})
    best = max(sum(sums) + gain * len(earlier & pairs) for sums, pairs in possible)
    assert int(after.total * MILLION) + gain * kept == best


def office() -> AssignmentProblem:
    return AssignmentProblem(
        applications=[{"id": f"a{n}", "field": "f", "demand": {"expert": 1}} for n in range(3)],
        evaluators=[{"id": f"e{n}", "body": "expert", "max_load": 1} for n in range(4)],
        affinity={
            ("a0", "e0"): 1,
            ("a0", "e1"): "0.9",
            ("a1", "e1"): 1,
            ("a1", "e2"): "0.8",
            ("a2", "e2"): 1,
        },
    )


def test_a_withdrawal_moves_nobody_it_need_not() -> None:
    problem = office()
    before = assign(problem, "s")
    lose = Change(lose=("e0",))
    near = what_if(problem, before, lose, "s", "least_change")
    assert near.difference is not None
    assert [(m.application, m.evaluator, m.reason) for m in near.difference.moved] == [
        ("a0", "e0", "evaluator_left"),
        ("a0", "e3", "fills"),
    ]
    assert (near.difference.total_before, near.difference.total_after) == (3_000_000, 2_000_000)
    anew = what_if(problem, before, lose, "s")
    assert anew.difference is not None
    assert anew.difference.total_after == 2_000_000 or len(anew.difference.moved) > 2


def test_frozen_pairs_stay() -> None:
    problem = office()
    kept = reassign(problem, [], "s", frozen=[("a0", "e1")])
    assert ("a0", "e1") in {(pair.application, pair.evaluator) for pair in kept.pairs}
    late = changed(problem, Change(conflicts=[{"application": "a0", "evaluator": "e1", "reason": "kin"}]))
    with pytest.raises(ValidationError, match="in conflict"):
        reassign(late, [], "s", frozen=[("a0", "e1")])


def test_a_late_conflict_and_another_day_are_named_as_reasons() -> None:
    problem = office()
    before = assign(problem, "s")
    change = Change(conflicts=[{"application": "a1", "evaluator": "e1", "reason": "kin"}])
    outcome = what_if(problem, before, change, "s", "least_change")
    assert outcome.difference is not None
    assert {(m.evaluator, m.reason) for m in outcome.difference.moved if not m.comes} == {("e1", "conflict")}
    rows = problem.as_json()
    rows["applications"] = [{**row, "day": "mon"} for row in rows["applications"]]  # type: ignore[attr-defined]
    rows["evaluators"][1]["days"] = ["tue"]  # type: ignore[index]
    moved = AssignmentProblem.model_validate(rows)
    found = difference((problem, before), (moved, assign(moved, "s")))
    assert ("e1", "other_day") in {(m.evaluator, m.reason) for m in found.moved}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lose": ["nobody"]}, "no evaluator"),
        ({"max_load": {"nobody": 1}}, "no evaluator"),
        ({"withdraw": ["nothing"]}, "no application"),
        ({"add": [{"id": "e1", "body": "expert", "max_load": 1}]}, "appears twice"),
    ],
)
def test_a_change_of_nothing_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        changed(office(), Change.model_validate(change))


def test_a_proof_cannot_be_bent() -> None:
    problem = office()
    found, proof = assign_best(problem, "s")
    assert check_proof(problem, found, proof) == []
    bent = {"total_bound": proof.total_bound - 1, "floor": 0, "prices": {"e3": 5}, "weights": {"a0": 0}}
    for name, value in bent.items():
        assert check_proof(problem, found, proof.model_copy(update={name: value}))
    assert check_proof(problem, found, proof.model_copy(update={"prices": {"nobody": 1}}))
    assert check_proof(problem, found, proof.model_copy(update={"instance_digest": "0"}))


def test_fairness_lifts_the_worst_off_and_says_so() -> None:
    problem = AssignmentProblem(
        applications=[{"id": a, "field": "f", "demand": {"expert": 1}} for a in ("a", "b")],
        evaluators=[{"id": e, "body": "expert", "max_load": 1} for e in ("kim", "lee")],
        affinity={("a", "kim"): 1, ("a", "lee"): "0.5", ("b", "kim"): "0.55", ("b", "lee"): "0.1"},
    )
    assert assign_best(problem, "s")[1].floor == 100_000
    fair, proof = assign_fair(problem, "s")
    assert (proof.floor, proof.floor_bound, proof.optimal_floor) == (500_000, 550_000, False)
    assert fair.objective == "fair"
    assert [entry.reason for pair in fair.pairs for entry in pair.better] == ["full"]


@pytest.mark.parametrize(
    "rows",
    [
        {"applications": [], "evaluators": [{"id": "kim", "body": "expert", "max_load": 1}]},
        {"applications": [{"id": "a", "field": "f", "demand": {}}], "evaluators": []},
    ],
)
def test_nothing_to_assign_is_an_assignment(rows: dict[str, Any]) -> None:
    problem = AssignmentProblem.model_validate(rows)
    for assigned, proof in (assign_best(problem, "s"), assign_fair(problem, "s")):
        assert assigned.pairs == ()
        assert verify(problem, assigned) == []
        assert check_proof(problem, assigned, proof) == []


def test_new_fields_leave_old_digests_alone() -> None:
    rows = office().as_json()
    for row in rows["applications"]:  # type: ignore[attr-defined]
        del row["free"], row["day"]
    for row in rows["evaluators"]:  # type: ignore[attr-defined]
        del row["days"]
    assert AssignmentProblem.model_validate(rows).digest() == office().digest()
    assert office().digest() == "4e51848fedb1ed5f7ef9fdca897d99df4c4ee478680bf82bf24fb3e8c9387ec5"


def test_the_smallest_clash_is_named() -> None:
    problem = AssignmentProblem(
        applications=[{"id": f"a{n}", "field": "f", "demand": {"company": 1}} for n in range(5)],
        evaluators=[{"id": e, "body": "company", "max_load": 9} for e in ("kim", "lee")],
        conflicts=[("a3", "kim", "kin"), ("a3", "lee", "paid")],
    )
    found = diagnose(problem)
    assert found is not None
    assert [group.application for group in found.certificate.seats] == ["a3"]
    assert [(entry.evaluator, entry.conflict) for entry in found.lost] == [("kim", 1), ("lee", 1)]
    assert "kim (1), lee (1)" in found.message.ko
    assert {repair.kind for repair in found.repairs} == {"missing"}
    assert found.no_use == ("load", "minimum", "waive")


def test_of_equally_many_a_free_seat_stays_empty_before_a_bodys() -> None:
    problem = AssignmentProblem(
        applications=[
            {"id": f"a{n}", "field": "f", "demand": {"company": 1, "expert": 2}, "free": 1} for n in range(4)
        ],
        evaluators=[
            {"id": "co", "body": "company", "max_load": 9},
            {"id": "kim", "body": "expert", "max_load": 9},
            {"id": "lee", "body": "expert", "max_load": 9},
        ],
    )
    found = diagnose(problem)
    assert found is not None
    (missing,) = [repair for repair in found.repairs if repair.kind == "missing"]
    assert [(step.application, step.body, step.by) for step in missing.steps] == [
        (f"a{n}", "*", 1) for n in range(4)
    ]


def test_of_two_clashes_the_smaller_is_told() -> None:
    problem = AssignmentProblem(
        applications=[{"id": f"a{n}", "field": "f", "demand": {"company": 1, "expert": 1}} for n in range(3)],
        evaluators=[
            {"id": "kim", "body": "company", "max_load": 9},
            {"id": "lee", "body": "expert", "max_load": 1},
        ],
        conflicts=[("a2", "kim", "kin")],
    )
    found = diagnose(problem)
    assert found is not None
    assert [(group.application, group.body) for group in found.certificate.seats] == [("a2", "company")]
    assert found.certificate.evaluators == ()
    assert check_certificate(problem, found.certificate)
