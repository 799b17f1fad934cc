"""Names of what a PoC knows, with their labels."""

from __future__ import annotations

from didimdol.kernel.words import Text, text

#: whose signature
PARTIES: dict[str, Text] = {
    "startup": text("창업기업", "Startup"),
    "company": text("수요기업", "Demand company"),
    "operator": text("운영기관", "Operator"),
}
#: how it was given
METHODS: dict[str, Text] = {
    "system": text("시스템에서 서명", "Signed in the system"),
    "link": text("메일 링크로 서명", "Signed by mail link"),
    "paper": text("종이 서명", "Signed on paper"),
}
#: how a paper that came back was compared with what was offered
COMPARED: dict[str, Text] = {
    "bytes": text("제안한 파일의 내용이 그대로 들어 있음", "Holds the offered file byte for byte"),
    "code": text("쪽마다 찍힌 문서 번호를 확인", "Document code of the pages checked"),
}
#: what is given in kind by the company or the sponsor (programmes.rulebook.money.SupportItem)
SUPPORT: dict[str, Text] = {
    "people": text("인력", "People"),
    "data": text("데이터", "Data"),
    "device": text("장비", "Device"),
    "toolkit": text("개발 도구", "Toolkit"),
    "training": text("교육", "Training"),
    "cloud": text("클라우드", "Cloud"),
    "equipment": text("시험 설비", "Equipment"),
    "production_slot": text("시제품 제작", "Production slot"),
    "matching": text("사업부 연결", "Business-unit matching"),
}
#: the startup's own contribution
CONTRIBUTIONS: dict[str, Text] = {"cash": text("현금", "Cash"), "in_kind": text("현물", "In kind")}
#: what proves a milestone
GATES: dict[str, Text] = {
    "verification": text("모델 측정", "Measured model"),
    "witnessed": text("입회 시험", "Witnessed test"),
}
#: checks of the running project (통합관리지침 §53)
CHECK_KINDS: dict[str, Text] = {
    "ad_hoc": text("수시점검", "Ad-hoc check"),
    "mid_term": text("중간점검", "Mid-term check"),
    "final": text("최종점검", "Final check"),
}
CHECK_RESULTS: dict[str, Text] = {
    "continue": text("계속", "Continue"),
    "supplement": text("보완", "Supplement"),
    "stop": text("중단", "Stop"),
    "early_completion": text("조기완료", "Early completion"),
}
#: final grades (통합관리지침 §54③; deferred: 세부관리기준)
GRADES: dict[str, Text] = {
    "outstanding": text("최우수", "Outstanding"),
    "good": text("우수", "Good"),
    "fair": text("보통", "Fair"),
    "insufficient": text("미흡", "Insufficient"),
    "very_poor": text("극히불량", "Very poor"),
    "deferred": text("보류", "Deferred"),
}
FINAL_KINDS: dict[str, Text] = {
    "grade": text("최종평가", "Final evaluation"),
    "best": text("최종 우수과제 선정", "Choice of the best projects"),
}
