"""Whole selections made by a seeded generator: every rule of scoring and ranking, in odd combinations."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from didimdol_decide.lottery import commitment

SEED = "0f" * 32
POINTS = {"whole": 1, "halves": 2, "thirds of a tenth": 30}


def programme(number: int, applications: int = 40) -> dict[str, Any]:
    """Inputs of one selection, as plain data; the same for the same number, for ever."""
    draw = random.Random(number)
    stages = [_stage(draw, key) for key in ("paper", "pitch", "final")[: draw.randint(1, 3)]]
    stages[-1].pop("shortlist_factor", None)
    fields = ("car", "phone", "robot")[: draw.randint(1, 3)]
    ids = [f"a{place:03}" for place in range(applications)]
    standing = list(ids)
    ballots: dict[str, list[dict[str, Any]]] = {}
    bonuses: dict[str, dict[str, str]] = {}
    for stage in stages:
        ballots[stage["key"]] = [sheet for key in standing for sheet in _ballots(draw, stage, key)]
        bonuses[stage["key"]] = {key: str(draw.randint(0, 12) / 2) for key in standing if draw.random() < 0.2}
        standing = [key for key in standing if draw.random() < 0.8]
    return {
        "rulebook_digest": "ab" * 32,
        "stages": stages,
        "selection": {
            "stage_weights": _shares(draw, [stage["key"] for stage in stages]),
            "quota": draw.randint(1, 12)
            if draw.random() < 0.3
            else {"by_field": {field: draw.randint(1, 6) for field in fields}},
            "reserve_per_field": draw.randint(0, 3),
            "tie_breaks": _tie_breaks(draw, stages),
            "allow_fewer": draw.random() < 0.5,
            "decimals": draw.randint(0, 4),
            "rounding": draw.choice(("half_up", "half_even", "down")),
        },
        "applications": [_application(draw, key, fields, stages) for key in ids],
        "ballots": ballots,
        "bonuses": bonuses,
        "lottery": {"commitment": commitment(SEED), "seed": SEED},
    }


def _shares(draw: random.Random, keys: list[str]) -> dict[str, str]:
    cuts = sorted(draw.randint(0, 20) for _ in keys[1:])
    edges = [0, *cuts, 20]
    return {key: str(Decimal(edges[n + 1] - edges[n]) / 20) for n, key in enumerate(keys)}


def _stage(draw: random.Random, key: str) -> dict[str, Any]:
    bodies = ["expert", "demand", "market"][: draw.randint(1, 3)]
    drop_high, drop_low = draw.randint(0, 2), draw.randint(0, 2)
    weights = _shares(draw, bodies)
    return {
        "key": key,
        "name": {"ko": key},
        "bodies": [
            {
                "key": body,
                "name": {"ko": body},
                "weight": weights[body],
                "quorum": draw.randint(1, 3),
                "seats": 8,
                "criteria": [
                    {"key": item, "max_points": draw.choice((10, 25, 30, 40))}
                    for item in ("fit", "growth", "team")[: draw.randint(1, 3)]
                ],
            }
            for body in bodies
        ],
        "trim": {
            "drop_high": drop_high,
            "drop_low": drop_low,
            "min_ballots": drop_high + drop_low + draw.randint(1, 3),
            "scope": draw.choice(("panel", "body")),
        },
        "decimals": draw.choice((0, 0, 1, 4, 7)),
        "rounding": draw.choice(("half_up", "half_even", "down")),
        "cutoff_percent": str(draw.choice((0, 40, 50, 60.5))),
        "cutoff_includes_bonus": draw.random() < 0.5,
        "bonus_cap": str(draw.choice((0, 2.5, 5))),
        "shortlist_factor": draw.choice((None, "1", "1.5", "3")),
        "deviation_percent": draw.choice((None, "10")),
    }


def _ballots(draw: random.Random, stage: dict[str, Any], application: str) -> list[dict[str, Any]]:
    parts = POINTS[draw.choice(sorted(POINTS))]
    coarse = draw.random() < 0.7
    found = []
    for body in stage["bodies"]:
        for seat in range(draw.choice((0, 1, 2, *(3, 5, 7) * 8))):
            points = {}
            for item in body["criteria"]:
                most = item["max_points"] * parts
                # Often few different values, for ties; some with as many places as are allowed.
                given = draw.choice((most // 2, most)) if coarse else draw.randint(most // 3, most)
                points[item["key"]] = str(round(Decimal(given) / parts, 12))
            found.append(
                {
                    "application": application,
                    "evaluator": f"{body['key']}{seat}",
                    "body": body["key"],
                    "points": points,
                }
            )
    draw.shuffle(found)
    return found


def _tie_breaks(draw: random.Random, stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for stage in stages:
        body = draw.choice(stage["bodies"])
        item = draw.choice(body["criteria"])["key"]
        rules += [
            {"by": "stage_total", "stage": stage["key"]},
            {"by": "criterion", "stage": stage["key"], "criterion": item},
            {"by": "criterion", "stage": stage["key"], "criterion": item, "body": body["key"]},
            {"by": "body", "stage": stage["key"], "body": body["key"]},
        ]
    rules = draw.sample(rules, draw.randint(0, len(rules)))
    return [*rules, {"by": "lottery"}] if draw.random() < 0.5 else rules


def _application(
    draw: random.Random, key: str, fields: tuple[str, ...], stages: list[dict[str, Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {"id": key, "field": draw.choice(fields)}
    if draw.random() < 0.1:
        found["excluded"] = "withdrawn"
        if draw.random() < 0.5:
            found["excluded_after"] = draw.choice(stages)["key"]
    return found
