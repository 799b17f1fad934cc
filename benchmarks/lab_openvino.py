"""The lab's loop on OpenVINO beside OpenVINO's own `benchmark_app`, in one precision, on one pinned core.

    .venv/bin/python benchmarks/lab_openvino.py [--rounds 7] [--seconds 4]

In turn, in changing order; the medians of the rounds' ratios of p50 with their 99% bootstrap interval, whose upper end counts.
Only for a model slower than 5 ms: benchmark_app infers again on a filled request, which flatters small ones.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from didimdol.rehearsal.shipped import FILE_TYPE
from didimdol_lab.comparing import bootstrap
from didimdol_lab.contract import Plan, quantile
from didimdol_lab.measure import measure


def theirs(model: Path, shape: str, seconds: float, folder: Path) -> float:
    """p50 in ms, as benchmark_app reports it."""
    command = [
        str(Path(sys.executable).parent / "benchmark_app"), "-m", str(model), "-shape", shape, "-d", "CPU", "-api", "sync",
        "-hint", "none", "-nthreads", "1", "-nstreams", "1", "-infer_precision", "f32", "-t", str(max(1, round(seconds))),
        "-report_type", "no_counters", "-json_stats", "-report_folder", str(folder),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True)
    report = json.loads((folder / "benchmark_report.json").read_text())
    return float(report["execution_results"]["latency (ms)"])


def ours(model: Path, inputs: dict[str, object], seconds: float) -> float:
    plan = Plan.model_validate(
        {"runtime": "openvino-cpu", "processes": 1, "min_samples": 64, "min_seconds": str(seconds), "inputs": inputs,
         "max_attempts": 1, "max_foreign_cpu_share": 1, "max_involuntary_share": 1000}
    )  # fmt: skip
    return float(quantile(measure(model, plan).pooled_ns(), "p50").value_ms)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=4.0)
    asked = arguments.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    shape = ",".join(f"{name}[{','.join(map(str, spec['shape']))}]" for name, spec in FILE_TYPE.inputs.items())
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / FILE_TYPE.name
        model.write_bytes(FILE_TYPE.path.read_bytes())
        found: dict[str, list[float]] = {"ours": [], "theirs": []}
        for number in range(asked.rounds):
            for name in ("ours", "theirs") if number % 2 else ("theirs", "ours"):
                found[name].append(
                    ours(model, FILE_TYPE.inputs, asked.seconds)
                    if name == "ours"
                    else theirs(model, shape, asked.seconds, Path(folder))
                )
    ratio = bootstrap([own / other for own, other in zip(found["ours"], found["theirs"], strict=True)])
    print(
        f"{FILE_TYPE.name} on OpenVINO, f32: benchmark_app p50 {min(found['theirs']):.3f} ms; ours / benchmark_app "
        f"{ratio.value:.3f} ({ratio.lower:.3f}–{ratio.upper:.3f})"
    )


if __name__ == "__main__":
    main()
