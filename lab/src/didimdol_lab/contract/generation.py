"""Generative models: what a run is to do, what it yields, and how its criteria are judged.

A criterion on a generative model names a context length, or counts at every length of the plan. It is judged by the
rules of every other one: time to first token as a latency, tokens a second as a throughput.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from .base import PlainDecimal, Sha256, Strict
from .bounds import DEFAULT_CONFIDENCE
from .criteria import Assurance, Comparison, Criterion, Metric
from .judging import CriterionResult, Verdict, judge
from .measurement import Interference, Measurement, Validity
from .plan import MAX_SAMPLES_PER_PROCESS, Limits, Precision
from .refusal import Bilingual, bilingual

MAX_CONTEXT = 131_072
MAX_NEW_TOKENS = 4_096
_Nanoseconds = Annotated[int, Field(ge=0, le=10**15)]
_Short = Annotated[str, StringConstraints(max_length=120)]


class Generator(StrEnum):
    """What generates. Each is at home in one form of package."""

    onnxruntime_genai = "onnxruntime-genai-cpu"
    openvino = "openvino-cpu"


class GenerationPlan(Strict):
    """A plan for a generative model. Prompts are seeded token ids, the choice is greedy, the end token is ignored.

    Every process meets one context length only, so that its memory is that length's. `runtime` None: the one that the
    package is made for. `repetitions` and `warmup` are whole generations, in each process. `max_involuntary_share` is
    per token: one takes tens of milliseconds, beside which being pushed off the core once is little.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    runtime: Generator | None = None
    precision: Precision = Precision.f32
    threads: int = Field(default=1, ge=1, le=256)
    contexts: list[Annotated[int, Field(ge=1, le=MAX_CONTEXT)]] = Field(
        default_factory=lambda: [32, 128, 512], min_length=1, max_length=8
    )
    new_tokens: int = Field(default=32, ge=2, le=MAX_NEW_TOKENS)
    repetitions: int = Field(default=4, ge=1, le=10_000)
    warmup: int = Field(default=1, ge=0, le=100)
    processes: int = Field(default=3, ge=3, le=20)
    percentile_confidence: PlainDecimal = Field(default=DEFAULT_CONFIDENCE, ge=Decimal("0.5"), lt=1)
    max_attempts: int = Field(default=2, ge=1, le=10)
    max_foreign_cpu_share: PlainDecimal = Field(default=Decimal("0.10"), ge=0, le=1)
    max_involuntary_share: PlainDecimal = Field(default=Decimal(1), ge=0)
    seed: int = Field(default=0, ge=0, lt=2**32)
    limits: Limits = Field(default_factory=lambda: Limits(memory_mb=8_000, seconds=600))

    @model_validator(mode="after")
    def _lengths_differ(self) -> Self:
        if sorted(set(self.contexts)) != self.contexts:
            raise ValueError(
                f"contexts {self.contexts} are not in rising order, each once; write {sorted(set(self.contexts))}"
            )
        return self

    @model_validator(mode="after")
    def _tokens_fit_the_record(self) -> Self:
        tokens = self.repetitions * (self.new_tokens - 1)
        if tokens > MAX_SAMPLES_PER_PROCESS:
            raise ValueError(
                f"{self.repetitions} repetitions of {self.new_tokens} new tokens do not fit in a process's record of "
                f"{MAX_SAMPLES_PER_PROCESS} times; ask for fewer repetitions, or more processes"
            )
        return self

    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON, as that of a Plan."""
        document = self.model_dump(mode="json", by_alias=True)
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Length(Strict):
    """One context length (tokens of the prompt). Lists hold one entry a fresh process, in the order they ran.

    `first_ns`: from handing in the prompt to the first new token, one a repetition. `next_ns`: each following token
    of each repetition, in order. `tokens`: what was generated; `stable`: the same in every repetition and process.
    """

    context: int = Field(ge=1, le=MAX_CONTEXT)
    first_ns: list[Annotated[list[_Nanoseconds], Field(min_length=1, max_length=MAX_SAMPLES_PER_PROCESS)]] = (
        Field(min_length=1, max_length=20)
    )
    next_ns: list[Annotated[list[_Nanoseconds], Field(min_length=1, max_length=MAX_SAMPLES_PER_PROCESS)]] = (
        Field(min_length=1, max_length=20)
    )
    load_ns: list[_Nanoseconds] = Field(min_length=1, max_length=20)
    peak_memory_bytes: list[Annotated[int, Field(gt=0)]] = Field(min_length=1, max_length=20)
    cpu_ns_per_token: int = Field(ge=0)
    """All that the processors worked, prompts too, over all new tokens."""
    tokens: list[Annotated[int, Field(ge=0, lt=2**31)]] = Field(min_length=2, max_length=MAX_NEW_TOKENS)
    stable: bool

    @model_validator(mode="after")
    def _times_belong_together(self) -> Self:
        processes = len(self.first_ns)
        if not len(self.next_ns) == len(self.load_ns) == len(self.peak_memory_bytes) == processes:
            raise ValueError(f"context {self.context}: not every list has {processes} processes")
        following = len(self.tokens) - 1
        for first, after in zip(self.first_ns, self.next_ns, strict=True):
            if len(after) != len(first) * following:
                raise ValueError(
                    f"context {self.context}: {len(first)} repetitions of {following} following tokens "
                    f"do not give {len(after)} times"
                )
        return self


class Generation(Strict):
    """The record of one run. `model_sha256` is that of the list of `files` (see `listing_digest`)."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    model_sha256: Sha256
    plan_digest: Sha256
    runtime: Generator
    files: dict[_Short, Sha256] = Field(min_length=1, max_length=64)
    model_size_bytes: int = Field(ge=0)
    parameters: int = Field(ge=0)
    weights: str = Field(max_length=40)
    """What most weights are stored in; `executed_precision` is in what floats are computed."""
    executed_precision: str = Field(max_length=40)
    settings: dict[_Short, _Short] = Field(default_factory=dict, max_length=20)
    """What else the runtime was told or chose, as read back from it: the precision of its cache, and the like."""
    lengths: list[Length] = Field(min_length=1, max_length=8)
    interference: Interference
    validity: Validity = Validity.valid
    invalid_reasons: list[Annotated[str, StringConstraints(max_length=1000)]] = Field(
        default_factory=list, max_length=32
    )
    attempts: int = Field(default=1, ge=1)
    environment: dict[
        Annotated[str, StringConstraints(max_length=64)], Annotated[str, StringConstraints(max_length=1000)]
    ] = Field(default_factory=dict, max_length=64)
    sandbox_layers: list[Annotated[str, StringConstraints(max_length=64)]] = Field(
        default_factory=list, max_length=32
    )
    started_at: str = Field(max_length=40)
    ended_at: str = Field(max_length=40)
    assurance: Assurance = Assurance.measured_shared
    percentile_confidence: PlainDecimal = Field(default=DEFAULT_CONFIDENCE, ge=Decimal("0.5"), lt=1)

    @model_validator(mode="after")
    def _names_what_was_measured(self) -> Self:
        if listing_digest(self.files) != self.model_sha256:
            raise ValueError("model_sha256 is not the hash of the list of files")
        contexts = [length.context for length in self.lengths]
        if sorted(set(contexts)) != contexts:
            raise ValueError(f"lengths {contexts} are not in rising order, each once")
        return self


