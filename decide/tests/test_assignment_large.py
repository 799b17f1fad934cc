"""Large problems, in small: affinities as a matrix, and the best of all pairs by a part of them."""

from __future__ import annotations

import json
import random
from array import array
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from didimdol_decide.assignment import (
    Assignment,
    AssignmentProblem,
    Infeasible,
    assign,
    check_certificate,
    repairs,
    sparse,
    verify,
)
from didimdol_decide.assignment.matrix import AffinityMatrix, written
from didimdol_decide.assignment.proof import Proof, assign_best, assign_fair, check_proof
from didimdol_decide.assignment.repairs import diagnose
from didimdol_decide.assignment.whatif import Change, changed, reassign
from didimdol_decide.assignment.whynot import Questions
from didimdol_decide.commands.affinity_file import read_affinities
from didimdol_decide.commands.common import WrongUse
from didimdol_decide.commands.writing import pieces
from test_alone import alone
from test_assignment import built, problems
from test_assignment_commands import PROBLEM, run, write

GOLDEN = Path(__file__).parent / "golden"


def matrix_of(values: dict[str, Any]) -> dict[str, Any]:
    """The same problem with its affinities as a matrix."""
    triples = ((a, e, int(Decimal(value) * 1_000_000)) for (a, e), value in values["affinity"].items())
    return {**values, "affinity": AffinityMatrix.of(triples)}


