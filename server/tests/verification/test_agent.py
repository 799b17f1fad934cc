"""The agents' endpoints over HTTP: the token, the fencing, and whose bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from didimdol.kernel.actor import SYSTEM
from didimdol.records.models import AccessEntry
from didimdol.verification import actions, agent
from didimdol.verification.models import DeviceJob
from didimdol_lab.contract import ClaimResponse, HeartbeatResponse, Plan, ResultRequest
from server.tests.verification.conftest import LABELS, card, fall_silent, keep, measured, queue, sha

pytestmark = pytest.mark.django_db
PROGRESS = {"phase": "measuring", "done": 1, "total": 3}
REFUSAL = {"code": "not_onnx", "message": {"ko": "아닙니다", "en": "No"}, "remedy": {"ko": "", "en": ""}}


def result_of(job: DeviceJob, fencing: int = 1) -> str:
    return ResultRequest(fencing=fencing, measurement=measured(job), card=card(job)).model_dump_json()


class Agent:
    """An agent as the wire knows it. CSRF is enforced, as in production."""

    def __init__(self, clear: str) -> None:
        self.http = Client(enforce_csrf_checks=True)
        self.headers = {"Authorization": f"Bearer {clear}", "Accept": "application/json"}

    def post(self, path: str, body: Any) -> Any:
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.http.post(f"/agent/v1/{path}", content, content_type="application/json", headers=self.headers)

    def get(self, path: str, fencing: int | None, **headers: str) -> Any:
        more = {} if fencing is None else {"X-Fencing": str(fencing)}
        return self.http.get(f"/agent/v1/{path}", headers={**self.headers, **more, **headers})

    def claim(self) -> ClaimResponse:
        answer = self.post("claim", {"labels": LABELS, "versions": {"didimdol-lab": "0.1.0"}})
        assert answer.status_code == 200, answer.content
        return ClaimResponse.model_validate_json(answer.content)


@pytest.fixture
def make_agent(make_device: Callable[..., Any]) -> Callable[..., Agent]:
    return lambda name="노트북 1호기": Agent(make_device(name)[1])


def test_nothing_to_do_says_when_to_come_again(make_agent: Callable[..., Agent]) -> None:
    answer = make_agent().claim()
    assert (answer.job, answer.retry_after) == (None, agent.RETRY_AFTER)


def test_the_whole_way_over_http(make_agent: Callable[..., Agent], owner: Any) -> None:
    mine = make_agent()
    plan = Plan(dataset_sha256=sha(b"data"), dataset_task="classification")
    queue(owner.id, plan=plan, dataset=keep(b"data", owner.id), model_name="목소리.onnx")
    job = mine.claim().job
    assert job is not None
    assert (job.model_name, job.model_sha256, job.model_size) == ("목소리.onnx", sha(b"a model"), 7)
    assert (job.plan, job.dataset_sha256, job.lease_seconds) == (plan, sha(b"data"), 60)
    assert b"".join(mine.get(f"jobs/{job.id}/model", job.fencing).streaming_content) == b"a model"
    assert b"".join(mine.get(f"jobs/{job.id}/dataset", job.fencing).streaming_content) == b"data"
    beat = mine.post(f"jobs/{job.id}/heartbeat", {"fencing": job.fencing, "progress": PROGRESS})
    assert HeartbeatResponse.model_validate_json(beat.content) == HeartbeatResponse(lease_seconds=60)
    stored = DeviceJob.objects.within(pk=job.id).get()
    result = result_of(stored)
    assert mine.post(f"jobs/{job.id}/result", result).status_code == 200
    assert mine.post(f"jobs/{job.id}/result", result).status_code == 200
    stored.refresh_from_db()
    assert stored.state == "done"
    assert stored.run.valid is True


def test_part_of_a_model_may_be_fetched(make_agent: Callable[..., Agent], owner: Any) -> None:
    mine = make_agent()
    queue(owner.id)
    job = mine.claim().job
    part = mine.get(f"jobs/{job.id}/model", job.fencing, Range="bytes=2-")
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == b"model"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic d3Jvbmc=", "Bearer  "])
def test_a_wrong_token_is_401(db: None, header: str) -> None:
    answer = Client().post("/agent/v1/claim", "{}", content_type="application/json", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "wrong_token"


def test_a_retired_devices_token_is_401(make_device: Callable[..., Any]) -> None:
    device, clear = make_device()
    actions.retire_device(actor=SYSTEM, device=device, reason="끝")
    assert Agent(clear).post("claim", {"labels": LABELS}).status_code == 401


def test_guessing_tokens_is_slowed_down(db: None) -> None:
    answers = [Agent(f"guess{n}").post("claim", {"labels": []}).status_code for n in range(61)]
    assert answers == [401] * 60 + [429]


@pytest.mark.parametrize("what", ["model", "dataset", "heartbeat", "result", "failure"])
def test_another_devices_job_does_not_exist(make_agent: Callable[..., Agent], owner: Any, what: str) -> None:
    mine, other = make_agent("내 장비"), make_agent("남의 장비")
    queue(owner.id)
    job = mine.claim().job
    for path in (f"jobs/{job.id}/{what}", f"jobs/{uuid4()}/{what}"):
        if what in ("model", "dataset"):
            answer = other.get(path, job.fencing)
        else:
            answer = other.post(path, {"fencing": job.fencing, "progress": PROGRESS, "refusal": REFUSAL})
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"
    logged = AccessEntry.objects.within(subject_id=job.id, outcome="not_visible").get()
    assert logged.actor_kind == "device"


def test_a_queued_jobs_bytes_are_nobodys(make_agent: Callable[..., Agent], owner: Any) -> None:
    mine = make_agent()
    job = queue(owner.id)
    assert mine.get(f"jobs/{job.id}/model", 0).status_code == 404


@pytest.mark.parametrize("fencing", [None, 0, 2])
def test_bytes_need_the_fencing_of_the_lease(make_agent: Callable[..., Agent], owner: Any, fencing: int | None) -> None:
    mine = make_agent()
    queue(owner.id)
    job = mine.claim().job
    assert mine.get(f"jobs/{job.id}/model", fencing).status_code == 409


def test_a_job_without_a_data_set_has_none(make_agent: Callable[..., Agent], owner: Any) -> None:
    mine = make_agent()
    queue(owner.id)
    job = mine.claim().job
    assert mine.get(f"jobs/{job.id}/dataset", job.fencing).status_code == 404


def test_a_stale_lease_is_409_everywhere(make_agent: Callable[..., Agent], owner: Any) -> None:
    first, second = make_agent("첫째"), make_agent("둘째")
    stored = queue(owner.id)
    job = first.claim().job
    fall_silent(stored)
    assert second.claim().job.id == job.id
    result = result_of(stored)
    answers = [
        first.post(f"jobs/{job.id}/heartbeat", {"fencing": 1, "progress": PROGRESS}),
        first.post(f"jobs/{job.id}/result", result),
        first.post(f"jobs/{job.id}/failure", {"fencing": 1, "refusal": REFUSAL}),
        first.get(f"jobs/{job.id}/model", 1),
        first.get(f"jobs/{job.id}/model", 2),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(409, "stale_lease")] * 5
    stored.refresh_from_db()
    assert (stored.state, stored.run_id) == ("leased", None)


def test_a_finished_job_gives_its_bytes_to_nobody(make_agent: Callable[..., Agent], owner: Any) -> None:
    mine = make_agent()
    queue(owner.id)
    job = mine.claim().job
    assert mine.post(f"jobs/{job.id}/failure", {"fencing": 1, "refusal": REFUSAL}).status_code == 200
    assert mine.get(f"jobs/{job.id}/model", 1).status_code == 409


@pytest.mark.parametrize("body", ["", "{", "[]", '{"labels": "x"}', '{"labels": ["no colon"]}', b"\xff"])
def test_a_malformed_message_is_422(make_agent: Callable[..., Agent], body: Any) -> None:
    answer = make_agent().post("claim", body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "malformed_message"


def test_a_message_that_is_too_large_is_413(make_agent: Callable[..., Agent], monkeypatch: Any) -> None:
    monkeypatch.setattr(agent, "MOST_BYTES", 1000)
    assert make_agent().post("claim", b" " * 1001).status_code == 413


def test_a_result_that_is_larger_than_a_form_may_be_is_taken(
    make_agent: Callable[..., Agent], owner: Any, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    mine = make_agent()
    stored = queue(owner.id)
    job = mine.claim().job
    result = result_of(stored)
    assert mine.post(f"jobs/{job.id}/result", result).status_code == 200


def test_methods_are_what_they_are(make_agent: Callable[..., Agent]) -> None:
    mine = make_agent()
    assert mine.get("claim", None).status_code == 405
    assert mine.post(f"jobs/{uuid4()}/model", {}).status_code == 405


def test_opening_a_model_is_logged(make_agent: Callable[..., Agent], owner: Any) -> None:
    mine = make_agent()
    stored = queue(owner.id, challenge=(challenge := uuid4()))
    job = mine.claim().job
    assert b"".join(mine.get(f"jobs/{job.id}/model", 1).streaming_content) == b"a model"
    line = AccessEntry.objects.within(subject_id=stored.id, outcome="opened").get()
    assert (line.what, line.challenge) == ("model of a device job", challenge)
