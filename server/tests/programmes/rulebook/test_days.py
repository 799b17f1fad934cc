from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from didimdol.programmes.rulebook import (
    KST,
    ConfirmationRules,
    ObjectionRules,
    OutsideHolidayTable,
    Rulebook,
    add_business_days,
    business_days_between,
    business_deadline,
    is_business_day,
    parse,
    rebase,
    resolve_calendar,
)
from didimdol.programmes.rulebook.checks import check
from didimdol.programmes.rulebook.holidays import FIRST, LAST

from .presets import NAMES, preset

DAYS = st.dates(FIRST + timedelta(days=60), LAST - timedelta(days=60))


def kst(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=KST)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2025, 1, 24), 1, date(2025, 1, 31)),  # 설날 2025 with the temporary holiday of the 27th
        (date(2025, 10, 2), 1, date(2025, 10, 10)),  # 개천절, 추석, its substitute and 한글날
        (date(2025, 10, 2), 3, date(2025, 10, 14)),
        (date(2025, 2, 28), 1, date(2025, 3, 4)),  # 3·1절 on a Saturday: its substitute
        (date(2026, 2, 13), 1, date(2026, 2, 19)),
        (date(2027, 2, 5), 1, date(2027, 2, 10)),
        (date(2025, 10, 10), -1, date(2025, 10, 2)),
        (date(2025, 10, 4), 0, date(2025, 10, 10)),
        (date(2025, 4, 17), 3, date(2025, 4, 22)),
    ],
)
def test_business_days_pass_over_holidays(start: date, count: int, end: date) -> None:
    assert add_business_days(start, count) == end


@settings(deadline=None)
@given(DAYS, st.integers(1, 30))
def test_business_days_add_up(start: date, count: int) -> None:
    end = add_business_days(start, count)
    assert is_business_day(end)
    assert business_days_between(start, end) == count
    assert business_days_between(end, start) == -count


def test_beyond_the_table_nothing_is_guessed() -> None:
    with pytest.raises(OutsideHolidayTable):
        add_business_days(LAST, 1)


def test_deadlines_of_objection_and_confirmation() -> None:
    told = kst("2025-10-02 10:00")
    assert ObjectionRules().deadline(told) == kst("2025-10-08 23:59")  # holidays included
    assert ConfirmationRules().deadline(told) == kst("2025-10-14 17:00")
    assert ObjectionRules().answer_deadline(told) == kst("2025-11-01 23:59")
    late_in_utc = datetime(2025, 10, 1, 16, tzinfo=UTC)  # already the 2nd in Korea
    assert ConfirmationRules().deadline(late_in_utc) == kst("2025-10-14 17:00")
    with pytest.raises(ValueError, match="time zone"):
        business_deadline(told.replace(tzinfo=None), 3, time(17))


def windows(book: Rulebook) -> dict[str, timedelta]:
    when = resolve_calendar(book)
    return {"call": when["closes"] - when["opens"], "poc end": when["poc.closes"] - when["opens"]}


@settings(deadline=None, max_examples=50)
@given(st.dates(date(2025, 1, 6), date(2026, 12, 1)))
def test_rebasing_keeps_the_windows_of_the_call(day: date) -> None:
    book = preset().rulebook
    moved = rebase(book, day)
    assert resolve_calendar(moved)["opens"] == kst(f"{day} 10:00")
    assert windows(moved) == windows(book)
    assert moved.edition == day.year
    assert moved.calendar.decision == book.calendar.decision  # an offset stays as written
    assert rebase(moved, date(2025, 2, 26)) == book


@pytest.mark.parametrize("name", NAMES)
def test_a_rebased_preset_is_still_sound(name: str) -> None:
    moved = rebase(preset(name).rulebook, kst("2026-11-30 14:00"))
    assert check(moved) == []
    assert resolve_calendar(moved)["opens"] == kst("2026-11-30 14:00")


def test_rebasing_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        rebase(preset().rulebook, datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_offset_without_a_time_keeps_the_hour() -> None:
    source = preset().text.replace('  closes: "2025-03-18 16:00"', '  closes: "+3w"')
    assert resolve_calendar(parse(source).rulebook)["closes"] == kst("2025-03-19 10:00")
