"""From raw samples to a verdict. The verdict follows the confidence bound, never the point estimate.

pass: even the unfavourable bound keeps the limit. fail: even the favourable bound breaks it. Otherwise the
samples do not decide, and the answer is inconclusive. Anyone with the measurement can recompute it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from statistics import NormalDist

from .base import PlainDecimal, Strict
from .bounds import proportion_bounds, sample_floor
from .criteria import ASSURANCE_ORDER, GENERATIVE, Assurance, Comparison, Criterion, Metric
from .measurement import Measurement, Validity, percent_of, quantile
from .plan import Scenario
from .refusal import Bilingual, bilingual
from .scoring import score

BLOCKS_PER_PROCESS = 10
"""Throughput is bounded over blocks of consecutive inferences: neighbours depend, blocks hardly do."""
MIN_BLOCKS = 10
_MB = Decimal(1_000_000)
_WIDE = Context(prec=400, rounding=ROUND_HALF_EVEN)
NOISE_SENSITIVE = (
    Metric.latency,
    Metric.throughput,
    Metric.load_time,
    Metric.warm_load_time,
    Metric.first_inference,
    Metric.sustained_latency,
    *GENERATIVE,
)
"""What other work on the machine changes: a run that it disturbed says nothing about these."""
NEEDS_THE_CHIP = (*NOISE_SENSITIVE, Metric.peak_memory)
"""What a simulator's figures would be mistaken for: they are judged inconclusive, and shown nowhere."""
UNKNOWN_NOISE = bilingual(
    "그 장비에서 다른 작업이 함께 돌았는지는 알 수 없습니다.",
    "Whether other work ran on that device is not known.",
)
_TIMED = (Metric.latency, Metric.throughput)


class Verdict(StrEnum):
    passed = "pass"
    failed = "fail"
    inconclusive = "inconclusive"


class CriterionResult(Strict):
    """A criterion with its value, one-sided confidence bounds, verdict and the reason in words."""

    criterion: Criterion
    value: PlainDecimal | None
    lower: PlainDecimal | None
    upper: PlainDecimal | None
    unit: str
    verdict: Verdict
    reason: Bilingual
    samples: int


class _Estimate:
    """A value with bounds in the criterion's unit, or why there is none."""

    def __init__(
        self,
        value: Decimal | None,
        lower: Decimal | None,
        upper: Decimal | None,
        samples: int,
        obstacle: Bilingual | None = None,
    ) -> None:
        self.value, self.lower, self.upper = _rounded(value), _rounded(lower), _rounded(upper)
        self.samples = samples
        self.obstacle = obstacle


def _rounded(value: Decimal | None) -> Decimal | None:
    """Six decimals: a nanosecond in ms, a byte in MB, so those stay exact."""
    # Wide enough for the largest float: an output that is no number differs by 1e308.
    return None if value is None else value.quantize(Decimal("0.000001"), context=_WIDE)


def _latency(criterion: Criterion, measurement: Measurement) -> _Estimate:
    pooled = measurement.pooled_ns()
    if not pooled:
        return _nothing_measured()
    if measurement.scenario is Scenario.offline:
        throughput_only = bilingual(
            "offline 시나리오는 처리량을 잽니다. 지연 시간은 다른 시나리오로 측정하십시오.",
            "The offline scenario measures throughput; measure latency in another scenario.",
        )
        return _Estimate(None, None, None, len(pooled), throughput_only)
    confidence = measurement.percentile_confidence
    percent = percent_of(criterion.statistic)
    whole = quantile(pooled, percent, confidence)
    needed = sample_floor(percent, confidence)
    obstacle: Bilingual | None = None
    if len(pooled) < needed:
        obstacle = bilingual(
            f"표본이 {len(pooled)}개뿐입니다. {criterion.statistic} 판정에는 최소 {needed}개가 필요합니다.",
            f"Only {len(pooled)} samples; a verdict on {criterion.statistic} needs at least {needed}.",
        )
    else:
        # Processes can settle into different modes (lab.md 1.3 no. 6): one that provably breaks the
        # limit must not be outvoted by the others.
        for number, samples in enumerate(measurement.samples_ns, start=1):
            if not samples:
                continue
            own = quantile(samples, percent, confidence)
            breaks = own.lower_ms is not None and own.lower_ms > criterion.threshold
            if breaks and whole.upper_ms is not None and whole.upper_ms <= criterion.threshold:
                obstacle = bilingual(
                    f"프로세스들의 결과가 서로 다릅니다. 프로세스 {number}은(는) 단독으로 한계를 넘습니다.",
                    f"The processes disagree: process {number} alone breaks the limit.",
                )
                break
    return _Estimate(whole.value_ms, whole.lower_ms, whole.upper_ms, len(pooled), obstacle)


