"""A demand that asks for something else than classes, from its data set to the signed evidence, really measured."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper

from didimdol.applications import actions
from didimdol.applications.evidence import evidence_of
from didimdol.demands.actions import create_demand, propose_demand, publish_demand, set_dataset
from didimdol.demands.content import Content
from didimdol.demands.models import Demand
from didimdol.kernel.blobs import open_blob
from didimdol.kernel.words import text
from didimdol.rehearsal.measured import sandboxed
from didimdol.verification.actions import claim_job, complete_job
from didimdol.verification.evidence_file import evidence_file
from didimdol.verification.queries import actor_of
from didimdol_lab.contract import Criterion, DeviceProfile, Plan, Task
from didimdol_lab.evidence import verify
from server.tests.applications.conftest import LABELS, Call
from server.tests.verification.conftest import finish

RIGHT = ["불 켜 줘", "문 열어 줘"]
VOCABULARY = ["", "▁불", "▁켜", "▁줘", "▁문", "▁열어", "▁닫아"]
SAID = [[1, 2, 3, 0], [4, 5, 3, 0]]


def model() -> bytes:
    """Gives back the token numbers that it gets."""
    ports = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", 4]) for name in ("heard", "ids")]
    graph = helper.make_graph([helper.make_node("Identity", ["heard"], ["ids"])], "echo", ports[:1], ports[1:])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    return bytes(made.SerializeToString())


def dataset() -> bytes:
    """200 commands, of which 10 are misheard by one word: 5 syllables wrong of a hundred and ten each."""
    heard = np.array(SAID * 100)
    heard[:20:2, 1] = 6  # 켜 → 닫아
    out = io.BytesIO()
    lines = {"texts": RIGHT * 100, "vocabulary": VOCABULARY}
    packed = {name: np.frombuffer("\n".join(each).encode(), np.uint8) for name, each in lines.items()}
    np.savez_compressed(out, heard=heard, **packed)
    return out.getvalue()


def limit(metric: str, threshold: str) -> Criterion:
    return Criterion(key=metric, metric=metric, statistic="value", comparison="<=", threshold=threshold, unit="%")


@pytest.fixture
def spoken(call: Call) -> Call:
    lead = call.acts("lead")
    content = Content(
        title=text("음성 명령", "Voice commands"),
        problem=text("명령을 잘못 알아듣습니다.", "Commands are misheard."),
        device=DeviceProfile(name="노트북", labels=LABELS, memory_mb=2000, threads=1),
        criteria=[limit("word_error_rate", "5"), limit("character_error_rate", "1")],
        dataset_task=Task.transcription,
        budget_owner=call.people["owner"],
        decision_on=date(2025, 12, 1),
        terms=text("각자 소유", "Each keeps theirs"),
    )
    demand = create_demand(
        actor=lead, challenge=call.challenge, field=call.field(), company=call.demand.company, content=content
    )
    set_dataset(actor=lead, demand=demand, stream=io.BytesIO(dataset()))
    demand = propose_demand(actor=lead, demand=demand)
    publish_demand(actor=call.acts("manager"), demand=demand)
    return replace(call, demand=Demand.objects.within(pk=demand.pk).get())


def measure(call: Call, folder: Path) -> Any:
    """The device's part, by the lab's own command in its sandbox."""
    acting = actor_of(call.device)
    while True:
        job = claim_job(actor=acting, device=call.device, labels=call.device.labels, versions={})
        assert job is not None
        if job.dataset is not None:
            break
        finish(call.device, job)  # the field's own criteria: not what this test is about
    files = {"model.onnx": job.model, "dataset.npz": job.dataset}
    for name, blob in files.items():
        with open_blob(blob) as handle:
            (folder / name).write_bytes(handle.read())
    found = sandboxed(folder / "model.onnx", Plan.model_validate(job.plan), folder / "dataset.npz")
    return complete_job(actor=acting, job=job, fencing=job.fencing, measurement=found.measurement, card=found.card)


def test_error_rates_from_the_demand_to_the_signed_evidence(spoken: Call, tmp_path: Path) -> None:
    call = spoken
    application = call.start()
    startup = call.acts("ceo")
    actions.choose_field(actor=startup, application=application, field=call.field())
    actions.claim_demand(actor=startup, application=application, demand=call.demand, claims={"word_error_rate": "1"})
    call.upload(application, content=model(), inputs="heard: 1x4")
    actions.measure_trial(actor=startup, application=call.again(application))
    job = measure(call, tmp_path)
    assert job.state == "done"

    told = [part for part in evidence_of(call.again(application), final=False, lang="ko") if part.demand == call.demand]
    words, characters = told[0].rows
    assert (words.criterion, words.claim, words.unit, words.verdict) == ("단어 오류율(WER)", "1", "%", "met")
    # 10 of 600 words; 10 syllables put in and 10 exchanged, of 200 times 5.5 characters
    assert float(words.measured) == pytest.approx(100 * 10 / 600, abs=5e-4)
    assert words.lower <= words.measured <= words.upper <= 5
    assert float(characters.measured) == pytest.approx(100 * 20 / 1100, abs=5e-4)
    assert characters.verdict == "inconclusive" and "표본을 늘리십시오" in characters.note
    page = call.client("staff").get(f"/applications/{application.pk}/files/").content.decode()
    assert "글자 오류율(CER)" in page

    report = verify(evidence_file(job, [limit("word_error_rate", "5")]).content)
    assert (report.genuine, report.verdict) == (True, "pass"), report.as_json()
