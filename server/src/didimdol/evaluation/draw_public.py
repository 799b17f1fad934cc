"""The public part of a draw's record: what everybody may check without the pool. In one place, so that it can become a
tier of ``didimdol_decide.drawing``.

The full record holds the groups of every person in the pool: with few women or few market experts, somebody who knows
the field would find names. So the public part leaves the pool out and keeps its digest, under the same signature.
"""

from __future__ import annotations

from typing import Any

from didimdol.evaluation.models import Draw

FORMAT = "didimdol.draw.public/1"


def public_part(draw: Draw) -> dict[str, Any]:
    """Plain data of a draw that was run: the seal's digest and signature, commitments, secrets, seed, the number that was
    drawn of how many ways, and the pseudonyms that sit now."""
    assert draw.record is not None
    document: Any = draw.record.document
    inputs, outcome = document["payload"]["inputs"], document["payload"]["outcome"]
    return {
        "format": FORMAT,
        "of": {name: document[name] for name in ("format", "key_id", "public_key", "heads", "digest", "signature")},
        "rulebook_digest": inputs["pool"]["rulebook_digest"],
        "pool_digest": outcome["pool_digest"],
        "people": len(inputs["pool"]["people"]),
        "quotas": inputs["pool"]["quotas"],
        "commitments": inputs["commitments"],
        "reveals": inputs["reveals"],
        "seed": outcome["seed"],
        "steps": outcome["steps"],
        "drawn": outcome["drawn"],
        "replacements": [
            {**entry, "reason": recusal["reason"]}
            for entry, recusal in zip(outcome["replacements"], inputs["recusals"], strict=True)
        ],
        "panels": outcome["panels"],
        "sealed_at": inputs["sealed_at"],
    }
