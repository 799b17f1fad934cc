"""Is checking a selection cheap enough for anybody? Recomputing a sealed record of 150 applications × 7 ballots,
against only reading the same file as JSON.

    .venv/bin/python benchmarks/recompute_selection.py

Prints both times and their ratio, from one run (the best of a few passes each).
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide.lottery import commitment
from didimdol_decide.record import recompute, seal_selection

APPLICATIONS, EXPERTS, COMPANY, PASSES = 150, 5, 2, 5
CRITERIA = {"expert": ("technology", "growth", "team", "plan"), "demand": ("fit", "effect", "schedule", "price")}
SEED = "5eed" * 16


def body(key: str, weight: str, seats: int) -> dict[str, Any]:
    return {
        "key": key,
        "name": {"ko": key},
        "weight": weight,
        "quorum": 1,
        "seats": seats,
        "criteria": [{"key": name, "max_points": 25} for name in CRITERIA[key]],
    }


def ballot(draw: random.Random, application: int, key: str, seat: int) -> dict[str, Any]:
    points = {name: str(draw.randint(28, 50) / 2) for name in CRITERIA[key]}
    return {"application": f"a{application:03}", "evaluator": f"{key}-{seat}", "body": key, "points": points}


def inputs(draw: random.Random) -> dict[str, Any]:
    seats = [("expert", n) for n in range(EXPERTS)] + [("demand", n) for n in range(COMPANY)]
    return {
        "rulebook_digest": "ab" * 32,
        "stages": [
            {
                "key": "paper",
                "name": {"ko": "서면평가"},
                "cutoff_percent": "70",
                "trim": {"drop_high": 1, "drop_low": 1, "min_ballots": 5},
                "bodies": [body("expert", "0.6", EXPERTS), body("demand", "0.4", COMPANY)],
            }
        ],
        "selection": {
            "stage_weights": {"paper": "1"},
            "quota": {"by_field": {f"f{n}": 3 for n in range(5)}},
            "reserve_per_field": 2,
            "tie_breaks": [{"by": "criterion", "stage": "paper", "criterion": "fit"}, {"by": "lottery"}],
        },
        "applications": [{"id": f"a{n:03}", "field": f"f{n % 5}"} for n in range(APPLICATIONS)],
        "ballots": {"paper": [ballot(draw, n, key, seat) for n in range(APPLICATIONS) for key, seat in seats]},
        "bonuses": {},
        "lottery": {"commitment": commitment(SEED), "seed": SEED},
        "title": {"ko": "측정용 챌린지"},
    }


def best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    record = json.dumps(seal_selection(inputs(random.Random(1)), key, "bench"), ensure_ascii=False)

    def check() -> None:
        report = recompute(json.loads(record))
        assert report.ok, report.as_json()

    reading, checking = best(lambda: json.loads(record)), best(check)
    print(
        f"record: {len(record) / 1e6:.2f} MB, {APPLICATIONS} applications, {APPLICATIONS * (EXPERTS + COMPANY)} ballots"
    )
    print(f"read as JSON {reading * 1e3:.1f} ms; read and recomputed {checking * 1e3:.1f} ms")
    print(f"ratio: {checking / reading:.1f}")


if __name__ == "__main__":
    main()
