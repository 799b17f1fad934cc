"""What can become of a PoC. The words are those of domain.md §10 and the glossary."""

from __future__ import annotations

from didimdol.kernel.words import Text, text

#: how a company adopts
KINDS: dict[str, Text] = {
    "embedded": text("제품 탑재", "Embedded in a product"),
    "purchased": text("구매", "Purchased"),
    "joint_development": text("공동 개발", "Joint development"),
    "investment": text("투자", "Investment"),
    "reference": text("레퍼런스", "Reference"),
}

#: what a budget owner can decide
DECISIONS: dict[str, Text] = {
    "adopted": text("도입", "Adopt"),
    "follow_on": text("후속 PoC", "Follow-on PoC"),
    "declined": text("도입하지 않음", "Decline"),
}

#: why a company declines. So that a refusal teaches, and not only ends. domain.md §8
REASONS: dict[str, Text] = {
    "fit": text("수요와 맞지 않음", "Does not fit the demand"),
    "performance": text("성능이 기준에 못 미침", "Performance below the criteria"),
    "cost": text("비용", "Cost"),
    "budget": text("예산 없음", "No budget"),
    "schedule": text("제품 일정", "Product schedule"),
    "security": text("보안·지식재산", "Security or intellectual property"),
    "alternative": text("다른 기술을 선택", "Another technology was chosen"),
    "organisation": text("조직·전략 변경", "Change of organisation or strategy"),
    "startup": text("창업기업의 사정", "Circumstances of the startup"),
    "other": text("그 밖의 사유", "Other"),
}

#: what a piece of evidence shows
STEPS: dict[str, Text] = {
    "decision": text("결정", "Decision"),
    "contracted": text("계약", "Contract"),
    "shipped": text("출시", "Shipment"),
    "revenue_confirmed": text("매출 확인", "Revenue"),
    "sale": text("매출", "Sale"),
}

VERDICTS: dict[str, Text] = {
    "": text("확인 전", "Not confirmed yet"),
    "confirmed": text("확인됨", "Confirmed"),
    "refused": text("확인하지 않음", "Refused"),
    "withdrawn": text("취소", "Withdrawn"),
}
VERDICT_KINDS = {"": "warn", "confirmed": "ok", "refused": "bad", "withdrawn": ""}

INTRODUCTION_KINDS: dict[str, Text] = {
    "customer": text("고객", "Customer"),
    "partner": text("협력사", "Partner"),
}

RESULTS: dict[str, Text] = {
    "open": text("진행 중", "Open"),
    "meeting": text("미팅", "Meeting"),
    "contract": text("계약", "Contract"),
    "none": text("이어지지 않음", "Came to nothing"),
}
RESULT_KINDS = {"open": "info", "meeting": "info", "contract": "ok", "none": ""}

CURRENCIES: dict[str, Text] = {
    "KRW": text("원 (KRW)", "Korean won (KRW)"),
    "USD": text("미국 달러 (USD)", "US dollar (USD)"),
    "EUR": text("유로 (EUR)", "Euro (EUR)"),
    "JPY": text("일본 엔 (JPY)", "Japanese yen (JPY)"),
    "CNY": text("중국 위안 (CNY)", "Chinese yuan (CNY)"),
    "GBP": text("영국 파운드 (GBP)", "Pound sterling (GBP)"),
    "TWD": text("대만 달러 (TWD)", "New Taiwan dollar (TWD)"),
    "VND": text("베트남 동 (VND)", "Vietnamese dong (VND)"),
    "SGD": text("싱가포르 달러 (SGD)", "Singapore dollar (SGD)"),
}

#: where introductions lead; ISO 3166-1, "ZZ": elsewhere
COUNTRIES: dict[str, Text] = {
    "KR": text("대한민국", "Republic of Korea"),
    "US": text("미국", "United States"),
    "CN": text("중국", "China"),
    "JP": text("일본", "Japan"),
    "TW": text("대만", "Taiwan"),
    "VN": text("베트남", "Viet Nam"),
    "SG": text("싱가포르", "Singapore"),
    "MY": text("말레이시아", "Malaysia"),
    "TH": text("태국", "Thailand"),
    "ID": text("인도네시아", "Indonesia"),
    "IN": text("인도", "India"),
    "AU": text("호주", "Australia"),
    "DE": text("독일", "Germany"),
    "FR": text("프랑스", "France"),
    "GB": text("영국", "United Kingdom"),
    "NL": text("네덜란드", "Netherlands"),
    "SE": text("스웨덴", "Sweden"),
    "FI": text("핀란드", "Finland"),
    "IT": text("이탈리아", "Italy"),
    "ES": text("스페인", "Spain"),
    "PL": text("폴란드", "Poland"),
    "IL": text("이스라엘", "Israel"),
    "AE": text("아랍에미리트", "United Arab Emirates"),
    "SA": text("사우디아라비아", "Saudi Arabia"),
    "BR": text("브라질", "Brazil"),
    "MX": text("멕시코", "Mexico"),
    "CA": text("캐나다", "Canada"),
    "ZZ": text("그 밖의 나라", "Elsewhere"),
}
