"""A measurement on a device of Qualcomm AI Hub: jobs pooled as processes, every raw sample kept.

AI Hub times the model alone, on a device that it sets up; what else ran there, in what floats was computed and at
which clocks is not told, and is recorded as such.
"""

from __future__ import annotations

import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..bench import Bench, Teller
from ..contract.card import ModelCard
from ..contract.criteria import Assurance, Boundary
from ..contract.measurement import Difference, Interference, Layer, Measurement, Placement
from ..contract.plan import Plan
from ..contract.protocol import Phase
from ..contract.scenarios import Harness
from ..intake.custody import Custody
from ..refusals import refuse, shown
from .requesting import request_of, require_possible
from .settings import Settings, settings
from .talking import Heard, Profile, ask

NOT_TOLD = "not told by AI Hub"
ADAPTER = "untested adapter"


def require(plan: Plan, *, send_to_qualcomm: bool, has_dataset: bool) -> Settings:
    """All that can be known before the model is touched. Raises Refused: aihub_consent, aihub_plan, aihub_missing,
    aihub_config."""
    if not send_to_qualcomm:
        raise refuse("aihub_consent")
    require_possible(plan, has_dataset=has_dataset)
    return settings()


def measure_there(
    custody: Custody,
    card: ModelCard,
    plan: Plan,
    found: Settings,
    *,
    tell: Teller,
    cancel: threading.Event | None = None,
    use_bubblewrap: bool | None = None,
) -> Measurement:
    """Send a checked model and measure it. Raises Refused."""
    started = datetime.now(UTC).isoformat(timespec="milliseconds")
    with tempfile.TemporaryDirectory(prefix="didimdol-aihub-") as folder:
        outputs = Path(folder) / "outputs.npz" if plan.compare_outputs else None
        heard = ask(
            request_of(custody, card, plan, outputs),
            found,
            operators=card.operators,
            tell=tell,
            cancel=cancel,
        )
        _require_whole(heard, plan)
        differences: list[Difference] = []
        if outputs is not None:
            differences = _compared(custody, plan, outputs, tell, cancel, use_bubblewrap)
    tell(Phase.done, 1, 1)
    return Measurement(
        model_sha256=custody.sha256,
        plan_digest=plan.digest(),
        model_size_bytes=custody.size_bytes,
        executed_precision=NOT_TOLD,
        environment=_environment(heard, plan),
        attempts=max(job.attempt for job in heard.jobs),
        started_at=started,
        ended_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        # The farm's devices serve everybody; nobody of ours set one aside.
        assurance=Assurance.measured_shared,
        percentile_confidence=plan.percentile_confidence,
        runtime=plan.runtime,
        harness=Harness.ai_hub,
        interference=Interference(foreign_cpu_share=0, involuntary_switches=0, known=False),
        boundary=Boundary.model_only,
        differences=differences,
        **timed(heard.profiles, plan),
    )


def _require_whole(heard: Heard, plan: Plan) -> None:
    if heard.device is None or len(heard.profiles) != plan.processes or not heard.jobs:
        raise refuse(
            "aihub_answer", reason=f"{len(heard.profiles)} profiles of {plan.processes}", **heard.last_job()
        )


def timed(profiles: list[Profile], plan: Plan) -> dict[str, Any]:
    """What the profile jobs give a measurement. The upper end of a memory range counts; 0 and None: not told."""
    last = profiles[-1]
    loads = [profile.first_load_us for profile in profiles]
    warm = [profile.warm_load_us for profile in profiles]
    loaded = [profile.load_memory[1] for profile in profiles if profile.load_memory]
    measured = [profile.inference_memory[1] for profile in profiles if profile.inference_memory]
    # Their messages have no empty numbers: a load that took 0 was not told.
    return {
        "samples_ns": [[micros * 1000 for micros in profile.times_us] for profile in profiles],
        "load_ms": [micros / 1000 for micros in loads if micros],
        "warm_load_ms": [micros / 1000 for micros in warm if micros],
        "first_inference_ms": 0.0,
        "cpu_ns_per_inference": 0,
        "peak_memory_bytes": max(measured + loaded, default=0),
        "memory_phases": {
            **({"loaded": max(loaded)} if loaded else {}),
            **({"measured": max(measured)} if measured else {}),
        },
        "placement": _placement(last, plan),
        "layers": [
            Layer(
                name=shown(layer.name, 190),
                operator=shown(layer.operator, 90),
                unit=shown(layer.unit, 30),
                ns=layer.us * 1000,
            )
            for layer in last.layers
        ]
        if plan.per_layer
        else [],
    }


def _placement(profile: Profile, plan: Plan) -> Placement | None:
    """None where a layer's unit is not told: counted as anything, it would be a claim."""
    if not profile.units or profile.units.get("UNSPECIFIED"):
        return None
    wants_more = plan.target.get("compute_unit") != "cpu"
    fallbacks = {shown(name, 90): count for name, count in profile.on_cpu.items()} if wants_more else {}
    return Placement(units={str(unit): count for unit, count in profile.units.items()}, fallbacks=fallbacks)


def _environment(heard: Heard, plan: Plan) -> dict[str, str]:
    device, last = heard.device, heard.profiles[-1]
    assert device is not None
    compiled = [job for job in heard.jobs if job.kind == "compile"]
    profiled = [job for job in heard.jobs if job.kind == "inference"]
    memory = [profile.inference_memory for profile in heard.profiles if profile.inference_memory]
    facts = {
        "adapter": ADAPTER,
        "service": "Qualcomm AI Hub",
        "device": device.name,
        "os": device.os,
        "device_attributes": ", ".join(device.attributes),
        "chipset": ", ".join(_after(device.attributes, "chipset:")),
        "target_runtime": plan.target.get("target_runtime", "by the device"),
        "compute_unit": plan.target.get("compute_unit", "all"),
        "jobs_at": heard.jobs[0].url.removesuffix("/").removesuffix(heard.jobs[0].id),
        "compile_jobs": " ".join(job.id for job in compiled),
        "profile_jobs": " ".join(job.id for job in profiled),
        "iterations_asked": str(-(-plan.min_samples // plan.processes)),
        "compile_on_device_ms": ", ".join(
            f"{profile.compile_us / 1000:g}" for profile in heard.profiles if profile.compile_us
        ),
        "memory_range_bytes": ", ".join(f"{low}-{high}" for low, high in memory),
        "tools": ", ".join(last.tools),
        "runtime_settings": ", ".join(last.settings),
        "qai-hub": heard.client,
        "other_work_on_device": NOT_TOLD,
        "clocks_and_temperature": NOT_TOLD,
        "cpu_time": NOT_TOLD,
    }
    return {name: shown(value, 900)[:1000] for name, value in facts.items() if value}


def _after(attributes: list[str], start: str) -> list[str]:
    return [each.removeprefix(start) for each in attributes if each.startswith(start)]


def _compared(
    custody: Custody,
    plan: Plan,
    outputs: Path,
    tell: Teller,
    cancel: threading.Event | None,
    use_bubblewrap: bool | None,
) -> list[Difference]:
    """The outputs that came back beside the reference's, which runs in our sandbox on the same inputs."""
    if not outputs.is_file():
        raise refuse("aihub_answer", reason="no outputs")
    here = plan.model_copy(update={"per_layer": False})
    bench = Bench({**custody.files, "outputs.npz": outputs}, here, tell, cancel, use_bubblewrap)
    return bench.compare().differences