def programme(number: int, high: int = 3) -> AssignmentProblem:
    """Up to 12 applications and 12 people under every rule, every other one with daily maxima; mostly with an
    assignment."""
    draw = random.Random(number)
    most = random.Random(number + 1)
    applications = [
        {
            "id": f"a{n:02}",
            "field": draw.choice("fg"),
            "demand": {"expert": draw.randrange(1, 3), "company": draw.randrange(2)},
            "free": draw.choice([0, 0, 1]),
            "day": draw.choice([None, "mon"]),
        }
        for n in range(draw.randrange(2, 13))
    ]
    people = [
        {
            "id": f"e{n:02}",
            "body": (body := draw.choice(["expert", "expert", "company"])),
            "organisation": draw.choice([None, f"{body}1", f"{body}2", f"{body}3"]),
            "min_load": (low := draw.choice([0, 0, 1, 2])),
            "max_load": low + draw.randrange(1, high + 1),
            "fields": draw.choice([None, None, None, ["f"]]),
            "days": draw.choice([None, None, None, ["tue"]]),
            "max_per_day": most.choice([None, 1, 2, 2, {"mon": 1}]) if number % 2 else None,
        }
        for n in range(draw.randrange(6, 13))
    ]
    pairs = [(a["id"], e["id"]) for a in applications for e in people]
    values = {
        "applications": applications,
        "evaluators": people,
        "affinity": {pair: written(draw.randrange(20) * 50_000) for pair in pairs if draw.random() < 0.6},
        "conflicts": [(*pair, "kin") for pair in draw.sample(pairs, len(pairs) // 12)],
        "pinned": draw.sample(pairs, draw.randrange(2)),
        "max_per_organisation": draw.choice([None, 1, {"expert": 1}]),
    }
    try:
        return AssignmentProblem(**matrix_of(values))
    except ValidationError:  # a pin that cannot be
        return AssignmentProblem(**matrix_of({**values, "pinned": []}))


# --- the matrix ---------------------------------------------------------------------------------------------


@given(problems())
def test_a_matrix_is_the_same_instance_as_its_rows(values: dict[str, Any]) -> None:
    rows, matrix = built(values), built(matrix_of(values))
    assert isinstance(matrix.affinity, AffinityMatrix)
    assert matrix.digest() == rows.digest()
    assert dict(matrix.affinities()) == rows.affinities()
    again = AssignmentProblem.model_validate(json.loads(json.dumps(matrix.as_json())))
    assert again == matrix
    assert again.digest() == rows.digest()
    try:
        found, proof = assign_best(rows, "s")
    except Infeasible as error:
        with pytest.raises(Infeasible) as caught:
            assign(matrix, "s")
        assert caught.value.certificate == error.certificate
        return
    assert assign_best(matrix, "s") == (found, proof)
    assert verify(matrix, found) == []
    assert check_proof(matrix, found, proof) == []


@given(st.dictionaries(st.tuples(st.text(min_size=1), st.text(min_size=1)), st.integers(0, 1_000_000)))
def test_any_names_have_the_digest_of_their_rows(values: dict[tuple[str, str], int]) -> None:
    given_names = [{name for pair in values for name in pair[side : side + 1]} for side in (0, 1)]
    try:
        for name in {*given_names[0], *given_names[1]}:
            name.encode("utf-8")
    except UnicodeEncodeError:
        assume(False)
    made = {
        "applications": [{"id": name, "field": "f", "demand": {}} for name in given_names[0]],
        "evaluators": [{"id": name, "body": "b", "max_load": 1} for name in given_names[1]],
        "affinity": {pair: written(value) for pair, value in values.items()},
    }
    assert built(matrix_of(made)).digest() == built(made).digest()


def test_the_digest_of_a_recorded_instance_stays() -> None:
    record = json.loads((GOLDEN / "assignment-1.json").read_text(encoding="utf-8"))
    rows = record["problem"]
    pairs = {(row["application"], row["evaluator"]): row["value"] for row in rows["affinity"]}
    matrix = AssignmentProblem.model_validate(matrix_of({**rows, "affinity": pairs}))
    assert matrix.digest() == record["assignment"]["instance_digest"]
    # A copy is another instance, although the digest of the first was counted already.
    assert matrix.model_copy(update={"pinned": ()}).digest() != matrix.digest() or not rows["pinned"]
    assert matrix.model_copy(update={"evaluators": ()}).digest() != matrix.digest()
    assignment = Assignment.model_validate(record["assignment"])
    assert verify(matrix, assignment) == []
    assert check_proof(matrix, assignment, Proof.model_validate(record["proof"])) == []


def test_many_rows_become_a_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = AssignmentProblem.model_validate(PROBLEM)
    monkeypatch.setattr("didimdol_decide.assignment.problem.FEW", 3)
    many = AssignmentProblem.model_validate(PROBLEM)
    assert isinstance(many.affinity, AffinityMatrix)
    assert many.digest() == rows.digest()
    assert isinstance(AssignmentProblem.model_validate(dict(rows)).affinity, AffinityMatrix)
    table = PROBLEM["affinity"]
    fine = AssignmentProblem.model_validate(
        {**PROBLEM, "affinity": [*table[:3], {**table[3], "value": "0.1234567"}]}
    )
    assert isinstance(fine.affinity, tuple)
    for wrong, words in (
        ({"value": 3}, r"affinity.rows.3.value"),
        ({"value": True}, r"affinity.rows.3.value"),
        ({"value": "1E+999999"}, r"affinity.rows.3.value"),
        ({"surprise": 1}, r"affinity.rows.3.surprise"),
        ({"evaluator": "nobody"}, "there is no evaluator 'nobody'"),
        ({"evaluator": "kim"}, "appears twice"),
    ):
        with pytest.raises(ValidationError, match=words):
            AssignmentProblem.model_validate({**PROBLEM, "affinity": [*table[:3], {**table[3], **wrong}]})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"applications": ["b", "a"]}, "in order"),
        ({"evaluators": ["kim", "kim"]}, "in order"),
        ({"starts": [0, 2]}, "starts"),
        ({"starts": [0, 3, 2]}, "starts"),
        ({"starts": [1, 2, 2]}, "starts"),
        ({"columns": [0, 2]}, "no evaluator"),
        ({"columns": [-1, 0]}, "no evaluator"),
        ({"columns": [1, 0]}, "rising"),
        ({"columns": [1, 1]}, "rising"),
        ({"millionths": [0, 1_000_001]}, "millionths"),
        ({"millionths": [0, 0.5]}, "whole numbers"),
        ({"millionths": [0, 1 << 40]}, "31 bits"),
        ({"millionths": [0]}, "starts"),
    ],
)
def test_a_wrong_matrix_is_refused(change: dict[str, Any], words: str) -> None:
    right = {"applications": ["a", "b"], "evaluators": ["kim", "lee"], "starts": [0, 2, 2]}
    right |= {"columns": [0, 1], "millionths": [0, 1_000_000]}
    assert len(AffinityMatrix.model_validate(right)) == 2
    with pytest.raises(ValidationError, match=words):
        AffinityMatrix.model_validate({**right, **change})


