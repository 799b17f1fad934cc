from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol_decide.ballots import Ballot, BallotInvalid
from didimdol_decide.rounding import rounded
from didimdol_decide.rules import StageRule
from didimdol_decide.scoring import StageScore, deviations, score_stage
from samples import ballots, stage, two_bodies

POINTS = st.integers(0, 100)
MANY = st.lists(POINTS, min_size=5, max_size=12)


def total(rule: StageRule, sheets: list[Ballot]) -> Decimal:
    found = score_stage(rule, sheets)["a"].total
    assert found is not None
    return found


@given(MANY)
def test_trimmed_mean_lies_between_the_second_extremes(points: list[int]) -> None:
    ordered = sorted(points)
    assert ordered[1] <= total(stage(), ballots(points)) <= ordered[-2]


@given(MANY)
def test_it_is_the_textbook_trimmed_mean(points: list[int]) -> None:
    inner = sorted(points)[1:-1]
    assert total(stage(), ballots(points)) == rounded(Fraction(sum(inner), len(inner)), 4, "half_up")


@given(MANY, POINTS)
def test_an_extreme_may_become_more_extreme(points: list[int], other: int) -> None:
    points.sort()
    higher = [*points[:-1], max(points[-1], other)]
    lower = [min(points[0], other), *points[1:]]
    assert (
        total(stage(), ballots(points)) == total(stage(), ballots(higher)) == total(stage(), ballots(lower))
    )


@given(MANY, st.randoms(use_true_random=False), st.sampled_from(["body", "panel"]))
def test_neither_order_nor_judges_matter(points: list[int], random: Any, scope: str) -> None:
    rule = two_bodies(scope)
    half = len(points) // 2
    shuffled, other = points[:half], points[half:]
    before = total(rule, ballots(shuffled) + ballots(other, body="demand"))
    random.shuffle(shuffled)
    random.shuffle(other)
    sheets = ballots(other, body="demand") + ballots(shuffled)
    random.shuffle(sheets)
    assert total(rule, sheets) == before


@given(st.lists(POINTS, min_size=1, max_size=9), st.lists(POINTS, min_size=1, max_size=9), st.data())
def test_raising_a_ballot_never_lowers_the_score(experts: list[int], demand: list[int], data: Any) -> None:
    rule = two_bodies("body")
    before = total(rule, ballots(experts) + ballots(demand, body="demand"))
    group = data.draw(st.sampled_from([experts, demand]))
    place = data.draw(st.integers(0, len(group) - 1))
    group[place] = data.draw(st.integers(group[place], 100))
    assert total(rule, ballots(experts) + ballots(demand, body="demand")) >= before


def test_panel_scope_with_several_bodies_is_not_monotone_and_the_rule_says_so() -> None:
    # Why "body" is the default: demand's 89 -> 91 becomes the dropped high mark, and demand keeps only 10.
    rule = two_bodies("panel", weight="0.1")
    before = total(rule, ballots([90, 89, 0]) + ballots([89, 10], body="demand"))
    after = total(rule, ballots([90, 89, 0]) + ballots([91, 10], body="demand"))
    assert after < before


def test_only_one_of_equal_extremes_is_dropped() -> None:
    # KISED §23②: 90 and 90 at the top, 60 and 60 at the bottom, one of each goes.
    score = score_stage(stage(), ballots([90, 90, 75, 60, 60]))["a"]
    assert score.total == 75
    assert [line.dropped for line in score.ballots].count("high") == 1
    assert [line.dropped for line in score.ballots].count("low") == 1
    assert total(stage(), ballots([90, 90, 90, 60, 60])) == 80


def test_four_decimals_rounded_at_the_fifth() -> None:
    assert total(stage(), ballots([100, 80, 81, 81, 0])) == Decimal("80.6667")
    assert total(stage(rounding="down"), ballots([100, 80, 81, 81, 0])) == Decimal("80.6666")


@pytest.mark.parametrize(
    ("rounding", "expected"), [("half_up", "0.0003"), ("half_even", "0.0002"), ("down", "0.0002")]
)
def test_halves(rounding: Any, expected: str) -> None:
    assert rounded(Fraction(25, 100000), 4, rounding) == Decimal(expected)
    assert rounded(Fraction(-25, 100000), 4, rounding) == -Decimal(expected)


