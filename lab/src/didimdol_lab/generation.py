"""Measure a generative model by a plan: a fresh sandboxed process for every context length, in rounds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from pydantic import Field

from . import sandbox
from .bench import Teller
from .contract.base import Strict
from .contract.criteria import Assurance
from .contract.generation import MAX_NEW_TOKENS, Generation, GenerationPlan, Generator, Length
from .contract.measurement import Validity
from .contract.plan import MAX_SAMPLES_PER_PROCESS
from .contract.protocol import Phase, Progress
from .environment import describe
from .intake.checking import IntakeLimits
from .intake.packages import IR, Package, hold_package
from .interference import Window, condense, disturbances
from .measure import _now
from .refusals import refuse
from .sandbox.running import report

MAX_BYTES = 16_000_000_000
PACKAGES = {Generator.onnxruntime_genai: "onnxruntime-genai", Generator.openvino: "openvino"}
"""The installed package that each runtime needs."""
_Nanoseconds = Annotated[int, Field(ge=0, le=10**15)]
_Times = Annotated[list[_Nanoseconds], Field(min_length=1, max_length=MAX_SAMPLES_PER_PROCESS)]


class _Structure(Strict):
    """What the structural check found."""

    parameters: int = Field(ge=0)
    nodes: int = Field(ge=0)
    weights: str = Field(max_length=40)


class _Generated(Strict):
    """What one process reports."""

    first_ns: _Times
    next_ns: _Times
    load_ns: _Nanoseconds
    peak_memory_bytes: int = Field(gt=0)
    tokens: list[Annotated[int, Field(ge=0, lt=2**31)]] = Field(min_length=2, max_length=MAX_NEW_TOKENS)
    stable: bool
    cpu_ns: int = Field(ge=0)
    switches: int = Field(ge=0)
    busy_ns: int = Field(ge=0)
    capacity_ns: int = Field(ge=0)
    precision: str = Field(max_length=40)
    settings: dict[str, Annotated[str, Field(max_length=120)]] = Field(max_length=20)

    def window(self) -> Window:
        steps = len(self.first_ns) + len(self.next_ns)
        return Window(steps, self.cpu_ns, self.busy_ns, self.capacity_ns, self.switches)


@dataclass
class _Attempt:
    """The runs of one attempt: context length -> one a process."""

    runs: dict[int, list[_Generated]]
    layers: list[str] = field(default_factory=list)

    def all(self) -> list[_Generated]:
        return [run for runs in self.runs.values() for run in runs]


@dataclass
class _Rounds:
    """What all sandboxed processes of one run share. Every method raises Refused."""

    package: Package
    plan: GenerationPlan
    tell: Teller
    cancel: threading.Event | None
    use_bubblewrap: bool | None

    def inspect(self) -> _Structure:
        """The structural check; nothing of the model runs."""
        self.tell(Phase.checking, 0, 1)
        limits = IntakeLimits()
        outcome = sandbox.run(
            "inspect-package",
            {
                "model": self.package.model,
                "weights": IR[1],
                "max_nodes": limits.max_nodes,
                "max_depth": limits.max_depth,
                "max_name": limits.max_name,
            },
            files=self.package.files,
            limits=self.plan.limits,
            cancel=self.cancel,
            use_bubblewrap=self.use_bubblewrap,
        )
        return report(_Structure, outcome)

    def attempt(self, number: int) -> _Attempt:
        """Every length once a round, so that what else the machine does meets all lengths alike."""
        plan = self.plan
        attempt = _Attempt({context: [] for context in plan.contexts})
        total = plan.processes * len(plan.contexts)
        for index in range(total):
            context = plan.contexts[index % len(plan.contexts)]
            run, attempt.layers = self._process(context, index, total, f"attempt {number}")
            attempt.runs[context].append(run)
        return attempt

    def _process(self, context: int, index: int, total: int, note: str) -> tuple[_Generated, list[str]]:
        plan, config = self.plan, self.package.config
        outcome = sandbox.run(
            "generate",
            {
                "runtime": self.package.runtime.value,
                "precision": plan.precision.value,
                "threads": plan.threads,
                "vocabulary": config.model.vocab_size if config else None,
                "context": context,
                "new_tokens": plan.new_tokens,
                "repetitions": plan.repetitions,
                "warmup": plan.warmup,
                "seed": plan.seed,
            },
            files=self.package.files,
            limits=plan.limits,
            threads=plan.threads,
            progress=lambda phase, done, of: self.tell(
                Phase(phase),
                index * of + done if phase == Phase.measuring else index,
                total * of if phase == Phase.measuring else total,
                f"{note}, {context} tokens",
            ),
            cancel=self.cancel,
            use_bubblewrap=self.use_bubblewrap,
        )
        run = report(_Generated, outcome)
        if (
            len(run.first_ns) != plan.repetitions
            or len(run.tokens) != plan.new_tokens
            or len(run.next_ns) != plan.repetitions * (plan.new_tokens - 1)
        ):
            raise refuse("sandbox_output", reason="not as many times as tokens were asked for")
        if run.peak_memory_bytes > plan.limits.memory_mb * 1_000_000:
            raise refuse("memory_limit", memory_mb=plan.limits.memory_mb, peak_bytes=run.peak_memory_bytes)
        return run, outcome.layers


def _require_fitting(package: Package, plan: GenerationPlan) -> None:
    """Raises Refused: runtime_format, context_too_long, runtime_missing."""
    fitting = package.runtime
    if plan.runtime not in (None, fitting):
        kind = "OpenVINO IR" if fitting is Generator.openvino else "ONNX (genai_config.json)"
        raise refuse("runtime_format", runtime=plan.runtime, format=kind, fitting=fitting)
    if package.config is not None:
        most = package.config.model.context_length
        if max(plan.contexts) + plan.new_tokens > most:
            raise refuse(
                "context_too_long", context=max(plan.contexts), new_tokens=plan.new_tokens, limit=most
            )
    try:
        version(PACKAGES[fitting])
    except PackageNotFoundError:
        raise refuse("runtime_missing", package=PACKAGES[fitting]) from None


def generate(
    path: str | os.PathLike[str],
    plan: GenerationPlan,
    *,
    progress: Callable[[Progress], None] | None = None,
    assurance: Assurance = Assurance.measured_shared,
    max_bytes: int = MAX_BYTES,
    cancel: threading.Event | None = None,
    use_bubblewrap: bool | None = None,
) -> Generation:
    """Measure the generative model in `path`, a folder or an archive. Raises Refused.

    A disturbed run is repeated up to `plan.max_attempts` times and then returned as invalid. `assurance` is the
    operator's statement about this machine.
    """
    tell = Teller(progress)
    started = _now()
    with hold_package(path, max_bytes=max_bytes, threads=plan.threads) as package:
        _require_fitting(package, plan)
        rounds = _Rounds(package, plan, tell, cancel, use_bubblewrap)
        structure = rounds.inspect()
        environment = describe()
        for attempts in range(1, plan.max_attempts + 1):
            attempt = rounds.attempt(attempts)
            seen = condense([run.window() for run in attempt.all()])
            reasons = disturbances(seen, plan)
            if not reasons:
                break
    tell(Phase.done, 1, 1)
    first = attempt.all()[0]
    return Generation(
        model_sha256=package.sha256,
        plan_digest=plan.digest(),
        runtime=package.runtime,
        files=package.digests,
        model_size_bytes=package.size_bytes,
        parameters=structure.parameters,
        weights=structure.weights,
        executed_precision=first.precision,
        settings=first.settings,
        lengths=[_length(context, runs) for context, runs in attempt.runs.items()],
        interference=seen,
        validity=Validity.invalid if reasons else Validity.valid,
        invalid_reasons=reasons,
        attempts=attempts,
        environment=environment,
        sandbox_layers=attempt.layers,
        started_at=started,
        ended_at=_now(),
        assurance=assurance,
        percentile_confidence=plan.percentile_confidence,
    )


def _length(context: int, runs: list[_Generated]) -> Length:
    steps = sum(len(run.first_ns) + len(run.next_ns) for run in runs)
    return Length(
        context=context,
        first_ns=[run.first_ns for run in runs],
        next_ns=[run.next_ns for run in runs],
        load_ns=[run.load_ns for run in runs],
        peak_memory_bytes=[run.peak_memory_bytes for run in runs],
        cpu_ns_per_token=sum(run.cpu_ns for run in runs) // steps,
        tokens=runs[0].tokens,
        stable=all(run.stable and run.tokens == runs[0].tokens for run in runs),
    )
