"""The endpoints of the device agents, ``/agent/v1/``, as ``didimdol_lab.contract.protocol`` says."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from pydantic import BaseModel, ValidationError

from didimdol.kernel import blobs
from didimdol.kernel.actor import Actor
from didimdol.kernel.limits import limit
from didimdol.kernel.models import Blob
from didimdol.kernel.pages import access_logged, client_address
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, Problem
from didimdol.kernel.words import text
from didimdol.records.actions import opened
from didimdol.verification import actions, queries
from didimdol.verification.models import Device, DeviceJob
from didimdol_lab.contract import (
    ClaimRequest,
    ClaimResponse,
    FailureRequest,
    HeartbeatRequest,
    HeartbeatResponse,
    Job,
    Plan,
    ResultRequest,
)

MOST_BYTES = 32_000_000  # twenty processes of twenty thousand samples fit
RETRY_AFTER = 3.0  # seconds between the polls of one agent
DEVICES_A_SECOND = 20  # with more devices the server asks them to come less often

Message = TypeVar("Message", bound=BaseModel)
Endpoint = Callable[..., HttpResponseBase]


class WrongToken(Problem):
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "wrong_token",
            text("장비 토큰이 맞지 않거나 끝났습니다.", "The device's token is wrong, or has ended."),
            text("장비 화면에서 장비를 다시 등록하십시오.", "Register the device again on the device page."),
        )


class TooLarge(Problem):
    status = 413

    def __init__(self) -> None:
        megabytes = MOST_BYTES // 1_000_000
        super().__init__(
            "too_large",
            text(f"보낸 내용이 {megabytes} MB를 넘습니다.", f"The message is larger than {megabytes} MB."),
        )


def endpoint(method: str) -> Callable[[Endpoint], Endpoint]:
    """Bearer token → device; problems → JSON. There is no cookie, so there is nothing to forge."""
    return functools.partial(_endpoint, method)


def _endpoint(method: str, view: Endpoint) -> Endpoint:
    @csrf_exempt
    @require_http_methods([method])
    @functools.wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        actor: Actor = getattr(request, "actor")  # noqa: B009  (set by ActorMiddleware)
        try:
            device = _device(request)
            actor = queries.actor_of(device).from_address(client_address(request), getattr(request, "request_id", ""))
            return view(request, actor, device, **kwargs)
        except Problem as problem:
            if isinstance(problem, AccessDenied | Invisible):
                access_logged.ask(
                    actor=actor,
                    what=request.path,
                    identity=problem.identity if isinstance(problem, Invisible) else None,
                    outcome="denied" if isinstance(problem, AccessDenied) else "not_visible",
                    reason=problem.code,
                )
            response = JsonResponse(problem.as_json(), status=problem.status)
            if isinstance(problem, WrongToken):
                response["WWW-Authenticate"] = "Bearer"
            return response

    return answer


def _device(request: HttpRequest) -> Device:
    kind, _, clear = request.headers.get("Authorization", "").partition(" ")
    device = queries.device_of_token(clear.strip()) if kind.lower() == "bearer" and clear.strip() else None
    if device is None:
        limit(f"agent-wrong-token:{client_address(request)}", most=60, per=timedelta(minutes=1))
        raise WrongToken
    return device


def _message(request: HttpRequest, kind: type[Message]) -> Message:
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLarge
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(
            "malformed_message",
            text("보낸 내용의 형식이 올바르지 않습니다.", "The message is not well formed."),
            text("장비 프로그램을 새 판으로 바꾸십시오.", "Update the device agent."),
            where=".".join(map(str, first["loc"])),
            what=first["msg"],
        ) from error


def _json(message: BaseModel) -> HttpResponse:
    return HttpResponse(message.model_dump_json(by_alias=True), content_type="application/json")


@endpoint("POST")
def claim(request: HttpRequest, actor: Actor, device: Device) -> HttpResponseBase:
    asked = _message(request, ClaimRequest)
    job = actions.claim_job(actor=actor, device=device, labels=asked.labels, versions=asked.versions,
        public_key=asked.public_key, boot=asked.boot,
    )  # fmt: skip
    if job is None:
        return _json(ClaimResponse(job=None, retry_after=_retry_after()))
    leased = Job(
        id=str(job.id),
        fencing=job.fencing,
        lease_seconds=actions.lease_time().total_seconds(),
        heartbeat_seconds=actions.heartbeat_time().total_seconds(),
        plan=Plan.model_validate(job.plan),
        model_name=job.model_name,
        model_sha256=job.model.sha256,
        model_size=job.model.size,
        dataset_sha256=job.dataset.sha256 if job.dataset else None,
        health=job.health_of_id is not None,
    )
    return _json(ClaimResponse(job=leased, retry_after=0))


def _retry_after() -> float:
    active = Device.objects.unscoped(why="how busy the installation is").filter(retired_at=None).count()
    return max(RETRY_AFTER, active / DEVICES_A_SECOND)


@endpoint("POST")
def heartbeat(request: HttpRequest, actor: Actor, device: Device, id: UUID) -> HttpResponseBase:
    job = queries.access_leased_job(actor, id)
    message = _message(request, HeartbeatRequest)
    cancel = actions.report_progress(actor=actor, job=job, fencing=message.fencing, progress=message.progress)
    return _json(HeartbeatResponse(lease_seconds=actions.lease_time().total_seconds(), cancel=cancel))


@endpoint("POST")
def result(request: HttpRequest, actor: Actor, device: Device, id: UUID) -> HttpResponseBase:
    job = queries.access_leased_job(actor, id)
    message = _message(request, ResultRequest)
    actions.complete_job(
        actor=actor, job=job, fencing=message.fencing, measurement=message.measurement, card=message.card,
        envelope=message.envelope,
    )  # fmt: skip
    return JsonResponse({})


@endpoint("POST")
def failure(request: HttpRequest, actor: Actor, device: Device, id: UUID) -> HttpResponseBase:
    job = queries.access_leased_job(actor, id)
    message = _message(request, FailureRequest)
    actions.refuse_job(actor=actor, job=job, fencing=message.fencing, refusal=message.refusal)
    return JsonResponse({})


@endpoint("GET")
def model(request: HttpRequest, actor: Actor, device: Device, id: UUID) -> HttpResponseBase:
    return _download(request, actor, queries.access_leased_job(actor, id), "model")


@endpoint("GET")
def dataset(request: HttpRequest, actor: Actor, device: Device, id: UUID) -> HttpResponseBase:
    return _download(request, actor, queries.access_leased_job(actor, id), "dataset")


def _download(request: HttpRequest, actor: Actor, job: DeviceJob, what: str) -> HttpResponseBase:
    """The bytes of the job that this device holds at this moment, and of no other."""
    fencing = request.headers.get("X-Fencing", "")
    if not fencing.isdigit() or int(fencing) != job.fencing or job.device_id != actor.device or job.state != "leased":
        raise actions.StaleLease
    blob: Blob | None = getattr(job, what)
    if blob is None:
        raise Invisible(what, job.id)
    opened(actor, f"{what} of a device job", job)
    return blobs.serve(request, blob, filename=what)
