"""Small markets for the tests of matchings, and brute force beside them."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import strategies as st

from didimdol_decide.matching import MatchingInputs, Pair, match
from didimdol_decide.matching.inputs import flat

DIGEST = "ab" * 32


def market(
    startups: dict[str, str],
    demands: dict[str, tuple[str, int]],
    quotas: dict[str, tuple[str, int]] | None = None,
    frozen: str = "",
) -> MatchingInputs:
    """`market({"a": "xy"}, {"x": ("a", 1)}, {"field": ("xy", 1)}, "ax")`: ids of one letter, best first."""
    return MatchingInputs.model_validate(
        {
            "rulebook_digest": DIGEST,
            "startups": [
                {"id": key, "order": list(order), "standing": place}
                for place, (key, order) in enumerate(startups.items(), start=1)
            ],
            "demands": [
                {"id": key, "order": list(order), "capacity": capacity}
                for key, (order, capacity) in demands.items()
            ],
            "quotas": [
                {"key": key, "demands": list(covered), "places": places}
                for key, (covered, places) in (quotas or {}).items()
            ],
            "frozen": [{"startup": pair[0], "demand": pair[1]} for pair in frozen.split()],
        }
    )


def whole(
    startups: dict[str, Any],
    demands: dict[str, tuple[Any, int]],
    *,
    method: str = "deferred_acceptance",
    standings: dict[str, int] | None = None,
) -> MatchingInputs:
    """A market with equals: orders as they are in the inputs."""
    return MatchingInputs.model_validate(
        {
            "rulebook_digest": DIGEST,
            "method": method,
            "startups": [
                {"id": key, "order": order, "standing": (standings or {}).get(key, place)}
                for place, (key, order) in enumerate(startups.items(), start=1)
            ],
            "demands": [{"id": key, "order": order, "capacity": n} for key, (order, n) in demands.items()],
        }
    )


def pairs(inputs: MatchingInputs) -> str:
    return " ".join(pair.startup + pair.demand for pair in match(inputs))


def of(found: str) -> list[Pair]:
    return [Pair(startup=pair[0], demand=pair[1]) for pair in found.split()]


@st.composite
def markets(draw: st.DrawFn, most: int = 5, frozen: bool = False) -> MatchingInputs:
    """Up to `most` startups and four demands in two fields of a challenge; some name nobody."""
    startups = "abcdef"[: draw(st.integers(1, most))]
    demands = "wxyz"[: draw(st.integers(1, 4))]

    def some(of: str) -> str:
        order = draw(st.permutations(list(of)))
        return "".join(order[: draw(st.integers(0, len(of)))])

    fields = {
        "left": "".join(d for d in demands if d in "wx"),
        "right": "".join(d for d in demands if d in "yz"),
    }
    quotas = {key: (covered, draw(st.integers(0, 3))) for key, covered in fields.items() if covered}
    quotas["all"] = (demands, draw(st.integers(0, 5)))
    found = market(
        {key: some(demands) for key in draw(st.permutations(list(startups)))},
        {key: (some(startups), draw(st.integers(0, 3))) for key in demands},
        quotas,
    )
    if frozen:
        kept = [pair for pair in match(found) if draw(st.booleans())]
        found = found.model_copy(update={"frozen": tuple(kept)})
    return found


def every_matching(inputs: MatchingInputs) -> list[list[Pair]]:
    """All assignments whatsoever: `verify`, which knows nothing of `match`, tells the stable ones."""
    choices = [[None, *flat(startup.order)] for startup in inputs.startups]
    return [
        [
            Pair(startup=startup.id, demand=demand)
            for startup, demand in zip(inputs.startups, chosen, strict=True)
            if demand is not None
        ]
        for chosen in itertools.product(*choices)
    ]


def liking(inputs: MatchingInputs, found: list[Pair] | tuple[Pair, ...], startup: str) -> int:
    """How far down its true order a startup ended; no place is the furthest."""
    order = next(entry.order for entry in inputs.startups if entry.id == startup)
    demand = next((pair.demand for pair in found if pair.startup == startup), None)
    return order.index(demand) if demand in order else len(order)