@given(st.integers(0, 10_000))
def test_a_matrix_answers_as_its_rows_do(number: int) -> None:
    matrix = programme(number)
    rows = AssignmentProblem.model_validate({**dict(matrix), "affinity": dict(matrix.affinities())})
    assert isinstance(rows.affinity, tuple)
    person = rows.evaluators[0].id
    change = Change(lose=(person,), affinity=(), conflicts=())
    try:
        assert changed(matrix, change).digest() == changed(rows, change).digest()
        found = assign(matrix, "s")
    except (Infeasible, ValidationError):  # a pin of who leaves may be all that a panel had
        return
    panel = rows.applications[0].id
    answers = [Questions(each, found).why_not(panel, person) for each in (matrix, rows)]
    assert answers[0] == answers[1]


# --- a part of the pairs ------------------------------------------------------------------------------------


def either(problem: AssignmentProblem, most: int) -> tuple[Assignment, Proof] | Infeasible:
    try:
        return assign_best(problem, "s", most)
    except Infeasible as error:
        return error


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    # Small programmes would have all of their pairs at once; and blocks of more than one application.
    monkeypatch.setattr(sparse, "COMING", 2)
    monkeypatch.setattr("didimdol_decide.assignment.allowed.CELLS", 30)


@settings(max_examples=250)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_a_part_finds_the_best_of_the_whole(number: int, high: int) -> None:
    problem = programme(number, high)
    whole, part = either(problem, 0), either(problem, 1)
    if isinstance(whole, Infeasible):
        assert isinstance(part, Infeasible)
        assert check_certificate(problem, part.certificate)
        return
    assert not isinstance(part, Infeasible)
    (best, proof), (found, narrow) = whole, part
    assert verify(problem, found) == []
    assert check_proof(problem, found, narrow) == []
    assert found.total == best.total
    assert narrow.optimal_total
    assert (narrow.floor_bound, proof.narrowed) == (proof.floor_bound, None)
    assert narrow.narrowed is not None
    assert narrow.narrowed.kept <= narrow.narrowed.pairs
    fair, fair_proof = assign_fair(problem, "s", most=1)
    assert verify(problem, fair) == []
    assert check_proof(problem, fair, fair_proof) == []
    other = assign_fair(problem, "s", most=0)[1]
    assert fair_proof.floor_bound == other.floor_bound
    assert fair_proof.floor <= fair_proof.floor_bound
    assert fair_proof.total <= fair_proof.total_bound
    if other.floor >= fair_proof.floor:
        assert other.total <= fair_proof.total_bound


@given(st.integers(0, 10**6))
def test_stopped_early_the_bound_still_holds(number: int) -> None:
    problem = programme(number)
    whole = either(problem, 0)
    assume(not isinstance(whole, Infeasible))
    assert not isinstance(whole, Infeasible)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse, "ROUNDS", 1)
        found, proof = assign_best(problem, "s", 1)
    assert verify(problem, found) == []
    assert check_proof(problem, found, proof) == []
    assert found.total <= whole[0].total
    assert proof.total <= whole[1].total <= proof.total_bound
    assert proof.optimal_total == (proof.total == proof.total_bound)


def test_early_stops_are_not_all_optimal() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sparse, "ROUNDS", 1)
        stopped = [either(programme(number), 1) for number in range(60)]
    proved = [part[1].optimal_total for part in stopped if not isinstance(part, Infeasible)]
    assert {True, False} == set(proved)


@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_a_part_does_not_depend_on_the_order(number: int, shuffle: Any) -> None:
    problem = programme(number)
    rows = {
        name: list(getattr(problem, name)) for name in ("applications", "evaluators", "conflicts", "pinned")
    }
    for listed in rows.values():
        shuffle.shuffle(listed)
    pairs = list(problem.affinities().items())
    shuffle.shuffle(pairs)
    other = AssignmentProblem.model_validate({**dict(problem), **rows, "affinity": dict(pairs)})
    first, second = either(problem, 1), either(other, 1)
    if isinstance(first, Infeasible):
        assert isinstance(second, Infeasible)
        assert first.certificate == second.certificate
    else:
        assert first == second


