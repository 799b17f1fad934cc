"""What a run says about criteria: the rows, histogram and circumstances that pages show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from didimdol.design.parts import Bar, EvidenceRow, Histogram
from didimdol.kernel.words import Text, language, pick, text
from didimdol.verification import figures
from didimdol.verification.models import DeviceJob, Run
from didimdol_lab.contract import (
    NEEDS_THE_CHIP,
    NOISE_SENSITIVE,
    Assurance,
    Comparison,
    Criterion,
    CriterionResult,
    Measurement,
    Metric,
    Plan,
    Statistic,
    Verdict,
    judge,
    scenario_line,
)  # fmt: skip
from didimdol_lab.contract import (
    histogram as bins_of,
)
from didimdol_lab.evidence.names import ENVIRONMENT, LAYERS, METRICS
from didimdol_lab.evidence.words import warnings

UNITS: dict[str, Text] = {"1/s": text("회/초", "/s"), "1": text("", "")}
VERDICTS = {Verdict.passed: "met", Verdict.failed: "not_met", Verdict.inconclusive: "inconclusive"}
BINS = 24
REFUSED = text("측정 불가", "Refused")
DISTURBED = text("다른 작업이 측정을 방해했습니다.", "Other work disturbed the run.")


def criterion_label(criterion: Criterion, lang: str | None = None) -> str:
    """추론 지연 시간 p99 / Inference latency p99."""
    name = pick(METRICS[criterion.metric], lang)
    return name if criterion.statistic is Statistic.value else f"{name} {criterion.statistic.value}"


def unit_label(unit: str, lang: str | None = None) -> str:
    return pick(UNITS[unit], lang) if unit in UNITS else unit


@dataclass(frozen=True, slots=True)
class _Kept:
    """A run as a cache key: the same id is the same run for ever."""

    id: UUID
    run: Run = field(compare=False)


@lru_cache(maxsize=64)
def _measurement(kept: _Kept) -> Measurement:
    return Measurement.model_validate(kept.run.measurement)


@lru_cache(maxsize=2048)
def _judged(kept: _Kept, criterion: str) -> CriterionResult:
    return judge(Criterion.model_validate_json(criterion), _measurement(kept))


@lru_cache(maxsize=256)
def _bins(kept: _Kept) -> tuple[tuple[float, float, int], ...]:
    """Equal bins; where a few stragglers would squeeze everything into the first, the slowest hundredth is one bin."""
    samples = sorted(_measurement(kept).pooled_ns())
    edge = samples[(len(samples) * 99 - 1) // 100] if samples else 0
    slow = [sample for sample in samples if sample > edge]
    if not slow or slow[-1] <= 2 * edge:
        return tuple(bins_of(samples, bins=BINS))
    return *bins_of(samples[: -len(slow)], bins=BINS), (edge / 1e6, slow[-1] / 1e6, len(slow))


def measurement_of(run: Run) -> Measurement:
    return _measurement(_Kept(run.id, run))


def result(criterion: Criterion, run: Run) -> CriterionResult:
    """The verdict of one criterion, recomputed from the raw samples (once a process: runs never change)."""
    return _judged(_Kept(run.id, run), criterion.model_dump_json())


def rows(
    criteria: Sequence[Criterion],
    job: DeviceJob | None,
    claims: Mapping[str, Any] | None = None,
    lang: str | None = None,
) -> list[EvidenceRow]:
    """One row a criterion: what was claimed (by its key), what was measured, and the verdict."""
    lang = lang or language()
    return [_row(criterion, job, (claims or {}).get(criterion.key), lang) for criterion in criteria]


def _row(criterion: Criterion, job: DeviceJob | None, claim: Any, lang: str) -> EvidenceRow:
    found = result(criterion, job.run) if job is not None and job.run is not None else None
    verdict, note = "pending", ""
    measured = lower = upper = None
    if found is not None and job is not None and job.run is not None:
        verdict = VERDICTS[found.verdict]
        if verdict == "inconclusive":
            note = pick(found.reason, lang)
            disturbed = not job.run.valid and not _called_invalid(measurement_of(job.run))
            if disturbed and criterion.metric in NOISE_SENSITIVE:
                verdict, note = "disturbed", pick(DISTURBED, lang)
        # What a simulator took is not what the chip takes: it is not shown, so that nobody reads it so.
        hidden = criterion.metric in NEEDS_THE_CHIP and measurement_of(job.run).assurance is Assurance.simulated
        measured = None if hidden else shown(found.value)
        if not hidden and found.lower is not None and found.upper is not None and found.lower != found.upper:
            lower, upper = shown(found.lower), shown(found.upper)
    elif job is not None and job.state == "refused":
        verdict, note = pick(REFUSED, lang), pick(job.refusal.get("message"), lang)
    return EvidenceRow(
        criterion=criterion_label(criterion, lang),
        claim=shown(Decimal(str(claim))) if isinstance(claim, int | float | Decimal) else claim or None,
        measured=measured,
        lower=lower,
        upper=upper,
        limit=shown(criterion.threshold),
        comparison="at_most" if criterion.comparison is Comparison.at_most else "at_least",
        unit=unit_label(criterion.unit, lang),
        verdict=verdict,
        note=note,
    )


def shown(value: Decimal | None) -> Decimal | None:
    """At most three decimals, no trailing zeros: 20, 9.135."""
    if value is None:
        return None
    rounded = value.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN).normalize()
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def summary(criteria: Sequence[Criterion], job: DeviceJob | None) -> dict[str, int]:
    """How many criteria are met, not met and undecided; for lists."""
    counts = {"met": 0, "not_met": 0, "undecided": 0}
    for row in rows(criteria, job, {}):
        counts[row.verdict if row.verdict in counts else "undecided"] += 1
    return counts


def histogram(job: DeviceJob | None, criteria: Sequence[Criterion] = (), lang: str | None = None) -> Histogram | None:
    """The distribution of the latencies in ms, with the strictest latency limit among ``criteria``."""
    if job is None or job.run is None or measurement_of(job.run).assurance is Assurance.simulated:
        return None
    bins = _bins(_Kept(job.run.id, job.run))
    bars = [
        Bar(f"{'> ' if place == BINS else ''}{low:.3g}", count, Decimal(repr(low)), Decimal(repr(high)))
        for place, (low, high, count) in enumerate(bins)
    ]
    limits = [c.threshold for c in criteria if c.metric is Metric.latency]
    return Histogram(
        bars,
        limit=shown(min(limits)) if limits else None,
        caption=pick(text("지연시간 분포", "Latencies"), lang),
        unit="ms",
    )


# --- circumstances -------------------------------------------------------------------------------------------------

ASSURANCE: dict[str, Text] = {
    "simulated": text("모의 실행", "Simulated"),
    "measured_shared": text("공유 장비에서 측정", "Measured on a shared machine"),
    "measured": text("전용 장비에서 측정", "Measured on a quiet machine"),
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a run came about, in the reader's language."""

    measurement: Measurement
    scenario: str
    assurance: str
    samples: int
    environment: list[tuple[str, str]]
    layers: list[str]
    called_invalid: bool
    """Whether LoadGen calls the run invalid, so that other work is not the reason."""
    invalid_reasons: list[str]
    foreign_cpu_percent: Decimal | None
    """None: nobody counted."""
    warnings: list[str]
    """What is misread without it: times of a simulator, an adapter that no hardware was at hand for."""
    facts: list[tuple[str, str]]
    """Runtime, loading, memory, energy, placement, the long run: without a name that the model gave."""
    details: list[tuple[str, str]]
    """Operators and layers by the names that the model gave them: not for those who must not know whose it is."""


