"""What the stage score would have been with other ballots of the same evaluators' kinds.

Bootstrap: in each draw every application's ballots are drawn again, with replacement, from its own ballots of
the same kind. Seats, kinds, trimming and weights stay as the rule has them. The severity of an evaluator who
sits on many panels counts here as if each ballot had its own; the model in `offsets` knows better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from didimdol_decide.rules import StageRule, TrimRule

if TYPE_CHECKING:
    import numpy as np


def kept_ballots(values: np.ndarray[Any, Any], trim: TrimRule) -> np.ndarray[Any, Any]:
    """Which of each row's values the rule keeps; as in `scoring`, of equal values the earlier counts as
    lower."""
    import numpy as np

    draws, size = values.shape
    kept = np.ones((draws, size), dtype=bool)
    if size >= trim.min_ballots:
        order = np.argsort(values, axis=1, kind="stable")
        ends = np.concatenate((order[:, : trim.drop_low], order[:, size - trim.drop_high :]), axis=1)
        np.put_along_axis(kept, ends, False, axis=1)
    return kept


def trimmed_base(
    rule: StageRule, bodies: Sequence[str], values: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Base scores (0..100) of one application, by draw.

    values: draws x ballots, in points out of 100; `bodies`: the kind of each column, in the order of the
    rule. As `scoring.score_stage` in floating point, before rounding.
    """
    return weighted_base({body.key: float(body.weight) for body in rule.bodies}, rule.trim, bodies, values)


def weighted_base(
    weights: Mapping[str, float], trim: TrimRule, bodies: Sequence[str], values: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """`trimmed_base` with the parts of the rule that matter: the weight of each kind, and what is dropped."""
    import numpy as np

    columns = {key: [n for n, body in enumerate(bodies) if body == key] for key in weights}
    inside = np.ones(values.shape, dtype=bool)
    for places in columns.values():
        if places:
            inside[:, places] = kept_ballots(values[:, places], trim)
    kept = inside
    if trim.scope == "panel":
        whole = kept_ballots(values, trim)
        present = [places for places in columns.values() if places]
        all_left = np.all([whole[:, places].any(axis=1) for places in present], axis=0)
        kept = np.where(all_left[:, None], whole, inside)
    base = np.zeros(len(values))
    for key, weight in weights.items():
        places = columns[key]
        if places:
            chosen = kept[:, places]
            base += weight * (values[:, places] * chosen).sum(axis=1) / chosen.sum(axis=1)
    return base


def resample(
    bodies: Sequence[str], points: np.ndarray[Any, Any], generator: np.random.Generator, draws: int
) -> np.ndarray[Any, Any]:
    """Draws x ballots: each column one ballot drawn from those of its own kind."""
    import numpy as np

    keys = np.array(bodies)
    out = np.empty((draws, len(points)))
    for key in sorted(set(bodies)):
        places = np.flatnonzero(keys == key)
        out[:, places] = points[places][generator.integers(0, len(places), (draws, len(places)))]
    return out