def _student(confidence: Decimal, freedom: int) -> float:
    """One-sided Student t quantile by the Cornish-Fisher expansion; error < 0.3 % from 9 degrees up."""
    z = NormalDist().inv_cdf(float(confidence))
    v = float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4)
    )


def _throughput(measurement: Measurement) -> _Estimate:
    """Inferences per second while the model works = 1 / mean time of one, bounded by the method of batch means."""
    pooled = measurement.pooled_ns()
    total = sum(pooled)
    if not pooled or total == 0:
        return _nothing_measured()
    if measurement.scenario is Scenario.server:
        obstacle = bilingual(
            "server 시나리오에서는 계획이 빈도를 정합니다. 지연 시간을 기준으로 삼거나 offline으로 측정하십시오.",
            "In the server scenario the plan sets the rate; limit the latency, or measure the scenario offline.",
        )
        return _Estimate(measurement.completed_per_second(), None, None, len(pooled), obstacle)
    per_sample = measurement.inferences_per_sample()
    value = Decimal(len(pooled) * per_sample) * 10**9 / Decimal(total)
    blocks: list[Decimal] = []
    for samples in measurement.samples_ns:
        size = len(samples) // BLOCKS_PER_PROCESS
        if size:
            blocks += [
                Decimal(sum(samples[index * size : (index + 1) * size])) / size
                for index in range(BLOCKS_PER_PROCESS)
            ]
    if len(blocks) < MIN_BLOCKS:
        obstacle = bilingual(
            f"표본이 {len(pooled)}개뿐이라 처리량의 신뢰 구간을 계산할 수 없습니다.",
            f"Only {len(pooled)} samples: too few to bound the throughput.",
        )
        return _Estimate(value, None, None, len(pooled), obstacle)
    count = len(blocks)
    mean = sum(blocks, Decimal(0)) / count
    variance = sum(((block - mean) ** 2 for block in blocks), Decimal(0)) / (count - 1)
    margin = (
        Decimal(repr(_student(measurement.percentile_confidence, count - 1)))
        * (variance / Decimal(count)).sqrt()
    )
    whole_mean = Decimal(total) / len(pooled)
    fastest = min(whole_mean, mean) - margin
    a_second = Decimal(10**9 * per_sample)
    lower = a_second / (max(whole_mean, mean) + margin)
    upper = a_second / fastest if fastest > 0 else None
    return _Estimate(value, lower, upper, len(pooled))


def throughput(measurement: Measurement) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Inferences a second with its lower and upper bound; None for what the record does not give."""
    found = _throughput(measurement)
    return found.value, found.lower, found.upper


def _one_each(values: Sequence[float]) -> _Estimate:
    """One figure a process: the largest counts; to pass all keep the limit, to fail all break it."""
    each = [Decimal(repr(value)) for value in values]
    if not each:
        return _nothing_measured()
    return _Estimate(max(each), min(each), max(each), len(each))


def _sustained(measurement: Measurement) -> _Estimate:
    """The worst minute's median; each minute is a median of hundreds of inferences, so it is taken as it is."""
    minutes = [Decimal(minute.p50_ns) / 1_000_000 for minute in measurement.sustained]
    if not minutes:
        return _not_asked("sustained_seconds", "지속 실행", "The sustained run")
    return _exact(max(minutes), sum(minute.samples for minute in measurement.sustained))


def _accelerator_share(measurement: Measurement) -> _Estimate:
    share = None if measurement.placement is None else measurement.placement.share()
    if share is None or measurement.placement is None:
        obstacle = bilingual(
            "이 런타임은 연산자가 어디에 배치되었는지 알려 주지 않습니다.",
            "This runtime does not tell where operators were placed.",
        )
        return _Estimate(None, None, None, 0, obstacle)
    return _exact(Decimal(repr(share)) * 100, sum(measurement.placement.units.values()))


