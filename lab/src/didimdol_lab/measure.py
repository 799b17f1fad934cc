"""Measure one model by a plan: fresh sandboxed processes, every sample kept, noise judged, then accuracy."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from . import sandbox
from .contract.base import Strict
from .contract.card import ModelCard
from .contract.criteria import Assurance, Boundary
from .contract.measurement import Accuracy, Measurement, Validity
from .contract.plan import MAX_SAMPLES_PER_PROCESS, Limits, Plan
from .contract.protocol import Phase, Progress
from .environment import describe
from .intake.checking import IntakeLimits, inspect
from .intake.custody import hold, take_dataset
from .interference import Window, condense, disturbances
from .refusals import refuse
from .sandbox.running import report

MAX_DATASET_BYTES = 2_000_000_000
_PROGRESS_EVERY = 0.25
_LOOP_SHARE = 0.8
"""Part of a process's time limit its timed loop may use; the rest is for start, load and warm-up."""


class _Timed(Strict):
    samples_ns: list[Annotated[int, Field(ge=0, le=10**15)]] = Field(
        min_length=1, max_length=MAX_SAMPLES_PER_PROCESS
    )
    load_ns: int = Field(ge=0, le=10**15)
    first_ns: int = Field(ge=0, le=10**15)
    peak_memory_bytes: int = Field(gt=0)
    memory_before_model_bytes: int = Field(ge=0)
    cpu_ns: int = Field(ge=0)
    switches: int = Field(ge=0)
    busy_ns: int = Field(ge=0)
    capacity_ns: int = Field(ge=0)
    boundary: Literal["model_only", "with_input_copy"]

    def window(self) -> Window:
        return Window(len(self.samples_ns), self.cpu_ns, self.busy_ns, self.capacity_ns, self.switches)


class _Counted(Strict):
    correct: int = Field(ge=0)
    total: int = Field(gt=0)


