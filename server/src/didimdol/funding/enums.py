"""Names of the funding room and what they are called."""

from __future__ import annotations

from typing import Any

from didimdol.kernel.words import Text, text

#: cost categories (비목: 통합관리지침 표-10), by the keys that rulebooks use; another key is shown as written
CATEGORIES: dict[str, Text] = {
    "materials": text("재료비", "Materials"),
    "outsourcing": text("외주용역비", "Outsourcing"),
    "equipment": text("기계장치", "Machinery and equipment"),
    "ip": text("특허권 등 무형자산 취득비", "IP acquisition"),
    "personnel": text("인건비", "Personnel"),
    "fees": text("지급수수료", "Fees and commissions"),
    "travel": text("여비", "Travel"),
    "training": text("교육훈련비", "Training"),
    "advertising": text("광고선전비", "Advertising"),
}
#: the one category of a rulebook that names none
WHOLE = "project"

#: why a payment is held, or was cancelled by the system
HOLDS: dict[str, Text] = {
    "changed_account": text("지급 계좌가 바뀜", "The account was changed"),
    "operator": text("운영기관의 확인 필요", "The operator looks into it"),
    "project_ended": text("과제가 끝남", "The project has ended"),
}

#: states in which a payment counts against the cap
LIVE = ("requested", "approved", "held", "released")
#: states in which it may still be paid
OPEN = ("requested", "approved", "held")


def category_label(key: str) -> Text:
    if key == WHOLE:
        return text("사업비", "Project costs")
    return CATEGORIES.get(key, text(key, key))


def why(payment: Any) -> Text:
    """Why a payment is held or was cancelled: as the person wrote, or as the system knows."""
    if payment.reason:
        return text(payment.reason, payment.reason)
    return HOLDS.get(payment.hold, text("", ""))