def _differences(criterion: Criterion, measurement: Measurement) -> _Estimate:
    """The worst output counts. Outputs on given inputs are facts, not samples: there is no interval."""
    found = measurement.differences
    if not found:
        return _not_asked("compare_outputs", "기준 출력과의 비교", "The comparison with reference outputs")
    if criterion.metric is Metric.output_difference:
        return _exact(max(Decimal(repr(each.max_abs)) for each in found), len(found))
    cosines = [Decimal(repr(each.cosine)) for each in found if each.cosine is not None]
    return _exact(min(cosines), len(cosines)) if cosines else _nothing_measured()


def _not_asked(field: str, ko: str, en: str) -> _Estimate:
    return _Estimate(
        None,
        None,
        None,
        0,
        bilingual(
            f"{ko}을(를) 측정하지 않았습니다. 계획에 {field}을(를) 적으십시오.",
            f"{en} was not measured; set {field} in the plan.",
        ),
    )


def _accuracy(measurement: Measurement) -> _Estimate:
    counted = measurement.accuracy
    if counted is None:
        obstacle = bilingual(
            "정확도를 측정하지 않았습니다. 계획에 데이터 세트를 넣으십시오.",
            "Accuracy was not measured; give the plan a data set.",
        )
        return _Estimate(None, None, None, 0, obstacle)
    low, high = proportion_bounds(counted.correct, counted.total, measurement.percentile_confidence)
    value = Decimal(counted.correct) * 100 / counted.total
    return _Estimate(value, low * 100, high * 100, counted.total)


def _quality(criterion: Criterion, measurement: Measurement) -> _Estimate:
    found = score(
        criterion.metric,
        measurement.quality,
        measurement.percentile_confidence,
        measurement.plan_digest,
    )
    return _Estimate(found.value, found.lower, found.upper, found.examples, found.obstacle)


def _exact(value: Decimal, samples: int) -> _Estimate:
    return _Estimate(value, value, value, samples)


def _nothing_measured() -> _Estimate:
    return _Estimate(
        None,
        None,
        None,
        0,
        bilingual("측정값이 없습니다. 다시 측정하십시오.", "Nothing was measured; measure again."),
    )


def _of_a_generation() -> _Estimate:
    obstacle = bilingual(
        "생성 모델의 기준입니다. didimdol-lab generate로 측정하십시오.",
        "This is a criterion on a generative model; measure with didimdol-lab generate.",
    )
    return _Estimate(None, None, None, 0, obstacle)


def _estimate(criterion: Criterion, measurement: Measurement) -> _Estimate:
    if criterion.context is not None:
        return _of_a_generation()
    match criterion.metric:
        case Metric.time_to_first_token | Metric.tokens_per_second:
            return _of_a_generation()
        case Metric.latency:
            return _latency(criterion, measurement)
        case Metric.throughput:
            return _throughput(measurement)
        case Metric.load_time:
            return _one_each(measurement.load_ms)
        case Metric.warm_load_time:
            return _one_each(measurement.warm_load_ms)
        case Metric.first_inference:
            if measurement.first_inference_ms == 0:
                return _nothing_measured()
            return _exact(Decimal(repr(measurement.first_inference_ms)), 1)
        case Metric.sustained_latency:
            return _sustained(measurement)
        case Metric.accelerator_share:
            return _accelerator_share(measurement)
        case Metric.output_difference | Metric.output_cosine:
            return _differences(criterion, measurement)
        case Metric.accuracy:
            return _accuracy(measurement)
        case Metric.model_size:
            return _exact(Decimal(measurement.model_size_bytes) / _MB, 1)
        case Metric.peak_memory:
            if measurement.peak_memory_bytes == 0:
                return _nothing_measured()
            return _exact(Decimal(measurement.peak_memory_bytes) / _MB, len(measurement.samples_ns))
        case (
            Metric.f1_macro
            | Metric.f1_micro
            | Metric.f1
            | Metric.precision
            | Metric.recall
            | Metric.map_50
            | Metric.map_50_95
            | Metric.word_error_rate
            | Metric.character_error_rate
            | Metric.mean_absolute_error
            | Metric.root_mean_square_error
            | Metric.reference_similarity
        ):
            return _quality(criterion, measurement)


