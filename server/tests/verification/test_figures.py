"""The figures beside the criteria: what everybody reads, what a simulator must not say, and what a blind page keeps back."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from didimdol.verification import actions, evidence, queries
from didimdol.verification.models import DeviceJob
from didimdol_lab.contract import Criterion, Measurement
from server.tests.verification.conftest import card, claim, measured, queue

pytestmark = pytest.mark.django_db

TELLING = "ieumai/encoder/<b>conv1</b>"
CHANGES: dict[str, Any] = {
    "runtime": "openvino-npu",
    "warm_load_ms": [4.25],
    "memory_phases": {"start": 31_000_000, "loaded": 52_400_000, "first": 63_000_000, "measured": 70_000_000},
    "placement": {"units": {"NPU": 37, "CPU": 2}, "fallbacks": {"NonMaxSuppression": 2}},
    "layers": [{"name": TELLING, "operator": "Conv", "unit": "NPU", "ns": 1_234_567}],
    "sustained": [{"p50_ns": 2_000_000 + 100_000 * n, "samples": 900} for n in range(4)],
    "differences": [
        {"output": TELLING, "max_abs": 0.00125, "cosine": 0.999875},
        {"output": "boxes", "max_abs": 1e308},
    ],
}
LATENCY = Criterion.model_validate(
    {"key": "fast", "metric": "latency", "statistic": "p99", "comparison": "<=", "threshold": 20, "unit": "ms"}
)


@pytest.fixture
def page(owner: Any, device: Any) -> Any:
    """``page(lang, evidence_url, **changes)``: the part of a page that shows a run with these facts."""

    def show(lang: str = "ko", evidence_url: str = "", **changes: Any) -> str:
        queue(owner.id, content=f"model {evidence_url}".encode())  # the same bytes would not be measured twice
        job = claim(device)
        assert job is not None
        told = Measurement.model_validate({**measured(job).model_dump(by_alias=True), **changes})
        actions.complete_job(
            actor=queries.actor_of(device), job=job, fencing=job.fencing, measurement=told, card=card(job)
        )
        job = DeviceJob.objects.within(pk=job.pk).get()
        rows = evidence.rows([LATENCY], job, {}, lang)
        with translation.override(lang):
            context = {"job": job, "rows": rows, "evidence_url": evidence_url}
            return render_to_string("verification/_run.html", context)

    return show


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "ko",
            (
                "OpenVINO, NPU (실물 장비로 확인하지 못한 어댑터) · f32",
                "모델 실행만",
                "처음 12.5 ms · 다시 4.2 ms",
                "모델을 읽기 전 31 → 불러온 뒤 52 → 첫 추론 뒤 63 → 측정이 끝났을 때 70",
                "분마다 중앙값 4번: 첫 1분 2.000 ms, 가장 느린 1분 2.300 ms",
                "재지 않음",
                "출력 1개, 최대 0.00125 · 코사인 0.999875 이상 · 견줄 수 없는 출력 1개",
                "CPU 2 · NPU 37 (가속기가 맡지 못해 CPU에 남은 노드 2)",
            ),
        ),
        (
            "en",
            (
                "OpenVINO, NPU (untested adapter) · f32",
                "cold 12.5 ms · warm 4.2 ms",
                "Before the model 31 → Loaded 52",
                "4 medians by the minute: 2.000 ms in the first, 2.300 ms in the slowest",
                "not measured",
                "outputs compared: 1, at most 0.00125 · cosine at least 0.999875 · not comparable: 1",
                "CPU 2 · NPU 37 (2 nodes left to the CPU)",
            ),
        ),
    ],
)
def test_every_new_fact_is_one_line(page: Any, lang: str, lines: tuple[str, ...]) -> None:
    shown = page(lang, **CHANGES)
    for line in lines:
        assert line in shown, line
    assert "alert warn" in shown  # an untested adapter says so above the figures


def test_energy_of_a_counter_is_told_with_what_it_holds(page: Any) -> None:
    shown = page("en", energy_uj_per_inference=12_500)
    assert "12.500 mJ" in shown
    assert "Energy is that of the whole chip" in shown
    assert "Energy was not measured." not in shown


def test_a_simulators_times_are_shown_nowhere(page: Any) -> None:
    shown = page("en", **{**CHANGES, "runtime": "qnn-simulator", "assurance": "simulated"})
    assert "Times and memory are not those of the chip" in shown
    assert "CPU 2 · NPU 37" in shown
    for figure in ("histogram", "cold", "in the first", "5.99", "5.98", "Memory (MB)"):
        assert figure not in shown, figure


def test_names_from_the_model_stand_only_beside_the_file_that_holds_them(page: Any) -> None:
    """An evaluator gets no file, and must not learn from a layer's name whose the model is."""
    blind = page("en", **CHANGES)
    assert "ieumai" not in blind
    assert "NonMaxSuppression" not in blind
    own = page("en", evidence_url="/evidence/", **CHANGES)
    assert "ieumai/encoder/&lt;b&gt;conv1" in own
    assert "Conv · NPU · 1.235 ms" in own
    assert "NonMaxSuppression × 2" in own
