"""What the lab adds to a model's own time: its sandboxed loop against a bare ONNX Runtime loop at the same boundary, and
the intake check of a 20 MB model up to its trial inference.

    .venv/bin/python benchmarks/lab_loop.py [--rounds 7] [--seconds 3]

Both loops run in fresh processes on one pinned core, in turn, in changing order; the medians of the rounds' ratios stand with
their 99% bootstrap interval, whose upper end counts. A machine that does other work meanwhile says nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from didimdol.rehearsal.shipped import FILE_TYPE, VOICE, ShippedModel
from didimdol_lab.comparing import bootstrap
from didimdol_lab.contract import Plan, quantile
from didimdol_lab.intake import check, hold
from didimdol_lab.intake.checking import IntakeLimits, inspect
from didimdol_lab.measure import measure

#: bare: no sandbox, no channel, no counters; inputs stand in the runtime's memory, as at the lab's boundary "model_only"
BARE = """
import gc, json, sys, time
import numpy as np, onnxruntime as ort
path, inputs, seconds = sys.argv[1], json.loads(sys.argv[2]), float(sys.argv[3])
options = ort.SessionOptions(); options.intra_op_num_threads = options.inter_op_num_threads = 1
session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
kinds = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32}
rng = np.random.default_rng(0)
binding = session.io_binding()
for each in session.get_inputs():
    spec = inputs[each.name]; kind = kinds[each.type]
    if spec["fill"] == "random":
        value = rng.standard_normal(spec["shape"]).astype(kind) if kind is np.float32 else rng.integers(0, 2, spec["shape"]).astype(kind)
    else:
        value = np.full(spec["shape"], 0 if spec["fill"] == "zeros" else spec["fill"], kind)
    binding.bind_ortvalue_input(each.name, ort.OrtValue.ortvalue_from_numpy(value))
for each in session.get_outputs():
    binding.bind_output(each.name)
for _ in range(10):
    session.run_with_iobinding(binding)
gc.collect(); gc.disable()
clock, samples, end, cpu = time.perf_counter_ns, [], time.perf_counter() + seconds, time.process_time_ns()
while time.perf_counter() < end:
    start = clock(); session.run_with_iobinding(binding); samples.append(clock() - start)
print(json.dumps([sorted(samples)[len(samples) // 2], (time.process_time_ns() - cpu) / len(samples)]))
"""


def bare(model: Path, inputs: dict[str, object], seconds: float) -> tuple[float, float]:
    """(p50, CPU per inference), ns."""
    command = [sys.executable, "-c", BARE, str(model), json.dumps(inputs), str(seconds)]
    p50, cpu = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return p50, cpu


def ours(model: Path, inputs: dict[str, object], seconds: float) -> tuple[float, float]:
    plan = Plan.model_validate(
        {"processes": 1, "min_samples": 64, "min_seconds": str(seconds), "inputs": inputs, "max_attempts": 1,
         "max_foreign_cpu_share": 1, "max_involuntary_share": 1000}
    )  # fmt: skip
    found = measure(model, plan)
    return float(quantile(found.pooled_ns(), "p50").value_ms) * 1e6, float(found.cpu_ns_per_inference)


def loops(shipped: ShippedModel, folder: Path, rounds: int, seconds: float) -> None:
    model = folder / shipped.name
    model.write_bytes(shipped.path.read_bytes())
    found: dict[str, list[tuple[float, float]]] = {"bare": [], "ours": []}
    for number in range(rounds):
        for name, run in (("bare", bare), ("ours", ours)) if number % 2 else (("ours", ours), ("bare", bare)):
            found[name].append(run(model, shipped.inputs, seconds))
    pairs = list(zip(found["ours"], found["bare"], strict=True))
    for place, what in enumerate(("p50", "CPU per inference")):
        ratio = bootstrap([own[place] / plain[place] for own, plain in pairs])
        least = min(plain[place] for plain in found["bare"]) / 1e6
        print(
            f"{shipped.name:26} {what:18} bare {least:8.3f} ms; ours / bare {ratio.value:.3f} "
            f"({ratio.lower:.3f}–{ratio.upper:.3f})",
            flush=True,
        )


def intake(folder: Path, rounds: int) -> None:
    """A chain of matrix products of 20 MB."""
    weights = np.random.default_rng(0).standard_normal((5, 1024, 1024)).astype(np.float32)
    nodes = [helper.make_node("MatMul", [f"x{n}", f"w{n}"], [f"x{n + 1}"]) for n in range(5)]
    graph = helper.make_graph(
        nodes,
        "chain",
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, [1, 1024])],
        [helper.make_tensor_value_info("x5", TensorProto.FLOAT, [1, 1024])],
        [numpy_helper.from_array(weight, f"w{n}") for n, weight in enumerate(weights)],
    )
    path = folder / "chain.onnx"
    path.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    )
    before, whole = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        with hold(path, max_bytes=10**9) as custody:
            inspect(custody, IntakeLimits())
        before.append(time.perf_counter() - start)
        start = time.perf_counter()
        assert check(path).trial == "ran"
        whole.append(time.perf_counter() - start)
    size = path.stat().st_size / 1e6
    for what, times in (("up to the trial inference", before), ("with it", whole)):
        print(
            f"intake check of {size:.1f} MB {what}: median {sorted(times)[rounds // 2]:.3f} s, longest {max(times):.3f} s",
            flush=True,
        )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--seconds", type=float, default=3.0)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        intake(Path(folder), asked.rounds)
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        for shipped in (FILE_TYPE, VOICE):
            loops(shipped, Path(folder), asked.rounds, asked.seconds)


if __name__ == "__main__":
    main()
