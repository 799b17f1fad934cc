"""The sandboxed processes of one measurement, and what each of them reports."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field

from . import sandbox
from .contract.base import Strict
from .contract.measurement import Accuracy, Difference, Interference, Layer, Minute, Placement
from .contract.plan import MAX_SAMPLES_PER_PROCESS, Limits, Plan, Scenario
from .contract.protocol import Phase, Progress
from .contract.scenarios import Harness, LoadGenRun
from .energy import Counter
from .interference import Window, condense, disturbances
from .refusals import refuse
from .sandbox.running import report
from .scenarios import asked, called_invalid, objection

_PROGRESS_EVERY = 0.25
_LOOP_SHARE = 0.8
"""Part of a process's time limit its timed loop may use; the rest is for start, load and warm-up."""
_START_AND_LOAD = 120
"""Seconds that a sustained run may take besides the running itself."""
_Kind = TypeVar("_Kind", bound=BaseModel)
_Nanoseconds = Annotated[int, Field(ge=0, le=10**15)]


class Timed(Strict):
    samples_ns: list[_Nanoseconds] = Field(min_length=1, max_length=MAX_SAMPLES_PER_PROCESS)
    load_ns: _Nanoseconds
    warm_load_ns: _Nanoseconds
    first_ns: _Nanoseconds
    memory: dict[Literal["start", "loaded", "first", "measured"], Annotated[int, Field(gt=0)]]
    cpu_ns: int = Field(ge=0)
    switches: int = Field(ge=0)
    busy_ns: int = Field(ge=0)
    capacity_ns: int = Field(ge=0)
    boundary: Literal["model_only", "with_input_copy"]
    precision: str = Field(max_length=40)
    placement: Placement | None = None
    harness: Harness = Harness.own_loop
    loadgen: LoadGenRun | None = None

    @property
    def inferences(self) -> int:
        multi = self.loadgen is not None and self.loadgen.scenario is Scenario.multi_stream
        return len(self.samples_ns) * (self.loadgen.samples_per_query if multi and self.loadgen else 1)

    def window(self) -> Window:
        return Window(self.inferences, self.cpu_ns, self.busy_ns, self.capacity_ns, self.switches)


class _Counted(Strict):
    correct: int = Field(ge=0)
    total: int = Field(gt=0)


class _Sustained(Strict):
    minutes: list[Minute] = Field(max_length=120)


class Compared(Strict):
    """Differences to the reference and the profile of one inference."""

    differences: list[Difference] = Field(max_length=100)
    layers: list[Layer] = Field(max_length=100_000)


class Teller:
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
class Attempt:
    """The runs of one attempt, one per fresh process. `energy_uj` None: no counter."""

    runs: list[Timed] = field(default_factory=list)
    layers: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    energy_uj: int | None = None

    def interference(self) -> Interference:
        """LoadGen's thread pushes the model off its core: there the switches are counted, but decide nothing."""
        own = all(timed.loadgen is None for timed in self.runs)
        return condense([timed.window() for timed in self.runs], judge_involuntary=own)