def test_all_pairs_kept_is_the_whole() -> None:
    for number in range(12):
        problem = programme(number)
        whole = either(problem, 0)
        if not isinstance(whole, Infeasible):
            assert either(problem, 10_000) == whole


@given(st.integers(0, 10**6))
def test_least_change_by_a_part(number: int) -> None:
    problem = programme(number)
    before = either(problem, 0)
    assume(not isinstance(before, Infeasible))
    assert not isinstance(before, Infeasible)
    earlier = {(pair.application, pair.evaluator) for pair in before[0].pairs}
    busy = max(before[0].loads, key=lambda name: (before[0].loads[name], name))
    try:
        new = changed(problem, Change(lose=(busy,)))
        whole = reassign(new, earlier, "s", most=0)
    except (Infeasible, ValidationError):
        return
    part = reassign(new, earlier, "s", most=1)
    assert verify(new, part) == []
    kept = [{(pair.application, pair.evaluator) for pair in each.pairs} & earlier for each in (whole, part)]
    assert len(kept[0]) == len(kept[1])
    assert whole.total == part.total


def test_no_affinity_at_all_is_widened_until_it_works() -> None:
    problem = AssignmentProblem(
        applications=[{"id": f"a{n:02}", "field": "f", "demand": {"expert": 3}} for n in range(20)],
        evaluators=[{"id": f"e{n:02}", "body": "expert", "min_load": 4, "max_load": 5} for n in range(15)],
    )
    found, proof = assign_best(problem, "s", 1)
    assert verify(problem, found) == []
    assert proof.narrowed is not None
    assert proof.narrowed.kept < proof.narrowed.pairs == 300


# --- what is told -------------------------------------------------------------------------------------------


def test_few_reasons_where_there_are_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = programme(3)
    everything = assign(problem, "s")
    assert everything.reasons_each is None
    assert "reasons_each" not in everything.as_json()
    assert max(len(pair.better) for pair in everything.pairs) > 3
    monkeypatch.setattr("didimdol_decide.assignment.explain.MANY", 1)
    few = assign(problem, "s")
    assert few.reasons_each == 3
    assert [pair.better for pair in few.pairs] == [pair.better[:3] for pair in everything.pairs]
    assert [pair.rank for pair in few.pairs] == [pair.rank for pair in everything.pairs]
    assert verify(problem, few) == []
    assert verify(problem, few.model_copy(update={"reasons_each": None}))


def test_too_large_for_all_pairs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("didimdol_decide.assignment.solve.LARGE", 5)
    path = write(tmp_path / "problem.json", PROBLEM)
    done = run("assign", path, "--pairs", "0", "--lang", "en")
    assert done.returncode == 2
    assert "6 > 5" in done.stderr
    assert run("assign", path, "--pairs", "3").returncode == 0


def test_no_measures_where_they_cannot_be_tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    people = [{"id": "kim", "body": "expert", "max_load": 1}]
    path = write(tmp_path / "short.json", {**PROBLEM, "evaluators": people, "affinity": []})
    monkeypatch.setattr(repairs, "MOST_TRIED", 0)
    out = tmp_path / "why.json"
    done = run("assign", path, "--pairs", "1", "--lang", "en", "--out", out)
    assert done.returncode == 1
    assert "short of 1" in done.stdout
    assert "too large for measures" in done.stdout
    assert "solved again" not in done.stdout
    assert run("verify-assignment", out).returncode == 0
    found = diagnose(AssignmentProblem.model_validate(json.loads(path.read_text(encoding="utf-8"))))
    assert found is not None
    assert found.repairs == ()


# --- files --------------------------------------------------------------------------------------------------


