"""Exact fractions in, one decimal out: the only place where a figure is rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from didimdol_decide.rules import Rounding


def rounded(value: Fraction, decimals: int, rounding: Rounding) -> Decimal:
    """`value` to `decimals` places. half_up: halves away from zero; half_even: halves to the even digit;
    down: towards zero. Integer arithmetic only, so the result is the same on every machine.
    Source of "4 places, half up": KISED procurement evaluation §23② (rounds at the fifth place)."""
    return rounded_ratio(value.numerator, value.denominator, decimals, rounding)


@lru_cache(maxsize=1 << 16)
def rounded_ratio(numerator: int, denominator: int, decimals: int, rounding: Rounding) -> Decimal:
    """As `rounded`, of numerator / denominator (above 0), which need not be in lowest terms."""
    whole, rest = divmod(abs(numerator) * 10**decimals, denominator)
    twice = 2 * rest - denominator
    if rounding != "down" and (twice > 0 or (twice == 0 and (rounding == "half_up" or whole % 2 == 1))):
        whole += 1
    digits = str(whole).rjust(decimals + 1, "0")
    if decimals:
        digits = f"{digits[:-decimals]}.{digits[-decimals:]}".rstrip("0").rstrip(".")
    return Decimal(f"-{digits}" if numerator < 0 and whole else digits)
