"""What a measurement is to do, and the device it may run on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from .base import Name, PlainDecimal, Sha256, Strict
from .criteria import Boundary
from .quality import Task

Label = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*:[A-Za-z0-9._+-]+$", max_length=100)]

MAX_SAMPLES_PER_PROCESS = 20_000
"""A fresh process stops measuring here, so that a record of raw samples stays a few hundred kB."""
MAX_INPUT_ELEMENTS = 64_000_000
"""Largest input tensor a plan may ask for, in elements (256 MB of float32)."""


class Runtime(StrEnum):
    """What loads and runs the model. An agent tells which it has by labels `runtime:<value>`."""

    onnxruntime_cpu = "onnxruntime-cpu"
    openvino_cpu = "openvino-cpu"
    openvino_gpu = "openvino-gpu"
    openvino_npu = "openvino-npu"
    litert_cpu = "litert-cpu"
    qnn = "onnxruntime-qnn"
    qnn_simulator = "qnn-simulator"
    ai_hub = "qualcomm-ai-hub"


class Precision(StrEnum):
    """In what floating point is computed. Integers of a quantised model stay integers."""

    f32 = "f32"
    f16 = "f16"
    bf16 = "bf16"


class Scenario(StrEnum):
    """MLPerf's scenarios: one query after another; 8 samples a query; queries at random times (Poisson);
    all samples at once."""

    single_stream = "single_stream"
    multi_stream = "multi_stream"
    server = "server"
    offline = "offline"


FORMATS: dict[Runtime, frozenset[str]] = {
    Runtime.onnxruntime_cpu: frozenset({"onnx"}),
    Runtime.openvino_cpu: frozenset({"onnx", "openvino", "tflite"}),
    Runtime.openvino_gpu: frozenset({"onnx", "openvino", "tflite"}),
    Runtime.openvino_npu: frozenset({"onnx", "openvino", "tflite"}),
    Runtime.litert_cpu: frozenset({"tflite"}),
    Runtime.qnn: frozenset({"onnx"}),
    Runtime.qnn_simulator: frozenset({"onnx"}),
    Runtime.ai_hub: frozenset({"onnx", "tflite"}),
}
"""Which model formats each runtime reads."""
HOME: dict[str, Runtime] = {
    "onnx": Runtime.onnxruntime_cpu,
    "openvino": Runtime.openvino_cpu,
    "tflite": Runtime.litert_cpu,
}
"""The runtime that a format is at home in: the trial inference, and the reference of outputs."""

NATIVE: dict[Runtime, Precision] = {
    Runtime.openvino_gpu: Precision.f16,
    Runtime.openvino_npu: Precision.f16,
    Runtime.qnn: Precision.f16,
    Runtime.qnn_simulator: Precision.f16,
    Runtime.ai_hub: Precision.f16,
}
"""What an accelerator computes floats in; every other runtime in f32."""

UNTRIED: frozenset[Runtime] = frozenset(
    {Runtime.openvino_gpu, Runtime.openvino_npu, Runtime.qnn, Runtime.ai_hub}
)
"""Runtimes whose adapter could not be tried on real hardware: they say so wherever they appear."""


class DeviceProfile(Strict):
    """A device as the platform knows it. Labels are flat `key:value` strings."""

    name: Name
    labels: list[Label] = Field(max_length=100)
    memory_mb: int | None = Field(default=None, gt=0)
    chip: str | None = Field(default=None, max_length=200)
    threads: int = Field(default=1, ge=1, le=1024)


class InputSpec(Strict):
    """How one input is filled. A number fills every element with it; `random` is seeded, never fresh."""

    shape: list[Annotated[int, Field(ge=0, le=2**31 - 1)]] = Field(max_length=16)
    fill: Literal["random", "zeros"] | PlainDecimal = "random"

    @field_validator("fill", mode="before")
    @classmethod
    def _no_float_noise(cls, value: Any) -> Any:
        """0.1 read from JSON is meant as the decimal 0.1, not as its binary neighbour."""
        return Decimal(str(value)) if isinstance(value, float) else value

    @model_validator(mode="after")
    def _is_not_a_bomb(self) -> Self:
        elements = 1
        for size in self.shape:
            elements *= size
        if elements > MAX_INPUT_ELEMENTS:
            raise ValueError(
                f"input shape {self.shape} has {elements} elements; "
                f"at most {MAX_INPUT_ELEMENTS} are allowed; make the shape smaller"
            )
        return self


class Limits(Strict):
    """Caps on one sandboxed process: memory in MB (10**6 bytes), wall time in seconds."""

    memory_mb: int = Field(default=2000, ge=64, le=1_000_000)
    seconds: int = Field(default=120, ge=1, le=86_400)


TARGETS: dict[Runtime, frozenset[str]] = {
    # Without both, anything beyond a toy fails in the compiler (lab.md 0 no. 2).
    Runtime.qnn: frozenset({"htp_arch", "soc_model"}),
    Runtime.qnn_simulator: frozenset({"htp_arch", "soc_model"}),
    Runtime.ai_hub: frozenset({"device"}),
}
MORE_TARGETS: dict[Runtime, frozenset[str]] = {
    Runtime.ai_hub: frozenset({"os", "attributes", "target_runtime", "compute_unit"}),
}
"""What a target may name besides."""


def runtime_from(labels: Sequence[str]) -> dict[str, Any]:
    """The part of a plan that a device's labels decide: runtime, its precision and its target. Empty without one.

    A runtime that nobody knows, or a target that is missing, is for `Plan` to refuse.
    """
    named = dict(label.split(":", 1) for label in labels)
    runtime = named.get("runtime")
    if runtime is None:
        return {}
    try:
        known = Runtime(runtime)
    except ValueError:
        return {"runtime": runtime}
    target = {name: named[name] for name in sorted(TARGETS.get(known, ())) if name in named}
    return {"runtime": known, "precision": NATIVE.get(known, Precision.f32), "target": target}


class Plan(Strict):
    """A measurement plan. `digest()` names it; equal plans have equal digests on every machine.

    `min_samples`, `min_seconds` and `max_seconds` are for the whole measurement and are shared out
    over the processes; a sample is what the scenario times: an inference, or a query (multi_stream, server). `max_foreign_cpu_share` and `max_involuntary_share` are the noise limits above
    which a run is invalid (lab.md 4.2); raise them on a shared machine, and the evidence says so.
    """

    later: ClassVar[frozenset[str]] = frozenset(
        {
            "target",
            "samples_per_query",
            "queries_per_second",
            "sustained_seconds",
            "compare_outputs",
            "per_layer",
        }
    )

    schema_: Literal[1] = Field(default=1, alias="schema")
    runtime: Runtime = Runtime.onnxruntime_cpu
    precision: Precision = Precision.f32
    threads: int = Field(default=1, ge=1, le=256)
    scenario: Scenario = Scenario.single_stream
    boundary: Boundary = Boundary.model_only
    percentile_confidence: PlainDecimal = Field(default=Decimal("0.99"), ge=Decimal("0.5"), lt=1)
    processes: int = Field(default=3, ge=1, le=20)
    min_samples: int = Field(default=662, ge=1, le=200_000)
    min_seconds: PlainDecimal = Field(default=Decimal(3), ge=0, le=86_400)
    max_seconds: PlainDecimal = Field(default=Decimal(300), gt=0, le=86_400)
    warmup: int = Field(default=10, ge=0, le=10_000)
    max_attempts: int = Field(default=2, ge=1, le=10)
    max_foreign_cpu_share: PlainDecimal = Field(default=Decimal("0.10"), ge=0, le=1)
    max_involuntary_share: PlainDecimal = Field(default=Decimal("0.05"), ge=0)
    seed: int = Field(default=0, ge=0, lt=2**32)
    inputs: dict[Name, InputSpec] = Field(default_factory=dict, max_length=256)
    dataset_sha256: Sha256 | None = None
    dataset_task: Task | None = None
    limits: Limits = Field(default_factory=Limits)
    target: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")], Name] = Field(
        default_factory=dict, max_length=8
    )
    """What the runtime compiles for: `htp_arch` and `soc_model` (QNN); `device`, and if wanted `os`,
    `attributes`, `target_runtime`, `compute_unit` (AI Hub)."""
    samples_per_query: int = Field(default=1, ge=1, le=1024)
    """Scenario multi_stream: inferences in one query, one after another; MLPerf takes 8."""
    queries_per_second: PlainDecimal | None = Field(default=None, gt=0, le=100_000)
    """Scenario server: at what rate queries arrive on average; their times are random (Poisson) and seeded."""
    sustained_seconds: int = Field(default=0, ge=0, le=7_200)
    """Afterwards, how long to run on without a pause, to see the median of each minute. 0: not at all."""
    compare_outputs: bool = False
    """Whether outputs are compared with those of ONNX Runtime's CPU in float32 on the same inputs."""
    per_layer: bool = False
    """Whether a further, untimed run asks the runtime for the time of each layer."""

    @model_validator(mode="after")
    def _target_fits_the_runtime(self) -> Self:
        needed = TARGETS.get(self.runtime, frozenset())
        if missing := sorted(needed - set(self.target)):
            raise ValueError(
                f"runtime '{self.runtime}' needs target.{missing[0]}; "
                f"write target: {{{', '.join(f'{name}: ...' for name in sorted(needed))}}}"
            )
        if unknown := sorted(set(self.target) - needed - MORE_TARGETS.get(self.runtime, frozenset())):
            raise ValueError(f"runtime '{self.runtime}' knows no target.{unknown[0]}; leave it out")
        return self

    @model_validator(mode="after")
    def _server_has_a_rate(self) -> Self:
        if (self.scenario is Scenario.server) != (self.queries_per_second is not None):
            raise ValueError(
                "queries_per_second goes with scenario: server, and with no other; give both or neither"
            )
        return self

    @model_validator(mode="after")
    def _scenario_can_be_run(self) -> Self:
        if self.samples_per_query > 1 and self.scenario is not Scenario.multi_stream:
            raise ValueError(
                "samples_per_query goes with scenario: multi_stream, and with no other; leave it out"
            )
        if self.runtime is Runtime.ai_hub and self.scenario is not Scenario.single_stream:
            raise ValueError(
                f"runtime '{self.runtime}' runs one inference after another; write scenario: single_stream"
            )
        return self

    @model_validator(mode="after")
    def _dataset_has_a_task(self) -> Self:
        if self.dataset_sha256 is not None and self.dataset_task is None:
            raise ValueError(
                f"dataset_sha256 is given without dataset_task; add dataset_task: one of {', '.join(Task)}"
            )
        return self

    @model_validator(mode="after")
    def _samples_fit_the_record(self) -> Self:
        most = self.processes * MAX_SAMPLES_PER_PROCESS
        if self.min_samples > most:
            raise ValueError(
                f"min_samples {self.min_samples} do not fit in {self.processes} processes of at most "
                f"{MAX_SAMPLES_PER_PROCESS}; ask for at most {most}, or more processes"
            )
        return self

    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON: sorted keys, no spaces, UTF-8, defaults filled in."""
        document = self.model_dump(mode="json", by_alias=True)
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8")).hexdigest()
