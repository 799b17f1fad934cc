"""Acceptance criteria in words: the same line on the challenge's page, the demand's page and in forms."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol.kernel.words import Text, pick, text
from didimdol.verification.evidence import METRICS
from didimdol_lab.contract import GENERATIVE, Boundary, Comparison, Criterion, Metric, Statistic
from didimdol_lab.contract.base import plain_decimal
from didimdol_lab.contract.criteria import RULES

#: how the figure is condensed, in words for people who never met a percentile
STATISTICS: dict[Statistic, Text] = {
    Statistic.p50: text("절반의 추론이 이 안에 끝남", "half of the inferences end within it"),
    Statistic.p90: text("10번 중 9번이 이 안에 끝남", "9 of 10 inferences end within it"),
    Statistic.p99: text("100번 중 99번이 이 안에 끝남", "99 of 100 inferences end within it"),
}
BOUNDARIES: dict[Boundary, Text] = {
    Boundary.model_only: text("모델 실행만", "the model alone"),
    Boundary.with_input_copy: text("입력 복사 포함", "with the copy of the input"),
}
SIGNS: dict[Comparison, str] = {Comparison.at_most: "≤", Comparison.at_least: "≥"}
LIMITS: dict[Comparison, Text] = {
    Comparison.at_most: text("이하", "at most"),
    Comparison.at_least: text("이상", "at least"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that can be limited: a metric with its statistic. Direction and unit follow from the metric."""

    metric: Metric
    statistic: Statistic

    @property
    def key(self) -> str:
        return f"{self.metric}_{self.statistic}" if self.statistic is not Statistic.value else str(self.metric)

    @property
    def comparison(self) -> Comparison:
        return RULES[self.metric][1]

    @property
    def unit(self) -> str:
        return RULES[self.metric][2]

    @property
    def label(self) -> Text:
        name = METRICS[self.metric]
        if self.statistic is Statistic.value:
            return name
        return text(f"{name['ko']} {self.statistic}", f"{name['en']} {self.statistic}")

    @property
    def choice(self) -> Text:
        """For a select: "추론 지연 시간 p99 (ms 이하)"."""
        limit = LIMITS[self.comparison]
        return text(
            f"{self.label['ko']} ({self.unit} {limit['ko']})", f"{self.label['en']} ({limit['en']}, {self.unit})"
        )


MEASURES: dict[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure(metric, statistic)
        for metric, (statistics, _, _) in RULES.items()
        if metric not in GENERATIVE
        for statistic in statistics
    )
}
"""What a demand can limit: what the platform's own jobs measure. Generative models are measured by the command alone."""


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion as a page shows it, in the reader's language."""

    key: str
    label: str
    meaning: str
    limit: str
    boundary: str


def measure_of(criterion: Criterion) -> Measure:
    return Measure(criterion.metric, criterion.statistic)


def label(criterion: Criterion) -> Text:
    return measure_of(criterion).label


def limit_text(criterion: Criterion) -> str:
    """ "≤ 20 ms"."""
    return f"{SIGNS[criterion.comparison]} {plain_decimal(criterion.threshold)} {criterion.unit}"


def lines(criteria: list[Criterion], lang: str | None = None) -> list[CriterionLine]:
    return [
        CriterionLine(
            key=c.key,
            label=pick(label(c), lang),
            meaning=pick(STATISTICS.get(c.statistic), lang),
            limit=limit_text(c),
            boundary=pick(BOUNDARIES[c.boundary], lang) if c.metric in (Metric.latency, Metric.throughput) else "",
        )
        for c in criteria
    ]
