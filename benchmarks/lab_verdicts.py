"""Do verdicts repeat? Twenty whole measurements of one model, each judged at 0.5, 0.8, 1.25 and 2 times its true p99.

    .venv/bin/python benchmarks/lab_verdicts.py [--repetitions 20]

On one pinned core. The true p99 is that of all samples of all measurements. What must hold: never PASS beside FAIL at one
threshold, at most 10% INCONCLUSIVE.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

from didimdol.rehearsal.shipped import VOICE
from didimdol_lab.contract import Criterion, Plan, judge, quantile
from didimdol_lab.measure import measure

FACTORS = ("0.5", "0.8", "1.25", "2")


def criterion(threshold: Decimal) -> Criterion:
    return Criterion.model_validate(
        {
            "key": "p99",
            "metric": "latency",
            "statistic": "p99",
            "comparison": "<=",
            "threshold": threshold,
            "unit": "ms",
        }
    )


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--repetitions", type=int, default=20)
    repetitions = arguments.parse_args().repetitions
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    plan = Plan.model_validate({"inputs": VOICE.inputs, "max_attempts": 3})
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / VOICE.name
        model.write_bytes(VOICE.path.read_bytes())
        runs = [measure(model, plan) for _ in range(repetitions)]
    true = quantile([sample for run in runs for sample in run.pooled_ns()], "p99").value_ms
    attempts = sum(run.attempts for run in runs)
    print(f"{VOICE.name}: true p99 {true} ms over {repetitions} measurements, {attempts} attempts")
    for factor in FACTORS:
        verdicts = Counter(judge(criterion(true * Decimal(factor)), run).verdict.value for run in runs)
        contradicted = verdicts["pass"] > 0 and verdicts["fail"] > 0
        open_share = verdicts["inconclusive"] / repetitions
        print(
            f"threshold {factor} x p99: {dict(verdicts)}; contradiction: {'YES' if contradicted else 'no'}; inconclusive {open_share:.0%}"
        )


if __name__ == "__main__":
    main()
