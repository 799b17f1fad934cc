import random
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol_decide.ballots import Ballot
from didimdol_decide.confidence import (
    Confidence,
    ConfidenceInputs,
    NothingToSay,
    PanelDesign,
    Settings,
    Variances,
    how_sure,
    plan_panels,
)
from didimdol_decide.confidence.agreement import agreement
from didimdol_decide.confidence.decision import decision_at_hand
from didimdol_decide.confidence.offsets import fit
from didimdol_decide.confidence.resampling import trimmed_base
from didimdol_decide.ranking import Candidate, shortlist
from didimdol_decide.record import SelectionInputs, compute, seal_selection
from didimdol_decide.rules import SelectionRule
from didimdol_decide.scoring import score_stage
from samples import KEY, SEED, inputs, stage, two_bodies

# Krippendorff's own example ("Computing Krippendorff's alpha-reliability", 2011): four observers.
CANONICAL = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
FAST = Settings(draws=400)


def generator() -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(5))


def programme(points: dict[str, dict[str, int]], quota: int, **more: Any) -> ConfidenceInputs:
    """application -> evaluator -> points of 100; one stage, one kind."""
    return ConfidenceInputs(
        stages=(stage(cutoff_percent=more.pop("cutoff_percent", 0)),),
        selection=SelectionRule(stage_weights={"pitch": 1}, quota=quota),
        applications=tuple(Candidate(id=key, field="all") for key in points),
        ballots={
            "pitch": tuple(
                Ballot(application=key, evaluator=who, body="expert", points={"all": value})
                for key, given_points in points.items()
                for who, value in given_points.items()
            )
        },
        lottery_seed=SEED,
        **{"settings": FAST, **more},
    )


def simulated(panels: list[list[int]], seed: int = 3) -> dict[str, dict[str, int]]:
    """Applications whose true order is their number, the last one best; evaluator 0 takes ten points off."""
    draw = random.Random(seed)
    return {
        f"a{n:02}": {f"e{who}": 60 + n + (-10 if who == 0 else 0) + draw.randint(-2, 2) for who in panel}
        for n, panel in enumerate(panels)
    }


def line(found: Confidence, key: str) -> Any:
    return next(entry for entry in found.applications if entry.id == key)


# agreement


def test_alpha_of_the_published_example() -> None:
    rows = [(unit, int(sign)) for row in CANONICAL for unit, sign in enumerate(row) if sign != "."]
    found = agreement(np.array([u for u, _ in rows]), np.array([float(v) for _, v in rows]), generator())
    interval, ordinal = found["alpha_interval"], found["alpha_ordinal"]
    assert interval.value == pytest.approx(0.849, abs=5e-4)
    assert ordinal.value == pytest.approx(0.815, abs=5e-4)
    assert interval.low is not None
    assert interval.low < 0.849 < interval.high  # type: ignore[operator]


UNITS = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), min_size=2, max_size=6)


@given(UNITS)
def test_alpha_equals_the_definition_by_pairs(units: list[list[int]]) -> None:
    rows = [(n, value) for n, unit in enumerate(units) for value in unit]
    found = agreement(np.array([n for n, _ in rows]), np.array([float(v) for _, v in rows]), generator())
    paired = [unit for unit in units if len(unit) > 1]
    values = [value for unit in paired for value in unit]
    if len(set(values)) < 2:
        assert found["alpha_interval"].value is None
        return

    def ordinal(one: int, other: int) -> float:
        low, high = sorted((one, other))
        between = sum(values.count(value) for value in range(low, high + 1))
        return (between - (values.count(low) + values.count(high)) / 2) ** 2 if low != high else 0

    for name, distance in (("alpha_interval", lambda x, y: (x - y) ** 2), ("alpha_ordinal", ordinal)):
        observed = sum(
            distance(x, y) / (len(unit) - 1)
            for unit in paired
            for i, x in enumerate(unit)
            for j, y in enumerate(unit)
            if i != j
        ) / len(values)
        pairs = [distance(x, y) for i, x in enumerate(values) for j, y in enumerate(values) if i != j]
        assert found[name].value == pytest.approx(1 - observed / (sum(pairs) / len(pairs)))


