"""Tiny language models with random weights really generate in the sandbox. No figure of speed is asserted."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_language_models as tiny
from didimdol_lab import cli, generation
from didimdol_lab.contract import Generation, GenerationPlan, Phase, Progress, Runtime
from didimdol_lab.generation import generate
from didimdol_lab.refusals import Refused
from didimdol_lab.sandbox import Outcome

# The machine that runs the tests is busy with the tests: noise must not decide here.
CALM = {"max_foreign_cpu_share": "1", "max_involuntary_share": "1000000", "max_attempts": 1}
MAKERS = {"genai": tiny.for_genai, "openvino": tiny.for_openvino}


def quick(**more: Any) -> GenerationPlan:
    return GenerationPlan.model_validate(
        {"contexts": [8, 40], "new_tokens": 6, "repetitions": 2, **CALM, **more}
    )


def prompt(context: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng([seed, context]).integers(0, tiny.VOCABULARY, context, dtype=np.int64)


def expected_by_onnxruntime(context: int, count: int, model: Any = None) -> list[int]:
    """Greedy without a cache: the whole text anew for each token; the end token (2) is never chosen."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        (model or tiny.onnx_model()).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    nothing = np.zeros((1, tiny.HEADS, 0, tiny.HEAD), np.float32)
    caches = {f"past_key_values.{n}.{kind}": nothing for n in range(tiny.LAYERS) for kind in ("key", "value")}
    text = prompt(context)[np.newaxis]
    for _ in range(count):
        feeds = {"input_ids": text, "attention_mask": np.ones_like(text), **caches}
        logits = session.run(["logits"], feeds)[0][0, -1]
        logits[2] = -np.inf
        text = np.append(text, [[logits.argmax()]], axis=1)
    return [int(token) for token in text[0, context:]]


def expected_by_openvino(context: int, count: int) -> list[int]:
    """The same with OpenVINO, its state forgotten before each token."""
    import openvino

    compiled = openvino.Core().compile_model(
        tiny.openvino_model(), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32"}
    )
    request = compiled.create_infer_request()
    text = prompt(context)[np.newaxis]
    for _ in range(count):
        request.reset_state()
        feeds = {
            "input_ids": text,
            "attention_mask": np.ones_like(text),
            "position_ids": np.arange(text.shape[1])[np.newaxis],
            "beam_idx": np.zeros(1, np.int32),
        }
        logits = request.infer(feeds)["logits"]
        text = np.append(text, [[logits[0, -1].argmax()]], axis=1)
    return [int(token) for token in text[0, context:]]


@pytest.mark.parametrize(
    ("form", "expected"), [("genai", expected_by_onnxruntime), ("openvino", expected_by_openvino)]
)
def test_a_tiny_model_generates_in_the_sandbox(
    form: str, expected: Callable[[int, int], list[int]], tmp_path: Path
) -> None:
    plan = quick()
    seen: list[Progress] = []
    found = generate(MAKERS[form](tmp_path / "m"), plan, progress=seen.append)
    assert [length.context for length in found.lengths] == [8, 40]
    for length in found.lengths:
        assert [len(times) for times in length.first_ns] == [2, 2, 2]
        assert [len(times) for times in length.next_ns] == [10, 10, 10]
        assert len(length.load_ns) == len(length.peak_memory_bytes) == 3
        assert min(length.peak_memory_bytes) > 10_000_000
        assert length.cpu_ns_per_token > 0
        assert length.stable
        assert length.tokens == expected(length.context, 6)
    assert found.plan_digest == plan.digest()
    assert found.executed_precision == found.weights == "f32"
    assert found.parameters > 4 * tiny.LAYERS * tiny.WIDTH**2
    assert found.validity == "valid"
    assert {"denied:file", "denied:network", "denied:memory"} <= set(found.sandbox_layers)
    assert {"onnxruntime-genai", "openvino", "cpu_count"} <= set(found.environment)
    assert {Phase.checking, Phase.loading, Phase.warming, Phase.measuring} <= {each.phase for each in seen}
    assert seen[-1].phase is Phase.done
    assert Generation.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("share_buffer", [True, False])
def test_a_model_as_exporters_write_it(share_buffer: bool, tmp_path: Path) -> None:
    """Fused attention, weights beside the model, the cache in one buffer or in a longer one each time."""
    config = tiny.genai_config()
    config["search"]["past_present_share_buffer"] = share_buffer
    model = tiny.fused_onnx_model()
    folder = tiny.for_genai(tmp_path / "m", config=config, beside=True, model=model)
    found = generate(folder, quick(contexts=[40], repetitions=1))
    assert found.lengths[0].tokens == expected_by_onnxruntime(40, 6, tiny.fused_onnx_model())
    assert set(found.files) == {"genai_config.json", "model.onnx", "model.onnx.data"}


def test_without_bubblewrap_too(tmp_path: Path) -> None:
    for form, make in MAKERS.items():
        found = generate(make(tmp_path / form), quick(contexts=[8]), use_bubblewrap=False)
        assert "namespaces" in found.sandbox_layers
        assert len(found.lengths[0].tokens) == 6


