"""A robust additive model of ballots: quality of the application + severity of the evaluator + noise.

    y = mu + theta(application) + b(evaluator) + e,   theta ~ N(0, t2), b ~ N(0, v2), e: see `noise`

Fitted by EM: a ballot far from its prediction, or by an evaluator who scatters, gets less weight, so that a
single extreme score moves nothing much. The variances are estimated from the ballots; the posterior given
them is normal, and drawn from exactly. Applications are eliminated first (their block is diagonal), so the
work is that of a dense matrix of the evaluators. Source: additive reviewer offsets as Ge, Welling and
Ghahramani used for NIPS 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from didimdol_decide.confidence.noise import Noise

if TYPE_CHECKING:
    import numpy as np

ROUNDS = 300


@dataclass(frozen=True)
class Fit:
    """The posterior. quality: n means (with mu); severity: m means (positive: lenient). sd of quality,
    severity and noise in points (the noise of a ballot that tells as much as one of these on the average);
    residuals: ballot less prediction, in units of the noise's sd.

    precision (n), coupling (n x (m+1)) and root (Cholesky factor of the evaluators' precision) carry the
    posterior's shape; column 0 is mu."""

    quality: np.ndarray[Any, Any]
    severity: np.ndarray[Any, Any]
    quality_sd: float
    severity_sd: float
    noise_sd: float
    residuals: np.ndarray[Any, Any]
    precision: np.ndarray[Any, Any]
    coupling: np.ndarray[Any, Any]
    root: np.ndarray[Any, Any]

    def draws(
        self, generator: np.random.Generator, count: int
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """`count` draws of quality (count x n) and severity (count x m)."""
        import numpy as np

        normal = generator.standard_normal((count, self.root.shape[0]))
        shift = np.linalg.solve(self.root.T, normal.T).T
        noise = generator.standard_normal((count, len(self.quality)))
        own = noise / np.sqrt(self.precision) - (shift @ self.coupling.T) / self.precision
        return self.quality + own + shift[:, :1], self.severity + shift[:, 1:]


def can_fit(application: np.ndarray[Any, Any]) -> bool:
    """Whether noise can be told from quality at all: three applications with two ballots or more."""
    import numpy as np

    return int((np.bincount(application) >= 2).sum()) >= 3


@dataclass(frozen=True)
class _Posterior:
    """Normal posterior given weights and variances; column 0 of the evaluators' side is mu."""

    precision: np.ndarray[Any, Any]
    coupling: np.ndarray[Any, Any]
    block: np.ndarray[Any, Any]
    common: np.ndarray[Any, Any]
    quality: np.ndarray[Any, Any]


def _posterior(
    application: np.ndarray[Any, Any],
    evaluator: np.ndarray[Any, Any],
    y: np.ndarray[Any, Any],
    w: np.ndarray[Any, Any],
    quality2: float,
    severity2: float,
) -> _Posterior:
    import numpy as np

    n, m = int(application.max()) + 1, int(evaluator.max()) + 1
    own = np.bincount(application, w, n)
    precision = own + 1 / quality2
    coupling = np.zeros((n, m + 1))
    coupling[:, 0] = own
    np.add.at(coupling, (application, evaluator + 1), w)
    by_evaluator = np.bincount(evaluator, w, m)
    block = np.zeros((m + 1, m + 1))
    block[0, 0] = w.sum()
    block[0, 1:] = block[1:, 0] = by_evaluator
    block[np.arange(1, m + 1), np.arange(1, m + 1)] = by_evaluator + 1 / severity2
    scaled = coupling / precision[:, None]
    block -= coupling.T @ scaled
    pull = np.bincount(application, w * y, n)
    right = np.concatenate(([(w * y).sum()], np.bincount(evaluator, w * y, m)))
    common = np.linalg.solve(block, right - scaled.T @ pull)
    return _Posterior(precision, coupling, block, common, (pull - coupling @ common) / precision)


def fit(
    application: np.ndarray[Any, Any],
    evaluator: np.ndarray[Any, Any],
    points: np.ndarray[Any, Any],
    robust: bool = True,
) -> Fit:
    """Fit the model to ballots given as three arrays of one length N: places 0..n-1, places 0..m-1, points.

    Every place occurs. robust=False: normal noise. Deterministic.
    """
    import numpy as np

    centre = float(points.mean())
    y = points - centre
    spread = max(float(y.var()), 1e-9)
    quality2 = severity2 = spread / 3
    noise = Noise.at_first(evaluator, spread / 3)
    floor = spread * 1e-4
    for _ in range(ROUNDS):
        before = np.array([quality2, severity2, noise.noise2])
        found = _posterior(application, evaluator, y, noise.relative / noise.noise2, quality2, severity2)
        covariance = np.linalg.inv(found.block)
        scaled = found.coupling / found.precision[:, None]
        across = scaled @ covariance
        quality_var = 1 / found.precision + (across * scaled).sum(1)
        severity_var = np.diag(covariance)[1:]
        joint = covariance[0, 0] + severity_var + 2 * covariance[0, 1:]
        prediction_var = quality_var[application] + joint[evaluator]
        prediction_var -= 2 * (across[application, 0] + across[application, evaluator + 1])
        residual = y - found.common[0] - found.quality[application] - found.common[evaluator + 1]
        noise.learn(residual**2 + np.maximum(prediction_var, 0), robust, floor)
        quality2 = max(float((found.quality**2 + quality_var).mean()), floor)
        severity2 = max(float((found.common[1:] ** 2 + severity_var).mean()), floor)
        if np.abs(np.array([quality2, severity2, noise.noise2]) / before - 1).max() < 1e-4:
            break
    precision = noise.precision(robust)
    noise_sd = float(precision.mean() ** -0.5)
    found = _posterior(application, evaluator, y, precision, quality2, severity2)
    residual = y - found.common[0] - found.quality[application] - found.common[evaluator + 1]
    return Fit(
        quality=found.quality + found.common[0] + centre,
        severity=found.common[1:],
        quality_sd=quality2**0.5,
        severity_sd=severity2**0.5,
        noise_sd=noise_sd,
        residuals=residual / noise_sd,
        precision=found.precision,
        coupling=found.coupling,
        root=np.linalg.cholesky(found.block),
    )
