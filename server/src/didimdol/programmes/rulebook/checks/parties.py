"""Keys are told apart; parties, and who is named elsewhere, exist."""

from __future__ import annotations

from collections.abc import Iterator

from didimdol.programmes.rulebook.base import text
from didimdol.programmes.rulebook.checks.finding import Finding, repeated, unknown
from didimdol.programmes.rulebook.schema import Rulebook


def check_keys(book: Rulebook) -> Iterator[Finding]:
    yield from repeated(("parties",), book.parties, "참여기관", "party")
    yield from repeated(("fields",), book.fields, "분야", "field")
    for entry in book.fields:
        yield from repeated(("fields", entry.key, "criteria"), entry.criteria, "검증 기준", "criterion")
    yield from repeated(("eligibility", "questions"), book.eligibility.questions, "자가진단 문항", "question")
    yield from repeated(("eligibility", "excluded"), book.eligibility.excluded, "제외 대상", "exclusion")
    yield from repeated(("documents",), book.documents, "제출 서류", "document")
    yield from repeated(("evaluation", "stages"), book.stages, "평가 단계", "stage")
    yield from repeated(("support",), book.support, "지원 항목", "support item")
    yield from repeated(("consents",), book.consents, "동의서", "consent")


def check_parties(book: Rulebook) -> Iterator[Finding]:
    known = {party.key: party for party in book.parties}
    if not any(party.kind == "operator" for party in book.parties):
        yield Finding(
            ("parties",),
            text("운영기관이 없습니다.", "There is no operator."),
            text("kind: operator인 기관을 하나 이상 두십시오.", "Add a party with kind: operator."),
        )
    buyers = [key for key, party in known.items() if party.kind in ("demand_company", "partner")]
    if book.intake == "demand_first" and not buyers:
        yield Finding(
            ("parties",),
            text("수요 선행형인데 수요기업이 없습니다.", "Demands come first, but there is no demand company."),
            text("kind: demand_company인 기관을 두십시오.", "Add a party with kind: demand_company."),
        )
    for entry in book.fields:
        if entry.demand_company is not None and entry.demand_company not in buyers:
            yield unknown(
                ("fields", entry.key, "demand_company"),
                entry.demand_company,
                "수요기업",
                "demand company",
                buyers,
            )
    for item in book.support:
        if item.provider not in known:
            yield unknown(("support", item.key, "provider"), item.provider, "참여기관", "party", known)
    for consent in book.consents:
        for place, key in enumerate(consent.recipients):
            if key not in known:
                yield unknown(("consents", consent.key, "recipients", str(place)), key, "참여기관", "party", known)