def test_icc_of_the_published_example() -> None:
    # Shrout and Fleiss (1979), table 2: ICC(1,1) = .17, ICC(1,k) = .44.
    table = [(9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7)]
    found = agreement(np.repeat(np.arange(6), 4), np.array(table, dtype=float).ravel(), generator())
    assert found["icc_1"].value == pytest.approx(0.17, abs=0.005)
    assert found["icc_k"].value == pytest.approx(0.44, abs=0.005)


# resampling and decision: the same rule as the official one

POINTS = st.lists(st.integers(0, 100), min_size=1, max_size=7)


@given(POINTS, POINTS, st.sampled_from(["panel", "body"]), st.integers(0, 2), st.integers(0, 2))
def test_a_draw_of_the_ballots_cast_has_the_official_score(
    one: list[int], other: list[int], scope: str, high: int, low: int
) -> None:
    rule = two_bodies(scope, drop_high=high, drop_low=low, min_ballots=5)
    cast = [("expert", n) for n in one] + [("demand", n) for n in other]
    sheets = [
        Ballot(application="a", evaluator=f"e{n:02}", body=body, points={"all": value})
        for n, (body, value) in enumerate(cast)
    ]
    official = score_stage(rule, sheets)["a"]
    base = trimmed_base(rule, [body for body, _ in cast], np.array([[float(v) for _, v in cast]]))
    assert official.base is not None
    assert base[0] == pytest.approx(float(official.base), abs=1e-4)


def test_the_official_result_is_the_records() -> None:
    document = inputs()
    found = how_sure(ConfidenceInputs.from_document(document))
    official = compute(SelectionInputs.model_validate(document)).ranking
    assert [(e.id, e.outcome, e.rank, e.final) for e in found.applications] == [
        (e.id, e.outcome, e.rank, e.final) for e in official.applications
    ]
    assert how_sure(ConfidenceInputs.from_document(seal_selection(document, KEY, "1"))) == found


@given(st.lists(st.integers(50, 100), min_size=6, max_size=6), st.sampled_from(["1", "1.5", "2"]))
def test_before_the_last_stage_the_decision_is_the_shortlist(totals: list[int], factor: str) -> None:
    document = inputs()
    document["stages"][0]["shortlist_factor"] = factor
    document["ballots"] = {
        "paper": [
            {
                "application": key,
                "evaluator": f"e{n}",
                "body": "expert",
                "points": {"problem": 40, "team": p - 40},
            }
            for key, p in zip(("a1", "a2", "a3", "a4", "b1", "b2"), totals, strict=True)
            for n in range(2)
        ]
    }
    given_inputs = ConfidenceInputs.from_document(document)
    decision = decision_at_hand(given_inputs)
    assert not decision.final
    expected = shortlist(
        given_inputs.selection, given_inputs.stages, given_inputs.applications, decision.scores, "paper", SEED
    )
    assert sorted(e.id for e in decision.ranking.applications if e.outcome == "selected") == expected


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(shuffler: Any) -> None:
    before = programme(simulated([[0, 1, 2], [1, 2, 3], [0, 3, 1], [2, 3, 0]]), 2)
    mixed = list(before.ballots["pitch"])
    candidates = list(before.applications)
    shuffler.shuffle(mixed)
    shuffler.shuffle(candidates)
    after = before.model_copy(update={"ballots": {"pitch": tuple(mixed)}, "applications": tuple(candidates)})
    assert how_sure(after) == how_sure(before)


