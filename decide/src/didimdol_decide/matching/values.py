"""What pairs are worth, in whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from didimdol_decide.matching.market import Market


@dataclass(frozen=True)
class Values:
    """units: of every pair that may be matched, in 1/`scale`."""

    units: Mapping[tuple[str, str], int]
    scale: int

    def of(self, matched: Mapping[str, str]) -> int:
        return sum(self.units[pair] for pair in matched.items())


def values_of(market: Market) -> Values:
    """Exact: the scale is the power of ten that makes every score whole."""
    worth = {pair: market.value_of(*pair) for pair in sorted(market.ranks)}
    scale = 10 ** max((decimal_places(value) for value in worth.values()), default=0)
    return Values({pair: int(value * scale) for pair, value in worth.items()}, scale)


def decimal_places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
