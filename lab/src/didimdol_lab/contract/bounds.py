"""Confidence bounds from first principles, in decimal arithmetic.

Percentiles: with n independent samples, how many lie at or below the p-quantile is binomial(n, p). So an
order statistic bounds the quantile without assuming any distribution. This is the arithmetic of MLPerf
LoadGen's early stopping, and gives its sample counts: 7/44/459 to say anything about p50/p90/p99 with
99 % confidence, 11/64/662 when one outlier must be allowed. LoadGen itself reports the order statistic one rank
above our upper bound, because it counts that sample too as over the quantile.

Proportions: Clopper and Pearson's exact bounds.

Everything is computed with 50 significant decimal digits, so a verdict is the same on every machine.
Bounds are one-sided: each of the two holds with the stated confidence.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import lru_cache

_PRECISE = Context(prec=50, rounding=ROUND_HALF_EVEN, Emax=999_999_999, Emin=-999_999_999)
DEFAULT_CONFIDENCE = Decimal("0.99")


def _probability(percentile: Decimal | int) -> Decimal:
    """99 -> 0.99. Raises ValueError outside (0, 100)."""
    if not 0 < percentile < 100:
        raise ValueError(f"percentile {percentile} is not between 0 and 100")
    return Decimal(percentile) / 100


@lru_cache(maxsize=64)
def _needed(percentile: Decimal, overruns: int, confidence: Decimal) -> int:
    """Smallest n at which `overruns` samples above the quantile still have P <= 1 - confidence."""
    with localcontext(_PRECISE):
        p = _probability(percentile)
        q = 1 - p
        alpha = 1 - confidence
        n = overruns + 1
        while True:
            term = p**n  # exactly 0 of n above the quantile
            total = term
            for above in range(1, overruns + 1):
                term = term * (n - above + 1) / above * q / p
                total += term
            if total <= alpha:
                return n
            n += 1


def minimum_samples(percentile: Decimal | int, confidence: Decimal = DEFAULT_CONFIDENCE) -> int:
    """Fewest samples that allow any upper bound on the percentile: 7, 44, 459 for 50, 90, 99."""
    return _needed(Decimal(percentile), 0, confidence)


def sample_floor(percentile: Decimal | int, confidence: Decimal = DEFAULT_CONFIDENCE) -> int:
    """Fewest samples a verdict needs: 11, 64, 662 for 50, 90, 99; it never rests on the largest alone."""
    return _needed(Decimal(percentile), 1, confidence)


@lru_cache(maxsize=256)
def order_ranks(
    n: int, percentile: Decimal | int, confidence: Decimal = DEFAULT_CONFIDENCE
) -> tuple[int | None, int | None]:
    """Ranks (1 = smallest) of the order statistics that bound the percentile below and above.

    None where n is too small for a bound on that side. O(n) decimal steps, cached.
    """
    if n <= 0:
        return None, None
    with localcontext(_PRECISE):
        p = _probability(percentile)
        q = 1 - p
        alpha = 1 - confidence
        # Above: the smallest k with P(X >= k) <= alpha, summed from the top.
        upper: int | None = None
        term, tail = p**n, Decimal(0)
        for k in range(n, 0, -1):
            tail += term
            if tail > alpha:
                break
            upper = k
            term = term * k / (n - k + 1) * q / p
        # Below: the largest k with P(X <= k - 1) <= alpha, summed from the bottom.
        lower: int | None = None
        term, tail = q**n, Decimal(0)
        for k in range(1, n + 1):
            tail += term
            if tail > alpha:
                break
            lower = k
            term = term * (n - k + 1) / k * p / q
        return lower, upper


def _at_most(n: int, k: int, p: Decimal) -> Decimal:
    """P(X <= k) for X binomial(n, p), 0 < p < 1; the shorter tail is summed."""
    q = 1 - p
    if k >= n:
        return Decimal(1)
    if k <= n // 2:
        term = q**n
        total = term
        for j in range(1, k + 1):
            term = term * (n - j + 1) / j * p / q
            total += term
        return total
    term = p**n
    total = term
    for j in range(n - 1, k, -1):
        term = term * (j + 1) / (n - j) * q / p
        total += term
    return 1 - total


@lru_cache(maxsize=256)
def proportion_bounds(
    correct: int, total: int, confidence: Decimal = DEFAULT_CONFIDENCE
) -> tuple[Decimal, Decimal]:
    """Clopper-Pearson bounds of a proportion, each at `confidence`, as fractions with 8 digits.

    Rounded outwards. Raises ValueError unless 0 <= correct <= total and total > 0.
    """
    if total <= 0 or not 0 <= correct <= total:
        raise ValueError(f"{correct} of {total} is not a proportion")
    with localcontext(_PRECISE) as context:
        context.prec = 34
        alpha = 1 - confidence
        step = Decimal("0.00000001")
        scale = 10**8

        low = 0
        if correct > 0:
            # The largest grid point p with P(X >= correct | p) <= alpha.
            left, right = 0, scale
            while right - left > 1:
                middle = (left + right) // 2
                if 1 - _at_most(total, correct - 1, middle * step) <= alpha:
                    left = middle
                else:
                    right = middle
            low = left
        high = scale
        if correct < total:
            # The smallest grid point p with P(X <= correct | p) <= alpha.
            left, right = 0, scale
            while right - left > 1:
                middle = (left + right) // 2
                if _at_most(total, correct, middle * step) <= alpha:
                    right = middle
                else:
                    left = middle
            high = right
        return low * step, high * step
