"""The hours of a timetable as plain values, what they must obey, and the slots that fit into them. Times: KST."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from didimdol.kernel import clock
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol.programmes.rulebook import add_business_days
from didimdol.programmes.rulebook.business_days import OutsideHolidayTable
from didimdol_decide.scheduling import Slot

MOST_SLOTS = 200
MOST_DAYS = 5
SHORTEST, LONGEST = 5, 480  # minutes of one slot, as in the rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Days, and what every day of them looks like. None: no lunch break; ``longest``: slots without a break."""

    days: tuple[date, ...]
    starts: time
    ends: time
    minutes: int
    lunch_from: time | None = None
    lunch_to: time | None = None
    longest: int | None = None
    venue: str = ""

    def hours(self) -> tuple[object, ...]:
        """What somebody looks at who says when they cannot come."""
        return self.days, self.starts, self.ends, self.lunch_from, self.lunch_to, self.minutes

    def columns(self) -> dict[str, Any]:
        """As a row stores them."""
        days = sorted(day.isoformat() for day in self.days)
        return {**asdict(self), "days": days, "venue": normal(self.venue.strip())}


HoursT = TypeVar("HoursT", bound=Hours)


@dataclass(frozen=True, slots=True)
class Time:
    """A slot of one day. ``number``: slots that follow each other have numbers that do; lunch leaves one out."""

    starts_at: datetime
    ends_at: datetime
    number: int

    @property
    def id(self) -> str:
        return id_of(self.starts_at)

    @property
    def day(self) -> date:
        return self.starts_at.date()

    def as_slot(self) -> Slot:
        return Slot(id=self.id, day=self.day.isoformat(), number=self.number)


def id_of(moment: datetime) -> str:
    """Of the slot that begins then: 2025-04-10T09:30, in Seoul's time."""
    return moment.astimezone(clock.KST).strftime("%Y-%m-%dT%H:%M")


def days_of(stored: Iterable[str]) -> tuple[date, ...]:
    """From a row's ISO texts."""
    return tuple(date.fromisoformat(day) for day in stored)


def times_of(hours: Hours) -> list[Time]:
    """All slots, by time: from the start of the day, and again from the end of lunch."""
    return [slot for day in sorted(hours.days) for slot in _of_day(hours, day)]


def _of_day(hours: Hours, day: date) -> Iterator[Time]:
    def at(moment: time) -> datetime:
        return datetime.combine(day, moment, tzinfo=clock.KST)

    parts = [(at(hours.starts), at(hours.ends))]
    if hours.lunch_from and hours.lunch_to:
        parts = [(at(hours.starts), at(hours.lunch_from)), (at(hours.lunch_to), at(hours.ends))]
    long, number = timedelta(minutes=hours.minutes), 0
    for begins, ends in parts:
        while begins + long <= ends:
            yield Time(begins, begins + long, number)
            begins, number = begins + long, number + 1
        number += 1


def last_of(hours: Hours) -> datetime:
    """When the last slot ends."""
    return max(slot.ends_at for slot in times_of(hours))


def with_next_day(hours: HoursT) -> HoursT | None:
    """With the business day after the last. None where no further day or slot is allowed, or none is known."""
    if len(hours.days) >= MOST_DAYS:
        return None
    try:
        longer = replace(hours, days=(*hours.days, add_business_days(max(hours.days), 1)))
    except OutsideHolidayTable:
        return None
    return longer if len(times_of(longer)) <= MOST_SLOTS else None


def first_hours(days_ahead: int, closing: int) -> dict[str, Any]:
    """What a form begins with: a day in so many business days, answers until ``closing`` (key ``until``) at six."""
    found: dict[str, Any] = {
        "starts": time(10),
        "ends": time(17),
        "lunch_from": time(12),
        "lunch_to": time(13),
        "longest": 4,
    }
    today = clock.now().astimezone(clock.KST).date()
    try:
        day, until = add_business_days(today, days_ahead), add_business_days(today, closing)
    except OutsideHolidayTable:
        return found
    return found | {"day_1": day, "until": datetime.combine(until, time(18), tzinfo=clock.KST)}


# --- absences ------------------------------------------------------------------------------------------------------


def covered(times: Iterable[Time], away: Iterable[Iterable[str]]) -> list[str]:
    """Ids of the slots that somebody cannot attend: ``away`` is pairs of ISO moments."""
    gone = [tuple(datetime.fromisoformat(moment) for moment in pair) for pair in away]
    return [slot.id for slot in times if any(slot.starts_at < end and start < slot.ends_at for start, end in gone)]


