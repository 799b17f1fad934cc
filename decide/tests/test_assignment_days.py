"""Daily maxima: at most so many applications on one day. The brute force over small programmes, half of them
with daily maxima, stands in `test_assignment_deciding`."""

import itertools
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide.assignment import Assignment, AssignmentProblem, check_certificate, verify
from didimdol_decide.assignment.exchange import Exchange, within_days
from didimdol_decide.assignment.flow import cheapest
from didimdol_decide.assignment.proof import Proof, assign_best, assign_fair, check_proof
from didimdol_decide.assignment.repairs import Diagnosis, diagnose, repaired
from didimdol_decide.assignment.solve import arrays_of, solver_name
from didimdol_decide.assignment.whatif import Change, changed, what_if
from didimdol_decide.canonical import canonical_json
from test_assignment_deciding import built, everything, programmes


def evaluators(**daily: Any) -> list[dict[str, Any]]:
    return [
        {"id": name, "body": "expert", "max_load": 4, "max_per_day": most} for name, most in daily.items()
    ]


def sessions(*people: dict[str, Any], **changes: Any) -> AssignmentProblem:
    """Four applications, two a day, a seat each. kim would take all for 3.2; with one a day: 0.8 + 0.4 on
    Monday, 0.9 + 0.5 on Tuesday."""
    names = [f"{day}-{n}" for day in ("mon", "tue") for n in (1, 2)]
    worth = {"kim": ("0.9", "0.8", "0.9", "0.6"), "lee": ("0.4", "0.1", "0.5", "0.5")}
    rows = {
        "applications": [
            {"id": name, "field": "f", "demand": {"expert": 1}, "day": name[:3]} for name in names
        ],
        "evaluators": people or evaluators(kim=1, lee=None),
        "affinity": {
            (name, person): value
            for person, values in worth.items()
            if not people or person in [entry["id"] for entry in people]
            for name, value in zip(names, values, strict=True)
        },
    }
    return AssignmentProblem.model_validate({**rows, **changes})


def on_days(problem: AssignmentProblem, found: Assignment) -> Counter[tuple[str, str | None]]:
    days = {entry.id: entry.day for entry in problem.applications}
    return Counter((pair.evaluator, days[pair.application]) for pair in found.pairs)


def test_a_daily_maximum_is_kept_and_the_day_has_a_price() -> None:
    problem = sessions()
    found, proof = assign_best(problem, "s")
    assert found.total == Decimal("2.6")
    assert on_days(problem, found) == {(e, day): 1 for e in ("kim", "lee") for day in ("mon", "tue")}
    assert proof.optimal_total
    assert proof.day_prices.keys() == {"kim"}
    assert proof.day_prices["kim"].keys() == {"mon", "tue"}
    assert check_proof(problem, found, proof) == []
    assert Proof.model_validate(proof.as_json()) == proof
    reasons = {(p.application, b.evaluator): b.reason for p in found.pairs for b in p.better}
    assert reasons == {("mon-1", "kim"): "day_full", ("tue-2", "kim"): "day_full"}


@pytest.mark.parametrize(
    ("most", "total"), [(None, "3.2"), (2, "3.2"), ({"tue": 1}, "3.1"), ({"sun": 0}, "3.2"), (0, "1.5")]
)
def test_one_number_or_by_day(most: Any, total: str) -> None:
    problem = sessions(*evaluators(kim=most, lee=None))
    found, proof = assign_best(problem, "s")
    assert found.total == Decimal(total)
    assert verify(problem, found) == []
    assert check_proof(problem, found, proof) == []


def test_an_application_without_a_day_counts_towards_none() -> None:
    rows = [{**row, "day": None} for row in sessions().as_json()["applications"]]  # type: ignore[attr-defined]
    assert assign_best(sessions(applications=rows), "s")[0].total == Decimal("3.2")


def test_who_cannot_be_held_by_the_rule_is_no_node_of_the_flow() -> None:
    # Two applications a day, and a load of four: only 0 and 1 can bind.
    for most, shifts in ((4, 0), (2, 0), (1, 2), ({"mon": 1, "tue": 2}, 1)):
        assert arrays_of(sessions(*evaluators(kim=most, lee=None))).shifts == shifts
    loose, free = (assign_best(sessions(*evaluators(kim=most, lee=3)), "s") for most in (2, None))
    assert loose[0].pairs == free[0].pairs
    assert loose[1].as_json() == free[1].as_json() | {"instance_digest": loose[1].instance_digest}


