"""Estimates as decimals: the shapes here refuse floating point, and more digits would only pretend."""

from __future__ import annotations

from decimal import Decimal
from typing import overload


@overload
def points(value: None) -> None: ...
@overload
def points(value: float) -> Decimal: ...
@overload
def points(value: float | None) -> Decimal | None: ...
def points(value: float | None) -> Decimal | None:
    """Two decimals; None stays None."""
    return None if value is None else Decimal(f"{value:.2f}")


def share(value: float) -> Decimal:
    """Four decimals."""
    return Decimal(f"{value:.4f}")
