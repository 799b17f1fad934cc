"""Measure one model by a plan: fresh sandboxed processes, every sample kept, noise judged, then all the rest."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .aihub.measuring import measure_there, require
from .bench import Attempt, Bench, Teller
from .contract.card import ModelCard
from .contract.criteria import Assurance, Boundary
from .contract.measurement import Measurement, Validity
from .contract.plan import FORMATS, Plan, Runtime
from .contract.protocol import Phase, Progress
from .environment import describe
from .intake.checking import IntakeLimits, inspect
from .intake.custody import hold, take_dataset
from .refusals import refuse

MAX_DATASET_BYTES = 2_000_000_000
MOST_LAYERS = 200


def _executed(card: ModelCard, precision: str) -> str:
    """In what floats are computed, as read back from the runtime; quantised weights stay integers."""
    return precision if card.precision in ("f32", "f16", "bf16", "f64") else card.precision


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
    send_to_qualcomm: bool = False,
) -> Measurement:
    """Measure the model file at `path`. Raises Refused.

    A `card` from `intake.check` of the same bytes saves a second structural check; without one, or with
    another file's, it is done here: nothing unchecked is ever run. A disturbed run is repeated up to
    `plan.max_attempts` times and then returned as invalid. `assurance` is the operator's statement about
    this machine; the lab never claims more than `measured_shared` by itself, and `simulated` for a simulator.
    `send_to_qualcomm`: the model's owner agreed that a plan for AI Hub sends it there.
    """
    there = plan.runtime is Runtime.ai_hub
    service = (
        require(plan, send_to_qualcomm=send_to_qualcomm, has_dataset=dataset is not None) if there else None
    )
    if plan.dataset_sha256 is not None and dataset is None:
        raise refuse("dataset_missing")
    tell = Teller(progress)
    started = _now()
    with hold(
        path, max_bytes=max_bytes, limits=plan.limits, cancel=cancel, use_bubblewrap=use_bubblewrap
    ) as custody:
        if card is None or card.sha256 != custody.sha256:
            tell(Phase.checking, 0, 1)
            card = inspect(
                custody, IntakeLimits(sandbox=plan.limits), cancel=cancel, use_bubblewrap=use_bubblewrap
            )
        if card.format not in FORMATS[plan.runtime]:
            fitting = ", ".join(sorted(each for each, formats in FORMATS.items() if card.format in formats))
            raise refuse("runtime_format", runtime=plan.runtime.value, format=card.format, fitting=fitting)
        if service is not None:
            return measure_there(
                custody, card, plan, service, tell=tell, cancel=cancel, use_bubblewrap=use_bubblewrap
            )
        bench = Bench(custody.files, plan, tell, cancel, use_bubblewrap)
        environment = describe()
        for attempts in range(1, plan.max_attempts + 1):
            attempt = bench.attempt(attempts)
            if not attempt.reasons:
                break
        # All that heats or is not timed comes after all that is (lab.md 1.3 no. 11).
        after: dict[str, Any] = {}
        if plan.sustained_seconds:
            after["sustained"] = bench.sustain()
        if plan.compare_outputs or plan.per_layer:
            compared = bench.compare()
            slowest = sorted(compared.layers, key=lambda layer: -layer.ns)[:MOST_LAYERS]
            after |= {"differences": compared.differences, "layers": slowest}
        if dataset is not None:
            with take_dataset(
                dataset, max_bytes=MAX_DATASET_BYTES, declared_sha256=plan.dataset_sha256
            ) as sealed:
                after |= bench.quality(sealed)
        tell(Phase.done, 1, 1)
        return Measurement(
            model_sha256=custody.sha256,
            plan_digest=plan.digest(),
            model_size_bytes=custody.size_bytes,
            executed_precision=_executed(card, attempt.runs[0].precision),
            environment=environment,
            attempts=attempts,
            started_at=started,
            ended_at=_now(),
            assurance=Assurance.simulated if plan.runtime is Runtime.qnn_simulator else assurance,
            percentile_confidence=plan.percentile_confidence,
            runtime=plan.runtime,
            scenario=plan.scenario,
            **_timed(attempt),
            **after,
        )


def _timed(attempt: Attempt) -> dict[str, Any]:
    """What the timed processes give a measurement."""
    runs = attempt.runs
    inferences = sum(timed.inferences for timed in runs)
    return {
        "samples_ns": [timed.samples_ns for timed in runs],
        "load_ms": [timed.load_ns / 1e6 for timed in runs],
        "warm_load_ms": [timed.warm_load_ns / 1e6 for timed in runs],
        "first_inference_ms": max(timed.first_ns for timed in runs) / 1e6,
        "peak_memory_bytes": max(timed.memory["measured"] for timed in runs),
        "memory_phases": {phase: max(timed.memory[phase] for timed in runs) for phase in runs[0].memory},
        "cpu_ns_per_inference": sum(timed.cpu_ns for timed in runs) // inferences,
        "energy_uj_per_inference": None if attempt.energy_uj is None else attempt.energy_uj // inferences,
        "sandbox_layers": attempt.layers,
        "interference": attempt.interference(),
        "validity": Validity.invalid if attempt.reasons else Validity.valid,
        "invalid_reasons": attempt.reasons,
        "boundary": Boundary(runs[0].boundary),
        "placement": runs[0].placement,
        "harness": runs[0].harness,
        "loadgen": [timed.loadgen for timed in runs if timed.loadgen is not None],
    }
