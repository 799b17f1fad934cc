"""Small rules and inputs used by several tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from didimdol_decide.ballots import Ballot
from didimdol_decide.lottery import commitment
from didimdol_decide.rules import BodyRule, CriterionRule, StageRule, TrimRule

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def stage(**changes: Any) -> StageRule:
    """One body of seven experts, one item of 100 points."""
    values: dict[str, Any] = {
        "key": "pitch",
        "name": {"ko": "발표평가", "en": "Pitch"},
        "bodies": [
            BodyRule(
                key="expert",
                name={"ko": "전문가"},
                weight=Decimal(1),
                quorum=1,
                seats=30,
                criteria=(CriterionRule(key="all", max_points=100),),
            )
        ],
        "cutoff_percent": 70,
    }
    return StageRule(**{**values, **changes})


def two_bodies(scope: str = "body", weight: str = "0.6", **trim: int) -> StageRule:
    bodies = [
        BodyRule(
            key=key,
            name={"ko": key},
            weight=share,
            quorum=1,
            seats=30,
            criteria=(CriterionRule(key="all", max_points=100),),
        )
        for key, share in (("expert", Decimal(weight)), ("demand", 1 - Decimal(weight)))
    ]
    return stage(bodies=bodies, trim=TrimRule(scope=scope, **trim))  # type: ignore[arg-type]


def ballots(points: list[Any], application: str = "a", body: str = "expert") -> list[Ballot]:
    return [
        Ballot(application=application, evaluator=f"{body}-{place:02}", body=body, points={"all": value})
        for place, value in enumerate(points)
    ]


SEED = "c0ffee" * 8


def inputs(**changes: Any) -> dict[str, Any]:
    """Two stages, two fields, ties that reach the lottery, one below the cut-off, one short of a quorum."""
    paper = {
        "key": "paper",
        "name": {"ko": "서류평가", "en": "Paper"},
        "bodies": [
            {
                "key": "expert",
                "name": {"ko": "전문가", "en": "Experts"},
                "weight": "1",
                "quorum": 2,
                "seats": 3,
                "criteria": [{"key": "problem", "max_points": 40}, {"key": "team", "max_points": 60}],
            }
        ],
        "cutoff_percent": "70",
        "bonus_cap": "3",
        "shortlist_factor": "2",
    }
    pitch = {
        "key": "pitch",
        "name": {"ko": "발표평가", "en": "Pitch"},
        "bodies": [
            {
                "key": "expert",
                "name": {"ko": "전문가"},
                "weight": "0.6",
                "quorum": 1,
                "seats": 5,
                "criteria": [{"key": "growth", "max_points": 50}],
            },
            {
                "key": "demand",
                "name": {"ko": "수요기업"},
                "weight": "0.4",
                "quorum": 1,
                "seats": 2,
                "criteria": [{"key": "fit", "max_points": 30}],
            },
        ],
        "cutoff_percent": "60",
    }
    paper_points = {
        "a1": [(30, 50), (35, 55)],
        "a2": [(30, 50), (35, 55)],
        "a3": [(38, 58), (37, 59)],
        "a4": [(10, 20), (11, 20)],
        "b1": [(33, 50), (35, 51)],
        "b2": [(33, 50)],
    }
    pitch_points = {
        "a1": ([40, 45], [25]),
        "a2": ([45, 40], [25]),
        "a3": ([44, 41], [24]),
        "b1": ([30], [29]),
    }
    values: dict[str, Any] = {
        "rulebook_digest": "ab" * 32,
        "stages": [paper, pitch],
        "selection": {
            "stage_weights": {"paper": "0.3", "pitch": "0.7"},
            "quota": {"by_field": {"phone": 2, "car": 1}},
            "reserve_per_field": 1,
            "tie_breaks": [
                {"by": "stage_total", "stage": "pitch"},
                {"by": "criterion", "stage": "pitch", "criterion": "fit"},
                {"by": "lottery"},
            ],
        },
        "applications": [
            *({"id": key, "field": "phone" if key[0] == "a" else "car"} for key in paper_points),
            {"id": "b3", "field": "car", "excluded": "withdrawn"},
        ],
        "ballots": {
            "paper": [
                {
                    "application": key,
                    "evaluator": f"e{place}",
                    "body": "expert",
                    "points": {"problem": one, "team": two},
                }
                for key, given in paper_points.items()
                for place, (one, two) in enumerate(given)
            ],
            "pitch": [
                {"application": key, "evaluator": f"{body}{place}", "body": body, "points": {item: value}}
                for key, both in pitch_points.items()
                for body, item, given in zip(("expert", "demand"), ("growth", "fit"), both, strict=True)
                for place, value in enumerate(given)
            ],
        },
        "bonuses": {"paper": {"b1": "5", "a3": "1.5"}},
        "lottery": {"commitment": commitment(SEED), "seed": SEED},
        "title": {"ko": "시범 챌린지", "en": "Sample challenge"},
    }
    return {**values, **changes}
