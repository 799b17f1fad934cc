"""What a run yields: raw samples and the circumstances, enough to recompute every verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from .base import PlainDecimal, Sha256, Strict
from .bounds import DEFAULT_CONFIDENCE, order_ranks
from .criteria import Assurance, Boundary, Statistic
from .plan import MAX_SAMPLES_PER_PROCESS, Runtime, Scenario
from .quality import Classified, Quality
from .scenarios import Harness, LoadGenRun

NS_PER_MS = Decimal(1_000_000)

_Line = Annotated[str, StringConstraints(max_length=1000)]
_Nanoseconds = Annotated[int, Field(ge=0, le=10**15)]
_Milliseconds = Annotated[float, Field(ge=0, le=1e9)]


class Validity(StrEnum):
    valid = "valid"
    invalid = "invalid"


class Accuracy(Strict):
    """Right answers out of all, on the plan's data set."""

    correct: int = Field(ge=0)
    total: int = Field(gt=0)
    metric: str = Field(default="top1", max_length=40)

    @model_validator(mode="after")
    def _is_a_share(self) -> Self:
        if self.correct > self.total:
            raise ValueError(f"accuracy has {self.correct} right answers out of {self.total}")
        return self


class Interference(Strict):
    """How much else ran. Share of the machine's CPU time used by others (0-1); times our process was
    pushed off its core during the timed loops; that count per inference. `involuntary_judged` False: the
    count decides nothing, because LoadGen's own thread pushes the model off its core (lab.md 4.2). `known`
    False: nobody counted, the figures are 0 and say nothing."""

    later: ClassVar[frozenset[str]] = frozenset({"involuntary_judged", "known"})

    foreign_cpu_share: float = Field(ge=0, le=1)
    involuntary_switches: int = Field(ge=0)
    involuntary_share: float = Field(default=0.0, ge=0)
    involuntary_judged: bool = True
    known: bool = True

    @model_validator(mode="after")
    def _unknown_says_nothing(self) -> Self:
        if not self.known and (self.foreign_cpu_share or self.involuntary_switches or self.involuntary_share):
            raise ValueError("interference that is not known must not have figures; leave them 0")
        return self


class Placement(Strict):
    """Where the runtime put the model's operators after it compiled it: unit (CPU, GPU, NPU) -> count of nodes.
    `fallbacks`: operators that were left to the CPU although an accelerator was asked for."""

    units: dict[Annotated[str, StringConstraints(max_length=40)], Annotated[int, Field(ge=0)]] = Field(
        max_length=16
    )
    fallbacks: dict[Annotated[str, StringConstraints(max_length=100)], Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict, max_length=200
    )

    def share(self) -> float | None:
        """Part of the nodes on another unit than the CPU, 0-1; None where there are no nodes."""
        total = sum(self.units.values())
        return None if total == 0 else 1 - self.units.get("CPU", 0) / total


class Layer(Strict):
    """Time of one layer of one inference, as the runtime's own profile tells it; a profile slows a run."""

    name: str = Field(max_length=200)
    operator: str = Field(max_length=100)
    unit: str = Field(max_length=40)
    ns: int = Field(ge=0, le=10**15)


class Minute(Strict):
    """One minute of the sustained run: the median of its inferences, and how many there were."""

    p50_ns: int = Field(ge=0, le=10**15)
    samples: int = Field(ge=1)


class Difference(Strict):
    """One output beside the reference's (ONNX Runtime CPU, float32) on the plan's inputs. `cosine` None: not
    defined, as for an output of zeros."""

    output: str = Field(max_length=200)
    max_abs: float = Field(ge=0)
    cosine: float | None = Field(default=None, ge=-1.000001, le=1.000001)


