"""A robust additive model of ballots: quality of the application + severity of the evaluator + noise.

    y = mu + theta(application) + b(evaluator) + e,   theta ~ N(0, t2), b ~ N(0, v2), e ~ t with 4 degrees

Fitted by EM: with the noise seen as normal of unknown precision, a ballot far from its prediction gets the
weight 5 / (4 + r^2/s2), so that a single extreme score moves nothing much. The variances are estimated from
the ballots; the posterior given them is normal, and drawn from exactly. Applications are eliminated first
(their block is diagonal), so the work is that of a dense matrix of the evaluators. Source: additive reviewer
offsets as Ge, Welling and Ghahramani used for NIPS 2013; t weights as Lange, Little and Taylor (1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

DEGREES = 4
ROUNDS = 300


@dataclass(frozen=True)
class Fit:
    """The posterior. quality: n means (with mu); severity: m means (positive: lenient). sd of quality,
    severity and noise in points; residuals: ballot less prediction, in units of the noise's sd.

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

    n, m, size = int(application.max()) + 1, int(evaluator.max()) + 1, len(points)
    centre = float(points.mean())
    y = points - centre
    spread = max(float(y.var()), 1e-9)
    quality2 = severity2 = noise2 = spread / 3
    weights = np.ones(size)
    floor = spread * 1e-4
    for _ in range(ROUNDS):
        w = weights / noise2
        precision = np.bincount(application, w, n) + 1 / quality2
        coupling = np.zeros((n, m + 1))
        coupling[:, 0] = np.bincount(application, w, n)
        np.add.at(coupling, (application, evaluator + 1), w)
        block = np.zeros((m + 1, m + 1))
        by_evaluator = np.bincount(evaluator, w, m)
        block[0, 0] = w.sum()
        block[0, 1:] = block[1:, 0] = by_evaluator
        block[np.arange(1, m + 1), np.arange(1, m + 1)] = by_evaluator + 1 / severity2
        scaled = coupling / precision[:, None]
        block -= coupling.T @ scaled
        covariance = np.linalg.inv(block)
        pull = np.bincount(application, w * y, n)
        right = np.concatenate(([(w * y).sum()], np.bincount(evaluator, w * y, m)))
        common = covariance @ (right - scaled.T @ pull)
        quality = (pull - coupling @ common) / precision
        severity = common[1:]

        across = scaled @ covariance
        quality_var = 1 / precision + (across * scaled).sum(1)
        severity_var = np.diag(covariance)[1:]
        joint = covariance[0, 0] + severity_var + 2 * covariance[0, 1:]
        prediction_var = quality_var[application] + joint[evaluator]
        prediction_var -= 2 * (across[application, 0] + across[application, evaluator + 1])
        residual = y - common[0] - quality[application] - severity[evaluator]
        square = residual**2 + np.maximum(prediction_var, 0)

        before = np.array([quality2, severity2, noise2])
        if robust:
            weights = (DEGREES + 1) / (DEGREES + square / noise2)
        noise2 = max(float((weights * square).mean()), floor)
        quality2 = max(float((quality**2 + quality_var).mean()), floor)
        severity2 = max(float((severity**2 + severity_var).mean()), floor)
        if np.abs(np.array([quality2, severity2, noise2]) / before - 1).max() < 1e-4:
            break
    return Fit(
        quality=quality + common[0] + centre,
        severity=severity,
        quality_sd=quality2**0.5,
        severity_sd=severity2**0.5,
        noise_sd=noise2**0.5,
        residuals=residual / noise2**0.5,
        precision=precision,
        coupling=coupling,
        root=np.linalg.cholesky(block),
    )