@given(
    st.lists(st.lists(st.integers(70, 90), min_size=3, max_size=3), min_size=4, max_size=7), st.integers(1, 3)
)
def test_probabilities_sum_to_the_places(rows: list[list[int]], quota: int) -> None:
    points = {f"a{n}": {f"e{m}": value for m, value in enumerate(row)} for n, row in enumerate(rows)}
    found = how_sure(programme(points, quota))
    for name, expected in (("resampled", found.expected_resampled), ("model", found.expected_model)):
        assert sum(getattr(entry, name) for entry in found.applications) == pytest.approx(quota, abs=1e-2)
        assert expected == {"*": quota}


def test_below_the_cutoff_nobody_is_selected_and_far_above_everybody() -> None:
    points = {
        key: {f"e{m}": at + m for m in range(3)} for key, at in (("high", 90), ("mid", 80), ("low", 40))
    }
    found = how_sure(programme(points, 2, cutoff_percent=60))
    assert [line(found, key).resampled for key in ("high", "mid", "low")] == [1, 1, 0]
    assert line(found, "high").rank_low == line(found, "high").rank_high == 1
    assert not any(entry.borderline for entry in found.applications)


def test_two_that_are_equal_are_borderline_and_an_unopened_draw_is_said() -> None:
    points = {key: {f"e{m}": 80 + m for m in range(3)} for key in "ab"} | {
        "c": {f"e{m}": 60 for m in range(3)}
    }
    found = how_sure(programme(points, 1))
    for key in "ab":
        assert Decimal("0.4") < line(found, key).probability < Decimal("0.6")
        assert line(found, key).borderline
        assert not line(found, key).lot
    before_the_draw = programme(points, 1).model_copy(update={"lottery_seed": None})
    assert line(how_sure(before_the_draw), "a").lot


# the model


def dense(application: Any, evaluator: Any, points: Any, sds: tuple[float, float, float]) -> tuple[Any, Any]:
    """Posterior mean and covariance of (quality + mu, severity), with everything in one matrix."""
    n, m = application.max() + 1, evaluator.max() + 1
    design = np.zeros((len(points), n + m + 1))
    rows = np.arange(len(points))
    design[rows, application] = design[rows, n + evaluator] = design[:, -1] = 1
    prior = np.concatenate((np.full(n, sds[0] ** -2), np.full(m, sds[1] ** -2), [0]))
    covariance = np.linalg.inv(design.T @ design / sds[2] ** 2 + np.diag(prior))
    mean = covariance @ design.T @ (points - points.mean()) / sds[2] ** 2
    shown = np.eye(n + m, n + m + 1)
    shown[:n, -1] = 1
    return shown @ mean + np.where(np.arange(n + m) < n, points.mean(), 0), shown @ covariance @ shown.T


def test_the_posterior_is_the_one_of_the_whole_matrix() -> None:
    draw = generator()
    application = np.repeat(np.arange(12), 3)
    evaluator = np.concatenate([draw.permutation(5)[:3] for _ in range(12)])
    points = 70 + np.arange(12)[application] + draw.normal(0, 3, 5)[evaluator] + draw.normal(0, 2, 36)
    found = fit(application, evaluator, points, robust=False)
    sds = (found.quality_sd, found.severity_sd, found.noise_sd)
    mean, covariance = dense(application, evaluator, points, sds)
    assert np.concatenate((found.quality, found.severity)) == pytest.approx(mean, abs=0.05)
    drawn = np.concatenate(found.draws(generator(), 40000), axis=1)
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.1)
    assert np.cov(drawn.T) == pytest.approx(covariance, abs=0.06 * covariance.max())


def test_one_extreme_score_moves_the_robust_estimate_less() -> None:
    application, evaluator = np.divmod(np.arange(60), 6)
    points = 60.0 + 2 * application + np.array([-1, 1, 0, 1, -1, 0])[evaluator]
    spoilt = points.copy()
    spoilt[0] -= 40
    moved = [
        float(fit(application, evaluator, points, robust).quality[0])
        - float(fit(application, evaluator, spoilt, robust).quality[0])
        for robust in (True, False)
    ]
    assert abs(moved[0]) < abs(moved[1]) / 2


