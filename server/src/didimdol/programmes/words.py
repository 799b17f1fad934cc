"""The rulebook's keys in words."""

from __future__ import annotations

from decimal import Decimal

from didimdol.kernel.words import Text, text

PHASES: dict[str, tuple[Text, str]] = {
    "draft": (text("준비 중", "In preparation"), ""),
    "upcoming": (text("접수 예정", "Opens soon"), "info"),
    "open": (text("접수 중", "Open"), "ok"),
    "closed": (text("접수 마감", "Closed"), "warn"),
    "evaluating": (text("평가 중", "Under evaluation"), "info"),
    "released": (text("결과 발표", "Results released"), "ok"),
    "cancelled": (text("취소", "Cancelled"), "bad"),
}
PARTY_KINDS: dict[str, Text] = {
    "supervising_authority": text("총괄기관", "Supervising authority"),
    "operator": text("운영기관", "Operator"),
    "demand_company": text("수요기업", "Demand company"),
    "technology_sponsor": text("기술 후원사", "Technology sponsor"),
    "partner": text("협력기관", "Partner"),
}
STAGE_KINDS: dict[str, Text] = {
    "eligibility": text("자격 검토", "Eligibility review"),
    "paper": text("서면평가", "Paper evaluation"),
    "demand_screening": text("수요기업 검토", "Screening by the demand company"),
    "model_check": text("모델 검증", "Model check"),
    "meet_up": text("밋업", "Meet-up"),
    "interview": text("심층 인터뷰", "Interview"),
    "presentation": text("발표평가", "Presentation"),
    "site_visit": text("현장 점검", "Site visit"),
    "user_trial": text("사용자 평가", "User trial"),
    "committee": text("위원회 심의", "Committee"),
}
SUPPORT_KINDS: dict[str, Text] = {
    "people": text("사람", "People"),
    "device": text("장비", "Device"),
    "toolkit": text("개발 도구", "Toolkit"),
    "training": text("교육", "Training"),
    "cloud": text("클라우드", "Cloud"),
    "equipment": text("시험 설비", "Equipment"),
    "production_slot": text("시제품 제작", "Production slot"),
    "matching": text("매칭", "Matching"),
    "data": text("데이터", "Data"),
}
DOCUMENT_TIMES: dict[str, Text] = {
    "application": text("신청할 때", "with the application"),
    "paper_passers": text("서면평가 통과 뒤", "after passing the paper stage"),
    "agreement": text("협약 전", "before the agreement"),
}
EVENTS: dict[str, Text] = {
    "demand": text("수요 모집", "Demands are collected"),
    "announce": text("공고", "Notice"),
    "kickoff": text("출범식", "Kick-off"),
    "briefing": text("설명회", "Briefing"),
    "opens": text("접수 시작", "Applications open"),
    "questions_close": text("질의 마감", "Questions close"),
    "closes": text("접수 마감", "Applications close"),
    "eligibility": text("자격 검토 완료", "Eligibility reviewed"),
    "decision": text("선정 심의", "Decision"),
    "release": text("결과 발표", "Results released"),
    "agreement": text("협약", "Agreement"),
    "poc": text("PoC 수행", "PoC"),
    "final": text("최종 평가", "Final evaluation"),
    "objection": text("이의신청 마감", "Objections close"),
    "confirmation": text("참여 확정 마감", "Confirmation due"),
    "showcase": text("성과발표회", "Showcase"),
}
WEIGHTLESS = text("점수 없이 적합 여부만 봅니다", "no score; fit or not")


def percent(value: Decimal | int) -> str:
    """70.0000 → "70"."""
    plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def share(value: Decimal) -> str:
    """0.3 → "30"."""
    return percent(value * 100)
