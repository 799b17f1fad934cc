"""Measurements for rehearsals in tests: made up, so that no test depends on how busy a machine is."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from didimdol.rehearsal.measured import Measured
from didimdol_lab.contract import Measurement, ModelCard, Plan


def canned(model: Path, plan: Plan, dataset: Path | None) -> Measured:
    """Two milliseconds an inference, 70 MB, nothing disturbed."""
    content = model.read_bytes()
    digest = sha256(content).hexdigest()
    measurement = Measurement.model_validate(
        {
            "model_sha256": digest,
            "plan_digest": plan.digest(),
            "samples_ns": [[2_000_000 + n for n in range(300)] for _ in range(plan.processes)],
            "load_ms": [10.0] * plan.processes,
            "first_inference_ms": 5.0,
            "peak_memory_bytes": 70_000_000,
            "model_size_bytes": len(content),
            "cpu_ns_per_inference": 2_000_000,
            "sandbox_layers": ["landlock", "seccomp"],
            "interference": {"foreign_cpu_share": 0.01, "involuntary_switches": 0},
            "started_at": "2026-01-01T00:00:00+00:00",
            "ended_at": "2026-01-01T00:00:10+00:00",
            "boundary": plan.boundary,
            "percentile_confidence": plan.percentile_confidence,
        }
    )
    card = ModelCard(
        opset=15,
        producer="rehearsal",
        inputs=[],
        outputs=[],
        parameters=1,
        nodes=1,
        operators={},
        size_bytes=len(content),
        sha256=digest,
        precision="f32",
    )
    return Measured(measurement, card, 10.0)