def _circumstance(criterion: Criterion, measurement: Measurement) -> Bilingual | None:
    """Why this measurement cannot decide this criterion whatever the figures, or None."""
    if measurement.assurance is Assurance.simulated and criterion.metric in NEEDS_THE_CHIP:
        return bilingual(
            "모의 실행에서 잰 시간과 메모리는 실제 칩의 것이 아닙니다. 실제 장비에서 측정하십시오.",
            "Times and memory of a simulator are not those of the chip; measure on the device.",
        )
    called_invalid = [reason for run in measurement.loadgen for reason in run.reasons]
    if called_invalid and criterion.metric in NOISE_SENSITIVE:
        because = "; ".join(dict.fromkeys(called_invalid))
        return bilingual(
            f"LoadGen이 무효로 판정한 실행입니다({because}). 계획의 표본 수와 시간을 그에 맞게 늘리십시오.",
            f"LoadGen calls the run invalid ({because}); plan more samples or more time accordingly.",
        )
    if measurement.validity is Validity.invalid and criterion.metric in NOISE_SENSITIVE:
        because = "; ".join(measurement.invalid_reasons) or "-"
        return bilingual(
            f"측정이 방해를 받아 무효입니다({because}). 조용한 장비에서 다시 측정하십시오.",
            f"The run was disturbed and is invalid ({because}); measure again on a quiet device.",
        )
    if criterion.metric in _TIMED and criterion.boundary is not measurement.boundary:
        return bilingual(
            f"측정 범위가 다릅니다: 기준은 {criterion.boundary}, 측정은 {measurement.boundary}입니다.",
            f"Timed boundary differs: criterion {criterion.boundary}, measured {measurement.boundary}.",
        )
    if ASSURANCE_ORDER.index(measurement.assurance) < ASSURANCE_ORDER.index(criterion.assurance):
        return bilingual(
            f"신뢰 수준이 부족합니다: 기준은 {criterion.assurance}, 측정은 {measurement.assurance}입니다.",
            f"Assurance too low: criterion {criterion.assurance}, measured {measurement.assurance}.",
        )
    return None


def _compare(criterion: Criterion, estimate: _Estimate) -> tuple[Verdict, Bilingual]:
    """The three-way rule on bounds that are both known or missing."""
    limit = criterion.threshold
    sign = str(criterion.comparison)
    unit = "" if criterion.unit == "1" else f" {criterion.unit}"
    good, bad = (
        (estimate.upper, estimate.lower)
        if criterion.comparison is Comparison.at_most
        else (estimate.lower, estimate.upper)
    )

    def keeps(bound: Decimal) -> bool:
        return bound <= limit if criterion.comparison is Comparison.at_most else bound >= limit

    def shown(bound: Decimal | None) -> str:
        return "-" if bound is None else f"{bound:.3g}" if bound >= 10**15 else f"{bound.normalize():f}"

    if good is not None and keeps(good):
        return Verdict.passed, bilingual(
            f"신뢰 한계 {shown(good)}{unit}가 기준({sign} {limit}{unit})을 지킵니다.",
            f"The bound {shown(good)}{unit} keeps the limit ({sign} {limit}{unit}).",
        )
    if bad is not None and not keeps(bad):
        return Verdict.failed, bilingual(
            f"유리한 신뢰 한계 {shown(bad)}{unit}조차 기준({sign} {limit}{unit})에 미치지 못합니다.",
            f"Even the favourable bound {shown(bad)}{unit} breaks the limit ({sign} {limit}{unit}).",
        )
    return Verdict.inconclusive, bilingual(
        f"신뢰 구간 {shown(estimate.lower)}–{shown(estimate.upper)}{unit}이 기준"
        f"({sign} {limit}{unit})에 걸쳐 있습니다. 표본을 늘리십시오.",
        f"The interval {shown(estimate.lower)}-{shown(estimate.upper)}{unit} straddles the limit "
        f"({sign} {limit}{unit}); take more samples.",
    )


def judge(criterion: Criterion, measurement: Measurement) -> CriterionResult:
    """Recompute one criterion from the raw record. Never raises on a well-formed measurement."""
    estimate = _estimate(criterion, measurement)
    obstacle = estimate.obstacle or _circumstance(criterion, measurement)
    if obstacle is not None:
        verdict, reason = Verdict.inconclusive, obstacle
    else:
        verdict, reason = _compare(criterion, estimate)
        if not measurement.interference.known and criterion.metric in NOISE_SENSITIVE:
            reason = bilingual(
                f"{reason['ko']} {UNKNOWN_NOISE['ko']}", f"{reason['en']} {UNKNOWN_NOISE['en']}"
            )
    return CriterionResult(
        criterion=criterion,
        value=estimate.value,
        lower=estimate.lower,
        upper=estimate.upper,
        unit=criterion.unit,
        verdict=verdict,
        reason=reason,
        samples=estimate.samples,
    )
