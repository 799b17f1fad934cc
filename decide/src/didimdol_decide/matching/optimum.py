"""What an exact method found and how far it is proved: figures that are counted again without the solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from didimdol_decide.canonical import plain
from didimdol_decide.matching.bounds import Bound, bound, counted
from didimdol_decide.matching.exact import Found, TieRule
from didimdol_decide.matching.holding import Holding
from didimdol_decide.matching.inputs import Pair
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.rules import rules_of
from didimdol_decide.matching.values import values_of
from didimdol_decide.matching.verify import Violation, blocking
from didimdol_decide.plain import Number, Plain, Text
from didimdol_decide.record.spelling import reason_of


class Optimum(Plain):
    """Of the pairs that are not frozen.

    finished: the solver says that none is better by the method (and `kept`). seats, total: reached;
    seats_bound, total_bound: no matching within the rules has more, stable or not; total_bound counts in
    1/`unit`. seats_proved, total_proved: reached, so nothing better exists, whatever the solver says. kept:
    of `earlier` pairs; None where there are none. blocking: the blocking pairs (none with `stable_most`).
    tie_rule: with `standing`, the choice among equal optima is fixed by the inputs, else it is the solver's.
    """

    solver: str
    finished: bool
    tie_rule: TieRule
    kept: int | None
    seats: int
    seats_bound: Bound
    seats_proved: bool
    total: Number
    unit: Annotated[int, Field(ge=1)]
    total_bound: Bound
    total_proved: bool
    blocking: tuple[Pair, ...]


def optimum_of(market: Market, found: Found) -> Optimum:
    """Raises ModuleNotFoundError (no OR-Tools)."""
    rules, values = rules_of(market), values_of(market)
    empty = Bound(at_most=0, scale=1, prices=())
    figures = Optimum(
        solver=found.solver,
        finished=found.finished,
        tie_rule=found.tie_rule,
        kept=None,
        seats=0,
        seats_bound=bound(market, rules, dict.fromkeys(values.units, 1)) if values.units else empty,
        seats_proved=False,
        total=Decimal(0),
        unit=1,
        total_bound=bound(market, rules, values.units) if values.units else empty,
        total_proved=False,
        blocking=(),
    )
    return recounted(market, found.matched, figures)


def recounted(market: Market, matched: Mapping[str, str], said: Optimum) -> Optimum:
    """The same with every figure counted anew from the pairs and the prices. Raises KeyError for a price of
    no rule."""
    rules, values = rules_of(market), values_of(market)
    ones = dict.fromkeys(values.units, 1)
    seats, total = len(matched), values.of(matched)
    most_seats = counted(market, rules, ones, said.seats_bound.scale, said.seats_bound.prices)
    most_total = counted(market, rules, values.units, said.total_bound.scale, said.total_bound.prices)
    earlier = [pair for pair in market.inputs.earlier if pair.startup in market.orders]
    return Optimum.model_validate(
        {
            **said.model_dump(),
            "kept": sum(matched.get(p.startup) == p.demand for p in earlier) if earlier else None,
            "seats": seats,
            "seats_bound": said.seats_bound.model_copy(update={"at_most": most_seats}),
            "seats_proved": seats == most_seats,
            "total": Decimal(total) / values.scale,
            "unit": values.scale,
            "total_bound": said.total_bound.model_copy(update={"at_most": most_total}),
            "total_proved": total == most_total,
            "blocking": tuple(blocking(market, Holding(market, matched))),
        }
    )


def wrong_figures(market: Market, matched: Mapping[str, str], said: Optimum) -> Iterator[Violation]:
    """Every figure that does not follow from the pairs and the prices."""
    try:
        right = recounted(market, matched, said)
    except (KeyError, ValueError) as error:  # a price of no rule; figures beyond any that are written
        yield _wrong(
            "prices", f"셀 수 없는 값: {reason_of(error)}", f"It cannot be counted: {reason_of(error)}"
        )
        return
    for name in Optimum.model_fields:
        if (given := getattr(said, name)) != (found := getattr(right, name)):
            shown = (found, given) if not isinstance(given, Bound) else (found.at_most, given.at_most)
            yield _wrong(
                name, f"{name}: {shown[1]}, 실제 {shown[0]}", f"{name} is {shown[0]}, not {shown[1]}"
            )


def _wrong(key: str, ko: str, en: str) -> Violation:
    return Violation(key=key, message=Text(ko=ko, en=en))


def total_bound(optimum: Optimum) -> str:
    """The bound of the total as it is written."""
    return plain(Decimal(optimum.total_bound.at_most) / optimum.unit)
