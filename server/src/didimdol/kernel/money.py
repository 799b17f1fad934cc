"""Money: integer minor units and a currency. Won have no decimals, and no float ever touches an amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

#: digits after the decimal point (ISO 4217)
MINOR_DIGITS = {"KRW": 0, "JPY": 0, "USD": 2, "EUR": 2, "CNY": 2, "GBP": 2, "TWD": 2, "VND": 0, "SGD": 2}


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were added or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """``Money(100_000_000)`` is a hundred million won; ``Money(1999, "USD")`` is 19.99 dollars."""

    minor: int
    currency: str = "KRW"

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise TypeError("an amount is a whole number of minor units")
        if self.currency not in MINOR_DIGITS:
            raise ValueError(f"unknown currency {self.currency!r}; known: {', '.join(MINOR_DIGITS)}")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} with {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def times(self, numerator: int, denominator: int, *, up: bool) -> Money:
        """``self × numerator ÷ denominator``, rounded up or down as the rule of the caller says (never to nearest)."""
        if denominator <= 0:
            raise ValueError("the denominator is positive")
        whole = self.minor * numerator
        return Money(-(-whole // denominator) if up else whole // denominator, self.currency)

    def split(self, weights: list[int]) -> list[Money]:
        """Parts in proportion to ``weights`` that add up to the whole exactly; what is left over goes to the first."""
        total = sum(weights)
        if total <= 0 or any(w < 0 for w in weights):
            raise ValueError("weights are not negative and not all zero")
        parts = [self.minor * w // total for w in weights]
        order = [i for i, w in enumerate(weights) if w]
        for step in range(self.minor - sum(parts)):
            parts[order[step % len(order)]] += 1
        return [Money(part, self.currency) for part in parts]

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-MINOR_DIGITS[self.currency])