def listing_digest(files: dict[str, str]) -> str:
    """Name -> SHA-256 (hex) of the files of a model; their hash as `sha256sum * | sha256sum` prints it under LC_ALL=C."""
    listing = "".join(f"{files[name]}  {name}\n" for name in sorted(files))
    return hashlib.sha256(listing.encode("utf-8")).hexdigest()


_AS: dict[Metric, Metric] = {
    Metric.time_to_first_token: Metric.latency,
    Metric.tokens_per_second: Metric.throughput,
    Metric.peak_memory: Metric.peak_memory,
    Metric.load_time: Metric.load_time,
    Metric.model_size: Metric.model_size,
}
_SEVERITY = (Verdict.failed, Verdict.inconclusive, Verdict.passed)


def as_measurement(generation: Generation, length: Length, metric: Metric) -> Measurement:
    """One length of a run in the form that every criterion is judged on: what is timed stands in `samples_ns`."""
    return Measurement(
        model_sha256=generation.model_sha256,
        plan_digest=generation.plan_digest,
        samples_ns=length.next_ns if metric is Metric.tokens_per_second else length.first_ns,
        load_ms=[load / 1e6 for load in length.load_ns],
        first_inference_ms=0,
        peak_memory_bytes=max(length.peak_memory_bytes),
        model_size_bytes=generation.model_size_bytes,
        cpu_ns_per_inference=length.cpu_ns_per_token,
        interference=generation.interference,
        validity=generation.validity,
        invalid_reasons=generation.invalid_reasons,
        attempts=generation.attempts,
        started_at=generation.started_at,
        ended_at=generation.ended_at,
        executed_precision=generation.executed_precision,
        assurance=generation.assurance,
        percentile_confidence=generation.percentile_confidence,
    )


def judge_generation(criterion: Criterion, generation: Generation) -> CriterionResult:
    """Recompute one criterion from the raw record; without a context length, the worst length of the run counts.

    Never raises on a well-formed record.
    """
    if criterion.metric not in _AS:
        return _undecided(
            criterion,
            bilingual(
                f"{criterion.metric}은(는) 생성 모델에서 재지 않습니다.",
                f"{criterion.metric} is not measured on a generative model.",
            ),
        )
    lengths = [each for each in generation.lengths if criterion.context in (None, each.context)]
    if not lengths:
        measured = ", ".join(str(each.context) for each in generation.lengths)
        return _undecided(
            criterion,
            bilingual(
                f"문맥 {criterion.context}토큰은 재지 않았습니다(잰 길이: {measured}). 계획의 contexts에 넣으십시오.",
                f"{criterion.context} tokens of context were not measured (measured: {measured}); "
                "add them to contexts in the plan.",
            ),
        )
    asked = criterion.model_copy(update={"metric": _AS[criterion.metric], "context": None})
    results = [(each, judge(asked, as_measurement(generation, each, criterion.metric))) for each in lengths]
    length, worst = min(results, key=lambda pair: _badness(pair[1]))
    reason = worst.reason
    if criterion.metric is not Metric.model_size:
        reason = bilingual(
            f"문맥 {length.context}토큰: {reason['ko']}",
            f"With {length.context} tokens of context: {reason['en']}",
        )
    return worst.model_copy(update={"criterion": criterion, "reason": reason})


def _badness(result: CriterionResult) -> tuple[int, Decimal]:
    """The least is the worst: by verdict, then by value."""
    value = Decimal(0) if result.value is None else result.value
    at_most = result.criterion.comparison is Comparison.at_most
    return _SEVERITY.index(result.verdict), -value if at_most else value


def _undecided(criterion: Criterion, reason: Bilingual) -> CriterionResult:
    return CriterionResult(
        criterion=criterion,
        value=None,
        lower=None,
        upper=None,
        unit=criterion.unit,
        verdict=Verdict.inconclusive,
        reason=reason,
        samples=0,
    )
