"""Small markets with equals on both sides, and what brute force says of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from didimdol_decide.matching import (
    MatchingInputs,
    Pair,
    verify,
)
from didimdol_decide.matching.market import Market
from markets import every_matching

FEW = settings(max_examples=40, deadline=None)


def some_groups(draw: st.DrawFn, names: str) -> list[Any]:
    """A permutation of some of the names with equals grouped here and there."""
    order = draw(st.permutations(list(names)))[: draw(st.integers(0, len(names)))]
    groups: list[list[str]] = []
    for name in order:
        if groups and draw(st.booleans()):
            groups[-1].append(name)
        else:
            groups.append([name])
    return [group[0] if len(group) == 1 else group for group in groups]


@st.composite
def tied(draw: st.DrawFn, method: str = "stable_most") -> MatchingInputs:
    """Up to five startups and three demands, equals on both sides, nested quotas, sometimes scores."""
    startups, demands = "abcde"[: draw(st.integers(1, 5))], "xyz"[: draw(st.integers(1, 3))]
    raw: dict[str, Any] = {
        "rulebook_digest": "ab" * 32,
        "method": method,
        "startups": [
            {
                "id": key,
                "order": some_groups(draw, demands),
                "standing": place,
                "cost": draw(st.integers(0, 3)),
            }
            for place, key in enumerate(draw(st.permutations(list(startups))), start=1)
        ],
        "demands": [
            {"id": key, "order": some_groups(draw, startups), "capacity": draw(st.integers(0, 2))}
            for key in demands
        ],
        "quotas": [
            {"key": "left", "demands": list(demands[:2]), "places": draw(st.integers(0, 3))},
            {"key": "all", "demands": list(demands), "places": draw(st.integers(0, 4))},
        ],
    }
    if draw(st.booleans()):
        raw["scores"] = [
            {"startup": s, "demand": d, "value": str(Decimal(draw(st.integers(0, 30))) / 10)}
            for s in startups
            for d in demands
        ]
        if draw(st.booleans()):
            raw["demands"] = [{key: row[key] for key in ("id", "capacity")} for row in raw["demands"]]
    if method == "best_value":
        raw["budgets"] = [{"key": "money", "demands": list(demands), "amount": draw(st.integers(0, 9))}]
        raw["reserves"] = [
            {"key": "least", "demands": [demands[0]], "at_least": draw(st.integers(1, 2))},
            {"key": "some", "demands": list(demands), "startups": list(startups[:2]), "at_most": 1},
            {"key": "also", "demands": [demands[-1]], "at_least": draw(st.integers(1, 2))},
        ][: draw(st.integers(0, 3))]
    return MatchingInputs.model_validate(raw)


def worth(inputs: MatchingInputs, found: Any) -> tuple[Decimal, Decimal]:
    """What the method maximises, in its order."""
    seen = Market(inputs)
    seats = Decimal(len(found))
    total = sum((seen.value_of(pair.startup, pair.demand) for pair in found), Decimal(0))
    return (seats, total) if inputs.method == "stable_most" else (total, seats)


def allowed(inputs: MatchingInputs) -> list[list[Pair]]:
    return [found for found in every_matching(inputs) if not verify(inputs, found)]
