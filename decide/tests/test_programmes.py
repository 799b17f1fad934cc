"""Generated selections under every rule: the bytes of their results, and what must hold for each of them."""

from __future__ import annotations

import json
import random
from collections import Counter
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol_decide.canonical import canonical_json, digest
from didimdol_decide.ranking import Ranking
from didimdol_decide.record import SelectionInputs, SelectionOutcome, compute, recompute, seal_selection
from didimdol_decide.rules import StageRule
from didimdol_decide.scoring import StageScore, deviations
from programmes import programme
from samples import KEY

NUMBERS = range(24)
# Made by the first version of the arithmetic, in fractions. A result that was ever sealed never changes.
BYTES = "0683345d8d3b604db98d7295ac43fe58c0cc4d18af88c02b05a8c407b8ba54ac"


ANY = st.integers(0, 2**32)
FEW = 15


@lru_cache(maxsize=64)
def of(number: int, applications: int = 40) -> tuple[SelectionInputs, SelectionOutcome]:
    inputs = SelectionInputs.model_validate(programme(number, applications))
    return inputs, compute(inputs)


def test_results_are_the_same_bytes_for_ever() -> None:
    found = []
    for number in NUMBERS:
        inputs, outcome = of(number)
        departing = [
            entry.as_json()
            for stage in inputs.stages
            for entry in deviations(stage, inputs.ballots[stage.key])
        ]
        found.append(digest([inputs.as_json(), outcome.as_json(), departing]))
    assert digest(found) == BYTES


def test_the_programmes_meet_every_rule() -> None:
    outcomes = [of(number)[1] for number in NUMBERS]
    scores = [score for outcome in outcomes for stage in outcome.scores.values() for score in stage.values()]
    assert {score.trimmed for score in scores} == {"panel", "body", "none"}
    assert {line.dropped for score in scores for line in score.ballots} == {"high", "low", None}
    assert {entry.outcome for outcome in outcomes for entry in outcome.ranking.applications} == {
        "selected",
        "reserve",
        "not_selected",
        "below_cutoff",
        "no_quorum",
        "excluded",
    }
    ties = Counter(step.by for outcome in outcomes for step in outcome.ranking.ties)
    assert set(ties) >= {"stage_total", "criterion", "lottery"}
    assert any(line.points % 1 for score in scores for line in score.ballots)


@pytest.mark.parametrize("number", range(4))
def test_what_was_made_unchecked_is_what_checking_makes(number: int) -> None:
    _, outcome = of(number)
    for scores in outcome.scores.values():
        for score in scores.values():
            checked = StageScore.model_validate(score.as_json())
            assert checked == score
            assert checked.model_fields_set == score.model_fields_set
            assert list(dict(checked)) == list(dict(score))
    assert Ranking.model_validate(outcome.ranking.as_json()) == outcome.ranking
    # One spelling: equal decimals that print differently would be different bytes.
    again = SelectionOutcome.model_validate(outcome.as_json())
    assert repr(again) == repr(outcome)


