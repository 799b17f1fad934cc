"""The times and rates of a measurement in words, as its scenario means them. Pure."""

from __future__ import annotations

from decimal import Decimal

from .judging import throughput
from .measurement import Measurement, quantile
from .plan import Plan, Scenario
from .refusal import Bilingual, bilingual
from .scenarios import SCENARIOS, WHAT_IS_TIMED, harness_words

_LATENCIES: dict[Scenario, tuple[str, str]] = {
    Scenario.single_stream: ("지연", "Latency"),
    Scenario.multi_stream: ("질의 지연", "Query latency"),
    Scenario.server: ("응답 시간", "Response time"),
}


def has_latency(measurement: Measurement) -> bool:
    """Whether its samples are latencies: offline, they are times between answers."""
    return measurement.scenario is not Scenario.offline


def scenario_line(measurement: Measurement) -> Bilingual:
    """The scenario with what is timed in it, and what drove it."""
    name, timed = SCENARIOS[measurement.scenario], WHAT_IS_TIMED[measurement.scenario]
    harness = harness_words(measurement.harness, measurement.loadgen)
    return bilingual(
        f"시나리오: {name['ko']}, 잰 것: {timed['ko']}, 실행: {harness['ko']}",
        f"Scenario: {name['en']}; timed: {timed['en']}; run by {harness['en']}",
    )


def latency_lines(measurement: Measurement) -> list[Bilingual]:
    """p50, p90 and p99 with bounds; none offline."""
    if not has_latency(measurement):
        return []
    ko, en = _LATENCIES[measurement.scenario]
    pooled = measurement.pooled_ns()
    lines: list[Bilingual] = []
    for name in ("p50", "p90", "p99"):
        found = quantile(pooled, name, measurement.percentile_confidence)
        low, high = (_shown(bound, 3) for bound in (found.lower_ms, found.upper_ms))
        lines.append(
            bilingual(
                f"{ko} {name}: {found.value_ms:.3f} ms (신뢰 구간 {low}–{high})",
                f"{en} {name}: {found.value_ms:.3f} ms (bounds {low}-{high})",
            )
        )
    return lines


def rate_line(measurement: Measurement, plan: Plan) -> Bilingual | None:
    """Throughput with bounds (offline, multi_stream), the completed beside the planned rate (server); None for a
    single stream, whose rate is its latency again."""
    if measurement.scenario is Scenario.single_stream:
        return None
    if measurement.scenario is Scenario.server:
        completed = _shown(measurement.completed_per_second(), 2)
        planned = _shown(plan.queries_per_second, 2)
        return bilingual(
            f"완료: 초당 {completed}건 (계획 {planned}건)",
            f"Completed: {completed} queries a second (planned {planned})",
        )
    value, low, high = (_shown(each, 2) for each in throughput(measurement))
    return bilingual(
        f"처리량: 초당 추론 {value}회 (신뢰 구간 {low}–{high})",
        f"Throughput: {value} inferences a second (bounds {low}-{high})",
    )


def figures(measurement: Measurement, plan: Plan) -> list[Bilingual]:
    """All of them, one a line."""
    rate = rate_line(measurement, plan)
    return [
        scenario_line(measurement),
        *latency_lines(measurement),
        *([] if rate is None else [rate]),
    ]


def _shown(value: Decimal | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
