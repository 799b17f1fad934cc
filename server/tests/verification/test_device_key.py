"""The device's own key: enrolled once, asked for ever after, changed only by its keepers; and the end of a stolen token."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.urls import reverse

from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.records import keys
from didimdol.records.models import AuditEvent
from didimdol.records.verifying import verify as verify_log
from didimdol.verification import actions, queries
from didimdol.verification.evidence_file import evidence_file
from didimdol.verification.models import Device, DeviceJob, Run
from didimdol_lab.contract import ClaimResponse, Plan, ResultRequest
from didimdol_lab.evidence import Signer, attest, verify
from server.tests.verification.conftest import LABELS, card, measured, problem, queue

pytestmark = pytest.mark.django_db
PROGRESS = {"phase": "measuring", "done": 1, "total": 3}


class Agent:
    """An agent on the wire, with a key of its own or without one."""

    def __init__(self, clear: str, signer: Signer | None = None) -> None:
        self.http, self.clear, self.signer = Client(), clear, signer

    def post(self, path: str, body: Any) -> Any:
        content = body if isinstance(body, str) else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.clear}"}
        return self.http.post(f"/agent/v1/{path}", content, content_type="application/json", headers=headers)

    def ask(self) -> Any:
        key = self.signer.public_hex if self.signer else None
        return self.post("claim", {"labels": LABELS, "versions": {}, "public_key": key})

    def claim(self) -> Any:
        answer = self.ask()
        assert answer.status_code == 200, answer.content
        return ClaimResponse.model_validate_json(answer.content).job

    def hand_in(self, job: DeviceJob, envelope: bytes | None = None, *, sign: bool = True) -> Any:
        measurement = measured(job)
        if envelope is None and sign and self.signer is not None:
            envelope = signed(job, self.signer)
        message = ResultRequest(
            fencing=job.fencing,
            measurement=measurement,
            card=card(job),
            envelope=envelope.decode() if envelope is not None else None,
        )
        return self.post(f"jobs/{job.id}/result", message.model_dump_json())


def signed(job: DeviceJob, signer: Signer, /, *, samples: int = 700, **changes: Any) -> bytes:
    of = {"job": str(job.id), "fencing": job.fencing, "signer": signer, **changes}
    return attest(measured(job, samples=samples), Plan.model_validate(job.plan), card(job), **of)


def new_key() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


def leased(agent: Agent) -> DeviceJob:
    job = agent.claim()
    return DeviceJob.objects.within(pk=job.id).select_related("model").get()


@pytest.fixture
def keyed(make_device: Callable[..., Any]) -> tuple[Agent, Device]:
    device, clear = make_device()
    return Agent(clear, new_key()), device


# --- enrolled ------------------------------------------------------------------------------------------------------


def test_the_first_claim_enrols_the_key_once(keyed: tuple[Agent, Device]) -> None:
    agent, device = keyed
    agent.claim(), agent.claim()
    device.refresh_from_db()
    assert agent.signer is not None
    assert (device.public_key, device.key_since is not None) == (agent.signer.public_hex, True)
    [event] = AuditEvent.objects.within(subject_id=device.id, type="device.key_enrolled")
    assert event.facts == {"key_id": agent.signer.key_id, "public_key": agent.signer.public_hex}
    assert verify_log().holds


@pytest.mark.parametrize("other", [True, False], ids=["another key", "no key"])
def test_the_token_with_another_key_or_none_gets_no_job(keyed: tuple[Agent, Device], owner: Any, other: bool) -> None:
    agent, device = keyed
    agent.claim()
    queue(owner.id)
    thief = Agent(agent.clear, new_key() if other else None)
    answer = thief.ask()
    assert (answer.status_code, answer.json()["code"]) == (409, "other_key")
    assert agent.signer is not None and agent.signer.key_id in answer.json()["message"]["en"]
    assert not DeviceJob.objects.within(device=device).exists()
    assert agent.claim() is not None


def test_a_device_without_a_key_works_as_before_and_the_evidence_says_so(
    make_device: Callable[..., Any], owner: Any
) -> None:
    agent = Agent(make_device()[1])
    queue(owner.id)
    job = leased(agent)
    assert agent.hand_in(job).status_code == 200
    job.refresh_from_db()
    assert job.run.envelope == ""
    report = verify(evidence_file(job, []).content, known=keys.published())
    assert (report.genuine, report.device_signer) == (True, "")


# --- signed --------------------------------------------------------------------------------------------------------


def test_what_the_device_signed_is_kept_and_counter_signed(keyed: tuple[Agent, Device], owner: Any) -> None:
    agent, _ = keyed
    queue(owner.id)
    job = leased(agent)
    assert agent.hand_in(job).status_code == 200
    job.refresh_from_db()
    report = verify(evidence_file(job, []).content, known=keys.published())
    assert agent.signer is not None
    assert (report.genuine, report.trusted) == (True, True), report.as_json()
    assert (report.device_signer, report.signer) == (agent.signer.key_id, keys.current()[0])
    [event] = AuditEvent.objects.within(subject_id=job.id, type="device_job.complete")
    assert event.facts["key_id"] == agent.signer.key_id
    assert evidence_file(job, []).content == evidence_file(job, []).content


def test_a_result_that_is_not_signed_is_refused(keyed: tuple[Agent, Device], owner: Any) -> None:
    agent, _ = keyed
    queue(owner.id)
    job = leased(agent)
    answer = agent.hand_in(job, sign=False)
    assert (answer.status_code, answer.json()["code"]) == (422, "signature_missing")
    assert answer.json()["remedy"]["ko"] and answer.json()["remedy"]["en"]
    assert not Run.objects.within(owner=owner.id).exists()
    assert agent.hand_in(job).status_code == 200


@pytest.mark.parametrize("what", ["another key", "another job", "another lease", "another measurement", "nonsense"])
def test_a_signature_of_something_else_is_refused(keyed: tuple[Agent, Device], owner: Any, what: str) -> None:
    agent, _ = keyed
    queue(owner.id)
    job = leased(agent)
    assert agent.signer is not None
    envelopes = {
        "another key": signed(job, new_key()),
        "another job": signed(job, agent.signer, job="00000000-0000-4000-8000-000000000000"),
        "another lease": signed(job, agent.signer, fencing=job.fencing + 1),
        "another measurement": signed(job, agent.signer, samples=701),
        "nonsense": b"nonsense",
    }
    answer = agent.hand_in(job, envelopes[what])
    assert (answer.status_code, answer.json()["code"]) == (422, "signature_wrong")
    job.refresh_from_db()
    assert (job.state, job.run_id) == ("leased", None)


def test_a_signature_without_an_enrolled_key_is_refused(keyed: tuple[Agent, Device], owner: Any) -> None:
    """As after a new key was allowed in the middle of a job: the old one is not taken any more."""
    agent, device = keyed
    queue(owner.id)
    job = leased(agent)
    actions.allow_new_key(actor=SYSTEM, device=device, reason="분실")
    answer = agent.hand_in(job)
    assert (answer.status_code, answer.json()["code"]) == (422, "signature_wrong")


# --- changed -------------------------------------------------------------------------------------------------------


def test_a_new_key_is_taken_after_a_keeper_allowed_it(
    keyed: tuple[Agent, Device], operator: Any, make_person: Any, grant: Any, owner: Any
) -> None:
    agent, device = keyed
    queue(owner.id)
    before = leased(agent)
    assert agent.hand_in(before).status_code == 200
    keeper = grant(make_person(), operator, "verifier")
    with problem(BadInput, "reason_required"):
        actions.allow_new_key(actor=keeper, device=device, reason=" ")
    actions.allow_new_key(actor=keeper, device=device, reason="장비를 새로 설치함")
    again = Agent(agent.clear, new_key())
    again.claim()
    device.refresh_from_db()
    assert again.signer is not None and device.public_key == again.signer.public_hex
    assert agent.ask().status_code == 409
    [event] = AuditEvent.objects.within(subject_id=device.id, type="device.new_key_allowed")
    assert agent.signer is not None and event.facts == {"key_id_before": agent.signer.key_id}
    before.refresh_from_db()
    report = verify(evidence_file(before, []).content, known=keys.published())
    assert (report.genuine, report.device_signer) == (True, agent.signer.key_id)


def test_only_its_keepers_change_a_devices_key_and_token(
    keyed: tuple[Agent, Device], operator: Any, make_organisation: Any, make_person: Any, grant: Any
) -> None:
    _, device = keyed
    strangers = [
        grant(make_person(), make_organisation("operator", "다른 기관"), "verifier"),
        grant(make_person(), operator, "auditor"),
        queries.actor_of(device),
        Actor(kind="public"),
    ]
    for stranger in strangers:
        for change in (actions.allow_new_key, actions.change_token):
            with pytest.raises(AccessDenied):
                change(actor=stranger, device=device, reason="장난")
    actions.retire_device(actor=SYSTEM, device=device, reason="끝")
    with problem(AccessDenied, "device_retired"):
        actions.change_token(actor=SYSTEM, device=device, reason="다시")


# --- a stolen token ------------------------------------------------------------------------------------------------


def everything(agent: Agent, job: DeviceJob) -> set[int]:
    headers = {"Authorization": f"Bearer {agent.clear}", "X-Fencing": str(job.fencing)}
    refusal = {"code": "internal", "message": {"ko": "", "en": ""}, "remedy": {"ko": "", "en": ""}}
    return {
        agent.ask().status_code,
        agent.post(f"jobs/{job.id}/heartbeat", {"fencing": job.fencing, "progress": PROGRESS}).status_code,
        agent.http.get(f"/agent/v1/jobs/{job.id}/model", headers=headers).status_code,
        agent.hand_in(job).status_code,
        agent.post(f"jobs/{job.id}/failure", {"fencing": job.fencing, "refusal": refusal}).status_code,
    }


@pytest.mark.parametrize("how", ["retire", "change"])
def test_a_revoked_token_ends_at_once_in_the_middle_of_a_job(keyed: tuple[Agent, Device], owner: Any, how: str) -> None:
    agent, device = keyed
    queue(owner.id)
    job = leased(agent)
    beat = agent.post(f"jobs/{job.id}/heartbeat", {"fencing": job.fencing, "progress": PROGRESS})
    assert beat.status_code == 200
    if how == "retire":
        actions.retire_device(actor=SYSTEM, device=device, reason="도난")
    else:
        _, clear = actions.change_token(actor=SYSTEM, device=device, reason="도난")
        assert clear != agent.clear
        good = Agent(clear, agent.signer)
        assert good.post(f"jobs/{job.id}/heartbeat", {"fencing": job.fencing, "progress": PROGRESS}).status_code == 200
    assert everything(agent, job) == {401}
    job.refresh_from_db()
    assert (job.state, job.run_id) == ("leased", None)
    [event] = AuditEvent.objects.within(subject_id=device.id, type__in=["device.retired", "device.token_changed"])
    assert "ddl_" not in json.dumps(event.facts)


def test_a_result_that_was_on_its_way_when_the_device_was_retired_is_not_kept(
    keyed: tuple[Agent, Device], owner: Any
) -> None:
    """The token was right when the request came in: the action asks again."""
    agent, device = keyed
    queue(owner.id)
    job = leased(agent)
    actions.retire_device(actor=SYSTEM, device=device, reason="도난")
    with pytest.raises(actions.StaleLease):
        actions.complete_job(
            actor=queries.actor_of(device), job=job, fencing=job.fencing, measurement=measured(job), card=card(job)
        )


def test_the_page_shows_a_changed_token_once(
    keyed: tuple[Agent, Device], operator: Any, make_person: Any, grant: Any, signed_in: Any
) -> None:
    agent, device = keyed
    person = make_person()
    grant(person, operator, "verifier")
    client, url = signed_in(person), reverse("verification:token", args=[device.id])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert agent.ask().status_code == 200
    answer = client.post(url, {"reason": "도난 의심"})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert agent.ask().status_code == 401
    assert Agent(answer.context["clear"], agent.signer).ask().status_code == 200
    assert answer.context["clear"] not in client.get(device.get_absolute_url()).content.decode()