class Measurement(Strict):
    """The record of one measurement. `samples_ns[i]` are all samples of fresh process i, in order; what a sample
    is, `WHAT_IS_TIMED` tells for each scenario (single_stream: one timed inference).
    `first_inference_ms` is the slowest of the processes, `peak_memory_bytes` the largest high-water mark;
    these two and `cpu_ns_per_inference` are 0 where they were not measured."""

    later: ClassVar[frozenset[str]] = frozenset(
        {
            "runtime",
            "scenario",
            "warm_load_ms",
            "memory_phases",
            "placement",
            "layers",
            "sustained",
            "differences",
            "energy_uj_per_inference",
            "harness",
            "loadgen",
            "quality",
        }
    )

    schema_: Literal[1] = Field(default=1, alias="schema")
    model_sha256: Sha256
    plan_digest: Sha256
    samples_ns: list[Annotated[list[_Nanoseconds], Field(max_length=MAX_SAMPLES_PER_PROCESS)]] = Field(
        max_length=20
    )
    load_ms: list[_Milliseconds] = Field(max_length=20)
    first_inference_ms: _Milliseconds
    peak_memory_bytes: int = Field(ge=0)
    model_size_bytes: int = Field(ge=0)
    cpu_ns_per_inference: int = Field(ge=0)
    accuracy: Accuracy | None = None
    environment: dict[Annotated[str, StringConstraints(max_length=64)], _Line] = Field(
        default_factory=dict, max_length=64
    )
    sandbox_layers: list[Annotated[str, StringConstraints(max_length=64)]] = Field(
        default_factory=list, max_length=32
    )
    interference: Interference
    validity: Validity = Validity.valid
    invalid_reasons: list[_Line] = Field(default_factory=list, max_length=32)
    attempts: int = Field(default=1, ge=1)
    started_at: str = Field(max_length=40)
    ended_at: str = Field(max_length=40)
    executed_precision: str = Field(default="f32", max_length=40)
    boundary: Boundary = Boundary.model_only
    assurance: Assurance = Assurance.measured_shared
    percentile_confidence: PlainDecimal = Field(default=DEFAULT_CONFIDENCE, ge=Decimal("0.5"), lt=1)
    runtime: Runtime = Runtime.onnxruntime_cpu
    scenario: Scenario = Scenario.single_stream
    warm_load_ms: list[_Milliseconds] = Field(default_factory=list, max_length=20)
    """A second load in the same process, after everything timed; one per process."""
    memory_phases: dict[Literal["start", "loaded", "first", "measured"], Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict
    )
    """Highest resident memory in bytes up to the end of each phase, the largest of the processes."""
    placement: Placement | None = None
    layers: list[Layer] = Field(default_factory=list, max_length=200)
    sustained: list[Minute] = Field(default_factory=list, max_length=120)
    differences: list[Difference] = Field(default_factory=list, max_length=100)
    energy_uj_per_inference: int | None = Field(default=None, ge=0)
    """From a hardware counter of the whole package, in microjoules; None: not measured."""
    quality: Quality | None = None
    """What the model did with each example of the plan's data set."""

    @model_validator(mode="after")
    def _one_count_of_right_answers(self) -> Self:
        if isinstance(self.quality, Classified) and self.accuracy is not None:
            told, counted = self.accuracy, self.quality
            if (told.correct, told.total) != (counted.correct, counted.total):
                raise ValueError(
                    f"accuracy says {told.correct} of {told.total}, the cells {counted.correct} of {counted.total}"
                )
        return self

    harness: Harness = Harness.own_loop
    loadgen: list[LoadGenRun] = Field(default_factory=list, max_length=20)
    """What LoadGen says about each process, where it drove them."""

    @model_validator(mode="after")
    def _only_elsewhere_is_unknown(self) -> Self:
        """Whoever ran the model on a machine of their own has counted."""
        if not self.interference.known and self.runtime is not Runtime.ai_hub:
            raise ValueError(f"runtime '{self.runtime}' counts interference; give its figures")
        return self

    def inferences_per_sample(self) -> int:
        """How many inferences one sample holds: more than one in the multi_stream scenario only."""
        multi = self.scenario is Scenario.multi_stream and self.loadgen
        return self.loadgen[0].samples_per_query if multi else 1

    def completed_per_second(self) -> Decimal | None:
        """Scenario server: queries of all processes over their time, by our clock; None in the others."""
        if self.scenario is not Scenario.server:
            return None
        spent = sum(run.duration_ns for run in self.loadgen)
        return Decimal(sum(run.queries for run in self.loadgen)) * 10**9 / spent if spent else None

    def pooled_ns(self) -> list[int]:
        """All samples of all processes."""
        return [sample for process in self.samples_ns for sample in process]


class Quantile(Strict):
    """A percentile in ms with its confidence bounds; a bound is None where the samples do not allow one."""

    value_ms: PlainDecimal
    lower_ms: PlainDecimal | None
    upper_ms: PlainDecimal | None


def percent_of(percentile: Statistic | str | Decimal | int) -> Decimal:
    """`p99`, 99 or Decimal(99) -> Decimal(99)."""
    if isinstance(percentile, str):
        return Decimal(percentile.removeprefix("p"))
    return Decimal(percentile)


def quantile(
    samples: Iterable[int],
    percentile: Statistic | str | Decimal | int,
    confidence: Decimal = DEFAULT_CONFIDENCE,
) -> Quantile:
    """The percentile of samples in ns, with order-statistic bounds. Raises ValueError without samples.

    The value is the nearest-rank one (rank ceil(n*p)): a time that was really measured.
    """
    ordered = sorted(samples)
    n = len(ordered)
    if n == 0:
        raise ValueError("no samples")
    percent = percent_of(percentile)
    rank = max(1, min(n, int(-(-(percent * n) // 100))))
    low, high = order_ranks(n, percent, confidence)
    return Quantile(
        value_ms=ordered[rank - 1] / NS_PER_MS,
        lower_ms=None if low is None else ordered[low - 1] / NS_PER_MS,
        upper_ms=None if high is None else ordered[high - 1] / NS_PER_MS,
    )


def histogram(
    samples_ns: Sequence[int] | Sequence[Sequence[int]], bins: int = 40
) -> list[tuple[float, float, int]]:
    """(from_ms, to_ms, count), equal widths, last bin closed. Takes a flat list or one list per process."""
    flat: list[int] = []
    for entry in samples_ns:
        if isinstance(entry, int):
            flat.append(entry)
        else:
            flat.extend(entry)
    if not flat or bins < 1:
        return []
    low, high = min(flat), max(flat)
    if low == high:
        return [(low / 1e6, high / 1e6, len(flat))]
    span = high - low
    counts = [0] * bins
    for sample in flat:
        counts[min(bins - 1, (sample - low) * bins // span)] += 1
    edges = [(low + span * index / bins) / 1e6 for index in range(bins + 1)]
    return [(edges[index], edges[index + 1], counts[index]) for index in range(bins)]