class _Teller:
    """Passes progress on, at most four times a second unless the phase or process changes."""

    def __init__(self, sink: Callable[[Progress], None] | None) -> None:
        self._sink = sink
        self._last = 0.0
        self._mark: tuple[str, str] | None = None

    def __call__(self, phase: Phase, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if self._sink is None or (self._mark == (phase, note) and now - self._last < _PROGRESS_EVERY):
            return
        self._mark, self._last = (phase, note), now
        self._sink(Progress(phase=phase, done=done, total=total, note=note))


@dataclass
class _Attempt:
    """The runs of one attempt, one per fresh process."""

    runs: list[_Timed] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass
class _Bench:
    """What all sandboxed processes of one measurement share."""

    model: Path
    plan: Plan
    tell: _Teller
    cancel: threading.Event | None
    use_bubblewrap: bool | None

    def attempt(self, number: int) -> _Attempt:
        plan = self.plan
        outcome = _Attempt()
        note = f"attempt {number}"
        share = math.ceil(plan.min_samples / plan.processes)
        budget = min(float(plan.max_seconds) / plan.processes, plan.limits.seconds * _LOOP_SHARE)
        request = {
            "threads": plan.threads,
            "seed": plan.seed,
            "boundary": plan.boundary.value,
            "inputs": {name: spec.model_dump(mode="json") for name, spec in plan.inputs.items()},
            "warmup": plan.warmup,
            "samples": min(share, MAX_SAMPLES_PER_PROCESS),
            "min_seconds": min(float(plan.min_seconds) / plan.processes, budget),
            "max_seconds": budget,
            "cap": MAX_SAMPLES_PER_PROCESS,
        }
        for index in range(plan.processes):

            def step(phase: str, done: int, total: int, index: int = index) -> None:
                if (
                    phase == Phase.measuring
                ):  # count over all processes, so a bar runs once from left to right
                    self.tell(Phase.measuring, index * total + done, plan.processes * total, note)
                else:
                    self.tell(Phase(phase), index, plan.processes, note)

            ended = sandbox.run(
                "time",
                request,
                files={"model.onnx": self.model},
                limits=plan.limits,
                threads=plan.threads,
                progress=step,
                cancel=self.cancel,
                use_bubblewrap=self.use_bubblewrap,
            )
            timed = report(_Timed, ended)
            _require_memory(timed.peak_memory_bytes, plan.limits)
            outcome.runs.append(timed)
            outcome.layers = ended.layers
        seen = condense([timed.window() for timed in outcome.runs])
        outcome.reasons = disturbances(seen, plan)
        return outcome

    def accuracy(self, dataset: Path) -> Accuracy:
        plan = self.plan
        ended = sandbox.run(
            "accuracy",
            {
                "threads": plan.threads,
                "seed": plan.seed,
                "inputs": {name: spec.model_dump(mode="json") for name, spec in plan.inputs.items()},
            },
            files={"model.onnx": self.model, "dataset.npz": dataset},
            limits=plan.limits,
            threads=plan.threads,
            progress=lambda phase, done, total: self.tell(Phase(phase), done, total),
            cancel=self.cancel,
            use_bubblewrap=self.use_bubblewrap,
        )
        counted = report(_Counted, ended)
        if counted.correct > counted.total:
            raise refuse("sandbox_output", reason="more right answers than examples")
        return Accuracy(correct=counted.correct, total=counted.total, metric="top1")


def _require_memory(peak_bytes: int, limits: Limits) -> None:
    if peak_bytes > limits.memory_mb * 1_000_000:
        raise refuse("memory_limit", memory_mb=limits.memory_mb, peak_bytes=peak_bytes)


def _executed(card: ModelCard) -> str:
    """ONNX Runtime's CPU kernels compute 16-bit floats in 32; quantised weights stay integers."""
    return "f32" if card.precision in ("f32", "f16", "bf16") else card.precision


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def measure(
    path: str | os.PathLike[str],
    plan: Plan,
    *,
    dataset: str | os.PathLike[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
    card: ModelCard | None = None,
    assurance: Assurance = Assurance.measured_shared,
    max_bytes: int = 500_000_000,
    cancel: threading.Event | None = None,
    use_bubblewrap: bool | None = None,
) -> Measurement:
    """Measure the model file at `path`. Raises Refused.

    A `card` from `intake.check` of the same bytes saves a second structural check; without one, or with
    another file's, it is done here: nothing unchecked is ever run. A disturbed run is repeated up to
    `plan.max_attempts` times and then returned as invalid. `assurance` is the operator's statement about
    this machine; the lab never claims more than `measured_shared` by itself.
    """
    if plan.dataset_sha256 is not None and dataset is None:
        raise refuse("dataset_missing")
    tell = _Teller(progress)
    started = _now()
    with hold(path, max_bytes=max_bytes) as custody:
        if card is None or card.sha256 != custody.sha256:
            tell(Phase.checking, 0, 1)
            card = inspect(
                custody, IntakeLimits(sandbox=plan.limits), cancel=cancel, use_bubblewrap=use_bubblewrap
            )
        bench = _Bench(custody.model, plan, tell, cancel, use_bubblewrap)
        environment = describe()
        for attempts in range(1, plan.max_attempts + 1):
            attempt = bench.attempt(attempts)
            if not attempt.reasons:
                break
        # Accuracy last: between two timed runs it would heat the device (lab.md 1.3 no. 11).
        accuracy: Accuracy | None = None
        if dataset is not None:
            with take_dataset(
                dataset, max_bytes=MAX_DATASET_BYTES, declared_sha256=plan.dataset_sha256
            ) as sealed:
                accuracy = bench.accuracy(sealed)
        tell(Phase.done, 1, 1)
        runs = attempt.runs
        inferences = sum(len(timed.samples_ns) for timed in runs)
        environment["memory_before_model_bytes"] = str(max(run.memory_before_model_bytes for run in runs))
        return Measurement(
            model_sha256=custody.sha256,
            plan_digest=plan.digest(),
            samples_ns=[timed.samples_ns for timed in runs],
            load_ms=[timed.load_ns / 1e6 for timed in runs],
            first_inference_ms=max(timed.first_ns for timed in runs) / 1e6,
            peak_memory_bytes=max(timed.peak_memory_bytes for timed in runs),
            model_size_bytes=custody.size_bytes,
            cpu_ns_per_inference=sum(timed.cpu_ns for timed in runs) // inferences,
            accuracy=accuracy,
            environment=environment,
            sandbox_layers=attempt.layers,
            interference=condense([timed.window() for timed in runs]),
            validity=Validity.invalid if attempt.reasons else Validity.valid,
            invalid_reasons=attempt.reasons,
            attempts=attempts,
            started_at=started,
            ended_at=_now(),
            executed_precision=_executed(card),
            boundary=Boundary(runs[0].boundary),
            assurance=assurance,
            percentile_confidence=plan.percentile_confidence,
        )