def sparse_file(path: Path, **change: Any) -> Path:
    content: dict[str, Any] = {
        "applications": ["b", "a"],
        "evaluators": ["park", "kim", "lee"],
        "rows": np.array([0, 1, 1, 0], dtype=np.int32),
        "columns": np.array([2, 2, 1, 1], dtype=np.uint16),
        "values": np.array([0.1, 0.5, 1.0, 0.55]),
    }
    content |= change
    np.savez(path, **{name: value for name, value in content.items() if value is not None})
    return path


def test_a_sparse_file_is_the_same_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "bare.json", {**PROBLEM, "affinity": []})
    told = [
        json.loads(run("assign", *line, "--json").stdout)
        for line in (
            [write(tmp_path / "rows.json", PROBLEM)],
            [path, "--affinity", sparse_file(tmp_path / "sparse.npz")],
        )
    ]
    assert told[0]["assignment"] == told[1]["assignment"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rows": None}, "of one length"),
        ({"rows": np.array([0, 1])}, "of one length"),
        ({"columns": np.array([0.0, 1, 2, 0])}, "whole numbers"),
        ({"columns": np.array([0, 1, 3, 0])}, "'columns' must be 0 to 2"),
        ({"rows": np.array([0, -1, 0, 0])}, "'rows' must be 0 to 1"),
        (
            {"rows": np.array([0, 1, 1, 0]), "columns": np.array([2, 2, 2, 1])},
            "the pair a, lee appears twice",
        ),
        ({"values": np.array([0.1, 0.5, 1.1, 0.55])}, "that of a, kim is 1.1"),
        ({"values": np.array(["1", "1", "1", "1"])}, "must be numbers"),
        ({"applications": ["a", "a"]}, "each once"),
        ({"rows": None, "columns": None}, "2 by 3"),
    ],
)
def test_a_wrong_sparse_file_says_what_is_wrong(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    path = sparse_file(tmp_path / "wrong.npz", **change)
    with pytest.raises(WrongUse, match=words):
        read_affinities(str(path))


@given(
    st.lists(st.one_of(st.floats(0, 1), st.integers(0, 2_000_000).map(lambda n: n / 2_000_000)), min_size=1)
)
def test_a_value_is_rounded_as_its_decimals_are(values: list[float]) -> None:
    from didimdol_decide.commands.affinity_file import _millionths

    wanted = [int(Decimal(f"{value:.6f}") * 1_000_000) for value in values]
    assert _millionths(np.array(values)).tolist() == wanted


def test_a_large_record_is_checked_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("didimdol_decide.assignment.problem.FEW", 3)
    out = tmp_path / "result.json"
    path = write(tmp_path / "problem.json", PROBLEM)
    done = run("assign", path, "--pairs", "3", "--out", out, "--lang", "en")
    assert "of 6 allowed pairs" in done.stdout
    assert "proved the highest" in done.stdout
    text = out.read_text(encoding="utf-8")
    assert '"millionths": [1000000,500000,550000,100000]' in text
    record = json.loads(text)
    assert record["proof"]["narrowed"]["pairs"] == 6
    assert run("assign", path, "--pairs", "3", "--json").stdout == text
    record["problem"]["affinity"]["millionths"][0] -= 1
    bent = write(tmp_path / "bent.json", record)
    (code, told, _), (bent_code, bent_told, _) = alone(
        ["recompute", str(out), "--lang", "en"], ["recompute", str(bent), "--lang", "en"]
    )
    assert (code, bent_code) == (0, 1)
    assert "obeys every rule" in told
    assert "another problem" in bent_told


def test_pieces_are_the_text_of_the_whole() -> None:
    for path in sorted(GOLDEN.glob("assignment-*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        shapes = {
            "problem": AssignmentProblem.model_validate(record["problem"]),
            "assignment": Assignment.model_validate(record["assignment"]),
            "proof": Proof.model_validate(record["proof"]),
            "rest": [{"이름": 'a "quoted" 줄\n', "empty": {}, "none": []}, ()],
        }
        plain = {
            name: value if name == "rest" else value.as_json()  # type: ignore[attr-defined]
            for name, value in shapes.items()
        }
        assert "".join(pieces(shapes)) == json.dumps(plain, ensure_ascii=False, indent=2)
    assert "".join(pieces(array("i", range(5)))) == "[0,1,2,3,4]"
