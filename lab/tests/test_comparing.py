"""Two versions side by side. No figure of speed is asserted of real models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol_lab import cli, comparing
from didimdol_lab.advice import advice, advice_on
from didimdol_lab.comparing import Comparison, bootstrap, compare
from didimdol_lab.comparison_page import paper
from didimdol_lab.contract import Measurement, ModelCard, Plan
from didimdol_lab.evidence.rendering import page

Shipped = Callable[[str, str], Path]


def card(**changes: Any) -> ModelCard:
    values = {"opset": 15, "producer": "", "inputs": [], "outputs": [], "parameters": 1, "nodes": 1, "operators": {},
              "size_bytes": 1_000_000, "sha256": "ab" * 32, "precision": "f32"}  # fmt: skip
    return ModelCard.model_validate({**values, **changes})


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Comparison]:
    """``bench(old=[ms…], new=[ms…], disturbed={(which, round)})``: a comparison of made-up measurements."""

    def run(old: list[float], new: list[float], disturbed: Any = (), **more: Any) -> Comparison:
        told: dict[str, list[float]] = {"old": old, "new": new}
        asked: list[tuple[str, Plan, Any]] = []

        def measure(path: str, plan: Plan, *, dataset: Any = None, **_: Any) -> Measurement:
            number = sum(name == path for name, _, _ in asked)
            asked.append((path, plan, dataset))
            noisy = (path, number) in disturbed
            return Measurement.model_validate(
                {
                    "model_sha256": "ab" * 32,
                    "plan_digest": plan.digest(),
                    "samples_ns": [[int(told[path][number] * 1e6)] * 20],
                    "load_ms": [1.0],
                    "first_inference_ms": 1.0,
                    "peak_memory_bytes": 50_000_000,
                    "model_size_bytes": 1_000_000,
                    "cpu_ns_per_inference": int(told[path][number] * 1e6),
                    "accuracy": {"correct": 9, "total": 10} if dataset else None,
                    "interference": {"foreign_cpu_share": 0.0, "involuntary_switches": 0},
                    "validity": "invalid" if noisy else "valid",
                    "started_at": "",
                    "ended_at": "",
                }
            )

        monkeypatch.setattr(comparing, "measure", measure)
        monkeypatch.setattr(comparing, "check", lambda path, **_: card())
        found = compare("old", "new", Plan(), rounds=len(old), **more)
        run.asked = asked  # type: ignore[attr-defined]
        return found

    return run


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ([2.0, 2.1, 2.0, 1.9, 2.0], [1.0, 1.1, 1.0, 0.9, 1.0], "faster"),
        ([1.0, 1.1, 1.0, 0.9, 1.0], [2.0, 2.1, 2.0, 1.9, 2.0], "slower"),
        ([1.0, 2.0, 1.0, 2.0, 1.0], [2.0, 1.0, 2.0, 1.0, 1.0], "alike"),
    ],
)
def test_the_verdict_follows_the_interval(
    bench: Any, old: list[float], new: list[float], verdict: str
) -> None:
    found = bench(old, new)
    assert found.latency is not None
    assert found.latency.verdict == found.cpu.verdict == verdict
    assert found.as_json()["latency_ratio"]["verdict"] == verdict


def test_they_are_measured_in_turn_and_accuracy_comes_last(bench: Any) -> None:
    found = bench([1.0] * 4, [1.0] * 4, dataset="labelled.npz")
    assert [path for path, _, _ in bench.asked] == ["old", "new", "new", "old", "old", "new", "new", "old"]
    assert [bool(dataset) for _, _, dataset in bench.asked] == [False] * 6 + [True] * 2
    assert {plan.processes for _, plan, _ in bench.asked} == {1}
    assert sum(plan.min_samples for path, plan, _ in bench.asked if path == "old") >= Plan().min_samples
    assert (found.old.accuracy, found.new.accuracy) == (0.9, 0.9)


def test_disturbed_rounds_say_nothing_about_speed(bench: Any) -> None:
    rounds = [1.0, 9.0, 1.0, 1.0, 1.0], [1.0, 1.0, 9.0, 1.0, 1.0]
    found = bench(*rounds, disturbed={("old", 1), ("new", 2)})
    assert found.calm == [0, 3, 4]
    assert found.latency.value == 1
    assert bench(*rounds, disturbed={("old", 1), ("new", 2), ("new", 4)}).latency is None


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            (
                "Latency, new over old 0.500 (0.475–0.525): faster",
                "Accuracy (%)",
                "no signed evidence",
                "disturbed",
            ),
        ),
        (
            "ko",
            (
                "지연 시간 뒤/앞 0.500 (0.475–0.525): 빠릅니다",
                "정확도 (%)",
                "서명한 증거가 아닙니다",
                "방해받음",
            ),
        ),
    ],
)
def test_the_page_has_table_chart_and_reasons(bench: Any, lang: Any, words: tuple[str, ...]) -> None:
    ratios = [0.95, 1.0, 1.05, 1.0, 9.0]
    found = bench([2.0] * 5, ratios, disturbed={("new", 4)}, dataset="labelled.npz")
    hints = advice_on(found.new.rounds[-1], card(operators={"Loop": 1}))
    shown = page(paper(found, hints, lang))
    for word in (*words, hints[0].message[lang], "<td class='n'>0.500</td>"):
        assert word in shown, word
    assert shown.count("<rect") == 2 * len(found.figures()) == 12
    assert not any(word in shown for word in ("http:", "https:", "<script", "9.000 ms"))


def test_without_a_calm_round_no_time_is_in_the_table(bench: Any) -> None:
    found = bench([1.0] * 3, [1.0] * 3, disturbed={("old", number) for number in range(3)})
    assert [each.name["en"] for each in found.figures()] == ["Size", "Peak memory"]
    assert "too few undisturbed rounds" in page(paper(found, [], "en"))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.01, 100), min_size=3, max_size=12))
def test_the_interval_holds_the_median_and_stays_within_the_rounds(ratios: list[float]) -> None:
    found = bootstrap(ratios)
    assert min(ratios) <= found.lower <= found.value <= found.upper <= max(ratios)
    assert bootstrap(ratios) == found


def test_two_real_models(shipped: Shipped, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = shipped("silero_vad", "data/silero_vad_16k_op15.onnx")
    new = old.with_name("half.onnx")
    old.rename(new.with_name("old.onnx"))
    old = new.with_name("old.onnx")
    shipped("silero_vad", "data/silero_vad_half.onnx").rename(new)
    plan = tmp_path / "plan.json"
    calm = {
        "max_foreign_cpu_share": 1,
        "max_involuntary_share": 1000,
        "min_samples": 60,
        "min_seconds": 0,
        "warmup": 1,
    }
    plan.write_text(json.dumps(calm))
    inputs = ["--input", "input=1x576", "--input", "state=2x1x128:zeros", "--input", "sr=:16000"]
    asked = ["compare", str(old), str(new), "--plan", str(plan), "--rounds", "3", *inputs]
    assert cli.main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["calm_rounds"] == told["rounds"] == 3
    assert told["old"]["size_bytes"] == 1_289_603
    assert told["old"]["sha256"] != told["new"]["sha256"]
    assert told["old"]["executed_precision"] == "f32"
    assert told["runtime"] == "onnxruntime-cpu"
    assert told["latency_ratio"]["lower"] <= told["latency_ratio"]["value"] <= told["latency_ratio"]["upper"]
    plan.write_text('{"runtime": "qnn-simulator", "target": {"htp_arch": "75", "soc_model": "57"}}')
    assert cli.main([*asked, "--lang", "en"]) == 2
    assert "not those of the chip" in capsys.readouterr().err
    assert cli.main(["compare", str(old), str(old), "--lang", "en"]) == 2
    assert "two different models" in capsys.readouterr().err


# --- advice --------------------------------------------------------------------------------------------------------


def codes(**changes: Any) -> list[str]:
    return [each.code for each in advice(card(**changes))]


def test_advice_has_a_reason_in_the_card() -> None:
    assert codes() == []
    assert codes(operators={"DynamicQuantizeLinear": 3, "ConvInteger": 3}) == ["dynamic_int8_convolution"]
    assert codes(operators={"DynamicQuantizeLinear": 3, "MatMulInteger": 3}) == []
    batch = {"name": "x", "dtype": "float32", "shape": [None, 3, 224, 224]}
    assert codes(inputs=[batch]) == []
    assert codes(inputs=[{**batch, "shape": [1, 3, "height", 224]}]) == ["dynamic_shapes"]
    assert codes(operators={"Loop": 1}) == codes(operators={"If": 2}) == ["control_flow"]


def test_what_the_run_shows_is_advice_with_its_figures(bench: Any) -> None:
    run = bench([1.0] * 3, [1.0] * 3).new.rounds[0]

    def seen(changes: dict[str, Any], **facts: Any) -> dict[str, str]:
        measured = Measurement.model_validate({**run.model_dump(by_alias=True), **changes})
        return {each.code: each.message["en"] for each in advice_on(measured, card(**facts))}

    assert seen({}) == {}
    placed = {"units": {"NPU": 37, "CPU": 4}, "fallbacks": {"If": 1, "NonMaxSuppression": 2}}
    told = seen({"placement": placed})
    assert list(told) == ["npu_fallback"]
    assert (
        "Of 41 nodes the accelerator left 3 to the CPU (NonMaxSuppression × 2, If × 1)"
        in told["npu_fallback"]
    )
    assert seen({"placement": {"units": {"CPU": 4}}}) == {}
    told = seen({"executed_precision": "bf16"})
    assert list(told) == ["reduced_precision"]
    assert "The file is f32, but it was computed in bf16" in told["reduced_precision"]
    assert seen({"executed_precision": "f16"}, precision="f16") == {}
    assert list(seen({}, operators={"DequantizeLinear": 3})) == ["unchecked_int8"]
    right = {"accuracy": {"correct": 1, "total": 1}}
    assert seen(right, operators={"DequantizeLinear": 3}) == {}
