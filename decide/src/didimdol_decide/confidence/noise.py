"""How far ballots stray, learnt from them: some evaluators scatter more, and a few scores are extreme.

A ballot's noise is normal with the variance noise2 x spread(evaluator) x stretch(ballot). Stretches are 1, 4,
16 or 64 with shares that EM estimates: on clean ballots all are 1 and nothing is lost against plain normal
noise; an extreme score is seen as stretched and moves little. Spreads have the prior nu / chi2(nu), and nu is
the value under which the ballots are likeliest: large where evaluators are alike, which draws every spread
to 1. Sources: contaminated normals in EM as Little (1988); variances that share a prior as Smyth (2004).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma, log
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

STRETCHES = (1.0, 4.0, 16.0, 64.0)
AT_FIRST = (0.9, 0.06, 0.03, 0.01)
ALIKE = (2.0, 3.0, 4.0, 6.0, 9.0, 13.0, 20.0, 30.0, 50.0, 100.0, 300.0, 1e5)


@dataclass
class Noise:
    """What is known of the noise of N ballots by m evaluators, in the course of EM.

    relative (N): expected precision of each ballot, as a share of 1/noise2; noise2: variance of an ordinary
    ballot of an ordinary evaluator; shares: of the stretches."""

    evaluator: np.ndarray[Any, Any]
    noise2: float
    relative: np.ndarray[Any, Any]
    spread: np.ndarray[Any, Any]
    shares: np.ndarray[Any, Any]
    ballots: np.ndarray[Any, Any]
    constant: np.ndarray[Any, Any]

    @classmethod
    def at_first(cls, evaluator: np.ndarray[Any, Any], noise2: float) -> Noise:
        import numpy as np

        ballots = np.bincount(evaluator)
        # The part of each likelihood of nu that EM does not change.
        constant = [
            sum(lgamma((nu + n) / 2) - lgamma(nu / 2) + nu / 2 * log(nu / 2) for n in ballots.tolist())
            for nu in ALIKE
        ]
        return cls(
            evaluator=evaluator,
            noise2=noise2,
            relative=np.ones(len(evaluator)),
            spread=np.ones(len(ballots)),
            shares=np.array(AT_FIRST),
            ballots=ballots,
            constant=np.array(constant),
        )

    def learn(self, square: np.ndarray[Any, Any], robust: bool, floor: float) -> None:
        """One round of EM. square (N): expected squared distance of each ballot from its prediction."""
        import numpy as np

        weight = np.ones(len(square))
        if robust:
            stretches = np.array(STRETCHES)
            far = square / (self.noise2 * self.spread[self.evaluator])
            likely = np.log(self.shares) - (np.log(stretches) + far[:, None] / stretches) / 2
            likely = np.exp(likely - likely.max(axis=1, keepdims=True))
            likely /= likely.sum(axis=1, keepdims=True)
            weight = (likely / stretches).sum(axis=1)
            self.shares = np.maximum(likely.mean(axis=0), 1e-6)
            self.shares /= self.shares.sum()
            total = np.bincount(self.evaluator, weight * square / self.noise2)
            alike = np.array(ALIKE)[:, None]
            evidence = self.constant - ((alike + self.ballots) / 2 * np.log((alike + total) / 2)).sum(axis=1)
            nu = ALIKE[int(evidence.argmax())]
            self.spread = (nu + total) / (nu + self.ballots)
        self.relative = weight / self.spread[self.evaluator]
        self.noise2 = max(float((self.relative * square).mean()), floor)

    def precision(self, robust: bool) -> np.ndarray[Any, Any]:
        """What each ballot tells (N). EM's own precision takes each stretch as known; which of them it was is
        not, and the Fisher information is smaller by one share for all: intervals would be too narrow."""
        import numpy as np

        if not robust:
            return self.relative * (1 / self.noise2)
        stretches = np.array(STRETCHES)
        far = np.linspace(-40, 40, 4001)[:, None]
        parts = self.shares / np.sqrt(stretches) * np.exp(-(far**2) / (2 * stretches))
        density = parts.sum(axis=1)
        weight = (parts / stretches).sum(axis=1) / density
        informed = (density * weight**2 * far[:, 0] ** 2).sum() / (density * weight).sum()
        return self.relative * float(informed / self.noise2)