def test_a_point_more_from_one_evaluator_everywhere_leaves_the_differences() -> None:
    application, evaluator = np.divmod(np.arange(60), 6)
    points = 60.0 + 2 * application + generator().normal(0, 2, 60)
    before, after = (fit(application, evaluator, points + add * (evaluator == 2)) for add in (0, 8))
    assert np.diff(after.quality) == pytest.approx(np.diff(before.quality), abs=0.3)
    assert after.severity[2] - before.severity[2] > 6


def test_who_is_harsh_is_found_where_panels_are_linked() -> None:
    panels = [[n % 5, (n + 1) % 5, (n + 2) % 5] for n in range(20)]
    found = how_sure(programme(simulated(panels), 5))
    harsh = [judge.evaluator for judge in found.judges if judge.leaning == "harsh"]
    assert harsh == ["e0"]
    zero = found.judges[0]
    assert zero.linked == "all"
    assert zero.offset == pytest.approx(-8, abs=1.5)
    assert zero.offset_low < zero.offset < zero.offset_high  # type: ignore[operator]
    assert not found.notes
    assert found.bodies[0].panels == 1


def simulated_ballots(seed: int, erratic: int = 0, extreme: float = 0.0) -> tuple[Any, ...]:
    """100 applications, 20 evaluators, 5 ballots each; noise of sd 5, 15 for the first `erratic` evaluators;
    a share `extreme` of the ballots is 20 to 40 points off."""
    draw = np.random.Generator(np.random.PCG64(seed))
    quality, severity = draw.normal(0, 6, 100), draw.normal(0, 6, 20)
    application = np.repeat(np.arange(100), 5)
    evaluator = np.concatenate([draw.permutation(20)[:5] for _ in range(100)])
    noise = draw.normal(0, 5, 500) * np.where(evaluator < erratic, 3, 1)
    off = (draw.random(500) < extreme) * draw.choice([-1, 1], 500) * draw.uniform(20, 40, 500)
    points = 70 + quality[application] + severity[evaluator] + noise + off
    return application, evaluator, points, quality, severity, draw


@pytest.mark.parametrize(
    ("erratic", "extreme", "gain"), [(0, 0, 1.01), (6, 0, 0.8), (0, 0.05, 0.7), (6, 0.05, 0.75)]
)
def test_intervals_hold_the_truth_and_strange_ballots_cost_little(
    erratic: int, extreme: float, gain: float
) -> None:
    """Nine of ten intervals hold; on clean ballots nothing is lost against plain normal noise."""
    held, robust, plain_noise = [], 0.0, 0.0
    for seed in range(20):
        application, evaluator, points, quality, severity, draw = simulated_ballots(seed, erratic, extreme)
        found = fit(application, evaluator, points)
        for drawn, truth in zip(found.draws(draw, 500), (quality, severity), strict=True):
            low, high = np.quantile(drawn - drawn.mean(axis=1, keepdims=True), (0.05, 0.95), axis=0)
            held.append(np.mean((low <= truth - truth.mean()) & (truth - truth.mean() <= high)))
        robust += np.var(found.quality - quality)
        plain_noise += np.var(fit(application, evaluator, points, robust=False).quality - quality)
    assert 0.85 < np.mean(held) < 0.95
    assert robust < gain * plain_noise


def test_an_evaluator_who_scatters_counts_for_less() -> None:
    application, evaluator, points, *_ = simulated_ballots(1, erratic=1)
    shift = [
        np.abs(
            np.diff(fit(application, evaluator, points + 9.0 * (np.arange(500) == place)).quality)
            - np.diff(fit(application, evaluator, points).quality)
        ).sum()
        for place in (np.flatnonzero(evaluator == 0)[3], np.flatnonzero(evaluator == 1)[3])
    ]
    assert shift[0] < shift[1] / 3


