"""A profile as the client gives it, made small: raw times, loads, memory, placement, slowest layers, versions."""

from __future__ import annotations

from collections import Counter
from typing import Any

MOST = 200


def told(profile: dict[str, Any], detail: Any) -> dict[str, Any]:
    """The body of a `profile` message; times in microseconds, memory in bytes. `detail`: the ProfileDetail itself,
    whose versions and settings the client leaves out."""
    summary = profile.get("execution_summary", {})
    layers = profile.get("execution_detail", [])
    units = Counter(str(layer["compute_unit"]) for layer in layers)
    on_cpu = Counter(str(layer["type"]) for layer in layers if layer["compute_unit"] == "CPU")
    timed = sorted(
        (layer for layer in layers if "execution_time" in layer), key=lambda layer: -layer["execution_time"]
    )
    return {
        "times_us": list(summary.get("all_inference_times") or []),
        "first_load_us": summary.get("first_load_time"),
        "warm_load_us": summary.get("warm_load_time"),
        "compile_us": summary.get("compile_time"),
        "load_memory": summary.get("first_load_memory_peak_range"),
        "inference_memory": summary.get("inference_memory_peak_range"),
        "units": dict(units),
        "on_cpu": dict(on_cpu.most_common(MOST)),
        "layers": [
            {
                "name": layer["name"],
                "operator": layer["type"],
                "unit": layer["compute_unit"],
                "us": layer["execution_time"],
            }
            for layer in timed[:MOST]
        ],
        "tools": [f"{each.name} {each.version}" for each in list(detail.tool_versions)[:20]],
        "settings": [
            f"{each.key}={each.value}"
            for config in list(detail.runtime_config)[:10]
            for each in list(config.properties)[:20]
        ],
    }
