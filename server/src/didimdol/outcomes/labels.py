"""What outcomes puts on other rooms' pages, and what its events are called in the log."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.outcomes.models import AdoptionCase
from didimdol.outcomes.rules import RUN
from didimdol.programmes import pages
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.records import labels


def links(actor: Actor, challenge: Challenge) -> Iterable[pages.PageLink]:
    if challenge.state != "closed" or not AdoptionCase.objects.within(project__challenge=challenge).exists():
        return
    yield pages.PageLink(
        "notice",
        text("성과", "Outcomes"),
        reverse("outcomes:statistics"),
        text("도입과 매출을 합계로만 공개합니다", "Adoption and sales, as totals only"),
    )
    if programme_rules.runs(actor, challenge, *RUN):
        url = f"{reverse('outcomes:list')}?challenge={challenge.slug}"
        yield pages.PageLink("manage", text("도입", "Adoption"), url)


def register() -> None:
    pages.add_links(links)
    labels.events(
        {
            "adoption.opened_again": text("도입 검토 시작 (이미 되어 있음)", "Review opened (already so)"),
            "adoption.postponed": text("도입 결정 연기", "Decision put off"),
            "adoption.handed_over": text("사업부 책임자 변경", "Budget owner changed"),
            "adoption.reminded": text("도입 결정 독촉", "Decision reminded of"),
            "adoption.reminder_skipped": text("독촉하지 않음", "No reminder needed"),
            "adoption.list_exported": text("도입 목록 내려받기", "Adoption list exported"),
            "outcomes_sale.recorded": text("매출 기록", "Sale recorded"),
            "outcomes_sale.shown": text("매출 증빙 올림", "Evidence of a sale uploaded"),
            "outcomes_sale.confirmed": text("매출 확인", "Sale confirmed"),
            "outcomes_sale.refused": text("매출 확인하지 않음", "Sale refused"),
            "outcomes_sale.withdrawn": text("매출 기록 취소", "Sale withdrawn"),
            "outcomes_introduction.made": text("소개", "Introduction made"),
            "outcomes_introduction.told": text("소개 결과", "Result of an introduction"),
        }
    )
    labels.things(
        {
            "outcomes.AdoptionCase": text("도입", "Adoption"),
            "outcomes.Sale": text("매출", "Sale"),
            "outcomes.Introduction": text("소개", "Introduction"),
            "outcomes.Evidence": text("도입 증빙", "Evidence of adoption"),
            "adoption evidence": text("도입 증빙", "Evidence of adoption"),
            "export: adoption": text("도입 목록 내려받기", "Download of the adoption list"),
        }
    )
