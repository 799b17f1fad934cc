"""The grant: its cap, its shares, and the question it is asked in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from didimdol.programmes.rulebook.base import text
from didimdol.programmes.rulebook.checks.finding import Finding, unknown
from didimdol.programmes.rulebook.schema import Rulebook


def check_grant(book: Rulebook) -> Iterator[Finding]:
    grant = book.grant
    if grant.total is not None and grant.total < grant.cap:
        yield Finding(
            ("grant", "total"),
            text("전체 예산이 기업당 한도보다 적습니다.", "The whole budget is below the cap of one startup."),
            text(f"{grant.cap:,}원 이상으로 적으십시오.", f"Write at least KRW {grant.cap:,}."),
        )
    if grant.government_share_max is not None and grant.own_share_min is not None:
        total = grant.government_share_max + grant.own_share_min
        if total != Decimal(100):
            yield Finding(
                ("grant", "own_share_min"),
                text(
                    f"정부지원 최대 비율과 자기부담 최소 비율의 합이 {total}%로, 100%가 아닙니다.",
                    f"The greatest government share and the least own share sum to {total} %, not 100 %.",
                ),
                text(
                    f"own_share_min: {100 - grant.government_share_max}로 적으십시오.",
                    f"Write own_share_min: {100 - grant.government_share_max}.",
                ),
            )
    if grant.own_share_min is not None and grant.own_cash_min > grant.own_share_min:
        yield Finding(
            ("grant", "own_cash_min"),
            text(
                "자기부담 현금 비율이 자기부담 전체 비율보다 큽니다.",
                "The own cash is above the whole own share.",
            ),
            text(f"{grant.own_share_min} 이하로 적으십시오.", f"Write at most {grant.own_share_min}."),
        )
    if grant.requested_in is not None:
        asked = next((entry for entry in book.form.questions if entry.key == grant.requested_in), None)
        money = [entry.key for entry in book.form.questions if entry.type == "money"]
        if asked is None or asked.type != "money":
            yield unknown(("grant", "requested_in"), grant.requested_in, "금액 항목", "money question", money)
        elif asked.maximum != grant.cap:
            yield Finding(
                ("grant", "cap"),
                text(
                    f"지원 한도가 신청서 항목 '{asked.key}'의 최댓값과 다릅니다.",
                    f"The cap differs from the maximum of the question '{asked.key}'.",
                ),
                text(f"그 항목에 maximum: {grant.cap}을 적으십시오.", f"Write maximum: {grant.cap} there."),
            )
