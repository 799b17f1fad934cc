"""The confidence bounds: published sample counts, coverage, and agreement with exact arithmetic."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol_lab.contract import (
    histogram,
    minimum_samples,
    order_ranks,
    proportion_bounds,
    quantile,
    sample_floor,
)

SAMPLES = st.lists(st.integers(0, 10**9), min_size=1, max_size=300)


@pytest.mark.parametrize(
    ("percentile", "least", "floor"), [(50, 7, 11), (90, 44, 64), (95, 90, 130), (99, 459, 662)]
)
def test_sample_counts_are_those_of_loadgen(percentile: int, least: int, floor: int) -> None:
    assert minimum_samples(percentile) == least
    assert sample_floor(percentile) == floor


def test_sample_count_of_the_rarest_percentile() -> None:
    assert sample_floor(Decimal("99.9")) == 6636


@pytest.mark.parametrize("percentile", [50, 90, 99])
def test_an_upper_bound_exists_exactly_from_the_minimum_on(percentile: int) -> None:
    least = minimum_samples(percentile)
    assert order_ranks(least - 1, percentile)[1] is None
    assert order_ranks(least, percentile)[1] == least
    assert order_ranks(sample_floor(percentile) - 1, percentile)[1] == sample_floor(percentile) - 1
    assert order_ranks(sample_floor(percentile), percentile)[1] == sample_floor(percentile) - 1


@given(n=st.integers(1, 120), percentile=st.sampled_from([50, 90, 99]))
@settings(deadline=None)
def test_ranks_are_the_tightest_that_exact_fractions_allow(n: int, percentile: int) -> None:
    p = Fraction(percentile, 100)
    alpha = Fraction(1, 100)
    mass = [comb(n, j) * p**j * (1 - p) ** (n - j) for j in range(n + 1)]
    uppers = [k for k in range(1, n + 1) if sum(mass[k:]) <= alpha]
    lowers = [k for k in range(1, n + 1) if sum(mass[:k]) <= alpha]
    assert order_ranks(n, percentile) == (max(lowers, default=None), min(uppers, default=None))


@given(samples=SAMPLES, percentile=st.sampled_from([50, 90, 99]))
@settings(deadline=None)
def test_bounds_bracket_the_value(samples: list[int], percentile: int) -> None:
    found = quantile(samples, percentile)
    assert found.value_ms * 1_000_000 in samples
    if found.lower_ms is not None:
        assert found.lower_ms <= found.value_ms
    if found.upper_ms is not None:
        assert found.value_ms <= found.upper_ms


@given(samples=SAMPLES, slower=st.integers(0, 10**6), percentile=st.sampled_from(["p50", "p90", "p99"]))
@settings(deadline=None)
def test_slower_samples_never_give_a_smaller_quantile(
    samples: list[int], slower: int, percentile: str
) -> None:
    before, after = quantile(samples, percentile), quantile([each + slower for each in samples], percentile)
    assert after.value_ms >= before.value_ms
    if before.upper_ms is not None:
        assert after.upper_ms is not None
        assert after.upper_ms >= before.upper_ms


def test_no_samples_is_an_error() -> None:
    with pytest.raises(ValueError, match="no samples"):
        quantile([], 50)


@given(total=st.integers(1, 400), data=st.data())
@settings(deadline=None, max_examples=40)
def test_proportion_bounds_bracket_and_mirror(total: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(0, total))
    low, high = proportion_bounds(correct, total)
    share = Decimal(correct) / total
    assert 0 <= low <= share <= high <= 1
    other_low, other_high = proportion_bounds(total - correct, total)
    assert (1 - other_high, 1 - other_low) == (low, high)


def test_proportion_bounds_against_closed_forms() -> None:
    """All right: the lower bound is alpha ** (1/n)."""
    low, high = proportion_bounds(100, 100)
    assert high == 1
    assert abs(float(low) - 0.01 ** (1 / 100)) < 1e-7
    assert proportion_bounds(0, 100)[0] == 0


@given(samples=SAMPLES, bins=st.integers(1, 60))
def test_histogram_counts_everything_once(samples: list[int], bins: int) -> None:
    found = histogram(samples, bins)
    assert sum(count for _, _, count in found) == len(samples)
    assert found == histogram([samples[:3], samples[3:]], bins)
    assert found[0][0] == min(samples) / 1e6
