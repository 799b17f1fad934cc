"""The measured figures as sections of a paper: latency, long run, loading and memory, quality, placement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..contract import (
    WHAT_IS_TIMED,
    Bilingual,
    CriterionResult,
    Measurement,
    Metric,
    Plan,
    has_latency,
    quantile,
    rate_line,
)
from ..contract.criteria import Assurance
from . import charts
from .names import PHASES
from .paper import Facts, Language, Note, Picture, Section, Table, readable

SLOWEST = 10
_MOST_ROWS = 20
_WORST = 1e308
"""What the child says of outputs that cannot be compared: other shapes, or a number that is none."""


class Figures:
    """Of a simulated run neither times nor memory are told: they are not those of the chip."""

    def __init__(
        self, measurement: Measurement, plan: Plan, results: Sequence[CriterionResult], lang: Language
    ) -> None:
        self.measurement, self.plan, self.results, self.lang = measurement, plan, results, lang

    def sections(self) -> Iterator[Section]:
        if self.measurement.assurance is not Assurance.simulated:
            yield from self._latency()
            yield from self._sustained()
            yield self._costs()
        yield from self._quality()
        yield from self._placement()

    def _t(self, ko: str, en: str) -> str:
        return ko if self.lang == "ko" else en

    def _say(self, text: Bilingual) -> str:
        return text[self.lang]

    def _limits(self, metric: Metric) -> list[tuple[str, float]]:
        return [
            (readable(result.criterion.key, 24), float(result.criterion.threshold))
            for result in self.results
            if result.criterion.metric is metric
        ]

    def _latency(self) -> Iterator[Section]:
        samples = self.measurement.pooled_ns()
        if not samples:
            return
        t = self._t
        rows = []
        waits = has_latency(self.measurement)  # all at once has a rate: its samples are no waiting times
        for name in ("p50", "p90", "p99") if waits else ():
            found = quantile(samples, name, self.measurement.percentile_confidence)
            low, high = (
                "·" if bound is None else f"{bound:.3f}" for bound in (found.lower_ms, found.upper_ms)
            )
            rows.append((name, f"{found.value_ms:.3f} ms", f"{low} – {high}"))
        timed = WHAT_IS_TIMED[self.measurement.scenario]
        label = t(f"분포: {timed['ko']}", f"Distribution: {timed['en']}")
        svg, left_out = charts.latencies(samples, self._limits(Metric.latency) if waits else [], label)
        confidence = f"{self.measurement.percentile_confidence:.0%}"
        heads = (
            t("백분위", "Percentile"),
            t("측정값", "Measured"),
            t(f"{confidence} 신뢰 구간(ms)", f"{confidence} bounds (ms)"),
        )
        rest = t(
            f"표본 {len(samples):,}개. 가장 느린 {left_out}개는 그림에 없습니다.",
            f"{len(samples):,} samples; the picture leaves out the slowest {left_out}.",
        )
        rate = rate_line(self.measurement, self.plan)
        yield Section(
            t("지연 시간", "Latency") if waits else t("처리량", "Throughput"),
            [
                *([] if rate is None else [Note(self._say(rate))]),
                *([Table(heads, rows, frozenset({1, 2}))] if rows else []),
                Picture(svg, label),
                Note(rest, "muted"),
            ],
        )

    def _sustained(self) -> Iterator[Section]:
        found = self.measurement.sustained
        if not found:
            return
        t = self._t
        label = t("쉬지 않고 돌릴 때 분마다의 중앙값", "Median of each minute of a run without pauses")
        first, worst = found[0].p50_ns / 1e6, max(each.p50_ns for each in found) / 1e6
        sentence = t(
            f"쉬지 않고 돌리며 분마다 중앙값을 {len(found)}번 얻었습니다. 첫 1분 {first:.3f} ms, 가장 느린 1분 {worst:.3f} ms"
            f"(첫 1분의 {worst / first if first else 1:.2f}배).",
            f"Without a pause, {len(found)} medians by the minute: {first:.3f} ms in the first, {worst:.3f} ms in the slowest "
            f"({worst / first if first else 1:.2f} times the first).",
        )
        svg = charts.minutes(found, self._limits(Metric.sustained_latency), label)
        yield Section(t("지속 실행", "Sustained run"), [Note(sentence), Picture(svg, label)])

    def _costs(self) -> Section:
        t, measurement = self._t, self.measurement
        energy = measurement.energy_uj_per_inference
        rows = [
            (t("처음 불러오기", "Cold load"), _times(measurement.load_ms)),
            (t("다시 불러오기", "Warm load"), _times(measurement.warm_load_ms)),
            (t("첫 추론", "First inference"), _known(measurement.first_inference_ms, "ms")),
            (t("추론당 CPU 시간", "CPU time per inference"), _known(measurement.cpu_ns_per_inference / 1e6, "ms")),
            (t("최대 메모리", "Peak memory"), _known(measurement.peak_memory_bytes / 1e6, "MB", 1)),
            *(
                (f"{t('메모리', 'Memory')}: {self._say(PHASES[phase])}", f"{measurement.memory_phases[phase] / 1e6:.1f} MB")
                for phase in PHASES
                if phase in measurement.memory_phases
            ),
            (
                t("추론당 전력량", "Energy per inference"),
                t("재지 않음", "not measured") if energy is None else f"{energy / 1000:.3f} mJ",
            ),
        ]  # fmt: skip
        return Section(t("적재, 메모리, 전력", "Loading, memory, energy"), [Facts(rows)])

    def _quality(self) -> Iterator[Section]:
        t, accuracy = self._t, self.measurement.accuracy
        blocks: list[Facts | Table] = []
        if accuracy is not None:
            share = f"{accuracy.correct:,} / {accuracy.total:,} = {accuracy.correct / accuracy.total:.2%}"
            blocks.append(Facts([(f"{t('정확도', 'Accuracy')} ({readable(accuracy.metric)})", share)]))
        if self.measurement.differences:
            heads = (t("출력", "Output"), t("최대 차이", "Largest difference"), t("코사인", "Cosine"))
            rows = [
                (
                    readable(each.output, 60),
                    t("견줄 수 없음", "not comparable") if each.max_abs >= _WORST else f"{each.max_abs:.3g}",
                    "–" if each.cosine is None else f"{each.cosine:.6f}",
                )
                for each in self.measurement.differences[:_MOST_ROWS]
            ]
            blocks.append(Table(heads, rows, frozenset({1, 2})))
        if blocks:
            yield Section(
                t("정확도와 기준 출력과의 차이", "Accuracy, and differences to the reference"), blocks
            )

    def _placement(self) -> Iterator[Section]:
        t, placed, layers = self._t, self.measurement.placement, self.measurement.layers
        blocks: list[Facts | Table | Note] = []
        if placed is not None:
            blocks.append(Facts([(readable(unit), f"{nodes:,}") for unit, nodes in placed.units.items()]))
            if placed.fallbacks:
                left = ", ".join(
                    f"{readable(name, 60)} × {count}"
                    for name, count in list(placed.fallbacks.items())[:_MOST_ROWS]
                )
                words = t(f"가속기가 맡지 못해 CPU에 남은 연산자: {left}", f"Left to the CPU: {left}")
                blocks.append(Note(words, "warn"))
        if layers:
            timed = self.measurement.assurance is not Assurance.simulated
            slowest = sorted(layers, key=lambda layer: -layer.ns)[:SLOWEST]
            heads = [t("느린 층", "Slowest layers"), t("연산자", "Operator"), t("장치", "Unit")]
            rows = [
                [readable(each.name, 60), readable(each.operator, 40), readable(each.unit)]
                for each in slowest
            ]
            if timed:
                heads.append(t("시간", "Time"))
                rows = [[*row, f"{each.ns / 1e6:.3f} ms"] for row, each in zip(rows, slowest, strict=True)]
            blocks.append(Table(heads, rows, frozenset({3}) if timed else frozenset()))
        if blocks:
            yield Section(t("어디에서 실행되는가", "Where it runs"), blocks)


def _times(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.1f}" for value in values) + " ms" if values else "–"


def _known(value: float, unit: str, digits: int = 3) -> str:
    """A record has 0 where nobody measured: a farm of devices does not tell everything."""
    return f"{value:.{digits}f} {unit}" if value else "–"
