"""Business days in Korea, and the deadlines that are counted in them. Pure; times are KST."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from .holidays import AS_OF, FIRST, HOLIDAYS, LAST

KST = timezone(timedelta(hours=9), "KST")
"""Korea has kept UTC+9 without summer time since 1988."""


class OutsideHolidayTable(ValueError):
    """A day the holiday table does not speak for; counting on would guess."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is outside the holiday table ({FIRST} to {LAST}, as of {AS_OF}); extend it")
        self.day = day


def is_business_day(day: date) -> bool:
    """Neither Saturday, Sunday nor public holiday. Raises OutsideHolidayTable."""
    if not FIRST <= day <= LAST:
        raise OutsideHolidayTable(day)
    return day.weekday() < 5 and day not in HOLIDAYS


def add_business_days(day: date, count: int) -> date:
    """The `count`-th business day after `day` (before it for a negative count); `day` itself is not counted.

    0 gives `day`, or the first business day after it. Raises OutsideHolidayTable.
    """
    step = timedelta(days=-1 if count < 0 else 1)
    left = abs(count)
    if left == 0:
        while not is_business_day(day):
            day += step
        return day
    while left:
        day += step
        if is_business_day(day):
            left -= 1
    return day


def business_days_between(first: date, last: date) -> int:
    """Business days after `first` up to and with `last`; negative the other way round."""
    if last < first:
        return -business_days_between(last, first)
    return sum(is_business_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=KST)


def calendar_deadline(notified: datetime, days: int, clock: time = time(23, 59, 59)) -> datetime:
    """`days` calendar days counted from the day after the notice, Saturdays and holidays included.

    Source: 통합관리지침 붙임4 (objection: 6 days). Raises ValueError for a naive moment.
    """
    return at(_day(notified) + timedelta(days=days), clock)


def business_deadline(notified: datetime, days: int, clock: time) -> datetime:
    """`days` business days after the day of notice, at `clock`. Source: KISED notices (3 days, 17:00).

    Raises ValueError for a naive moment, OutsideHolidayTable.
    """
    return at(add_business_days(_day(notified), days), clock)


def _day(moment: datetime) -> date:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(KST).date()