def test_without_the_rule_nothing_is_written_about_it_and_the_bytes_stay() -> None:
    golden = json.loads((Path(__file__).parent / "golden" / "assignment-1.json").read_text(encoding="utf-8"))
    problem = AssignmentProblem.model_validate(golden["problem"])
    assert problem.digest() == golden["problem_digest"]
    assert canonical_json(problem.as_json()) == canonical_json(golden["problem"])
    found, proof = assign_fair(problem, golden["assignment"]["seed"])
    assert golden["proof"].items() <= proof.as_json().items()
    if golden["assignment"]["solver"] == solver_name():
        assert canonical_json(found.as_json()) == canonical_json(golden["assignment"])
    clash = json.loads((Path(__file__).parent / "golden" / "infeasible-1.json").read_text(encoding="utf-8"))
    said = diagnose(AssignmentProblem.model_validate(clash["problem"]))
    assert said is not None
    assert canonical_json(said.as_json()) == canonical_json(clash["diagnosis"])


def test_pins_use_up_the_day() -> None:
    problem = sessions(pinned=[("mon-1", "kim")])
    assert assign_best(problem, "s")[0].total == Decimal("2.4")
    with pytest.raises(ValidationError, match="'kim' has more pins on 'mon' than max_per_day"):
        sessions(pinned=[("mon-1", "kim"), ("mon-2", "kim")])


def test_verify_counts_days() -> None:
    problem = sessions(*evaluators(kim=2, lee=None))
    found, _ = assign_best(problem, "s")
    tight = sessions()
    broken = verify(tight, found)
    assert "Evaluator kim, mon: 2 applications, at most 1 on a day" in {b.message.en for b in broken}
    assert [b.key for b in broken].count("day_load") == 2


def test_a_price_on_a_day_cannot_be_made_up() -> None:
    problem = sessions()
    found, proof = assign_best(problem, "s")
    for prices in ({"kim": {"sun": 1}}, {"lee": {"mon": 1}}, {"nobody": {"mon": 1}}):
        bent = check_proof(problem, found, proof.model_copy(update={"day_prices": prices}))
        assert [wrong.key for wrong in bent] == ["proof"]
    assert check_proof(problem, found, proof.model_copy(update={"day_prices": {}}))
    with pytest.raises(ValidationError):
        Proof.model_validate({**proof.as_json(), "day_prices": {"kim": {"mon": -1}}})


def test_swaps_within_a_full_day_lift_the_worst_off() -> None:
    # Both days are full for both, so nobody can take anything before giving something up on that day.
    worth = {"kim": ("1", "0.55"), "lee": ("0.5", "0.1")}
    problem = sessions(
        *evaluators(kim=1, lee=1),
        affinity={
            (f"{day}-{n + 1}", person): values[n]
            for person, values in worth.items()
            for day in ("mon", "tue")
            for n in (0, 1)
        },
    )
    arrays = arrays_of(problem)
    chosen = cheapest(arrays, -arrays.worth)
    assert chosen is not None
    state = Exchange(arrays, chosen, np.full(4, 500_000))
    assert not state.lift_all()
    assert within_days(state)
    assert sorted(state.sums.tolist()) == [500_000, 500_000, 550_000, 550_000]
    assert not within_days(state)
    found, proof = assign_fair(problem, "s")
    assert proof.floor == 500_000
    assert verify(problem, found) == []
    assert check_proof(problem, found, proof) == []


def day_of_six() -> AssignmentProblem:
    return AssignmentProblem(
        applications=[
            {"id": f"a{n}", "field": "f", "demand": {"expert": 1}, "day": "2026-03-05" if n < 6 else None}
            for n in range(8)
        ],
        evaluators=[{"id": "park", "body": "expert", "max_load": 9, "max_per_day": 4}],
    )


def test_a_full_day_is_named_and_repaired() -> None:
    problem = day_of_six()
    found = diagnose(problem)
    assert found is not None
    certificate = found.certificate
    assert (certificate.needed, certificate.available, certificate.evaluators) == (5, 4, ())
    assert [(entry.evaluator, entry.day) for entry in certificate.days] == [("park", "2026-03-05")]
    assert "limit for the day (day: applications): park (2026-03-05: 4)" in str(found.message.en)
    assert "park (2026-03-05: 4)" in found.message.ko
    assert check_certificate(problem, certificate)
    for bent in ({"days": ()}, {"days": ({"evaluator": "park", "day": "2026-03-06"},)}, {"short": 3}):
        assert not check_certificate(
            problem, type(certificate).model_validate({**certificate.as_json(), **bent})
        )
    by_kind = {repair.kind: repair for repair in found.repairs}
    step = by_kind["day"].steps[0]
    assert (step.kind, step.evaluator, step.day, step.by) == ("day", "park", "2026-03-05", 2)
    assert by_kind["day"].message.en == "daily maximum of park on 2026-03-05 +2"
    assert "load" in found.no_use
    assert repaired(problem, by_kind["day"]).evaluators[0].max_per_day == {"2026-03-05": 6}
    assert Diagnosis.model_validate(found.as_json()) == found


