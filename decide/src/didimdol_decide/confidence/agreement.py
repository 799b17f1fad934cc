"""How far evaluators agree: Krippendorff's alpha and the intraclass correlation, with bootstrap intervals.

Alpha: 1 - observed / expected disagreement over all pairs of ballots; interval data by squared differences,
ordinal data by the same on mid-ranks (that is Krippendorff's ordinal metric). Applications with one ballot do
not count. ICC by the one-way analysis of variance: ICC(1) of a single ballot, ICC(k) of the mean of a panel
of mean size k0. Intervals: applications drawn with replacement. Sources: Krippendorff (2011), Shrout and
Fleiss (1979).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 400


@dataclass(frozen=True)
class Figure:
    """A figure with its interval; None where the ballots do not vary, so that it says nothing."""

    value: float | None
    low: float | None
    high: float | None


def _alpha(times: np.ndarray[Any, Any], sums: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """times: draws x units; sums: 3 x units (ballots, sum, sum of squares) of units with two ballots or
    more."""
    import numpy as np

    size, first, second = sums
    within = 2 * (size * second - first**2) / (size - 1)
    count = times @ size
    total = 2 * (count * (times @ second) - (times @ first) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 1e-9 * count**2, 1 - (count - 1) * (times @ within) / total, np.nan)


def _icc(times: np.ndarray[Any, Any], sums: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], ...]:
    import numpy as np

    size, first, second = sums
    units = times.sum(1)
    count, whole = times @ size, times @ first
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (times @ (first**2 / size) - whole**2 / count) / (units - 1)
        within = (times @ (second - first**2 / size)) / (count - units)
        mean_size = (count - (times @ size**2) / count) / (units - 1)
        single = (between - within) / (between + (mean_size - 1) * within)
        panel = (between - within) / between
        moves = between + within > 1e-9
        return np.where(moves, single, np.nan), np.where(moves & (between > 1e-9), panel, np.nan)


def _sums(application: np.ndarray[Any, Any], values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    import numpy as np

    size = np.bincount(application).astype(float)
    sums = np.stack((size, np.bincount(application, values), np.bincount(application, values**2)))
    return sums[:, size >= 2]


def _midranks(values: np.ndarray[Any, Any], times: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    import numpy as np

    _, place = np.unique(values, return_inverse=True)
    counts = np.bincount(place, times)
    return (np.cumsum(counts) - counts / 2)[place]


def _figure(values: np.ndarray[Any, Any], share: float) -> Figure:
    import numpy as np

    first, rest = float(values[0]), values[1:][np.isfinite(values[1:])]
    if not np.isfinite(first) or not len(rest):
        return Figure(None, None, None)
    low, high = np.quantile(rest, ((1 - share) / 2, (1 + share) / 2))
    return Figure(first, float(low), float(high))


def agreement(
    application: np.ndarray[Any, Any],
    points: np.ndarray[Any, Any],
    generator: np.random.Generator,
    share: float = 0.9,
) -> dict[str, Figure]:
    """ "alpha_interval", "alpha_ordinal", "icc_1", "icc_k" of ballots given as places 0..n-1 and points."""
    import numpy as np

    paired = np.bincount(application)[application] >= 2
    if not paired.any():
        return dict.fromkeys(("alpha_interval", "alpha_ordinal", "icc_1", "icc_k"), Figure(None, None, None))
    _, place = np.unique(application[paired], return_inverse=True)
    values = points[paired] - points[paired].mean()
    units = int(place.max()) + 1
    drawn = generator.multinomial(units, np.full(units, 1 / units), RESAMPLES)
    times = np.concatenate((np.ones((1, units)), drawn.astype(float)))
    sums = _sums(place, values)
    single, panel = _icc(times, sums)
    ordinal = np.array([_alpha(row[None], _sums(place, _midranks(values, row[place])))[0] for row in times])
    return {
        "alpha_interval": _figure(_alpha(times, sums), share),
        "alpha_ordinal": _figure(ordinal, share),
        "icc_1": _figure(single, share),
        "icc_k": _figure(panel, share),
    }
