"""Public holidays of the Republic of Korea: data, to be maintained by whoever runs the installation.

Source: 공휴일에 관한 법률 and 관공서의 공휴일에 관한 규정 (substitute holidays: Seollal and
Chuseok when a day of theirs falls on a Sunday or on another holiday; 3·1절, 제헌절, 어린이날,
부처님오신날, 광복절, 개천절, 한글날, 기독탄신일 on a Saturday too). Temporary holidays and
election days are announced one by one: add them here. Weekends are never business days, listed or not.
"""

from __future__ import annotations

from datetime import date

AS_OF = date(2026, 11, 23)
"""When this table was last looked through."""

FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
"""The days this table speaks for."""

HOLIDAYS: dict[date, str] = {
    date(2025, 1, 1): "1월 1일",
    date(2025, 1, 27): "임시공휴일",
    date(2025, 1, 28): "설날 연휴",
    date(2025, 1, 29): "설날",
    date(2025, 1, 30): "설날 연휴",
    date(2025, 3, 1): "3·1절",
    date(2025, 3, 3): "대체공휴일(3·1절)",
    date(2025, 5, 5): "어린이날·부처님오신날",
    date(2025, 5, 6): "대체공휴일(부처님오신날)",
    date(2025, 6, 3): "대통령 선거일",
    date(2025, 6, 6): "현충일",
    date(2025, 8, 15): "광복절",
    date(2025, 10, 3): "개천절",
    date(2025, 10, 5): "추석 연휴",
    date(2025, 10, 6): "추석",
    date(2025, 10, 7): "추석 연휴",
    date(2025, 10, 8): "대체공휴일(추석)",
    date(2025, 10, 9): "한글날",
    date(2025, 12, 25): "기독탄신일",
    date(2026, 1, 1): "1월 1일",
    date(2026, 2, 16): "설날 연휴",
    date(2026, 2, 17): "설날",
    date(2026, 2, 18): "설날 연휴",
    date(2026, 3, 1): "3·1절",
    date(2026, 3, 2): "대체공휴일(3·1절)",
    date(2026, 5, 1): "노동절",  # UNCONFIRMED: see below
    date(2026, 5, 5): "어린이날",
    date(2026, 5, 24): "부처님오신날",
    date(2026, 5, 25): "대체공휴일(부처님오신날)",
    date(2026, 6, 3): "전국동시지방선거일",
    date(2026, 6, 6): "현충일",
    date(2026, 7, 17): "제헌절",
    date(2026, 8, 15): "광복절",
    date(2026, 8, 17): "대체공휴일(광복절)",
    date(2026, 9, 24): "추석 연휴",
    date(2026, 9, 25): "추석",
    date(2026, 9, 26): "추석 연휴",
    date(2026, 10, 3): "개천절",
    date(2026, 10, 5): "대체공휴일(개천절)",
    date(2026, 10, 9): "한글날",
    date(2026, 12, 25): "기독탄신일",
    date(2027, 1, 1): "1월 1일",
    date(2027, 2, 6): "설날 연휴",
    date(2027, 2, 7): "설날",
    date(2027, 2, 8): "설날 연휴",
    date(2027, 2, 9): "대체공휴일(설날)",
    date(2027, 3, 1): "3·1절",
    date(2027, 5, 1): "노동절",
    date(2027, 5, 5): "어린이날",
    date(2027, 5, 13): "부처님오신날",
    date(2027, 6, 6): "현충일",
    date(2027, 7, 17): "제헌절",
    date(2027, 7, 19): "대체공휴일(제헌절)",  # UNCONFIRMED
    date(2027, 8, 15): "광복절",
    date(2027, 8, 16): "대체공휴일(광복절)",
    date(2027, 9, 14): "추석 연휴",
    date(2027, 9, 15): "추석",
    date(2027, 9, 16): "추석 연휴",
    date(2027, 10, 3): "개천절",
    date(2027, 10, 4): "대체공휴일(개천절)",
    date(2027, 10, 9): "한글날",
    date(2027, 10, 11): "대체공휴일(한글날)",
    date(2027, 12, 25): "기독탄신일",
    date(2027, 12, 27): "대체공휴일(기독탄신일)",
}

UNCONFIRMED: frozenset[date] = frozenset({date(2026, 5, 1), date(2027, 7, 19)})
"""Days whose status we could not read in a law. They count as holidays: a deadline is then later, never
earlier, than the law may say, which harms no applicant."""
