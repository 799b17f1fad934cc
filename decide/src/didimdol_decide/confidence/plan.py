"""Before the call: how many evaluators a panel needs until its order is more than luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from didimdol_decide.confidence import rounded
from didimdol_decide.confidence.inputs import PanelDesign, Variances
from didimdol_decide.confidence.resampling import weighted_base
from didimdol_decide.confidence.result import Plan, PlanLine

if TYPE_CHECKING:
    import numpy as np

AT_ONCE = 500_000
"""Ballots simulated in one array."""


def _seated(
    generator: np.random.Generator, calls: int, applications: int, judges: int, seats: int
) -> np.ndarray[Any, Any]:
    """Random panels with even loads: calls x applications x seats, no evaluator twice on one panel."""
    import numpy as np

    # One shuffled round of evaluators after the other, cut into panels; a panel in which somebody comes twice
    # (where two rounds meet) is seated anew.
    rounds = -(-applications * seats // judges)
    line = generator.permuted(np.tile(np.arange(judges), (calls, rounds, 1)), axis=2).reshape(calls, -1)
    panels = line[:, : applications * seats].reshape(calls * applications, seats)
    inside = np.sort(panels, axis=1)
    twice = (inside[:, 1:] == inside[:, :-1]).any(axis=1)
    anew = generator.permuted(np.tile(np.arange(judges), (int(twice.sum()), 1)), axis=1)
    panels[twice] = anew[:, :seats]
    return panels.reshape(calls, applications, seats)


def _selected(
    generator: np.random.Generator,
    quality: np.ndarray[Any, Any],
    world: Variances,
    design: PanelDesign,
    size: int,
) -> np.ndarray[Any, Any]:
    """Whom panels select whose evaluators are drawn anew: calls x applications."""
    import numpy as np

    calls, applications = quality.shape
    columns, bodies = [], []
    for number, (kind, seats) in enumerate(zip(design.all_kinds, design.shared_out(size), strict=True)):
        severity = generator.standard_normal((calls, kind.judges)) * float(world.judge)
        panels = _seated(generator, calls, applications, kind.judges, seats)
        columns.append(severity[np.arange(calls)[:, None, None], panels])
        bodies += [str(number)] * seats
    points = np.concatenate(columns, axis=2) + quality[:, :, None]
    points += generator.standard_normal(points.shape) * float(world.noise)
    weights = {str(number): float(kind.weight) for number, kind in enumerate(design.all_kinds)}
    score = weighted_base(weights, design.trim, bodies, points.reshape(calls * applications, size))
    return _best(score.reshape(calls, applications), design.places)


def _best(values: np.ndarray[Any, Any], places: int) -> np.ndarray[Any, Any]:
    import numpy as np

    found = np.zeros(values.shape, dtype=bool)
    order = np.argsort(-values, axis=1, kind="stable")[:, :places]
    np.put_along_axis(found, order, True, axis=1)
    return found


def plan_panels(design: PanelDesign) -> Plan:
    """For each panel size and world, how much of the selection a second, independent panel would repeat, and
    how much goes to the truly best; and the smallest size that reaches the target. Needs numpy.

    Each simulated call draws applications and two lots of evaluators anew, seats them at random with even
    loads, and scores by the kinds' weights and (trimmed) means. Deterministic; more rounds narrow the
    figures.
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
            holds = right = done = 0
            while done < design.rounds:
                calls = min(design.rounds - done, max(1, AT_ONCE // (design.applications * seats)))
                quality = generator.standard_normal((calls, design.applications)) * float(world.quality)
                best = _best(quality, design.places)
                first, second = (_selected(generator, quality, world, design, seats) for _ in range(2))
                holds += int((first & second).sum())
                right += int((first & best).sum())
                done += calls
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
