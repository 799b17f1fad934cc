from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol_decide.lottery import commitment, draw, new_seed
from didimdol_decide.ranking import Candidate, Ranking, rank, shortlist
from didimdol_decide.record import SelectionInputs, compute
from didimdol_decide.rules import SelectionRule
from didimdol_decide.scoring import score_stage
from samples import SEED, ballots, inputs, stage

# Few different values, so that ties are common.
SCORES = st.dictionaries(
    st.sampled_from([f"app{n}" for n in range(9)]), st.sampled_from([50, 69, 70, 71, 80, 81, 100]), min_size=1
)
QUOTAS = st.integers(1, 5)


def ranked(scores: dict[str, int], quota: Any, reserve: int = 1, order: Any = None, **more: Any) -> Ranking:
    rule = SelectionRule(stage_weights={"pitch": 1}, quota=quota, reserve_per_field=reserve, **more)
    sheets = [sheet for key, points in scores.items() for sheet in ballots([points], key)]
    ids = order or list(scores)
    candidates = [Candidate(id=key, field="even" if int(key[-1]) % 2 == 0 else "odd") for key in ids]
    return rank(rule, [stage()], candidates, {"pitch": score_stage(stage(), sheets)}, SEED)


@given(SCORES, QUOTAS, st.randoms(use_true_random=False))
def test_order_of_the_input_changes_nothing(scores: dict[str, int], quota: int, random: Any) -> None:
    before = ranked(scores, quota)
    items = list(scores.items())
    random.shuffle(items)
    order = list(scores)
    random.shuffle(order)
    assert ranked(dict(items), quota, order=order) == before


@given(SCORES, st.one_of(QUOTAS, st.just({"by_field": {"even": 2, "odd": 1}})), st.integers(0, 3))
def test_invariants(scores: dict[str, int], quota: Any, reserve: int) -> None:
    found = ranked(scores, quota, reserve)
    assert sorted(entry.id for entry in found.applications) == sorted(scores)
    for entry in found.applications:
        # The cut-off excludes whatever the quota.
        assert (entry.outcome == "below_cutoff") == (scores[entry.id] < 70)
        assert (entry.rank is None) == (entry.outcome == "below_cutoff")
    for group in found.groups:
        members = [e for e in found.applications if e.group == group.group and e.rank is not None]
        assert [e.rank for e in members] == list(range(1, len(members) + 1))
        finals = [e.final for e in members if e.final is not None]
        assert finals == sorted(finals, reverse=True)
        outcomes = [key for key, _ in groupby(e.outcome for e in members)]
        assert outcomes == [key for key in ("selected", "reserve", "not_selected") if key in outcomes]
        assert sum(e.outcome == "selected" for e in members) == group.selected <= group.quota
        assert group.shortfall == max(0, group.quota - len(members))


@given(SCORES, QUOTAS, st.data())
def test_raising_ones_own_score_never_lowers_ones_rank(scores: dict[str, int], quota: int, data: Any) -> None:
    one = data.draw(st.sampled_from(sorted(scores)))
    before = ranked(scores, quota).of(one)
    scores[one] = data.draw(st.integers(scores[one], 100))
    after = ranked(scores, quota).of(one)
    assert before.rank is None or (after.rank is not None and after.rank <= before.rank)


@given(SCORES)
def test_every_tie_is_explained(scores: dict[str, int]) -> None:
    found = ranked(scores, 3)
    for entry in found.applications:
        equal = [e for e in found.applications if e.final == entry.final and e.rank is not None]
        assert bool(entry.tie_trail) == (entry.rank is not None and len(equal) > 1)
        if entry.tie_trail:
            assert entry.tie_trail[-1].by == "lottery"
            assert entry.tie_trail[-1].value == draw(SEED, entry.id)
    for step in found.ties:
        order = [e.id for e in found.applications if e.id in step.tied]
        assert order == sorted(step.tied, key=lambda key: step.values[key])


def test_the_draw_is_committed() -> None:
    assert len(new_seed()) == 64
    assert commitment("seed") == "19b25856e1c150ca834cffc8b59b23adbd0ec0389e58eb22b3b64768098d002b"


def test_sample_with_every_outcome() -> None:
    given_inputs = SelectionInputs.model_validate(inputs())
    found = compute(given_inputs).ranking
    outcomes = {entry.id: (entry.outcome, entry.rank, entry.stopped_at) for entry in found.applications}
    first, second = sorted(("a1", "a2"), key=lambda key: draw(SEED, key))
    assert outcomes[first] == ("selected", 2, None)
    assert outcomes[second] == ("reserve", 3, None)
    assert outcomes["a3"] == ("selected", 1, None)
    assert outcomes["a4"] == ("below_cutoff", None, "paper")
    assert outcomes["b1"] == ("selected", 1, None)
    assert outcomes["b2"] == ("no_quorum", None, "paper")
    assert outcomes["b3"] == ("excluded", None, None)
    assert [step.by for step in found.of(first).tie_trail] == ["stage_total", "criterion", "lottery"]
    # Own values only: an applicant's trail names nobody else.
    assert second not in found.of(first).model_dump_json()


