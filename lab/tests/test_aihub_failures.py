"""What can go wrong with Qualcomm AI Hub: the model's failures, the service's, the account's, and answers that are hostile."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from aihub_hub import GOOD, TABLET, TOKEN, Start, needs_the_client, plan, refused, there
from didimdol_lab.aihub import failures
from didimdol_lab.aihub import settings as aihub_settings
from didimdol_lab.contract import AI_HUB_FAULTS, Progress
from didimdol_lab.refusals import CATALOGUE, Refused

pytestmark = needs_the_client


@pytest.mark.parametrize("credentials", [True, False])
def test_a_store_that_takes_nothing_is_not_the_tokens_fault(
    hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch, credentials: bool
) -> None:
    service = hub(credentials=credentials, faults=[{"method": "PUT", "path": "/store/", "do": 403}])
    monkeypatch.setattr(aihub_settings, "KEPT", (*aihub_settings.KEPT, "AWS_ENDPOINT_URL_S3"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", service.address)
    assert refused(relu).refusal.code == "aihub_unavailable"


@pytest.mark.parametrize(
    ("more", "faults"),
    [
        ({"outputs": ["y"]}, [{"method": "GET", "path": "/store/.*-out", "do": "html"}]),
        ({"outputs": ["y"]}, [{"method": "GET", "path": "/store/.*-out", "do": "flood"}]),
        ({"operation": None}, []),
    ],
)
def test_outputs_that_are_none(
    hub: Start, relu: Path, capped: None, more: dict[str, Any], faults: list[dict[str, Any]]
) -> None:
    hub(inference=[{**GOOD, **more}], faults=faults)
    assert refused(relu, plan(compare_outputs=True, processes=1)).refusal.code == "aihub_answer"


@pytest.mark.parametrize(
    ("failure", "reason", "code", "said"),
    [
        ("UNSUPPORTED", "Op type Relu is not supported by this runtime.", "aihub_operator", "operator: Relu"),
        ("MODEL_INVALID", "bad <b>model</b>\x1b[31m", "aihub_model", "\\u003cb\\u003e"),
        ("INVALID_INPUTS", "input x has rank 2", "aihub_inputs", "rank 2"),
    ],
)
def test_a_compilation_that_fails(
    hub: Start, relu: Path, failure: str, reason: str, code: str, said: str
) -> None:
    service = hub(compile=[{"failure": failure, "reason": reason}])
    refusal = refused(relu, plan(TABLET["name"])).refusal
    assert refusal.code == code
    assert said in refusal.message["en"]
    assert refusal.detail["url"] == f"{service.address}/jobs/jc1/"
    assert len(service.submitted()) == 1  # the model's own failure is not tried again


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        ("RUNTIME_OUT_OF_MEMORY", "aihub_memory"),
        ("RUNTIME_DEVICE_OOM", "aihub_memory"),
        ("RUNTIME_TIMEOUT", "aihub_device_time"),
        ("RUNTIME_CRASH", "aihub_crashed"),
        ("DSP_VERSION_MISMATCH", "aihub_versions"),
        ("UNKNOWN", "aihub_failed"),
    ],
)
def test_a_job_that_fails_on_the_device(hub: Start, relu: Path, failure: str, code: str) -> None:
    service = hub(inference=[{"failure": failure, "reason": "the token is {token}"}])
    refusal = refused(relu).refusal
    assert (refusal.code, refusal.detail["failure"]) == (code, failure)
    assert "the token is ***" in refusal.message["en"] + refusal.detail["reason"]
    assert len(service.submitted()) == 1


def test_the_services_own_fault_is_tried_again(hub: Start, relu: Path) -> None:
    throttled = {"failure": "CLOUD_THROTTLED", "reason": "slow down"}
    service = hub(
        inference=[throttled, GOOD], faults=[{"method": "POST", "path": "/jobs/$", "times": 8, "do": 429}]
    )
    record = there(relu, plan(processes=1))
    assert (record.attempts, len(record.samples_ns), len(service.submitted())) == (2, 1, 2)


def test_a_service_that_stays_busy_says_nothing_of_the_model(hub: Start, relu: Path) -> None:
    service = hub(inference=[{"failure": "RUNTIME_INTERNAL_SERVICE_BUSY", "reason": "no device is free"}])
    refusal = refused(relu).refusal
    assert refusal.code == "aihub_busy"
    assert "no verdict on the model" in refusal.message["en"]
    assert len(service.submitted()) == 2  # the plan's attempts


def test_wrong_token(hub: Start, relu: Path) -> None:
    service = hub()
    service.write("wrong")
    assert refused(relu).refusal.code == "aihub_token"
    assert {each["path"] for each in service.seen()} == {"/api/v1/devices/"}  # nothing else was sent


def test_the_token_stays_with_the_service(hub: Start, relu: Path) -> None:
    service = hub(faults=[{"method": "POST", "path": "/models/$", "do": "echo"}])
    refusal = refused(relu).refusal
    assert refusal.code == "aihub_refused"
    assert "not for token ***" in refusal.detail["reason"]
    service.write(TOKEN, "http://elsewhere.example")  # in clear, over a network
    assert refused(relu).refusal.code == "aihub_config"


def test_unknown_device_names_the_nearest(hub: Start, relu: Path) -> None:
    service = hub()
    refusal = refused(relu, plan("Samsung Galaxy S32")).refusal
    assert refusal.code == "aihub_device_unknown"
    assert refusal.detail["nearest"].startswith("Samsung Galaxy S23 (13 9), ")
    assert not [each for each in service.seen() if each["method"] == "POST"]
    assert refused(relu, plan(target={"os": "14"})).refusal.code == "aihub_device_unknown"
    hub(devices=[{"name": "<script>alert(1)</script>", "os": "\x1b[31m", "attributes": []}])
    nearest = refused(relu).refusal.detail["nearest"]
    assert "alert(1)" in nearest
    assert "<" not in nearest
    assert nearest.isprintable()


def test_cancelled_while_it_waits(hub: Start, relu: Path) -> None:
    service = hub(inference=[{"waits": 10**9, "state": "PROVISIONING_DEVICE"}])
    cancel = threading.Event()

    def stop(progress: Progress) -> None:
        if progress.note == "PROVISIONING_DEVICE":
            cancel.set()

    with pytest.raises(Refused) as found:
        there(relu, plan(), progress=stop, cancel=cancel)
    assert found.value.refusal.code == "cancelled"
    assert found.value.refusal.detail["url"] == f"{service.address}/jobs/ji1/"


def test_no_result_in_time(hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub(inference=[{"waits": 10**9, "state": "PROVISIONING_DEVICE"}])
    monkeypatch.setenv("DIDIMDOL_AIHUB_SECONDS", "3")
    refusal = refused(relu).refusal
    assert (refusal.code, refusal.detail["seconds"]) == ("aihub_time_limit", "3")


def test_an_answer_that_never_comes(hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub(faults=[{"method": "GET", "path": "/devices/", "do": "hang"}])
    monkeypatch.setenv("DIDIMDOL_AIHUB_SECONDS", "2")
    assert refused(relu).refusal.code == "aihub_time_limit"


def test_the_service_goes_away(hub: Start, relu: Path) -> None:
    service = hub(faults=[{"method": "GET", "path": "/jobs/ji1/$", "skip": 1, "do": "exit"}])
    refusal = refused(relu).refusal
    assert refusal.code == "aihub_unavailable"
    assert refusal.detail["url"] == f"{service.address}/jobs/ji1/"
    assert service.server.process.wait(timeout=30) == 0


@pytest.mark.parametrize(
    ("path", "do", "code"),
    [
        ("/result/$", "html", "aihub_answer"),
        ("/result/$", "garbage", "aihub_answer"),
        ("/result/$", "flood", "aihub_answer"),
        ("/jobs/ji1/$", "html", "aihub_answer"),
        ("/devices/$", 500, "aihub_unavailable"),
        ("/devices/$", 429, "aihub_busy"),
        ("/devices/$", 426, "aihub_client_old"),
    ],
)
def test_answers_against_the_rules(
    hub: Start, relu: Path, capped: None, path: str, do: Any, code: str
) -> None:
    hub(faults=[{"method": "GET", "path": path, "do": do}])
    assert refused(relu).refusal.code == code


@pytest.mark.parametrize(
    "profile", [None, {"times": []}, {"times": [1] * 30_000}, {"times": [2**63]}, {"minor_version": 1}]
)
def test_profiles_that_are_none(hub: Start, relu: Path, profile: Any) -> None:
    hub(inference=[{**GOOD, "profile": profile}])
    code = refused(relu).refusal.code
    assert code == ("aihub_answer" if profile and profile.get("times") else "aihub_no_samples")


def test_a_hostile_job_id(hub: Start, relu: Path) -> None:
    hub(job_id='"><script>')
    assert refused(relu).refusal.code == "aihub_answer"


def test_an_account_that_is_missing(relu: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAIHUB_CLIENT_INI", str(tmp_path / "none.ini"))
    assert refused(relu).refusal.code == "aihub_config"
    ini = tmp_path / "client.ini"
    ini.write_text("[api]\napi_url = https://hub.example\n")
    monkeypatch.setenv("QAIHUB_CLIENT_INI", str(ini))
    assert refused(relu).refusal.code == "aihub_config"
    ini.write_text("no ini at all")
    assert refused(relu).refusal.code == "aihub_config"
    monkeypatch.setenv("DIDIMDOL_AIHUB_SECONDS", "soon")
    assert refused(relu).refusal.detail["file"] == "DIDIMDOL_AIHUB_SECONDS"
    monkeypatch.setenv("DIDIMDOL_AIHUB_PYTHON", str(tmp_path / "python"))
    assert refused(relu).refusal.code == "aihub_missing"


def test_an_environment_without_the_client(hub: Start, relu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub()
    monkeypatch.setenv("DIDIMDOL_AIHUB_PYTHON", sys.executable)
    assert refused(relu).refusal.code == "aihub_missing"


def test_every_kind_of_failure_that_the_client_knows_has_a_refusal() -> None:
    probe = "from qai_hub.public_api_pb2 import JobFailureType as t; print(*t.keys())"
    told = subprocess.run(
        [aihub_settings.python(), "-I", "-c", probe], capture_output=True, text=True, check=True
    )
    kinds = {name.removeprefix("JOB_FAILURE_TYPE_") for name in told.stdout.split()}
    assert kinds - set(failures.OF_JOB) == {"UNSPECIFIED", "SUCCESS", "UNKNOWN"}
    assert set(failures.OF_JOB) < kinds
    assert set(failures.OF_JOB.values()) < set(CATALOGUE)


def test_every_refusal_of_the_adapter_is_in_both_languages() -> None:
    for code, texts in CATALOGUE.items():
        if code.startswith("aihub_"):
            assert len(set(texts)) == 4, code
            assert any("가" <= letter <= "힣" for letter in texts[0]), code
            assert not any("가" <= letter <= "힣" for letter in texts[1] + texts[3]), code


def test_what_is_no_verdict_on_the_model_is_no_refusal_of_the_model() -> None:
    told = {code for code, texts in CATALOGUE.items() if "no verdict on the model" in texts[1]}
    assert told < AI_HUB_FAULTS
    assert set(CATALOGUE) > AI_HUB_FAULTS
