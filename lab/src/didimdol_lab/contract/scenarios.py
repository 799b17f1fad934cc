"""What drove a measurement, in which of MLPerf's scenarios, and what LoadGen said about it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from .base import Strict
from .plan import Scenario
from .refusal import Bilingual, bilingual

_Line = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Harness(StrEnum):
    """What started the timed inferences. Our loop although the model is slow enough for LoadGen: `loadgen_missing`,
    it is not installed; `few_samples`, the plan has too few samples or too little time for LoadGen to say VALID.
    `ai_hub`: Qualcomm's profiler, on its own device."""

    own_loop = "own_loop"
    loadgen = "loadgen"
    loadgen_missing = "own_loop_loadgen_missing"
    few_samples = "own_loop_few_samples"
    ai_hub = "ai_hub"


class LoadGenRun(Strict):
    """LoadGen's summary of one fresh process. Latencies and rates follow our own clock, its validity binds.

    `queries`: completed ones; `samples_per_query`: inferences in each. `seed` set the times of the server scenario.
    `percentile`: at which LoadGen applied its early stopping, the strictest that the process's share of queries
    allows. `estimate_ns`: its bound on that percentile by its own clock, None where it gives none. `duration_ns`:
    from the first query to the last answer.
    """

    version: str = Field(min_length=1, max_length=100)
    scenario: Scenario
    valid: bool
    reasons: list[_Line] = Field(default_factory=list, max_length=16)
    queries: int = Field(ge=1, le=10**9)
    samples_per_query: int = Field(default=1, ge=1, le=10**9)
    seed: int = Field(ge=0, lt=2**32)
    percentile: Literal[50, 90, 99]
    duration_ns: int = Field(ge=0, le=10**15)
    estimate_ns: int | None = Field(default=None, ge=0, le=10**15)

    @model_validator(mode="after")
    def _invalid_has_a_reason(self) -> Self:
        if self.valid == bool(self.reasons):
            raise ValueError("a LoadGen run is invalid exactly when it gives a reason; give both or neither")
        return self


SCENARIOS: dict[Scenario, Bilingual] = {
    Scenario.single_stream: bilingual(
        "한 번에 하나씩 이어서(single_stream)", "one inference after another (single_stream)"
    ),
    Scenario.multi_stream: bilingual(
        "한 질의에 여러 추론씩 이어서(multi_stream)",
        "several inferences a query, one query after another (multi_stream)",
    ),
    Scenario.server: bilingual(
        "정해진 빈도로 무작위 시각에 도착(server)", "queries at random times at a given rate (server)"
    ),
    Scenario.offline: bilingual("모두 한꺼번에(offline)", "all samples at once (offline)"),
}
"""Each scenario in a few words."""

WHAT_IS_TIMED: dict[Scenario, Bilingual] = {
    Scenario.single_stream: bilingual("추론 하나", "one inference"),
    Scenario.multi_stream: bilingual("질의 하나 전체", "a whole query"),
    Scenario.server: bilingual(
        "도착 예정 시각부터 답까지(기다림 포함)", "from the scheduled arrival to the answer, waiting included"
    ),
    Scenario.offline: bilingual(
        "한 답에서 다음 답까지(지연이 아님)", "from one answer to the next, which is no latency"
    ),
}
"""What a sample of each scenario times."""


def harness_words(harness: Harness, runs: list[LoadGenRun]) -> Bilingual:
    """What drove the inferences, with LoadGen's version where it did."""
    if harness is Harness.loadgen and runs:
        return bilingual(f"MLPerf LoadGen {runs[0].version}", f"MLPerf LoadGen {runs[0].version}")
    if harness is Harness.loadgen_missing:
        return bilingual("자체 반복문(LoadGen 미설치)", "our own loop (LoadGen is not installed)")
    if harness is Harness.few_samples:
        return bilingual(
            "자체 반복문(LoadGen에는 계획의 표본이나 시간이 모자람)",
            "our own loop (the plan has too few samples or too little time for LoadGen)",
        )
    if harness is Harness.ai_hub:
        return bilingual("Qualcomm AI Hub의 프로파일러", "Qualcomm AI Hub's profiler")
    return bilingual("자체 반복문", "our own loop")
