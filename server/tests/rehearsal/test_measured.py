"""Measurements are made once a model and plan; what cannot be measured is refused, not made up."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from didimdol.kernel.words import text
from didimdol.rehearsal import measured
from didimdol.rehearsal.measured import Measured, Measurements, NotMeasured
from didimdol_lab.contract import Plan, Validity
from server.tests.rehearsal.canned import canned

PLAN, OTHER = Plan(), Plan(seed=7)


def test_each_model_and_plan_is_measured_once() -> None:
    asked: list[str] = []

    def lab(model: Path, plan: Plan, dataset: Path | None) -> Measured:
        asked.append(plan.digest())
        return canned(model, plan, dataset)

    measurements = Measurements(lab)
    for plan in (PLAN, PLAN, OTHER, PLAN):
        assert measurements.of(b"model", plan).measurement.plan_digest == plan.digest()
    assert asked == [PLAN.digest(), OTHER.digest()]
    assert measurements.reused == 2
    assert measurements.seconds == 40.0


def answering(monkeypatch: pytest.MonkeyPatch, stdout: str, returncode: int = 0) -> list[list[str]]:
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, returncode, stdout, "no module named didimdol_lab")

    monkeypatch.setattr(measured.subprocess, "run", run)
    return commands


def test_the_lab_runs_as_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"model")
    answer = canned(model, PLAN, None)
    document = {"measurement": answer.measurement.model_dump(mode="json"), "card": answer.card.model_dump(mode="json")}
    commands = answering(monkeypatch, json.dumps(document))
    assert measured.sandboxed(model, PLAN, None).measurement == answer.measurement
    assert commands[0][1:4] == ["-m", "didimdol_lab", "measure"]
    assert len(commands) == 1


def test_a_disturbed_run_is_measured_once_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"model")
    answer = canned(model, PLAN, None)
    disturbed = answer.measurement.model_copy(update={"validity": Validity.invalid, "invalid_reasons": ["others"]})
    document = {"measurement": disturbed.model_dump(mode="json"), "card": answer.card.model_dump(mode="json")}
    commands = answering(monkeypatch, json.dumps(document))
    assert measured.sandboxed(model, PLAN, None).measurement.validity is Validity.invalid
    assert len(commands) == 2


@pytest.mark.parametrize(
    "stdout",
    ["", json.dumps({"refusal": {"message": text("거절", "Refused"), "remedy": text("", "")}})],
)
def test_what_cannot_be_measured_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stdout: str) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"model")
    answering(monkeypatch, stdout, 1)
    with pytest.raises(NotMeasured) as refused:
        measured.sandboxed(model, PLAN, None)
    assert refused.value.why["ko"] and refused.value.why["en"]