def test_openvino_computes_as_it_was_told(tmp_path: Path) -> None:
    """Left alone, its cache has 8 bits whatever the precision of the rest."""
    model = tiny.for_openvino(tmp_path / "m")
    for precision in ("f32", "bf16"):
        found = generate(model, quick(contexts=[8], precision=precision))
        assert found.executed_precision == found.settings["KV_CACHE_PRECISION"] == precision
        assert found.settings["DYNAMIC_QUANTIZATION_GROUP_SIZE"] == "0"
        assert found.settings["logits_of_last_position_only"] == "true"


def test_a_folder_and_its_archives_are_one_model(tmp_path: Path) -> None:
    folder = tiny.for_genai(tmp_path / "m", beside=True)
    zipped = shutil.make_archive(str(tmp_path / "z"), "zip", folder)
    inside_a_folder = shutil.make_archive(str(tmp_path / "y"), "zip", tmp_path, "m")
    tarred = shutil.make_archive(str(tmp_path / "t"), "tar", folder)
    found = [generate(path, quick(contexts=[8])) for path in (folder, zipped, inside_a_folder, tarred)]
    digests = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("genai_config.json", "model.onnx", "model.onnx.data")
    }
    listing = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    assert {each.model_sha256 for each in found} == {hashlib.sha256(listing.encode()).hexdigest()}
    assert found[0].files == digests
    assert len({tuple(each.lengths[0].tokens) for each in found}) == 1


def refusal(path: Path, plan: GenerationPlan | None = None) -> Any:
    with pytest.raises(Refused) as caught:
        generate(path, plan or quick())
    return caught.value.refusal


def test_plan_and_model_must_fit(tmp_path: Path) -> None:
    genai, ir = tiny.for_genai(tmp_path / "g"), tiny.for_openvino(tmp_path / "o")
    assert refusal(genai, quick(runtime="openvino-cpu")).code == "runtime_format"
    assert refusal(ir, quick(runtime="onnxruntime-genai-cpu")).detail["fitting"] == Runtime.openvino_cpu
    assert refusal(genai, quick(precision="bf16")).code == "precision_unavailable"
    assert refusal(genai, quick(contexts=[2045])).code == "context_too_long"


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_missing_runtime_is_named(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(generation, "version", missing)
    assert cli.main(["generate", str(tiny.for_genai(tmp_path / "m")), "--lang", lang]) == 1
    said = capsys.readouterr().err
    assert "[runtime_missing]" in said
    assert "onnxruntime-genai" in said
    assert "didimdol-lab" in said
    assert "[genai]" in said


def test_a_model_that_fails_when_run(tmp_path: Path) -> None:
    """More token ids than the table has: the runtime says so, the sandbox contains it."""
    config = tiny.genai_config(vocab_size=5_000_000)
    assert refusal(tiny.for_genai(tmp_path / "m", config=config)).code in ("inference_failed", "crashed")


def test_the_child_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer times than tokens were asked for."""
    honest = generation.sandbox.run

    def lying(task: str, request: Any, **more: Any) -> Outcome:
        outcome = honest(task, request, **more)
        if task == "generate":
            outcome.body["next_ns"].pop()
        return outcome

    monkeypatch.setattr(generation.sandbox, "run", lying)
    assert refusal(tiny.for_genai(tmp_path / "m")).code == "sandbox_output"


def test_a_disturbed_run_is_repeated_and_then_invalid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "disturbances", lambda seen, plan: ["others used 40% of the CPU"])
    found = generate(tiny.for_genai(tmp_path / "m"), quick(contexts=[8], max_attempts=2))
    assert (found.attempts, found.validity) == (2, "invalid")
    assert found.invalid_reasons == ["others used 40% of the CPU"]


LIMIT = {"metric": "peak_memory", "statistic": "value", "comparison": "<=", "unit": "MB", "context": 8}


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with tarfile.open(tmp_path / "m.tar", "w") as bundle:
        bundle.add(tiny.for_genai(tmp_path / "m"), "m")
    plan = tmp_path / "plan.json"
    plan.write_text(quick(repetitions=1).model_dump_json())
    criteria = tmp_path / "criteria.json"
    line = ["generate", str(tmp_path / "m.tar"), "--plan", str(plan), "--criteria", str(criteria)]
    criteria.write_text(json.dumps([{"key": "memory", "threshold": "100000", **LIMIT}]))
    assert cli.main([*line, "--context", "16,8", "--new", "4", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["results"][0]["verdict"] == "pass"
    assert [length["context"] for length in answer["generation"]["lengths"]] == [8, 16]
    assert len(answer["generation"]["lengths"][0]["tokens"]) == 4
    for lang, word, context, code in (("ko", "최대 메모리", 8, 1), ("en", "peak memory", 9, 3)):
        criteria.write_text(json.dumps([{"key": "memory", "threshold": "1", **LIMIT, "context": context}]))
        assert cli.main([*line, "--context", "8", "--lang", lang]) == code
        assert word in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--context", "8,many"], 2, "--context"),
        (["--new", "1"], 2, "new_tokens"),
        (["--plan", "missing.json"], 2, "missing.json"),
        ([], 1, "not_found"),
    ],
)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_wrong_use_gets_one_clear_message(
    options: list[str], code: int, words: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["generate", "missing-folder", *options, "--lang", lang]) == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