@given(st.lists(POINTS, min_size=1, max_size=4))
def test_below_five_ballots_the_plain_mean(points: list[int]) -> None:
    score = score_stage(stage(), ballots(points))["a"]
    assert score.trimmed == "none"
    assert score.total == rounded(Fraction(sum(points), len(points)), 4, "half_up")


def test_cutoff_is_70_percent_of_the_maximum_and_equal_passes() -> None:
    assert score_stage(stage(), ballots([70]))["a"].passed
    assert not score_stage(stage(), ballots([Decimal("69.9999")]))["a"].passed


def test_bonus_is_capped_and_does_not_lift_over_the_bar_unless_the_rule_says_so() -> None:
    sheets = ballots([69])
    score = score_stage(stage(bonus_cap=3), sheets, {"a": 5})["a"]
    assert (score.bonus_filed, score.bonus, score.base, score.total, score.passed) == (5, 3, 69, 72, False)
    assert score_stage(stage(bonus_cap=3, cutoff_includes_bonus=True), sheets, {"a": 5})["a"].passed
    with pytest.raises(ValueError, match="negative"):
        score_stage(stage(), sheets, {"a": -1})


def test_weights_by_body_and_every_figure_on_the_sheet() -> None:
    rule = two_bodies("panel")
    score = score_stage(rule, ballots([95, 80, 70]) + ballots([85, 40], body="demand"))["a"]
    assert score.trimmed == "panel"
    assert [(line.evaluator, line.dropped) for line in score.ballots if line.dropped] == [
        ("expert-00", "high"),
        ("demand-01", "low"),
    ]
    assert [(line.body, line.ballots, line.counted, line.mean, line.weighted) for line in score.bodies] == [
        ("expert", 3, 2, 75, 45),
        ("demand", 2, 1, 85, 34),
    ]
    assert score.total == 79


def test_panel_trimming_that_would_empty_a_body_trims_inside_bodies() -> None:
    score = score_stage(two_bodies("panel"), ballots([95, 80, 70, 60, 50]) + ballots([99], body="demand"))[
        "a"
    ]
    assert score.trimmed == "body"
    assert score.total == Decimal("0.6") * 70 + Decimal("0.4") * 99


def test_no_quorum_is_explained_in_both_languages() -> None:
    found = score_stage(two_bodies(), ballots([80]), applications=["a", "b"])
    assert {key: score.status for key, score in found.items()} == {"a": "no_quorum", "b": "no_quorum"}
    text = found["a"].explanation
    assert found["a"].total is None
    assert text is not None
    assert "'demand' 0/1" in text.ko
    assert "'demand' 0/1" in (text.en or "")


def test_sheets_survive_json() -> None:
    score = score_stage(two_bodies(), ballots([80, 70]) + ballots([71], body="demand"))["a"]
    assert StageScore.model_validate(score.as_json()) == score


@pytest.mark.parametrize(
    ("points", "criterion"),
    [({"all": 101}, "all"), ({"all": -1}, "all"), ({}, "all"), ({"all": 1, "zeal": 2}, "zeal")],
)
def test_invalid_ballots_name_the_criterion(points: dict[str, Decimal], criterion: str) -> None:
    sheet = Ballot(application="a", evaluator="e", body="expert", points=points)
    with pytest.raises(BallotInvalid, match=criterion) as caught:
        score_stage(stage(), [sheet])
    assert caught.value.criterion == criterion
    assert criterion in caught.value.text.ko


def test_other_invalid_ballots() -> None:
    sheet = ballots([80])[0]
    with pytest.raises(BallotInvalid, match="two ballots"):
        score_stage(stage(), [sheet, sheet])
    with pytest.raises(BallotInvalid, match="no body"):
        score_stage(stage(), ballots([80], body="jury"))
    with pytest.raises(BallotInvalid, match="30 seats"):
        score_stage(stage(), ballots([80] * 31))
    with pytest.raises(ValueError, match="never floats"):
        Ballot(application="a", evaluator="e", body="expert", points={"all": 80.5})  # type: ignore[dict-item]


def test_deviations_beyond_ten_percent_of_the_maximum() -> None:
    rule = stage(deviation_percent=10)
    assert deviations(rule, ballots([80, 80, 80, 80, 90])) == []
    found = deviations(rule, ballots([80, 80, 80, 80, 95]))
    assert [(entry.evaluator, entry.mean, entry.difference, entry.limit) for entry in found] == [
        ("expert-04", 83, 12, 10)
    ]
    assert deviations(stage(), ballots([0, 100])) == []