def test_separate_panels_are_compared_inside_only_and_it_is_said() -> None:
    found = how_sure(programme(simulated([[0, 1] if n < 4 else [2, 3] for n in range(8)] + [[4]]), 2))
    assert [judge.linked for judge in found.judges] == ["panel"] * 4 + ["none"]
    assert found.judges[4].offset is None
    assert found.judges[0].leaning == "harsh"
    assert found.bodies[0].panels == 3
    assert "3 panels share no evaluator" in found.notes[0].in_language("en")


def test_with_one_ballot_each_there_is_no_model_and_it_is_said() -> None:
    found = how_sure(programme({f"a{n}": {"e0": 60 + n} for n in range(5)}, 2))
    assert found.expected_model is None
    assert all(entry.model is None and entry.quality is None for entry in found.applications)
    assert line(found, "a4").probability == 1
    assert "no probability by the model" in found.notes[0].in_language("en")


def test_no_ballots_is_said_in_both_languages() -> None:
    with pytest.raises(NothingToSay) as caught:
        how_sure(programme({"a": {}}, 1))
    assert "--plan" in caught.value.text.ko
    assert "--plan" in caught.value.text.in_language("en")


# before the call


def design(**changes: Any) -> PanelDesign:
    return PanelDesign(
        **{"applications": 40, "places": 8, "judges": 20, "rounds": 60, "seats": [3, 9], **changes}
    )


def test_more_evaluators_hold_more_and_size_does_not_depend_on_the_others_asked_for() -> None:
    plan = plan_panels(design())
    for world in range(3):
        few, many = (entry for entry in plan.lines if entry.world == world)
        assert plan.luck < few.holds < many.holds < 1
        assert few.right < many.right
    assert plan_panels(design(seats=[9])).lines == plan.lines[1::2]
    assert plan == plan_panels(design(seats=[9, 3]))


def test_without_noise_three_are_enough_and_with_nothing_else_it_is_luck() -> None:
    quiet = Variances(quality=6, judge=0, noise=0)
    plan = plan_panels(design(worlds=[quiet], target=1))
    assert plan.enough == (3,)
    assert plan.enough_everywhere == 3
    loud = Variances(quality=Decimal("0.01"), judge=20, noise=20)
    lost = plan_panels(design(worlds=[quiet, loud], rounds=300))
    assert lost.enough == (3, None)
    assert lost.enough_everywhere is None
    assert float(lost.lines[-1].holds) == pytest.approx(float(lost.luck), abs=0.03)


@pytest.mark.parametrize("changes", [{"places": 40}, {"seats": [21]}, {"seats": []}, {"surprise": 1}])
def test_a_design_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"places|judges|seats|surprise"):
        design(**changes)


def kinds(*rows: tuple[str, int, int]) -> list[dict[str, Any]]:
    return [{"weight": weight, "seats": seats, "judges": judges} for weight, seats, judges in rows]


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(4, 20))
def test_every_kind_keeps_a_seat_and_all_seats_are_shared_out(seats: list[int], size: int) -> None:
    weights = [Decimal(1) - Decimal("0.1") * (len(seats) - 1)] + [Decimal("0.1")] * (len(seats) - 1)
    rows = kinds(*((str(weight), given, 20) for weight, given in zip(weights, seats, strict=True)))
    shared = design(judges=None, kinds=rows, seats=[size]).shared_out(size)
    assert sum(shared) == size
    assert min(shared) >= 1
    if size == sum(seats):
        assert list(shared) == seats


def test_a_heavy_kind_with_one_seat_leaves_more_to_luck() -> None:
    even = design(judges=None, kinds=kinds(("0.5", 3, 20), ("0.5", 3, 20)), seats=[6])
    heavy = design(judges=None, kinds=kinds(("0.5", 1, 20), ("0.5", 5, 20)), seats=[6])
    for before, after in zip(plan_panels(even).lines, plan_panels(heavy).lines, strict=True):
        assert after.holds < before.holds


def test_one_kind_is_the_same_as_none() -> None:
    assert plan_panels(design()) == plan_panels(design(judges=None, kinds=kinds(("1", 4, 20))))