@dataclass
class Bench:
    """What all sandboxed processes of one measurement share. Every method raises Refused."""

    files: Mapping[str, Path]
    plan: Plan
    tell: Teller
    cancel: threading.Event | None
    use_bubblewrap: bool | None
    energy: Counter = field(default_factory=Counter)

    def attempt(self, number: int) -> Attempt:
        """All timed processes, one after another."""
        plan = self.plan
        outcome = Attempt(energy_uj=0 if self.energy.present else None)
        note = f"attempt {number}"
        share = math.ceil(plan.min_samples / plan.processes)
        budget = min(float(plan.max_seconds) / plan.processes, plan.limits.seconds * _LOOP_SHARE)
        request = {
            "boundary": plan.boundary.value,
            "warmup": plan.warmup,
            "samples": min(share, MAX_SAMPLES_PER_PROCESS),
            "min_seconds": min(float(plan.min_seconds) / plan.processes, budget),
            "max_seconds": budget,
            "cap": MAX_SAMPLES_PER_PROCESS,
        }
        for index in range(plan.processes):
            meter: list[list[int]] = []

            def step(phase: str, done: int, total: int, index: int = index, meter: list[Any] = meter) -> None:
                if phase != Phase.measuring:
                    self.tell(Phase(phase), index, plan.processes, note)
                    return
                if self.energy.present and done in (0, total):  # sent right before and after the timed loop
                    meter.append(self.energy.read())
                # count over all processes, so a bar runs once from left to right
                self.tell(Phase.measuring, index * total + done, plan.processes * total, note)

            # The first process chooses the harness for all: their samples are pooled.
            harness = outcome.runs[0].harness if outcome.runs else None
            scenario = asked(plan, share, index, harness)
            timed, layers = self._run(Timed, "time", {**request, **scenario}, progress=step)
            if problem := objection(plan, timed.harness, timed.loadgen, len(timed.samples_ns), harness):
                raise refuse("sandbox_output", reason=problem)
            _require_memory(timed.memory["measured"], plan.limits)
            outcome.runs.append(timed)
            outcome.layers = layers
            if outcome.energy_uj is not None:
                outcome.energy_uj += self.energy.between(meter[0], meter[-1])
        outcome.reasons = disturbances(outcome.interference(), plan)
        outcome.reasons += called_invalid([timed.loadgen for timed in outcome.runs])
        return outcome

    def sustain(self) -> list[Minute]:
        """The median of each minute of a run without pauses."""
        seconds = self.plan.sustained_seconds
        found, _ = self._run(
            _Sustained,
            "sustain",
            {"seconds": seconds, "boundary": self.plan.boundary.value},
            seconds=seconds + max(_START_AND_LOAD, self.plan.limits.seconds),
        )
        return found.minutes

    def compare(self) -> Compared:
        """Outputs beside the reference's, and the time of each layer: whichever the plan asks for."""
        plan = self.plan
        asked = {"compare_outputs": plan.compare_outputs, "per_layer": plan.per_layer}
        found, _ = self._run(Compared, "compare", asked)
        return found

    def accuracy(self, dataset: Path) -> Accuracy:
        """Right answers on the data set."""
        counted, _ = self._run(_Counted, "accuracy", {}, more={"dataset.npz": dataset})
        if counted.correct > counted.total:
            raise refuse("sandbox_output", reason="more right answers than examples")
        return Accuracy(correct=counted.correct, total=counted.total, metric="top1")

    def _run(
        self,
        kind: type[_Kind],
        task: str,
        request: Mapping[str, Any],
        *,
        more: Mapping[str, Path] | None = None,
        progress: Callable[[str, int, int], None] | None = None,
        seconds: float | None = None,
    ) -> tuple[_Kind, list[str]]:
        """One sandboxed task with this plan's runtime and inputs; its report and the layers that held."""
        plan = self.plan
        ended = sandbox.run(
            task,
            {
                "runtime": {
                    "runtime": plan.runtime.value,
                    "threads": plan.threads,
                    "precision": plan.precision.value,
                    "target": dict(plan.target),
                    # A data set comes in batches of its own size.
                    "shapes": {}
                    if task == "accuracy"
                    else {name: spec.shape for name, spec in plan.inputs.items()},
                },
                "seed": plan.seed,
                "inputs": {name: spec.model_dump(mode="json") for name, spec in plan.inputs.items()},
                **request,
            },
            files={**self.files, **(more or {})},
            limits=plan.limits,
            threads=plan.threads,
            seconds=seconds,
            progress=progress or (lambda phase, done, total: self.tell(Phase(phase), done, total)),
            cancel=self.cancel,
            use_bubblewrap=self.use_bubblewrap,
            sink=task == "time",  # LoadGen must open log files
        )
        return report(kind, ended), ended.layers


def _require_memory(peak_bytes: int, limits: Limits) -> None:
    if peak_bytes > limits.memory_mb * 1_000_000:
        raise refuse("memory_limit", memory_mb=limits.memory_mb, peak_bytes=peak_bytes)