def by_hand(stage: StageRule, sheets: list[dict[str, Any]], filed: Decimal) -> tuple[Decimal, Decimal] | None:
    """Base and total as the notice would tell a clerk to calculate them, with one division.
    None: no quorum."""
    place = {body.key: number for number, body in enumerate(stage.bodies)}
    maximum = {body.key: sum(item.max_points for item in body.criteria) for body in stage.bodies}
    given = [
        (place[sheet["body"]], sheet["evaluator"], sheet["body"], sum(map(Decimal, sheet["points"].values())))
        for sheet in sheets
    ]
    cast = Counter(body for _, _, body, _ in given)
    if any(cast[body.key] < body.quorum for body in stage.bodies):
        return None
    product = Decimal(1)
    for number in maximum.values():
        product *= number

    def kept(some: list[tuple[int, str, str, Decimal]]) -> list[tuple[int, str, str, Decimal]]:
        # Lowest first; of equal ones the body later in the rule, then the later evaluator, is the higher.
        row = sorted(some, key=lambda one: (one[3] * product / maximum[one[2]], one[0], one[1]))
        if len(row) < stage.trim.min_ballots:
            return row
        return row[stage.trim.drop_low : len(row) - stage.trim.drop_high]

    inside = [one for key in cast for one in kept([sheet for sheet in given if sheet[2] == key])]
    counted = kept(given) if stage.trim.scope == "panel" else inside
    if {body for _, _, body, _ in counted} != set(cast):
        counted = inside
    above, below = Decimal(0), Decimal(1)
    for body in stage.bodies:
        points = [one[3] for one in counted if one[2] == body.key]
        share = len(points) * maximum[body.key]
        above = above * share + sum(points) * 100 * body.weight * below
        below *= share
    how = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}[stage.rounding]
    last = Decimal(1).scaleb(-stage.decimals)
    bonus = min(filed, stage.bonus_cap)
    return (
        (above / below).quantize(last, rounding=how),
        ((above + bonus * below) / below).quantize(last, rounding=how),
    )


@settings(max_examples=40)
@given(ANY)
def test_every_score_equals_an_independent_decimal_calculation(number: int) -> None:
    values = programme(number, FEW)
    inputs, outcome = of(number, FEW)
    with localcontext() as context:
        context.prec = 60
        for stage in inputs.stages:
            for application, score in outcome.scores[stage.key].items():
                sheets = [one for one in values["ballots"][stage.key] if one["application"] == application]
                filed = Decimal(values["bonuses"][stage.key].get(application, 0))
                expected = by_hand(stage, sheets, filed) if sheets else None
                assert expected == (None if score.base is None else (score.base, score.total))
                if expected is not None:
                    compared = expected[stage.cutoff_includes_bonus]
                    assert score.passed == (compared >= stage.cutoff_percent)


@settings(max_examples=30)
@given(ANY)
def test_the_order_of_the_input_changes_no_byte(number: int) -> None:
    values, draw = programme(number, FEW), random.Random(number)
    draw.shuffle(values["applications"])
    for key, sheets in values["ballots"].items():
        draw.shuffle(sheets)
        values["bonuses"][key] = dict(reversed(values["bonuses"][key].items()))
    values["ballots"] = dict(reversed(values["ballots"].items()))
    shuffled = compute(SelectionInputs.model_validate(values))
    assert canonical_json(shuffled.as_json()) == canonical_json(of(number, FEW)[1].as_json())


@settings(max_examples=40)
@given(ANY)
def test_a_withdrawal_changes_nothing_for_those_it_need_not_touch(number: int) -> None:
    inputs, before = of(number, FEW)
    draw = random.Random(number)
    ranked = [entry for entry in before.ranking.applications if entry.rank is not None]
    for gone in draw.sample(ranked, min(3, len(ranked))):
        # A released shortlist keeps its line: nobody moves up onto it.
        released = [stage.key for stage in inputs.stages if stage.shortlist_factor is not None]
        left = [
            one.model_copy(
                update={"excluded": "withdrawn", "excluded_after": released[-1] if released else None}
            )
            if one.id == gone.id
            else one
            for one in inputs.applications
        ]
        after = compute(inputs.model_copy(update={"applications": tuple(left)}))
        assert after.scores == before.scores
        behind = False
        for entry in before.ranking.applications:
            now = after.ranking.of(entry.id)
            if entry.id == gone.id:
                behind = True
                assert (now.outcome, now.rank) == ("excluded", None)
            elif entry.group != gone.group or entry.rank is None:
                assert now == entry
            else:
                assert now.final == entry.final
                assert now.rank == entry.rank - behind
                assert entry.outcome != "selected" or now.outcome == "selected"


@settings(max_examples=10)
@given(ANY)
def test_a_sealed_programme_recomputes(number: int) -> None:
    record = seal_selection(programme(number, FEW), KEY, "2025-1")
    assert recompute(json.loads(json.dumps(record))).ok
