"""Bounds of means, of ratios of sums and of anything that can be recomputed on resampled examples.

In decimal and integer arithmetic, so a verdict is the same on every machine. Bounds are one-sided: each of the two holds
with the stated confidence.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import lru_cache

from .bounds import proportion_bounds

FEWEST_EXAMPLES = 30
"""Below this neither Student's t nor a bootstrap says much about examples that are no bell curve."""
RESAMPLES = 500
SCALE = 10**12
"""Resampled figures are integers, in parts of this."""

_PRECISE = Context(prec=50, rounding=ROUND_HALF_EVEN, Emax=999_999_999, Emin=-999_999_999)
_PI = Decimal("3.14159265358979323846264338327950288419716939937511")

Bounds = tuple[Decimal, Decimal | None, Decimal | None]
"""The value, its lower and its upper bound; None where the examples allow no bound on that side."""


@lru_cache(maxsize=16)
def normal_quantile(confidence: Decimal) -> Decimal:
    """z with P(Z <= z) = confidence for 0.5 <= confidence < 1, to 12 decimals, by bisection of the power series."""
    with localcontext(_PRECISE):
        wanted = confidence - Decimal("0.5")

        def above_the_middle(z: Decimal) -> Decimal:
            term = total = z
            odd = 1
            while term > Decimal("1E-49"):
                odd += 2
                term = term * z * z / odd
                total += term
            return total * (-z * z / 2).exp() / (2 * _PI).sqrt()

        low, high = 0, 16 * 10**12
        while high - low > 1:
            middle = (low + high) // 2
            if above_the_middle(Decimal(middle).scaleb(-12)) <= wanted:
                low = middle
            else:
                high = middle
        return Decimal(low).scaleb(-12)


@lru_cache(maxsize=256)
def student_quantile(confidence: Decimal, freedom: int) -> Decimal:
    """One-sided quantile of Student's t by Fisher and Cornish's expansion in 1/freedom.

    Off by less than a millionth at 99% from FEWEST_EXAMPLES on (Abramowitz and Stegun 26.7.5).
    """
    with localcontext(_PRECISE):
        z, v = normal_quantile(confidence), Decimal(freedom)
        return (
            z
            + (z**3 + z) / (4 * v)
            + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
            + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
            + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
        )


def mean_bounds(values: Sequence[Decimal], confidence: Decimal) -> Bounds:
    """The mean and its bounds by Student's t. Two values or more, else no bounds. Raises ValueError without any."""
    with localcontext(_PRECISE):
        n = len(values)
        if n == 0:
            raise ValueError("no examples")
        mean = sum(values, Decimal(0)) / n
        if n == 1:
            return mean, None, None
        variance = sum(((value - mean) ** 2 for value in values), Decimal(0)) / (n - 1)
        margin = student_quantile(confidence, n - 1) * (variance / n).sqrt()
        return mean, mean - margin, mean + margin


def ratio_bounds(pairs: Iterable[tuple[int, int]], confidence: Decimal) -> Bounds:
    """Sum of the firsts over sum of the seconds, bounded by the linearised variance over the pairs and Student's t.

    The residual of an example is first - ratio * second (Cochran, Sampling Techniques, 6.4). Raises ValueError where
    the seconds add up to nothing.
    """
    n = tops = bottoms = squares = products = bottom_squares = 0
    for top, bottom in pairs:
        n += 1
        tops += top
        bottoms += bottom
        squares += top * top
        products += top * bottom
        bottom_squares += bottom * bottom
    if bottoms <= 0:
        raise ValueError("nothing to divide by")
    with localcontext(_PRECISE):
        ratio = Decimal(tops) / bottoms
        if n == 1:
            return ratio, None, None
        # The sum of squared residuals over bottoms**2, in integers: no cancellation.
        residual = squares * bottoms**2 - 2 * tops * bottoms * products + tops**2 * bottom_squares
        variance = Decimal(residual) * n / (n - 1) / Decimal(bottoms) ** 4
        margin = student_quantile(confidence, n - 1) * variance.sqrt()
        return ratio, max(Decimal(0), ratio - margin), ratio + margin


def draw(seed: str, number: int, size: int) -> list[int]:
    """Resample `number`: `size` indices below `size`, with repetition.

    Each is a 32-bit little-endian word w of SHAKE-256 over "seed/number", as w * size >> 32.
    """
    stream = hashlib.shake_256(f"{seed}/{number}".encode()).digest(4 * size)
    return [word * size >> 32 for word in struct.unpack(f"<{size}I", stream)]


def bootstrap_bounds(
    value: int, again: Callable[[list[int]], int | None], size: int, seed: str, confidence: Decimal
) -> Bounds:
    """Percentile bootstrap over `size` examples. `again` computes the figure of the examples with these indices, in
    parts of SCALE, or None where it is not defined on them. The bounds are widened to hold the value itself."""
    figures = [again(draw(seed, number, size)) for number in range(RESAMPLES)]
    known = sorted(figure for figure in figures if figure is not None)
    place = int(RESAMPLES * (1 - confidence))
    with localcontext(_PRECISE):
        shown = Decimal(value) / SCALE
        if place < 1 or len(known) < RESAMPLES:
            return shown, None, None
        low, high = known[place - 1], known[-place]
        return shown, Decimal(min(low, value)) / SCALE, Decimal(max(high, value)) / SCALE


def no_better_than_all_right(n: int, confidence: Decimal) -> Decimal:
    """The lower bound of a share when all of n examples were right.

    Examples that are all alike show no spread, so that Student's t and the bootstrap would promise certainty. Of n right
    examples no more can be said than this, and so no bound of a share may be better.
    """
    return proportion_bounds(n, n, confidence)[0]
