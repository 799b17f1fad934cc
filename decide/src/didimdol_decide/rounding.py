"""Exact fractions in, one decimal out: the only place where a figure is rounded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from didimdol_decide.canonical import plain
from didimdol_decide.rules import Rounding


def rounded(value: Fraction, decimals: int, rounding: Rounding) -> Decimal:
    """`value` to `decimals` places. half_up: halves away from zero; half_even: halves to the even digit;
    down: towards zero. Integer arithmetic only, so the result is the same on every machine.
    Source of "4 places, half up": KISED procurement evaluation §23② (rounds at the fifth place)."""
    scaled = abs(value) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    if rounding != "down" and (twice > 0 or (twice == 0 and (rounding == "half_up" or whole % 2 == 1))):
        whole += 1
    digits = tuple(int(digit) for digit in str(whole))
    return Decimal(plain(Decimal((1 if value < 0 else 0, digits, -decimals))))
