"""The ratios of a project's money: inequalities that hold to the won, never the nearest value (domain.md §3.9)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook.money import GrantRules


@dataclass(frozen=True, slots=True)
class Split:
    """What a project costs, and what of it the startup brings."""

    total: int
    cash: int
    in_kind: int


def ratio_problems(rules: GrantRules, grant: int, cash: int, in_kind: int) -> list[Text]:
    """Which inequalities of the notice do not hold; empty when all do."""
    total = grant + cash + in_kind
    problems = []

    def broken(ko: str, en: str, ko_by: str, en_by: str, won: int) -> None:
        problems.append(text(f"{ko}({won:,}원{ko_by}).", f"{en} ({won:,} won {en_by})."))

    if (most := rules.government_share_max) is not None and grant > _share(most, total):
        missing = _up(Fraction(grant) * 100 / Fraction(most), 1) - total if most else grant
        broken(
            f"정부지원금은 총사업비의 {most}% 이하여야 합니다",
            f"The grant is at most {most}% of the total cost",
            "의 자기부담금이 더 필요합니다",
            "more of own contribution are needed",
            missing,
        )
    if (least := rules.own_share_min) is not None and cash + in_kind < _share(least, total):
        broken(
            f"자기부담금은 총사업비의 {least}% 이상이어야 합니다",
            f"The own contribution is at least {least}% of the total cost",
            " 모자랍니다",
            "short",
            _up(_share(least, total), 1) - cash - in_kind,
        )
    if cash < _share(rules.own_cash_min, total):
        broken(
            f"자기부담 현금은 총사업비의 {rules.own_cash_min}% 이상이어야 합니다",
            f"Own cash is at least {rules.own_cash_min}% of the total cost",
            " 모자랍니다",
            "short",
            _up(_share(rules.own_cash_min, total), 1) - cash,
        )
    if in_kind > _share(rules.own_in_kind_max, total):
        broken(
            f"자기부담 현물은 총사업비의 {rules.own_in_kind_max}% 이하여야 합니다",
            f"Own contribution in kind is at most {rules.own_in_kind_max}% of the total cost",
            " 많습니다",
            "too much",
            in_kind - _down(_share(rules.own_in_kind_max, total), 1),
        )
    return problems


def smallest_own(rules: GrantRules, grant: int, unit: int = 1) -> Split:
    """The smallest project over ``grant`` that keeps every inequality, in steps of ``unit``; as much in kind as allowed.

    The total is rounded up, what is in kind down, and the cash is the rest: it only grows by the rounding.
    """
    least_own = max(
        100 - Fraction(rules.government_share_max if rules.government_share_max is not None else 100),
        Fraction(rules.own_share_min or 0),
        Fraction(rules.own_cash_min),
    )
    if least_own >= 100:
        raise ValueError("the rules leave no share for the grant")
    total = _up(Fraction(grant) * 100 / (100 - least_own), unit) if least_own else grant
    own = total - grant
    cash_least = _share(rules.own_cash_min, total)
    in_kind = max(0, min(_down(_share(rules.own_in_kind_max, total), unit), _down(own - cash_least, unit)))
    return Split(total, own - in_kind, in_kind)


def _share(percent: Decimal, total: int) -> Fraction:
    return Fraction(percent) * total / 100


def _up(value: Fraction, unit: int) -> int:
    return -(-value // unit).__int__() * unit


def _down(value: Fraction, unit: int) -> int:
    return (value // unit).__int__() * unit
