"""Two versions of a model side by side: measured in turn, so that what else the machine does meets both alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any

from .contract import (
    Bilingual,
    InputSpec,
    Measurement,
    ModelCard,
    Plan,
    Progress,
    Validity,
    bilingual,
    quantile,
)
from .intake import check
from .measure import measure
from .refusals import refuse

ROUNDS = 5
FEWEST_ROUNDS = 3
CONFIDENCE = 0.99
_RESAMPLES = 2_000

Path = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two: its card and what every round measured, in ms, MB and counts. Only undisturbed rounds speak of time."""

    card: ModelCard
    rounds: list[Measurement]

    def p50_ms(self, number: int) -> float:
        return float(quantile(self.rounds[number].pooled_ns(), "p50").value_ms)

    @property
    def peak_memory_mb(self) -> float:
        return max(each.peak_memory_bytes for each in self.rounds) / 1e6

    @property
    def accuracy(self) -> float | None:
        found = self.rounds[-1].accuracy
        return None if found is None else found.correct / found.total


@dataclass(frozen=True, slots=True)
class Ratio:
    """New over old: the median of the rounds' ratios, with a bootstrap interval over the rounds."""

    value: float
    lower: float
    upper: float

    @property
    def verdict(self) -> str:
        """faster, slower or alike (no difference shown)."""
        return "faster" if self.upper < 1 else "slower" if self.lower > 1 else "alike"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what, both values and their unit."""

    name: Bilingual
    old: float
    new: float
    unit: str


_Of = Callable[["Version", int], float]
_SIZE = bilingual("크기", "Size")
_LATENCY = bilingual("지연 시간 p50", "Latency p50")
_CPU = bilingual("추론당 CPU 시간", "CPU time per inference")
_LOAD = bilingual("처음 불러오기", "Cold load")
_MEMORY = bilingual("최대 메모리", "Peak memory")
_ACCURACY = bilingual("정확도", "Accuracy")


@dataclass(frozen=True, slots=True)
class Comparison:
    old: Version
    new: Version
    calm: list[int]  # rounds in which neither run was disturbed

    @property
    def latency(self) -> Ratio | None:
        """Of the median latency; None where too few rounds were calm."""
        return self._ratio(_p50)

    @property
    def cpu(self) -> Ratio | None:
        """Of the CPU time per inference: other work moves it less than the wall clock."""
        return self._ratio(_cpu)

    def figures(self) -> list[Figure]:
        """The table: what both were measured for. Times are medians of the undisturbed rounds, and left out without one."""
        found: list[tuple[Bilingual, float | None, float | None, str]] = [
            (_SIZE, self.old.card.size_bytes / 1e6, self.new.card.size_bytes / 1e6, "MB"),
            *(
                (name, *self._medians(of), "ms")
                for name, of in ((_LATENCY, _p50), (_CPU, _cpu), (_LOAD, _load))
            ),
            (_MEMORY, self.old.peak_memory_mb, self.new.peak_memory_mb, "MB"),
            (_ACCURACY, _percent(self.old.accuracy), _percent(self.new.accuracy), "%"),
        ]
        return [
            Figure(name, old, new, unit)
            for name, old, new, unit in found
            if old is not None and new is not None
        ]

    def _medians(self, of: _Of) -> tuple[float | None, float | None]:
        if not self.calm:
            return None, None
        old, new = (median([of(version, number) for number in self.calm]) for version in (self.old, self.new))
        return old, new

    def _ratio(self, of: _Of) -> Ratio | None:
        if len(self.calm) < FEWEST_ROUNDS:
            return None
        return bootstrap([of(self.new, number) / max(of(self.old, number), 1e-9) for number in self.calm])

    def as_json(self) -> dict[str, Any]:
        """The same as the terminal shows."""

        def told(ratio: Ratio | None) -> dict[str, Any] | None:
            if ratio is None:
                return None
            return {
                "value": ratio.value,
                "lower": ratio.lower,
                "upper": ratio.upper,
                "verdict": ratio.verdict,
            }

        def version(one: Version) -> dict[str, Any]:
            return {
                "sha256": one.card.sha256,
                "precision": one.card.precision,
                "size_bytes": one.card.size_bytes,
                "nodes": one.card.nodes,
                "executed_precision": one.rounds[0].executed_precision,
                "cpu_ms": [_cpu(one, number) for number in range(len(one.rounds))],
                "load_ms": [_load(one, number) for number in range(len(one.rounds))],
                "p50_ms": [_p50(one, number) for number in range(len(one.rounds))],
                "peak_memory_mb": one.peak_memory_mb,
                "accuracy": one.accuracy,
            }

        return {
            "old": version(self.old),
            "new": version(self.new),
            "runtime": self.new.rounds[0].runtime.value,
            "rounds": len(self.old.rounds),
            "calm_rounds": len(self.calm),
            "latency_ratio": told(self.latency),
            "cpu_ratio": told(self.cpu),
        }


def _p50(version: Version, number: int) -> float:
    return version.p50_ms(number)


def _cpu(version: Version, number: int) -> float:
    return version.rounds[number].cpu_ns_per_inference / 1e6


def _load(version: Version, number: int) -> float:
    return max(version.rounds[number].load_ms, default=0.0)


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def compare(
    old: Path,
    new: Path,
    plan: Plan,
    *,
    rounds: int = ROUNDS,
    dataset: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Measure both in `rounds` interleaved rounds, a fresh process each, in changing order. Raises Refused.

    Accuracy, where there is a data set, comes with the last round: after everything that is timed.
    """
    share = plan.model_copy(
        update={
            "processes": 1,
            "min_samples": max(1, -(-plan.min_samples // rounds)),
            "min_seconds": plan.min_seconds / rounds,
            "dataset_sha256": None,
            "dataset_task": None,
        }
    )
    own = _inputs_of(old, new, plan)
    cards = {
        path: check(path, inputs=own[path], limits=plan.limits, progress=progress) for path in (old, new)
    }
    measured: dict[Path, list[Measurement]] = {old: [], new: []}
    for number in range(rounds):
        last = number == rounds - 1
        for path in (old, new) if number % 2 == 0 else (new, old):
            labelled = (
                {"dataset_sha256": plan.dataset_sha256, "dataset_task": plan.dataset_task} if last else {}
            )
            asked = share.model_copy(update={"inputs": own[path], **labelled})
            given = dataset if last else None
            measured[path].append(measure(path, asked, dataset=given, progress=progress, card=cards[path]))
    pairs = zip(measured[old], measured[new], strict=True)
    calm = [n for n, pair in enumerate(pairs) if all(each.validity is Validity.valid for each in pair)]
    return Comparison(Version(cards[old], measured[old]), Version(cards[new], measured[new]), calm)


def _inputs_of(old: Path, new: Path, plan: Plan) -> dict[Path, dict[str, InputSpec]]:
    """Of the inputs given, those that each version has: one may have lost an input that the other takes."""
    names = {path: {tensor.name for tensor in check(path, limits=plan.limits).inputs} for path in (old, new)}
    if unknown := sorted(set(plan.inputs) - names[old] - names[new]):
        raise refuse("unknown_input", input=unknown[0], known=", ".join(sorted(names[old] | names[new])))
    return {
        path: {name: spec for name, spec in plan.inputs.items() if name in names[path]} for path in (old, new)
    }


def bootstrap(ratios: Sequence[float]) -> Ratio:
    """The median and its percentile interval under resampled rounds; seeded, so the same rounds give the same interval."""
    draw = Random(0)
    medians = sorted(median(draw.choices(ratios, k=len(ratios))) for _ in range(_RESAMPLES))
    tail = int(_RESAMPLES * (1 - CONFIDENCE) / 2)
    return Ratio(median(ratios), medians[tail], medians[-1 - tail])
