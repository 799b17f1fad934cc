"""Who would have been selected rightly: the advisory estimate beside the rule's trimmed mean, on simulated judges
whose truth is known.

    .venv/bin/python benchmarks/simulated_judges.py [PROGRAMMES]      (40 by default; two to four minutes)

200 applications, 40 evaluators, 5 ballots each, 20 places; whole points; sd of quality 6, severity 6, noise 5,
and evaluators who use more or less of the scale. Random panels, fixed panels, linked panels (20 % of the seats rotate),
each clean and with 5 % extreme scores; severity of sd 2; and two whose truth is not the fitted model: halos (an
evaluator's impression of an application colours all criteria, in some evaluators far more than in others), and
a clique that adds 12 points to its friends' applications.
Prints, by design, ratios with 95 % intervals (programmes drawn again): wrong selections of the 20 most probable
by the model / of the rule's 20; Brier score of P(selected) by the model / by resampled ballots. Everything through
`how_sure`. Prints what misses its target; fails where the model is worse than the rule beyond doubt.
"""

from __future__ import annotations

import sys
from decimal import Decimal

import numpy as np

from didimdol_decide.ballots import Ballot
from didimdol_decide.confidence import ConfidenceInputs, Settings, how_sure
from didimdol_decide.ranking import Candidate
from didimdol_decide.rules import BodyRule, CriterionRule, SelectionRule, StageRule

APPLICATIONS, JUDGES, SEATS, PLACES = 200, 40, 5, 20
WEIGHTS = (40, 30, 30)
DESIGNS = {
    # panels, extreme scores, sd of severity, what the model does not know
    "random": ("random", False, 6.0, None),
    "random + extreme": ("random", True, 6.0, None),
    "fixed": ("fixed", False, 6.0, None),
    "fixed + extreme": ("fixed", True, 6.0, None),
    "linked": ("linked", False, 6.0, None),
    "linked + extreme": ("linked", True, 6.0, None),
    "halos": ("random", False, 6.0, "halos"),
    "clique": ("random", False, 6.0, "clique"),
    "small severity": ("random", False, 2.0, None),
}


def panels_of(kind: str, draw: np.random.Generator) -> np.ndarray:
    if kind == "random":
        return np.array([draw.permutation(JUDGES)[:SEATS] for _ in range(APPLICATIONS)])
    groups = draw.permutation(JUDGES).reshape(-1, SEATS)
    panels = groups[draw.permutation(APPLICATIONS) % len(groups)].copy()
    if kind == "linked":
        for panel in panels:  # one seat of five rotates
            others = np.setdiff1d(np.arange(JUDGES), panel)
            panel[draw.integers(SEATS)] = draw.choice(others)
    return panels


def programme(design: str, seed: int) -> tuple[ConfidenceInputs, set[str]]:
    """Inputs as the product takes them, and the truly best."""
    kind, extreme, severity_sd, unknown = DESIGNS[design]
    draw = np.random.Generator(np.random.PCG64([seed, list(DESIGNS).index(design)]))
    panels = panels_of(kind, draw)
    quality = draw.normal(0, 6, APPLICATIONS)
    severity = draw.normal(0, severity_sd, JUDGES)
    scale = draw.uniform(0.85, 1.15, JUDGES)
    points = 70 + severity[panels] + scale[panels] * quality[:, None] + draw.normal(0, 5, panels.shape)
    own = np.zeros((*panels.shape, len(WEIGHTS)))
    if unknown == "halos":
        points += draw.exponential(4, JUDGES)[panels] * draw.normal(0, 1, panels.shape)
        own = draw.normal(0, 6, own.shape) + draw.normal(0, 4, (JUDGES, len(WEIGHTS)))[panels]
    if unknown == "clique":
        friends, members = draw.permutation(APPLICATIONS)[:20], draw.permutation(JUDGES)[:8]
        points[np.ix_(friends)] += 12 * np.isin(panels[friends], members)
    if extreme:
        hit = draw.random(panels.shape) < 0.05
        points = np.where(hit, points + draw.choice([-1, 1], panels.shape) * draw.uniform(20, 40, panels.shape), points)
    ballots = []
    for place, panel in enumerate(panels):
        for seat, judge in enumerate(panel):
            shares = points[place, seat] + own[place, seat]
            given = {
                f"c{n}": int(np.clip(np.rint(share * most / 100), 0, most))
                for n, (share, most) in enumerate(zip(shares, WEIGHTS, strict=True))
            }
            ballots.append(Ballot(application=f"a{place:03}", evaluator=f"e{judge:02}", body="expert", points=given))
    stage = StageRule(
        key="pitch",
        name={"ko": "발표평가"},
        bodies=(
            BodyRule(
                key="expert",
                name={"ko": "전문가"},
                weight=Decimal(1),
                quorum=1,
                seats=SEATS,
                criteria=tuple(CriterionRule(key=f"c{n}", max_points=most) for n, most in enumerate(WEIGHTS)),
            ),
        ),
        cutoff_percent=Decimal(0),
    )
    inputs = ConfidenceInputs(
        stages=(stage,),
        selection=SelectionRule(stage_weights={"pitch": Decimal(1)}, quota=PLACES),
        applications=tuple(Candidate(id=f"a{n:03}", field="all") for n in range(APPLICATIONS)),
        ballots={"pitch": tuple(ballots)},
        lottery_seed="simulated",
        settings=Settings(draws=1000),
    )
    return inputs, {f"a{n:03}" for n in np.argsort(-quality)[:PLACES]}


