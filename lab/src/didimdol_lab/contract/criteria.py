"""Acceptance criteria: what is measured, how it is condensed, and the limit it must keep."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Self

from pydantic import Field, model_validator

from .base import PlainDecimal, Strict


class Metric(StrEnum):
    latency = "latency"
    throughput = "throughput"
    peak_memory = "peak_memory"
    load_time = "load_time"
    model_size = "model_size"
    accuracy = "accuracy"
    warm_load_time = "warm_load_time"
    first_inference = "first_inference"
    sustained_latency = "sustained_latency"
    accelerator_share = "accelerator_share"
    output_difference = "output_difference"
    output_cosine = "output_cosine"
    time_to_first_token = "time_to_first_token"
    tokens_per_second = "tokens_per_second"


GENERATIVE = frozenset({Metric.time_to_first_token, Metric.tokens_per_second})
"""What only a generative model has; judged on a `Generation`, not on a `Measurement`."""
_AT_A_CONTEXT = frozenset({*GENERATIVE, Metric.peak_memory, Metric.load_time})


class Statistic(StrEnum):
    p50 = "p50"
    p90 = "p90"
    p99 = "p99"
    value = "value"


class Comparison(StrEnum):
    at_most = "<="
    at_least = ">="


class Boundary(StrEnum):
    """What the timer encloses. Harnesses differ here by more than they differ in speed (lab.md 1.3 no. 8)."""

    model_only = "model_only"
    with_input_copy = "with_input_copy"


class Assurance(StrEnum):
    """How far a figure may be trusted, weakest first."""

    simulated = "simulated"
    measured_shared = "measured_shared"
    measured = "measured"


ASSURANCE_ORDER: tuple[Assurance, ...] = (
    Assurance.simulated,
    Assurance.measured_shared,
    Assurance.measured,
)

_PERCENTILES = (Statistic.p50, Statistic.p90, Statistic.p99)
_VALUE = (Statistic.value,)

# metric -> (allowed statistics, the one meaningful direction, the one unit). MB is 10**6 bytes.
RULES: dict[Metric, tuple[tuple[Statistic, ...], Comparison, str]] = {
    Metric.latency: (_PERCENTILES, Comparison.at_most, "ms"),
    Metric.throughput: (_VALUE, Comparison.at_least, "1/s"),
    Metric.peak_memory: (_VALUE, Comparison.at_most, "MB"),
    Metric.load_time: (_VALUE, Comparison.at_most, "ms"),
    Metric.model_size: (_VALUE, Comparison.at_most, "MB"),
    Metric.accuracy: (_VALUE, Comparison.at_least, "%"),
    Metric.warm_load_time: (_VALUE, Comparison.at_most, "ms"),
    Metric.first_inference: (_VALUE, Comparison.at_most, "ms"),
    Metric.sustained_latency: (_VALUE, Comparison.at_most, "ms"),
    Metric.accelerator_share: (_VALUE, Comparison.at_least, "%"),
    Metric.output_difference: (_VALUE, Comparison.at_most, "1"),
    Metric.output_cosine: (_VALUE, Comparison.at_least, "1"),
    Metric.time_to_first_token: (_PERCENTILES, Comparison.at_most, "ms"),
    Metric.tokens_per_second: (_VALUE, Comparison.at_least, "1/s"),
}


class Criterion(Strict):
    """One acceptance criterion, e.g. p99 latency <= 20 ms. Raises ValidationError naming rule and remedy."""

    later: ClassVar[frozenset[str]] = frozenset({"context"})

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    metric: Metric
    statistic: Statistic
    comparison: Comparison
    threshold: PlainDecimal = Field(ge=0, le=Decimal(10) ** 12)
    unit: str
    boundary: Boundary = Boundary.model_only
    assurance: Assurance = Assurance.measured_shared
    context: int | None = Field(default=None, ge=1, le=1_000_000)
    """Of a generative model: at this many tokens of context; None: at every length that the plan measures."""

    @model_validator(mode="after")
    def _fits_its_metric(self) -> Self:
        statistics, comparison, unit = RULES[self.metric]
        if self.statistic not in statistics:
            allowed = ", ".join(statistics)
            raise ValueError(
                f"criterion '{self.key}': statistic '{self.statistic}' is not defined for {self.metric}; "
                f"use one of: {allowed}"
            )
        if self.comparison is not comparison:
            raise ValueError(
                f"criterion '{self.key}': {self.metric} is limited with '{comparison}', "
                f"not '{self.comparison}'; write comparison: '{comparison}'"
            )
        if self.unit != unit:
            raise ValueError(
                f"criterion '{self.key}': {self.metric} is given in '{unit}', not '{self.unit}'; "
                f"convert the threshold and write unit: '{unit}'"
            )
        if self.context is not None and self.metric not in _AT_A_CONTEXT:
            raise ValueError(
                f"criterion '{self.key}': {self.metric} has no context length; leave out context, "
                f"or limit one of: {', '.join(sorted(_AT_A_CONTEXT))}"
            )
        if self.metric is Metric.accuracy and self.threshold > 100:
            raise ValueError(
                f"criterion '{self.key}': accuracy is at most 100 %, not {self.threshold}; "
                "lower the threshold"
            )
        return self
