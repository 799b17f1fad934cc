"""Why a panel of 40 cannot be drawn from 1,000 people: by the sums of its people, against counting the ways anew for each
question, which is how it was found before and still is where there are too many sums.

    .venv/bin/python benchmarks/draw_explaining.py            # the small pool by both ways, the large one by sums
    .venv/bin/python benchmarks/draw_explaining.py --slowly   # the large one by counting too (some minutes)

The explanations must be equal, and the large one be there within two seconds of one core. Pools are made up by a seed:
organisations, half of them market experts, few women of whom most have a conflict.
"""

from __future__ import annotations

import argparse
import random
import time
from typing import Any
from unittest.mock import patch

from didimdol_decide.drawing import Explanation, NoWay, Pool, check, explain, reach

TARGET, FASTER = 2.0, 20


def pool(people: int, seats: int, seed: int = 1) -> Pool:
    draw = random.Random(seed)
    rows: list[dict[str, Any]] = [
        {
            "id": f"p{number:04}",
            "organisation": f"o{draw.randrange(people * 3 // 10):03}",
            "served": draw.choice([0, 0, 1, 4]),
            "groups": {
                "kind": draw.choice(["market", "technical"]),
                "gender": draw.choices(["f", "m", "unstated"], [1, 8, 1])[0],
                "region": draw.choice(["outside", "capital"]),
            },
        }
        for number in range(people)
    ]
    away = {row["id"] for row in rows if draw.random() < (0.7 if row["groups"]["gender"] == "f" else 0.1)}
    quotas = [("kind", "market", "0.5"), ("gender", "f", "0.9"), ("region", "outside", "0.3")]
    return Pool.model_validate(
        {
            "people": rows,
            "panels": [
                {
                    "id": "external",
                    "seats": seats,
                    "conflicts": [{"person": key, "reason": "kin"} for key in sorted(away)],
                }
            ],
            "quotas": [{"attribute": name, "values": [value], "minimum_share": share} for name, value, share in quotas],
            "annual_cap": 4,
        }
    )


def explained(given: Pool, *, slowly: bool = False) -> tuple[Explanation, float]:
    """With the seconds of one core, the finding that it cannot be drawn included."""
    start = time.process_time()
    with patch.object(reach, "MOST_BITS", 0 if slowly else reach.MOST_BITS):
        try:
            check(given)
        except NoWay as problem:
            found = explain(given, problem)
    return found, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--slowly", action="store_true")
    slowly = parser.parse_args().slowly
    for people, seats, both in ((300, 20, True), (1000, 40, slowly)):
        given = pool(people, seats)
        found, seconds = explained(given)
        clash = ", ".join(entry.kind for entry in found.clash)
        print(f"{people:,} people, {seats} seats: {seconds:.2f} s ({clash}; {len(found.repairs)} ways out)")
        assert seconds < TARGET, f"target: under {TARGET} s"
        if both:
            other, slow = explained(given, slowly=True)
            assert other == found, "by counting it is another explanation"
            print(f"  by counting {slow:.2f} s: {slow / seconds:.0f} times as long (target: at least {FASTER})")
            assert slow >= FASTER * seconds


if __name__ == "__main__":
    main()
