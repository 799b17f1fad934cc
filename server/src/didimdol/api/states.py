"""The life of a webhook, and of each of its deliveries."""

from __future__ import annotations

from didimdol.api import rules
from didimdol.kernel.transitions import Move, State, Table

WEBHOOK = Table(
    "webhook",
    State("active", "켜짐", "On", kind="ok"),
    State("paused", "꺼짐", "Off", kind="warn"),
    State("ended", "삭제됨", "Removed", kind="", final=True),
    Move("pause", "active", "paused", rules.keeps_or_system, "끄기", "Switch off"),
    Move("resume", "paused", "active", rules.keeps, "켜기", "Switch on"),
    Move("end", ("active", "paused"), "ended", rules.keeps, "삭제", "Remove"),
)

DELIVERY = Table(
    "webhook_delivery",
    State("waiting", "보내는 중", "Being sent", kind="info"),
    State("delivered", "전달됨", "Delivered", kind="ok"),
    State("failed", "전달 실패", "Failed", kind="bad"),
    State("withheld", "보내지 않음", "Not sent", kind="", final=True),
    Move("deliver", "waiting", "delivered", rules.is_system, "전달", "Deliver"),
    Move("give_up", "waiting", "failed", rules.is_system, "전달 포기", "Give up"),
    Move("withhold", "waiting", "withheld", rules.is_system, "보내지 않기", "Withhold"),
    Move("redeliver", ("delivered", "failed"), "waiting", rules.keeps_delivery, "다시 보내기", "Send again"),
)
