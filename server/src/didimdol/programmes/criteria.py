"""Acceptance criteria in words: the same line on the challenge's page, the demand's page and in forms."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol.kernel.words import Text, pick, text
from didimdol_lab.contract import GENERATIVE, Boundary, Comparison, Criterion, Metric, Statistic
from didimdol_lab.contract.base import plain_decimal
from didimdol_lab.contract.criteria import RULES
from didimdol_lab.evidence.names import METRICS

#: how the figure is condensed, in words for people who never met a percentile
STATISTICS: dict[Statistic, Text] = {
    Statistic.p50: text("절반의 추론이 이 안에 끝남", "half of the inferences end within it"),
    Statistic.p90: text("10번 중 9번이 이 안에 끝남", "9 of 10 inferences end within it"),
    Statistic.p99: text("100번 중 99번이 이 안에 끝남", "99 of 100 inferences end within it"),
}
#: what a figure of quality says, for people who never met its name
MEANINGS: dict[Metric, Text] = {
    Metric.accuracy: text("맞힌 예제의 비율", "the share of examples answered right"),
    Metric.f1_macro: text("드문 분류도 흔한 분류와 똑같이 셈", "a rare class counts as much as a frequent one"),
    Metric.f1_micro: text("예제마다 답이 하나면 정확도와 같음", "with one answer an example it equals the accuracy"),
    Metric.f1: text("정밀도와 재현율의 조화평균", "the harmonic mean of precision and recall"),
    Metric.precision: text("해당이라고 답한 것 가운데 맞은 비율", "of what was called positive, the share that is"),
    Metric.recall: text("해당하는 것 가운데 찾아낸 비율", "of what is positive, the share that was found"),
    Metric.map_50: text("절반 이상 겹치면 찾은 것으로 봄", "found where the boxes overlap by half or more"),
    Metric.map_50_95: text("겹침 기준을 0.5에서 0.95까지 올리며 평균", "the mean over overlaps from 0.5 to 0.95"),
    Metric.word_error_rate: text("단어 100개에 고쳐야 할 단어 수", "words to mend in a hundred"),
    Metric.character_error_rate: text(
        "글자 100개에 고쳐야 할 글자 수, 한글은 음절 단위", "characters to mend in a hundred; Hangul by the syllable"
    ),
    Metric.mean_absolute_error: text(
        "정답에서 평균 이만큼 벗어남, 정답의 단위로", "how far off on average, in the unit of the answers"
    ),
    Metric.root_mean_square_error: text(
        "크게 벗어난 답을 더 무겁게 셈, 정답의 단위로", "large errors weigh more, in the unit of the answers"
    ),
    Metric.reference_similarity: text("1이면 기준 모델과 같은 방향의 출력", "1: the outputs point the same way"),
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
        if self.unit == "1":
            return text(f"{self.label['ko']} ({limit['ko']})", f"{self.label['en']} ({limit['en']})")
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
    unit = "" if criterion.unit == "1" else f" {criterion.unit}"
    return f"{SIGNS[criterion.comparison]} {plain_decimal(criterion.threshold)}{unit}"


def lines(criteria: list[Criterion], lang: str | None = None) -> list[CriterionLine]:
    return [
        CriterionLine(
            key=c.key,
            label=pick(label(c), lang),
            meaning=pick(STATISTICS.get(c.statistic) or MEANINGS.get(c.metric), lang),
            limit=limit_text(c),
            boundary=pick(BOUNDARIES[c.boundary], lang) if c.metric in (Metric.latency, Metric.throughput) else "",
        )
        for c in criteria
    ]
