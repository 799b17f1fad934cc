"""What is measured can be measured, with enough samples."""

from __future__ import annotations

from collections.abc import Iterator

from didimdol.programmes.rulebook.base import text
from didimdol.programmes.rulebook.checks.finding import Finding
from didimdol.programmes.rulebook.schema import Rulebook
from didimdol_lab.contract import TASKS, Metric, sample_floor


def check_verification(book: Rulebook) -> Iterator[Finding]:
    rules = book.verification
    if rules.max_seconds < rules.min_seconds:
        yield Finding(
            ("verification", "max_seconds"),
            text("최대 시간이 최소 시간보다 짧습니다.", "The longest time is below the shortest."),
            text(f"{rules.min_seconds} 이상으로 적으십시오.", f"Write at least {rules.min_seconds}."),
        )
    for entry in book.fields:
        for criterion in entry.criteria:
            if criterion.metric in TASKS:
                yield Finding(
                    ("fields", entry.key, "criteria", criterion.key, "metric"),
                    text(
                        f"'{criterion.metric}'은(는) 데이터 세트가 있어야 재는데, 분야에는 데이터 세트가 없습니다.",
                        f"'{criterion.metric}' needs a data set, and a field has none.",
                    ),
                    text("수요의 기준으로 옮기십시오.", "Make it a criterion of a demand."),
                )
            if criterion.metric is not Metric.latency:
                continue
            floor = sample_floor(int(criterion.statistic.value[1:]), rules.percentile_confidence)
            if rules.min_samples < floor:
                yield Finding(
                    ("verification", "min_samples"),
                    text(
                        f"분야 '{entry.key}'의 {criterion.statistic} 판정에는 표본 {floor}개가 필요합니다.",
                        f"The {criterion.statistic} criterion of '{entry.key}' needs {floor} samples.",
                    ),
                    text(f"{floor} 이상으로 적으십시오.", f"Write at least {floor}."),
                )
