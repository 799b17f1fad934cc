"""Every challenge file rehearsed to its end: how long, against the ten minutes that it may take, and where the time goes.

    .venv/bin/python benchmarks/rehearsal.py [--applicants 150]

Prints a line a file. Fails where one does not end whole or takes longer. A rehearsal measures real models: run it on a
machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FILES = sorted((Path(__file__).resolve().parents[1] / "challenges").glob("*.yaml"))
LIMIT = 600.0  # seconds, on two cores


def rehearse(path: Path, applicants: int, folder: Path) -> dict[str, object]:
    report = folder / f"{path.stem}.json"
    done = subprocess.run(
        [sys.executable, "-m", "didimdol.conf.command", "rehearse", str(path), "--applicants", str(applicants),
         "--seed", "1", "--report", str(report), "--language", "en"],
        stdout=subprocess.PIPE, text=True, check=False, env={"DIDIMDOL_DEVELOPMENT": "1", **os.environ},
    )  # fmt: skip
    if not report.exists():
        raise SystemExit(f"{path.name}: no report\n{done.stdout[-2000:]}")
    found: dict[str, object] = json.loads(report.read_text())
    return found


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--applicants", type=int, default=150)
    applicants = arguments.parse_args().applicants
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for path in FILES:
            report = rehearse(path, applicants, Path(folder))
            seconds, steps = float(report["seconds"]), sorted(report["steps"], key=lambda s: -s["seconds"])  # type: ignore[arg-type,index,call-overload]
            longest = ", ".join(f"{step['label']['en']} {step['seconds'] / seconds:.0%}" for step in steps[:3])
            print(
                f"{path.stem:16} {seconds:6.1f} s = {seconds / LIMIT:.2f} of the limit; "
                f"{'whole' if report['whole'] else 'NOT WHOLE'}; {longest}",
                flush=True,
            )
            if not report["whole"] or seconds > LIMIT:
                failed.append(path.name)
    if failed:
        raise SystemExit(f"not whole, or too slow: {', '.join(failed)}")


if __name__ == "__main__":
    main()