def as_away(times: Iterable[Time], ids: Iterable[str]) -> list[list[str]]:
    """The named slots as pairs of ISO moments, which outlive a change of the minutes."""
    named = set(ids)
    return [[slot.starts_at.isoformat(), slot.ends_at.isoformat()] for slot in times if slot.id in named]


def away_given(hours: Hours, ids: Iterable[str]) -> list[list[str]]:
    """What somebody named, to be stored. Raises BadInput for a slot that there is none of."""
    times, named = times_of(hours), set(ids)
    if not named <= {slot.id for slot in times}:
        raise BadInput("no_such_slot", _NO_SLOT, fields={"away": _NO_SLOT})
    return as_away(times, named)


# --- what hours must obey ------------------------------------------------------------------------------------------


def wrong_hours(hours: Hours) -> Iterator[tuple[str, Text]]:
    """Field and what is wrong with it."""
    if not hours.days or len(set(hours.days)) != len(hours.days) or len(hours.days) > MOST_DAYS:
        yield (
            "day_1",
            text(
                f"서로 다른 날을 하루 이상 {MOST_DAYS}일까지 적어 주십시오.",
                f"Give one to {MOST_DAYS} days, each once.",
            ),
        )
        return
    if not SHORTEST <= hours.minutes <= LONGEST:
        yield (
            "minutes",
            text(f"한 번은 {SHORTEST}분에서 {LONGEST}분입니다.", f"One takes {SHORTEST} to {LONGEST} minutes."),
        )
        return
    if hours.ends <= hours.starts:
        yield "ends", text("끝나는 시각이 시작보다 늦어야 합니다.", "The end must be later than the start.")
        return
    if yielded := _lunch(hours):
        yield "lunch_from", yielded
        return
    if hours.longest == 0:
        yield "longest", ONE_OR_MORE
    times = times_of(hours)
    if not times:
        yield (
            "minutes",
            text(
                "그 시간 안에 한 번도 들어가지 않습니다. 하루의 시간을 늘리거나 한 번의 길이를 줄이십시오.",
                "Not one fits into these hours. Lengthen the hours, or shorten it.",
            ),
        )
        return
    if len(times) > MOST_SLOTS:
        yield (
            "minutes",
            text(
                f"시간이 {len(times)}개입니다. {MOST_SLOTS}개까지 둘 수 있으니 날이나 시간을 줄이거나 한 번을 길게 하십시오.",
                f"These are {len(times)} slots, and {MOST_SLOTS} are allowed: fewer days or hours, or longer slots.",
            ),
        )
    if times[0].starts_at <= clock.now():
        yield "day_1", text("지난 날에는 만날 수 없습니다.", "Nobody can meet on a day that has passed.")


def wrong_closing(
    field: str, until: datetime, hours: Hours, before: datetime | None = None
) -> Iterator[tuple[str, Text]]:
    """Answers are closed in the future and before the first slot. ``before``: the closing that is changed or kept."""
    times = times_of(hours)
    if times and clock.now() < times[0].starts_at <= until:
        yield field, text("접수는 첫 시간보다 먼저 끝나야 합니다.", "Answers must be closed before the first slot.")
    if until <= clock.now() and until != before:
        yield field, text("마감을 지금보다 뒤로 정해 주십시오.", "Choose a closing that lies in the future.")


def check(code: str, wrong: Iterable[tuple[str, Text]]) -> None:
    """Raises BadInput, which names the fields."""
    fields = dict(wrong)
    if fields:
        raise BadInput(code, next(iter(fields.values())), fields=fields)


def _lunch(hours: Hours) -> Text | None:
    if (hours.lunch_from is None) != (hours.lunch_to is None):
        return text(
            "점심의 시작과 끝을 모두 적거나 모두 비워 두십시오.", "Give both ends of the lunch break, or neither."
        )
    if hours.lunch_from is None or hours.lunch_to is None:
        return None
    if not hours.starts <= hours.lunch_from < hours.lunch_to <= hours.ends:
        return text("점심은 시작과 끝 사이에 있어야 합니다.", "The lunch break must lie between the start and the end.")
    return None


ONE_OR_MORE = text("1 이상을 적거나 비워 두십시오.", "Give 1 or more, or leave it empty.")
_NO_SLOT = text("일정에 없는 시간입니다.", "There is no such slot.")
