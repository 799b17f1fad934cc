"""Was the machine quiet enough? Two counters decide (lab.md 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from .contract.measurement import Interference


class NoiseLimits(Protocol):
    """A plan, of whatever kind: above these a run is invalid."""

    @property
    def max_foreign_cpu_share(self) -> Decimal: ...

    @property
    def max_involuntary_share(self) -> Decimal: ...


@dataclass(frozen=True)
class Window:
    """Counters over one timed loop, all in ns but the counts."""

    inferences: int
    own_ns: int
    busy_ns: int
    capacity_ns: int
    switches: int


def condense(windows: Sequence[Window], *, judge_involuntary: bool = True) -> Interference:
    """Others' share of the machine's CPU time, and involuntary switches, over all timed loops.

    `judge_involuntary` False where a thread of the harness itself causes switches: they are counted all the same.
    """
    capacity = sum(window.capacity_ns for window in windows)
    foreign = sum(window.busy_ns - window.own_ns for window in windows)
    inferences = sum(window.inferences for window in windows)
    switches = sum(window.switches for window in windows)
    share = foreign / capacity if capacity > 0 else 0.0
    return Interference(
        foreign_cpu_share=round(min(1.0, max(0.0, share)), 4),
        involuntary_switches=switches,
        involuntary_share=round(switches / inferences, 4) if inferences else 0.0,
        involuntary_judged=judge_involuntary,
    )


def disturbances(seen: Interference, plan: NoiseLimits) -> list[str]:
    """Why a run is invalid, in one English line each; empty when it was quiet enough."""
    reasons: list[str] = []
    if Decimal(repr(seen.foreign_cpu_share)) > plan.max_foreign_cpu_share:
        reasons.append(
            f"others used {seen.foreign_cpu_share:.1%} of the CPU (limit {plan.max_foreign_cpu_share:.1%})"
        )
    if seen.involuntary_judged and Decimal(repr(seen.involuntary_share)) > plan.max_involuntary_share:
        reasons.append(
            f"pushed off the core {seen.involuntary_switches} times, {seen.involuntary_share:.1%} of "
            f"inferences (limit {plan.max_involuntary_share:.1%})"
        )
    return reasons
