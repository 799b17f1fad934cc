"""The agent's life: claim, fetch, check, measure, report; wait; again."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from ..contract.criteria import Assurance
from ..contract.plan import Runtime
from ..contract.protocol import ClaimRequest, FailureRequest, Job, Phase, Progress, ResultRequest
from ..contract.refusal import Refusal
from ..environment import labels as own_labels
from ..environment import versions
from ..evidence import Signer, attest
from ..intake import IntakeLimits, check
from ..measure import MAX_DATASET_BYTES, measure
from ..refusals import Refused, refuse
from .client import Client, Misunderstood, Stale, Unauthorised, Unreachable
from .client import Refused as NotServed
from .heart import Heart

MAX_BACK_OFF = 30.0
Say = Callable[[str, str], None]
"""Prints one line, given in Korean and English."""


class Agent:
    """`assurance` is the operator's word on this device: `measured` only where nothing else runs on it.
    `send_to_qualcomm`: that the owners of models whose plan is for AI Hub agreed to it.

    `signer`: the device's own key, with which every result is signed; None for a device that has none.
    """

    def __init__(
        self,
        client: Client,
        *,
        say: Say,
        labels: list[str] | None = None,
        work_dir: Path | None = None,
        assurance: Assurance = Assurance.measured_shared,
        wait: Callable[[float], None] = time.sleep,
        use_bubblewrap: bool | None = None,
        send_to_qualcomm: bool = False,
        signer: Signer | None = None,
    ) -> None:
        self._client = client
        self._say = say
        elsewhere = [f"runtime:{Runtime.ai_hub}"] if send_to_qualcomm else []
        self._request = ClaimRequest(
            labels=list(dict.fromkeys([*own_labels(), *elsewhere, *(labels or [])])),
            versions=versions(),
            public_key=signer.public_hex if signer else None,
            boot=uuid4().hex,
        )
        self._signer = signer
        self._work_dir = work_dir
        self._assurance = assurance
        self._wait = wait
        self._use_bubblewrap = use_bubblewrap
        self._send_to_qualcomm = send_to_qualcomm
        self._failures = 0

    def serve(self, *, once: bool = False) -> int:
        """Work until told to stop; with `once`, ask for one job and do it. Returns an exit code.

        A health check is no job in this sense: it stands before every first one.
        """
        while True:
            try:
                answer = self._client.claim(self._request)
            except Unauthorised:
                self._say(
                    "서버가 토큰을 받아들이지 않습니다. 장비 화면에서 새 토큰을 받으십시오.",
                    "The server does not accept the token; get a new one from the device page.",
                )
                return 1
            except (Unreachable, Misunderstood, NotServed) as problem:
                self._failures += 1
                pause = self._back_off()
                if isinstance(problem, NotServed):
                    # Somebody at the platform can mend it: the agent goes on asking.
                    self._say(
                        f"{problem.ko} {pause:.0f}초 뒤 다시 묻습니다.",
                        f"{problem.en} Asking again in {pause:.0f} s.",
                    )
                else:
                    self._say(
                        f"서버에 연결할 수 없습니다({problem}). {pause:.0f}초 뒤 다시 시도합니다.",
                        f"The server cannot be reached ({problem}); trying again in {pause:.0f} s.",
                    )
                if once:
                    return 1
                self._wait(pause)
                continue
            self._failures = 0
            if answer.job is not None:
                if not self._work(answer.job):
                    return 1
                if answer.job.health:
                    continue
            elif not once:
                # Jitter keeps a room of agents from asking in step.
                self._wait(max(0.5, answer.retry_after) * random.uniform(0.8, 1.2))
            if once:
                return 0

    def _back_off(self) -> float:
        return min(MAX_BACK_OFF, 2.0 ** min(self._failures, 5)) * random.uniform(0.5, 1.0)

    def _work(self, job: Job) -> bool:
        """Do one job; everything of it is deleted afterwards. False when the token has been revoked."""
        if job.health:
            self._say(
                f"장비 상태를 점검합니다(작업 {job.id}).", f"Health check of this device (job {job.id})."
            )
        else:
            self._say(f"작업 {job.id}을(를) 시작합니다.", f"Starting job {job.id}.")
        try:
            with (
                tempfile.TemporaryDirectory(prefix="didimdol-job-", dir=self._work_dir) as folder,
                Heart(self._client, job) as heart,
            ):
                try:
                    message: ResultRequest | FailureRequest = self._result(job, Path(folder), heart)
                except Refused as refused:
                    if heart.stop_work.is_set():
                        return self._dropped(job, heart.why)
                    self._tell_refusal(job, refused.refusal)
                    message = FailureRequest(fencing=job.fencing, refusal=refused.refusal)
                except (Stale, Unauthorised):
                    raise
                except Exception as problem:  # one broken job must not end the agent
                    if heart.stop_work.is_set():
                        return self._dropped(job, heart.why)
                    fault = refuse("internal", error=f"{type(problem).__name__}: {problem}").refusal
                    self._tell_refusal(job, fault)
                    message = FailureRequest(fencing=job.fencing, refusal=fault)
                self._deliver(job, message, heart)
        except Stale:
            return self._dropped(job, "stale")
        except Unauthorised:
            return self._dropped(job, "unauthorised")
        return True

    def _result(self, job: Job, folder: Path, heart: Heart) -> ResultRequest:
        plan = job.plan
        model, dataset = folder / "model", None
        heart.show(Progress(phase=Phase.fetching, done=0, total=2))
        self._fetch(job, "model", model, job.model_sha256, job.model_size, heart)
        dataset_sha256 = job.dataset_sha256 or plan.dataset_sha256
        if dataset_sha256 is not None:
            dataset = folder / "dataset"
            heart.show(Progress(phase=Phase.fetching, done=1, total=2))
            self._fetch(job, "dataset", dataset, dataset_sha256, MAX_DATASET_BYTES, heart)
        card = check(
            model,
            declared_sha256=job.model_sha256,
            limits=IntakeLimits(sandbox=plan.limits),
            inputs=plan.inputs,
            progress=heart.show,
            cancel=heart.stop_work,
            use_bubblewrap=self._use_bubblewrap,
        )
        measurement = measure(
            model,
            plan,
            dataset=dataset,
            progress=heart.show,
            card=card,
            assurance=self._assurance,
            cancel=heart.stop_work,
            use_bubblewrap=self._use_bubblewrap,
            send_to_qualcomm=self._send_to_qualcomm,
        )
        envelope = None
        if self._signer is not None:
            signed = attest(measurement, plan, card, job=job.id, fencing=job.fencing, signer=self._signer)
            envelope = signed.decode()
        return ResultRequest(fencing=job.fencing, measurement=measurement, card=card, envelope=envelope)

    def _fetch(self, job: Job, what: str, target: Path, sha256: str, size: int, heart: Heart) -> None:
        for attempt in range(1, 4):
            if heart.stop_work.is_set():
                raise refuse("cancelled")
            target.unlink(missing_ok=True)
            try:
                if self._client.fetch(job, what, target, sha256=sha256, max_bytes=size):
                    return
            except Unreachable:
                self._pause(attempt, heart.stop_work)
        raise refuse("download_failed", what=what)

    def _deliver(self, job: Job, message: ResultRequest | FailureRequest, heart: Heart) -> None:
        """Report until the server has it or the lease is lost. Raises Stale, Unauthorised."""
        attempt = 0
        while not heart.stop_work.is_set():
            attempt += 1
            try:
                if isinstance(message, ResultRequest):
                    self._client.result(job, message)
                else:
                    self._client.failure(job, message)
            except Unreachable:
                self._pause(attempt, heart.stop_work)
                continue
            except Misunderstood as problem:
                self._say(
                    f"작업 {job.id}: 서버가 결과를 받지 않았습니다({problem}).",
                    f"Job {job.id}: the server did not take the result ({problem}).",
                )
                return
            self._say(f"작업 {job.id}의 결과를 보냈습니다.", f"Job {job.id}: reported.")
            return
        self._dropped(job, heart.why)

    def _pause(self, attempt: int, stop: threading.Event) -> None:
        stop.wait(min(MAX_BACK_OFF, 2.0**attempt) * random.uniform(0.5, 1.0))

    def _tell_refusal(self, job: Job, refusal: Refusal) -> None:
        self._say(
            f"작업 {job.id}: {refusal.message['ko']} {refusal.remedy['ko']}",
            f"Job {job.id}: {refusal.message['en']} {refusal.remedy['en']}",
        )

    def _dropped(self, job: Job, why: str) -> bool:
        if why == "cancelled":
            self._say(f"작업 {job.id}이(가) 취소되어 멈췄습니다.", f"Job {job.id} was cancelled; stopped.")
        elif why == "unauthorised":
            self._say(
                "서버가 토큰을 받아들이지 않습니다. 장비 화면에서 새 토큰을 받으십시오.",
                "The server does not accept the token; get a new one from the device page.",
            )
        else:
            self._say(
                f"작업 {job.id}의 임대가 끝나 결과를 버립니다.", f"Job {job.id}: the lease is lost; dropped."
            )
        return why != "unauthorised"
