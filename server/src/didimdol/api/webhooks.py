"""Operations of the API about webhooks: the only ones that write. Everything else is done by people, on the pages."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Router, Status

from didimdol.api import actions
from didimdol.api.models import Delivery, Subscription
from didimdol.api.queries import (
    access_delivery,
    access_subscriber,
    access_subscription,
    challenges_for,
    deliveries_of,
    subscriptions_visible_to,
)
from didimdol.api.rules import SCOPE_READ, SCOPE_WRITE
from didimdol.api.schemas import (
    DeliveriesOut,
    DeliveryOut,
    WebhookIn,
    WebhookOut,
    WebhookSecretOut,
    WebhooksOut,
)
from didimdol.kernel.api import CONFLICT, NOT_FOUND, TOKEN_PROBLEMS, After, Limit, Word, narrowed, scope
from didimdol.kernel.paging import page
from didimdol.kernel.problems import Invisible
from didimdol.programmes.models import Challenge

router = Router(tags=["webhooks"])
WRITES = NOT_FOUND | CONFLICT | TOKEN_PROBLEMS

#: the same key twice is the same request: nothing is made a second time
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", max_length=120)]


@router.get(
    "/webhooks",
    response={200: WebhooksOut} | TOKEN_PROBLEMS,
    summary="The webhooks of your organisations (scope webhooks:read)",
    openapi_extra={"x-ko": "내 조직의 웹훅 (권한 범위 webhooks:read)"},
)
def webhooks(request: HttpRequest, after: After = "", limit: Limit = 50) -> dict[str, Any]:
    found = page(subscriptions_visible_to(scope(request, SCOPE_READ)), cursor=after, size=limit)
    return {"items": [_webhook(row) for row in found.rows], "next": found.next_cursor}


@router.post(
    "/webhooks",
    response={201: WebhookSecretOut} | WRITES,
    summary="Set up a webhook; the answer holds its secret, this once (scope webhooks:write)",
    openapi_extra={"x-ko": "웹훅을 만듭니다. 비밀값은 이 답에만 들어 있습니다 (권한 범위 webhooks:write)"},
)
def create_webhook(request: HttpRequest, given: WebhookIn, key: IdempotencyKey = "") -> Any:
    actor = scope(request, SCOPE_WRITE)
    organisation = access_subscriber(actor, given.organisation)
    challenge: Challenge | None = None
    if given.challenge is not None:
        concerned = challenges_for(actor, organisation)
        challenge = next((row for row in concerned if row.slug == given.challenge), None)
        if challenge is None:
            raise Invisible("challenge", given.challenge)
    made = actions.create_subscription(
        actor=actor,
        organisation=organisation,
        challenge=challenge,
        url=given.url,
        topics=given.events,
        **({"idempotency_key": key} if key else {}),
    )
    return Status(201, _with_secret(access_subscription(actor, made.pk), made))


@router.get(
    "/webhooks/{id}",
    response={200: WebhookOut} | NOT_FOUND | TOKEN_PROBLEMS,
    summary="One webhook (scope webhooks:read)",
    openapi_extra={"x-ko": "웹훅 하나 (권한 범위 webhooks:read)"},
)
def webhook(request: HttpRequest, id: UUID) -> dict[str, Any]:
    return _webhook(access_subscription(scope(request, SCOPE_READ), id))


@router.post(
    "/webhooks/{id}/secret",
    response={200: WebhookSecretOut} | WRITES,
    summary="Replace the secret; for 24 hours the old one signs too (scope webhooks:write)",
    openapi_extra={"x-ko": "비밀값 교체. 24시간 동안 옛 비밀값도 함께 서명합니다 (권한 범위 webhooks:write)"},
)
def rotate_webhook_secret(request: HttpRequest, id: UUID, key: IdempotencyKey = "") -> dict[str, Any]:
    actor = scope(request, SCOPE_WRITE)
    row = access_subscription(actor, id)
    given = {"idempotency_key": key} if key else {}
    made = actions.rotate_secret(actor=actor, subscription=row, **given)
    return _with_secret(access_subscription(actor, id), made)


@router.post(
    "/webhooks/{id}/pause",
    response={200: WebhookOut} | WRITES,
    summary="Switch a webhook off; twice is once (scope webhooks:write)",
    openapi_extra={"x-ko": "웹훅 끄기. 두 번은 한 번과 같습니다 (권한 범위 webhooks:write)"},
)
def pause_webhook(request: HttpRequest, id: UUID) -> dict[str, Any]:
    actor = scope(request, SCOPE_WRITE)
    actions.pause_subscription(actor=actor, subscription=access_subscription(actor, id))
    return _webhook(access_subscription(actor, id))


@router.post(
    "/webhooks/{id}/resume",
    response={200: WebhookOut} | WRITES,
    summary="Switch a webhook on; twice is once (scope webhooks:write)",
    openapi_extra={"x-ko": "웹훅 켜기. 두 번은 한 번과 같습니다 (권한 범위 webhooks:write)"},
)
def resume_webhook(request: HttpRequest, id: UUID) -> dict[str, Any]:
    actor = scope(request, SCOPE_WRITE)
    actions.resume_subscription(actor=actor, subscription=access_subscription(actor, id))
    return _webhook(access_subscription(actor, id))


@router.delete(
    "/webhooks/{id}",
    response={204: None} | WRITES,
    summary="Remove a webhook (scope webhooks:write)",
    openapi_extra={"x-ko": "웹훅 삭제 (권한 범위 webhooks:write)"},
)
def end_webhook(request: HttpRequest, id: UUID) -> Any:
    actor = scope(request, SCOPE_WRITE)
    actions.end_subscription(actor=actor, subscription=access_subscription(actor, id))
    return Status(204, None)


@router.get(
    "/webhooks/{id}/deliveries",
    response={200: DeliveriesOut} | NOT_FOUND | TOKEN_PROBLEMS,
    summary="What a webhook was sent, newest first; state failed to find what to send again (scope webhooks:read)",
    openapi_extra={"x-ko": "웹훅의 전달, 새것부터. 다시 보낼 것은 state=failed (권한 범위 webhooks:read)"},
)
def deliveries(
    request: HttpRequest, id: UUID, state: Word = "", after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    rows = narrowed(deliveries_of(access_subscription(scope(request, SCOPE_READ), id)), state=state)
    found = page(rows, cursor=after, size=limit)
    return {"items": [_delivery(row) for row in found.rows], "next": found.next_cursor}


@router.post(
    "/webhook-deliveries/{id}/again",
    response={200: DeliveryOut} | WRITES,
    summary="Send a delivery again, with its id and body; twice is once (scope webhooks:write)",
    openapi_extra={"x-ko": "같은 번호와 내용으로 다시 보냅니다. 두 번은 한 번과 같습니다 (권한 범위 webhooks:write)"},
)
def redeliver(request: HttpRequest, id: UUID) -> dict[str, Any]:
    actor = scope(request, SCOPE_WRITE)
    return _delivery(actions.redeliver(actor=actor, delivery=access_delivery(actor, id)))


def _webhook(row: Subscription) -> dict[str, Any]:
    return {
        "id": row.pk,
        "organisation": row.organisation_id,
        "challenge": row.challenge.slug if row.challenge else None,
        "url": row.url,
        "events": row.topics,
        "state": row.state,
        "paused_reason": row.paused_reason or None,
        "failures": row.failures,
        "created_at": row.created_at,
    }


def _with_secret(row: Subscription, made: Subscription) -> dict[str, Any]:
    # A repeated request finds the row as it was stored: the secret was told once.
    return {**_webhook(row), "secret": getattr(made, "clear_secret", None)}


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "event": row.topic,
        "state": row.state,
        "attempts": row.attempts,
        "created_at": row.created_at,
        "delivered_at": row.delivered_at,
        "payload": row.payload,
        "log": row.log,
    }
