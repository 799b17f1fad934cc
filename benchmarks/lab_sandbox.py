"""What the sandbox costs to start: the lab's child with all its walls against the same child without any.

    .venv/bin/python benchmarks/lab_sandbox.py [--rounds 15]

Both start the same interpreter, import numpy and ONNX Runtime, load a small model and infer once, in turn on one pinned core, in
changing order. Told: the median difference in milliseconds with its 99% bootstrap interval. Once with bubblewrap, where it is
installed, and once without.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from didimdol.rehearsal.shipped import VOICE
from didimdol_lab import sandbox
from didimdol_lab.comparing import bootstrap
from didimdol_lab.contract import Limits
from didimdol_lab.sandbox import bubblewrap
from didimdol_lab.sandbox.interpreter import interpreter

#: the same task, called directly: no walls, no probes
PLAIN = """
import json, sys
from didimdol_lab.child.channel import Channel
from didimdol_lab.child.instruments import Instruments
request, path = json.loads(sys.argv[1]), sys.argv[2]
channel, instruments = Channel(), Instruments()
from didimdol_lab.child import trial
channel.result(trial.run(request, {"model.onnx": path}, channel, instruments))
"""


def plain(request: dict[str, object], model: Path) -> None:
    python = interpreter()
    subprocess.run(
        [*python.command, "-c", PLAIN, json.dumps(request), str(model)],
        env=python.environment,
        capture_output=True,
        check=True,
    )


def seconds(run: object, *arguments: object, **named: object) -> float:
    start = time.perf_counter()
    run(*arguments, **named)  # type: ignore[operator]
    return time.perf_counter() - start


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=15)
    rounds = arguments.parse_args().rounds
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    request = {"runtime": {"runtime": "onnxruntime-cpu"}, "seed": 0, "inputs": VOICE.inputs}
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.onnx"
        model.write_bytes(VOICE.path.read_bytes())
        for wrapped in (False, True) if bubblewrap.working_program() else (False,):
            walled = {"files": {"model.onnx": model}, "limits": Limits(), "use_bubblewrap": wrapped}
            found: dict[str, list[float]] = {"plain": [], "walled": []}
            for number in range(rounds + 1):
                for name in ("plain", "walled") if number % 2 else ("walled", "plain"):
                    took = (
                        seconds(plain, request, model)
                        if name == "plain"
                        else seconds(sandbox.run, "trial", request, **walled)
                    )
                    if number:  # the first round fills the caches of both
                        found[name].append(took)
            pairs = zip(found["walled"], found["plain"], strict=True)
            more = bootstrap([(own - bare) * 1000 for own, bare in pairs])
            print(
                f"{'with' if wrapped else 'without'} bubblewrap: plain child {min(found['plain']) * 1000:.0f} ms; "
                f"the walls add {more.value:.1f} ms ({more.lower:.1f}–{more.upper:.1f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
