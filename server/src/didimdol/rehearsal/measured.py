"""Real measurements for a rehearsal: each model and plan is measured once in the lab's own sandbox, then used again.

The lab is a distribution of its own: it is run as the device agent runs it, as a process, and answers with JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from didimdol.kernel.words import Text, text
from didimdol_lab.contract import Measurement, ModelCard, Plan

REFUSED, INCONCLUSIVE = 1, 3
MOST_SECONDS = 900


class NotMeasured(Exception):
    """The lab could not measure: it is not installed, or it refuses the model. ``why`` says so in both languages."""

    def __init__(self, why: Text) -> None:
        super().__init__(why["en"])
        self.why = why


@dataclass(frozen=True, slots=True)
class Measured:
    """``seconds``: how long the measurement took, intake check included."""

    measurement: Measurement
    card: ModelCard
    seconds: float


#: (model file, plan, data set file or None) → what the lab found
Lab = Callable[[Path, Plan, Path | None], Measured]


@dataclass
class Measurements:
    """What was measured already, by model and plan. ``lab``: how to measure; tests hand in their own."""

    lab: Lab
    found: dict[tuple[str, str], Measured] = field(default_factory=dict)
    used: dict[tuple[str, str], int] = field(default_factory=dict)

    def of(self, content: bytes, plan: Plan, dataset: bytes | None = None) -> Measured:
        """Raises NotMeasured."""
        key = (sha256(content).hexdigest(), plan.digest())
        if key not in self.found:
            with TemporaryDirectory(prefix="didimdol-rehearsal-") as folder:
                # A copy of its own: the intake refuses a file that is linked to elsewhere.
                model, labelled = Path(folder) / "model.onnx", None
                model.write_bytes(content)
                if dataset is not None:
                    labelled = Path(folder) / "dataset.npz"
                    labelled.write_bytes(dataset)
                self.found[key] = self.lab(model, plan, labelled)
        self.used[key] = self.used.get(key, 0) + 1
        return self.found[key]

    @property
    def reused(self) -> int:
        """How many results are copies of a measurement."""
        return sum(self.used.values()) - len(self.used)

    @property
    def seconds(self) -> float:
        """How long a device would have worked, had each been measured on its own."""
        return sum(self.found[key].seconds * times for key, times in self.used.items())


def sandboxed(model: Path, plan: Plan, dataset: Path | None) -> Measured:
    """Measure in the lab's sandbox on this machine. A disturbed run is measured once more. Raises NotMeasured."""
    told = model.with_suffix(".plan.json")
    told.write_text(plan.model_dump_json(by_alias=True))
    command = [sys.executable, "-m", "didimdol_lab", "measure", str(model), "--plan", str(told), "--json"]
    if dataset is not None:
        command += ["--dataset", str(dataset)]
    for last in (False, True):
        started = time.monotonic()
        done = _run(command)
        seconds = time.monotonic() - started
        answer = _answer(done)
        if last or answer["measurement"]["validity"] == "valid":
            break
    try:
        measurement = Measurement.model_validate(answer["measurement"])
        card = ModelCard.model_validate(answer["card"])
    except ValidationError as error:
        raise NotMeasured(_SPEAKS_OTHERWISE) from error
    return Measured(measurement, card, seconds)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotMeasured(
            text(
                f"측정이 {MOST_SECONDS}초 안에 끝나지 않았습니다.",
                f"The measurement took longer than {MOST_SECONDS} s.",
            )
        ) from error


def _answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        said = done.stderr.strip().splitlines()
        last = (said[-1] if said else f"exit {done.returncode}")[:300]
        raise NotMeasured(
            text(f"측정 프로그램이 답하지 않았습니다({last}).", f"The lab did not answer ({last}).")
        ) from error
    if "refusal" in answer:
        message = answer["refusal"]["message"]
        raise NotMeasured(text(message["ko"], message["en"]))
    return answer


_SPEAKS_OTHERWISE = text("측정 프로그램의 판이 서버와 다릅니다.", "The lab's version does not fit the server's.")