def circumstances(run: Run, lang: str | None = None) -> Circumstances:
    measurement = measurement_of(run)
    share = Decimal(repr(measurement.interference.foreign_cpu_share)) * 100
    return Circumstances(
        measurement=measurement,
        scenario=pick(scenario_line(measurement), lang),
        assurance=pick(ASSURANCE[measurement.assurance.value], lang),
        samples=len(measurement.pooled_ns()),
        environment=[
            (pick(ENVIRONMENT.get(key), lang) or key, value) for key, value in measurement.environment.items()
        ],
        layers=[pick(LAYERS.get(layer), lang) or layer for layer in measurement.sandbox_layers],
        called_invalid=_called_invalid(measurement),
        invalid_reasons=[] if run.valid else _disturbances(run, measurement, lang),
        foreign_cpu_percent=share.quantize(Decimal("0.1")) if measurement.interference.known else None,
        warnings=[pick(warning, lang) for warning in warnings(measurement)],
        facts=figures.facts(measurement, lang),
        details=figures.details(measurement, lang),
    )


def _called_invalid(measurement: Measurement) -> bool:
    return any(not each.valid for each in measurement.loadgen)


def _disturbances(run: Run, measurement: Measurement, lang: str | None) -> list[str]:
    """Which limits of the plan the noise broke, in the reader's language; else what the agent said."""
    plan, seen = Plan.model_validate(run.plan), measurement.interference
    found: list[Text] = []
    used = Decimal(repr(seen.foreign_cpu_share))
    if used > plan.max_foreign_cpu_share:
        share, most = f"{used:.1%}", f"{plan.max_foreign_cpu_share:.1%}"
        found.append(
            text(
                f"다른 작업이 CPU의 {share}를 썼습니다(한도 {most}).", f"Others used {share} of the CPU (limit {most})."
            )
        )
    pushed = Decimal(repr(seen.involuntary_share))
    if seen.involuntary_judged and pushed > plan.max_involuntary_share:
        times, share, most = seen.involuntary_switches, f"{pushed:.1%}", f"{plan.max_involuntary_share:.1%}"
        found.append(
            text(
                f"실행하다 {times:,}번 밀려났습니다(추론의 {share}, 한도 {most}).",
                f"It was pushed off its core {times:,} times ({share} of inferences, limit {most}).",
            )
        )
    called = [f"LoadGen: {reason}" for each in measurement.loadgen for reason in each.reasons]
    return [*(pick(reason, lang) for reason in found), *dict.fromkeys(called)] or list(measurement.invalid_reasons)
