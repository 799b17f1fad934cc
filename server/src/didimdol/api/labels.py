"""What the pages of the log call the events of this room, and its scopes."""

from __future__ import annotations

from didimdol.api.rules import SCOPE_READ, SCOPE_WRITE
from didimdol.kernel.words import text
from didimdol.people.scopes import scopes
from didimdol.records.labels import events, things

events(
    {
        "webhook.changed": text("웹훅 변경", "Webhook changed"),
        "webhook.secret_rotated": text("웹훅 비밀값 교체", "Webhook secret replaced"),
        "webhook.tested": text("웹훅 시험 보내기", "Webhook tested"),
        "webhook.queued": text("웹훅 전달 예약", "Webhook deliveries queued"),
        "webhook.attempt_failed": text("웹훅 전달 시도 실패", "Webhook attempt failed"),
        "webhook.attempt_late": text("웹훅 전달 시도(이미 끝남)", "Webhook attempt (already settled)"),
    }
)
things(
    {
        "api.Subscription": text("웹훅", "Webhook"),
        "api.Delivery": text("웹훅 전달", "Webhook delivery"),
        "webhook": text("웹훅", "Webhook"),
        "webhook delivery": text("웹훅 전달", "Webhook delivery"),
    }
)
scopes(
    {
        SCOPE_READ: text("웹훅 읽기", "Read webhooks"),
        SCOPE_WRITE: text("웹훅 만들고 고치기", "Set up and change webhooks"),
    }
)