def test_a_minimum_load_that_no_days_allow_is_named() -> None:
    kim = {"id": "kim", "body": "expert", "min_load": 3, "max_load": 4, "max_per_day": 1}
    found = diagnose(sessions(kim, *evaluators(lee=None)))
    assert found is not None
    certificate = found.certificate
    assert (certificate.kind, certificate.needed, certificate.available) == ("minimum_loads", 3, 2)
    assert {(entry.evaluator, entry.day) for entry in certificate.days} == {("kim", "mon"), ("kim", "tue")}
    assert {repair.kind: repair.amount for repair in found.repairs} == {"day": 1, "minimum": 1}


def test_a_raised_load_is_still_held_by_the_day() -> None:
    # The daily maximum is not below the load, until the load is raised.
    kim = {"id": "kim", "body": "expert", "max_load": 1, "max_per_day": 1}
    found = diagnose(sessions(kim))
    assert found is not None
    assert "load" in found.no_use
    assert "day" in found.no_use
    amounts = {repair.kind: repair.amount for repair in found.repairs}
    assert amounts == {"missing": 3}


def test_what_if_a_daily_maximum_changes() -> None:
    problem = sessions()
    before, _ = assign_best(problem, "s")
    for most, total in ((2, "3.2"), (None, "3.2"), ({"mon": 1}, "2.7"), (0, "1.5")):
        change = Change.model_validate({"max_per_day": {"kim": most}})
        outcome = what_if(problem, before, change, "s")
        assert outcome.after is not None
        assert outcome.after.total == Decimal(total)
    with pytest.raises(ValueError, match="max_per_day: there is no evaluator 'nobody'"):
        changed(problem, Change(max_per_day={"nobody": 1}))


@settings(max_examples=40)
@given(programmes(easy=True), st.randoms(use_true_random=False))
def test_days_and_order_of_the_input(values: dict[str, Any], random: Any) -> None:
    problem = built(values)
    shuffled = dict(values)
    for name in ("applications", "evaluators", "conflicts"):
        shuffled[name] = random.sample(values[name], len(values[name]))
    other = AssignmentProblem(**shuffled)
    assert other.digest() == problem.digest()
    assert diagnose(other) == diagnose(problem)
    assume(everything(problem))
    for find in (assign_best, assign_fair):
        assert find(other, "s") == find(problem, "s")
    for (name, day), count in on_days(problem, assign_fair(problem, "s")[0]).items():
        person = next(entry for entry in problem.evaluators if entry.id == name)
        assert (most := person.most_on(day)) is None or count <= most


@st.composite
def crowded(draw: Any) -> AssignmentProblem:
    """Two days that everybody could fill by their load, and that nobody may."""
    people = ["kim", "lee", "park"]
    return AssignmentProblem(
        applications=[
            {"id": f"a{n}", "field": "f", "demand": {"expert": draw(st.integers(1, 2))}, "day": day}
            for n, day in enumerate(("mon", "mon", "mon", "tue"))
        ],
        evaluators=evaluators(**{name: draw(st.sampled_from([0, 1, {"mon": 1}])) for name in people}),
        conflicts=[
            ("a0", name, "kin") for name in draw(st.lists(st.sampled_from(people), unique=True, max_size=1))
        ],
    )


@settings(max_examples=40)
@given(crowded())
def test_the_repair_by_daily_maxima_is_the_cheapest(problem: AssignmentProblem) -> None:
    found = diagnose(problem)
    assume(found is not None)
    assert found is not None
    repair = next(repair for repair in found.repairs if repair.kind == "day")
    assert everything(repaired(problem, repair))
    turns = [(e.id, d) for e in problem.evaluators for d in ("mon", "tue") if e.most_on(d) is not None]
    if repair.amount > 3:
        return  # too many ways to try by hand
    for raised in itertools.combinations_with_replacement(turns, repair.amount - 1):
        most = {name: {day: 0 for who, day in turns if who == name} for name, _ in turns}
        for e, day in turns:
            person = next(entry for entry in problem.evaluators if entry.id == e)
            most[e][day] = (person.most_on(day) or 0) + raised.count((e, day))
        assert not everything(changed(problem, Change.model_validate({"max_per_day": most})))
