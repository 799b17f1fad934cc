"""Before the call: how many evaluators a panel needs until its order is more than luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from didimdol_decide.confidence import rounded
from didimdol_decide.confidence.inputs import PanelDesign, Variances
from didimdol_decide.confidence.resampling import kept_ballots
from didimdol_decide.confidence.result import Plan, PlanLine

if TYPE_CHECKING:
    import numpy as np


def _seat(generator: np.random.Generator, applications: int, judges: int, seats: int) -> np.ndarray[Any, Any]:
    """Random panels with even loads: applications x seats, no evaluator twice on one panel."""
    import numpy as np

    # One shuffled round of evaluators after the other, cut into panels; who comes twice in a panel (where
    # two rounds meet) is replaced by somebody else.
    rounds = -(-applications * seats // judges)
    line = np.concatenate([generator.permutation(judges) for _ in range(rounds)])
    panels = line[: applications * seats].reshape(applications, seats)
    for panel in panels:
        if len(set(panel.tolist())) < seats:
            panel[:] = generator.permutation(judges)[:seats]
    return panels


def _selected(
    generator: np.random.Generator,
    quality: np.ndarray[Any, Any],
    world: Variances,
    design: PanelDesign,
    seats: int,
) -> set[int]:
    import numpy as np

    severity = generator.standard_normal(design.judges) * float(world.judge)
    panels = _seat(generator, design.applications, design.judges, seats)
    noise = generator.standard_normal(panels.shape) * float(world.noise)
    points = quality[:, None] + severity[panels] + noise
    kept = kept_ballots(points, design.trim)
    score = (points * kept).sum(axis=1) / kept.sum(axis=1)
    return set(np.argsort(-score, kind="stable")[: design.places].tolist())


def plan_panels(design: PanelDesign) -> Plan:
    """For each panel size and world, how much of the selection a second, independent panel would repeat, and
    how much goes to the truly best; and the smallest size that reaches the target. Needs numpy.

    Each simulated call draws applications and two lots of evaluators anew, seats them at random with even
    loads, and scores by the (trimmed) mean. Deterministic; more rounds narrow the figures.
    """
    import numpy as np

    lines = []
    enough: list[int | None] = []
    sizes = sorted(set(design.seats))
    for number, world in enumerate(design.worlds):
        reached: int | None = None
        for seats in sizes:
            # A generator of its own: a size's figures do not depend on which others are asked for.
            generator = np.random.Generator(np.random.PCG64([design.seed, number, seats]))
            holds = right = 0
            for _ in range(design.rounds):
                quality = generator.standard_normal(design.applications) * float(world.quality)
                best = set(np.argsort(-quality, kind="stable")[: design.places].tolist())
                first, second = (_selected(generator, quality, world, design, seats) for _ in range(2))
                holds += len(first & second)
                right += len(first & best)
            total = design.rounds * design.places
            line = PlanLine(
                world=number,
                seats=seats,
                holds=rounded.share(holds / total),
                right=rounded.share(right / total),
            )
            lines.append(line)
            if reached is None and line.holds >= design.target:
                reached = seats
        enough.append(reached)
    known = [size for size in enough if size is not None]
    return Plan(
        luck=rounded.share(design.places / design.applications),
        target=design.target,
        lines=tuple(lines),
        enough=tuple(enough),
        enough_everywhere=max(known) if len(known) == len(enough) else None,
    )
