"""The times of a meet-up: its plan as plain values, what a plan must obey, and the slots that fit into it. Times: KST."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from didimdol.kernel import clock
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, text
from didimdol.selection.models import MeetUp
from didimdol_decide.scheduling import Slot

MOST_SLOTS = 200
MOST_DAYS = 5
SHORTEST, LONGEST = 5, 480  # minutes of a meeting, as in the rulebook


@dataclass(frozen=True, slots=True)
class Plan:
    """The hours and limits of a meet-up. None: no lunch break, no limit."""

    days: tuple[date, ...]
    starts: time
    ends: time
    minutes: int
    wishes_until: datetime
    lunch_from: time | None = None
    lunch_to: time | None = None
    startup_most: int | None = None
    demand_most: int | None = None
    longest: int | None = None
    with_reserves: bool = False
    venue: str = ""

    def hours(self) -> tuple[object, ...]:
        """What a party looks at when it says when it cannot come."""
        return self.days, self.starts, self.ends, self.lunch_from, self.lunch_to, self.minutes


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


def plan_of(meet_up: MeetUp) -> Plan:
    return Plan(
        days=tuple(date.fromisoformat(day) for day in meet_up.days),
        starts=meet_up.starts,
        ends=meet_up.ends,
        minutes=meet_up.minutes,
        wishes_until=meet_up.wishes_until,
        lunch_from=meet_up.lunch_from,
        lunch_to=meet_up.lunch_to,
        startup_most=meet_up.startup_most,
        demand_most=meet_up.demand_most,
        longest=meet_up.longest,
        with_reserves=meet_up.with_reserves,
        venue=meet_up.venue,
    )


def times_of(plan: Plan) -> list[Time]:
    """All slots, by time: from the start of the day, and again from the end of lunch."""
    return [slot for day in sorted(plan.days) for slot in _of_day(plan, day)]


def _of_day(plan: Plan, day: date) -> Iterator[Time]:
    def at(moment: time) -> datetime:
        return datetime.combine(day, moment, tzinfo=clock.KST)

    parts = [(at(plan.starts), at(plan.ends))]
    if plan.lunch_from and plan.lunch_to:
        parts = [(at(plan.starts), at(plan.lunch_from)), (at(plan.lunch_to), at(plan.ends))]
    long, number = timedelta(minutes=plan.minutes), 0
    for begins, ends in parts:
        while begins + long <= ends:
            yield Time(begins, begins + long, number)
            begins, number = begins + long, number + 1
        number += 1


def last_of(plan: Plan) -> datetime:
    """When the last slot ends."""
    return max(slot.ends_at for slot in times_of(plan))


def covered(times: Iterable[Time], away: Iterable[Iterable[str]]) -> list[str]:
    """Ids of the slots that somebody cannot attend: ``away`` is pairs of ISO moments."""
    gone = [tuple(datetime.fromisoformat(moment) for moment in pair) for pair in away]
    return [slot.id for slot in times if any(slot.starts_at < end and start < slot.ends_at for start, end in gone)]


def as_away(times: Iterable[Time], ids: Iterable[str]) -> list[list[str]]:
    """The named slots as pairs of ISO moments, which outlive a change of the minutes."""
    named = set(ids)
    return [[slot.starts_at.isoformat(), slot.ends_at.isoformat()] for slot in times if slot.id in named]


def check(plan: Plan, *, before: Plan | None = None) -> None:
    """Raises BadInput, which names the field. ``before``: the plan that this one changes."""
    wrong = dict(_wrong(plan, before))
    if wrong:
        first = next(iter(wrong.values()))
        raise BadInput("bad_meet_up_plan", first, fields=wrong)


def _wrong(plan: Plan, before: Plan | None) -> Iterator[tuple[str, Text]]:
    if not plan.days or len(set(plan.days)) != len(plan.days) or len(plan.days) > MOST_DAYS:
        yield (
            "day_1",
            text(
                f"서로 다른 날을 하루 이상 {MOST_DAYS}일까지 적어 주십시오.",
                f"Give one to {MOST_DAYS} days, each once.",
            ),
        )
        return
    if not SHORTEST <= plan.minutes <= LONGEST:
        yield (
            "minutes",
            text(
                f"만남 한 번은 {SHORTEST}분에서 {LONGEST}분입니다.", f"A meeting takes {SHORTEST} to {LONGEST} minutes."
            ),
        )
        return
    if plan.ends <= plan.starts:
        yield "ends", text("끝나는 시각이 시작보다 늦어야 합니다.", "The end must be later than the start.")
        return
    if yielded := _lunch(plan):
        yield "lunch_from", yielded
        return
    for name in ("startup_most", "demand_most", "longest"):
        if getattr(plan, name) == 0:
            yield name, text("1 이상을 적거나 비워 두십시오.", "Give 1 or more, or leave it empty.")
    times = times_of(plan)
    if not times:
        yield (
            "minutes",
            text(
                "그 시간 안에 만남이 한 번도 들어가지 않습니다. 시간을 늘리거나 만남을 줄이십시오.",
                "Not one meeting fits into these hours. Lengthen the hours or shorten the meeting.",
            ),
        )
        return
    if len(times) > MOST_SLOTS:
        yield (
            "minutes",
            text(
                f"시간이 {len(times)}개입니다. {MOST_SLOTS}개까지 둘 수 있으니 날이나 시간을 줄이거나 만남을 길게 하십시오.",
                f"These are {len(times)} slots, and {MOST_SLOTS} are allowed: fewer days or hours, or longer meetings.",
            ),
        )
    if times[0].starts_at <= clock.now():
        yield "day_1", text("지난 날에는 만날 수 없습니다.", "Nobody can meet on a day that has passed.")
    elif plan.wishes_until >= times[0].starts_at:
        yield (
            "wishes_until",
            text("희망 접수는 첫 만남보다 먼저 끝나야 합니다.", "Wishes must be closed before the first meeting."),
        )
    if plan.wishes_until <= clock.now() and (before is None or plan.wishes_until != before.wishes_until):
        yield (
            "wishes_until",
            text(
                "희망 접수의 마감을 지금보다 뒤로 정해 주십시오.",
                "Choose a closing of the wishes that lies in the future.",
            ),
        )


def _lunch(plan: Plan) -> Text | None:
    if (plan.lunch_from is None) != (plan.lunch_to is None):
        return text(
            "점심의 시작과 끝을 모두 적거나 모두 비워 두십시오.", "Give both ends of the lunch break, or neither."
        )
    if plan.lunch_from is None or plan.lunch_to is None:
        return None
    if not plan.starts <= plan.lunch_from < plan.lunch_to <= plan.ends:
        return text("점심은 시작과 끝 사이에 있어야 합니다.", "The lunch break must lie between the start and the end.")
    return None


__all__ = [
    "MOST_DAYS",
    "MOST_SLOTS",
    "Plan",
    "Time",
    "as_away",
    "check",
    "covered",
    "id_of",
    "last_of",
    "plan_of",
    "times_of",
]