def test_a_criterion_decides_before_the_lottery() -> None:
    given_inputs = inputs()
    # 40+45 of 50 at 0.6 and 25 of 30 at 0.4 give 84.3333; so do 37+36.8889 and 30 of 30, to four decimals.
    points = {"expert0": 37, "expert1": "36.888889", "demand0": 30}
    for sheet in given_inputs["ballots"]["pitch"]:
        if sheet["application"] == "a2":
            sheet["points"] = dict.fromkeys(sheet["points"], points[sheet["evaluator"]])
    found = compute(SelectionInputs.model_validate(given_inputs)).ranking
    one, two = found.of("a1"), found.of("a2")
    assert one.final == two.final
    assert (one.rank, two.rank) == (3, 2)
    assert [(step.by, step.value, step.decided) for step in two.tie_trail] == [
        ("stage_total", "84.3333", False),
        ("criterion", "100", True),
    ]


def test_shortlist_is_twice_the_quota_and_uses_earlier_stages_only() -> None:
    given_inputs = inputs()
    given_inputs["selection"]["quota"] = {"by_field": {"phone": 1, "car": 1}}
    typed = SelectionInputs.model_validate(given_inputs)
    outcome = compute(typed)
    going = shortlist(typed.selection, typed.stages, typed.applications, outcome.scores, "paper", SEED)
    tied = min(("a1", "a2"), key=lambda key: draw(SEED, key))
    assert going == sorted(["a3", "b1", tied])
    left = ({"a1", "a2"} - {tied}).pop()
    assert outcome.ranking.of(left).outcome == "not_selected"
    assert outcome.ranking.of(left).stopped_at == "paper"
    only_paper = {"paper": outcome.scores["paper"]}
    assert shortlist(typed.selection, typed.stages, typed.applications, only_paper, "paper", SEED) == going


def test_the_shortlist_is_rounded_up() -> None:
    scores = {f"app{n}": 80 + n for n in range(5)}
    sheets = [sheet for key, points in scores.items() for sheet in ballots([points], key)]
    stages = [stage(shortlist_factor="1.5"), stage(key="last")]
    rule = SelectionRule(stage_weights={"last": 1}, quota=1)
    candidates = [Candidate(id=key, field="f") for key in scores]
    scored = {"pitch": score_stage(stages[0], sheets)}
    assert shortlist(rule, stages, candidates, scored, "pitch", SEED) == ["app3", "app4"]


def test_an_unfilled_place_calls_for_a_new_notice_where_fewer_may_not_be_selected() -> None:
    assert ranked({"app0": 60}, 2, allow_fewer=False).groups[0].new_notice_needed
    assert not ranked({"app0": 60}, 2).groups[0].new_notice_needed


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="has no quota"):
        ranked({"app1": 80}, {"by_field": {"even": 1}})
    with pytest.raises(ValueError, match="twice"):
        ranked({"app1": 80}, 1, order=["app1", "app1"])
    with pytest.raises(ValueError, match="no stage"):
        rank(SelectionRule(stage_weights={"x": 1}, quota=1), [stage()], [], {}, SEED)


def _left(reason: str | None, after: str | None) -> SelectionInputs:
    """Phone has two places and a shortlist of four; a3, on it, is out for ``reason`` since ``after``."""
    values = inputs()
    for entry in values["applications"]:
        if entry["id"] == "a3" and reason:
            entry["excluded"] = reason
            if after:
                entry["excluded_after"] = after
    values["stages"][0]["shortlist_factor"] = "1"  # two of a1, a2, a3 go on: a3 and one of the tied
    return SelectionInputs.model_validate(values)


def test_who_leaves_after_a_released_shortlist_keeps_its_place_there() -> None:
    """Nobody moves up onto a list that is out: the next in line was never on the panels of the next stage."""
    before = {e.id: e for e in compute(_left(None, None)).ranking.applications}
    missed = next(key for key in ("a1", "a2") if before[key].outcome == "not_selected")
    went_on = {"a1": "a2", "a2": "a1"}[missed]
    after = {e.id: e for e in compute(_left("ineligible", "paper")).ranking.applications}
    assert (after["a3"].outcome, after["a3"].reason, after["a3"].rank) == ("excluded", "ineligible", None)
    assert (after[missed].outcome, after[missed].stopped_at) == ("not_selected", "paper")
    assert after[went_on].rank == 1
    # Left before the shortlist was out, it makes room: the next in line takes part in the stage.
    early = {e.id: e for e in compute(_left("ineligible", None)).ranking.applications}
    assert early[missed].outcome != "not_selected"
    assert {early["a1"].stopped_at, early["a2"].stopped_at} == {None}


def test_leaving_after_a_stage_needs_a_reason_and_a_stage() -> None:
    for reason, after in ((None, "paper"), ("ineligible", "nowhere")):
        values = _left("x", None).as_json()
        for entry in values["applications"]:  # type: ignore[attr-defined]
            if entry["id"] == "a3":
                entry |= {"excluded": reason, "excluded_after": after}
        with pytest.raises(ValueError, match="left after no stage"):
            compute(SelectionInputs.model_validate(values))


def test_a_candidate_that_never_left_is_written_as_ever() -> None:
    """Records sealed before `excluded_after` existed stay what they were, to the byte."""
    assert Candidate(id="a", field="f").as_json() == {"id": "a", "field": "f", "excluded": None}
    left = Candidate(id="a", field="f", excluded="withdrawn", excluded_after="paper")
    assert Candidate.model_validate(left.as_json()) == left