def figures(design: str, seed: int) -> tuple[float, float, float, float]:
    """Wrong selections by model and by rule; Brier sums by model and by resampled ballots."""
    inputs, best = programme(design, seed)
    found = how_sure(inputs).applications
    advised = sorted(found, key=lambda line: (-line.model, -line.quality, line.id))[:PLACES]
    official = [line for line in found if line.outcome == "selected"]
    truth = np.array([line.id in best for line in found], dtype=float)
    brier = [
        float(((np.array([float(getattr(line, name)) for line in found]) - truth) ** 2).mean())
        for name in ("model", "resampled")
    ]
    wrong = [sum(line.id not in best for line in chosen) for chosen in (advised, official)]
    return wrong[0], wrong[1], brier[0], brier[1]


def ratio(above: np.ndarray, below: np.ndarray) -> tuple[float, float, float]:
    draw = np.random.Generator(np.random.PCG64(7))
    rows = draw.integers(0, len(above), (4000, len(above)))
    low, high = np.quantile(above[rows].sum(1) / below[rows].sum(1), (0.025, 0.975))
    return float(above.sum() / below.sum()), float(low), float(high)


def main() -> None:
    programmes = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    print(f"{programmes} programmes a design; ratio [95 % interval], target")
    misses, worse = [], []
    for design, (_, extreme, severity_sd, _unknown) in DESIGNS.items():
        rows = np.array([figures(design, seed) for seed in range(programmes)])
        wrong, brier = ratio(rows[:, 0], rows[:, 1]), ratio(rows[:, 2], rows[:, 3])
        target = 1.02 if severity_sd < 6 else 0.75 if extreme else 0.80
        print(
            f"{design:17} wrong {rows[:, 0].mean():5.2f} / {rows[:, 1].mean():5.2f} of {PLACES}:"
            f" {wrong[0]:.3f} [{wrong[1]:.3f}, {wrong[2]:.3f}] <= {target:.2f}"
            f"   Brier {rows[:, 2].mean():.4f} / {rows[:, 3].mean():.4f}:"
            f" {brier[0]:.3f} [{brier[1]:.3f}, {brier[2]:.3f}] <= 0.80",
            flush=True,
        )
        if wrong[0] > target:
            misses.append(f"{design}: wrong selections {wrong[0]:.3f} > {target:.2f}")
        if severity_sd == 6 and brier[0] > 0.8:
            misses.append(f"{design}: Brier {brier[0]:.3f} > 0.80")
        if wrong[1] > 1.02:
            worse.append(design)
    for miss in misses:
        print(f"misses its target: {miss}")
    assert not worse, f"the model selects worse than the rule: {', '.join(worse)}"


if __name__ == "__main__":
    main()
