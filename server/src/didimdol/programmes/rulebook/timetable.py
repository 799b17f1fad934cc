"""From the calendar as written to moments in KST; and moving a whole challenge to another opening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from .base import Broken, Text, text
from .business_days import KST, OutsideHolidayTable, is_business_day
from .calendar import Offset, parse_moment, window_events, write_moment
from .holidays import AS_OF, HOLIDAYS, LAST
from .schema import Rulebook


class CalendarBroken(Broken):
    """An event that cannot be computed. `path`: where it is written."""

    def __init__(self, path: tuple[str, ...], what: Text, allowed: Text) -> None:
        super().__init__(what, allowed)
        self.path = path


class Written(NamedTuple):
    event: str
    path: tuple[str, ...]
    words: str


def written_events(rulebook: Rulebook) -> Iterator[Written]:
    """Every event with its place in the rulebook, stages between `eligibility` and `decision`."""
    late = False
    for event, words in rulebook.calendar.written():
        if event == "decision" and not late:
            late = True
            for stage in rulebook.stages:
                for name, moment in window_events(f"stage.{stage.key}", stage.window):
                    last = name.rpartition(".")[2]
                    yield Written(name, ("evaluation", "stages", stage.key, "window", last), moment)
        yield Written(event, ("calendar", *event.split(".")), words)


def resolve_calendar(rulebook: Rulebook) -> dict[str, datetime]:
    """Every event as an aware moment in KST, in the order of a challenge.

    Events: announce, opens, closes, eligibility, stage.KEY.opens, stage.KEY.closes, decision, release,
    agreement, poc.opens, poc.closes, final; where given demand.opens, demand.closes, kickoff, briefing,
    questions_close, showcase; and the computed deadlines `objection` and `confirmation` of the release.
    Raises CalendarBroken.
    """
    written = {entry.event: entry for entry in written_events(rulebook)}
    found: dict[str, datetime] = {}
    for event in written:
        _resolve(event, written, found, ())
    ordered = {event: found[event] for event in written}
    try:
        ordered["objection"] = rulebook.objection.deadline(ordered["release"])
        ordered["confirmation"] = rulebook.confirmation.deadline(ordered["release"])
    except (OutsideHolidayTable, OverflowError):
        raise _beyond(("calendar", "release")) from None
    return ordered


def _resolve(event: str, written: dict[str, Written], found: dict[str, datetime], waiting: tuple[str, ...]) -> datetime:
    if event in found:
        return found[event]
    entry = written[event]
    moment = parse_moment(entry.words)
    if isinstance(moment, Offset):
        if moment.base not in written:
            names = ", ".join(written)
            raise CalendarBroken(
                entry.path,
                text(f"'{moment.base}'이라는 일정이 없습니다.", f"There is no event '{moment.base}'."),
                text(f"가능한 기준: {names}.", f"Allowed: {names}."),
            )
        if moment.base in (*waiting, event):
            chain = " → ".join((*waiting, event, moment.base))
            raise CalendarBroken(
                entry.path,
                text(f"일정이 서로를 기준으로 삼고 있습니다: {chain}.", f"Events wait for each other: {chain}."),
                text("하나를 정확한 일시로 적으십시오.", "Give one of them an exact moment."),
            )
        base = _resolve(moment.base, written, found, (*waiting, event))
        try:
            moment = moment.after(base)
        except (OutsideHolidayTable, OverflowError):
            raise _beyond(entry.path) from None
    found[event] = moment
    return moment


def _beyond(path: tuple[str, ...]) -> CalendarBroken:
    return CalendarBroken(
        path,
        text(
            f"영업일을 셀 수 없습니다. 공휴일 표가 {LAST}까지만 있습니다({AS_OF} 기준).",
            f"Business days cannot be counted: the holiday table ends on {LAST} (as of {AS_OF}).",
        ),
        text(
            "일정을 앞당기거나 공휴일 표를 늘리십시오.",
            "Move the event earlier, or extend the holiday table.",
        ),
    )


class CalendarNote(NamedTuple):
    """An event that is allowed but worth a look."""

    event: str
    moment: datetime
    note: Text


def notes(rulebook: Rulebook) -> list[CalendarNote]:
    """Events of the operator's own doing that fall on a weekend or public holiday. Raises CalendarBroken."""
    found = []
    for event, moment in resolve_calendar(rulebook).items():
        if event in ("objection", "confirmation"):
            continue
        day = moment.date()
        try:
            working = is_business_day(day)
        except OutsideHolidayTable:
            working = day.weekday() < 5
        if not working:
            weekend = text("토요일", "a Saturday") if day.weekday() == 5 else text("일요일", "a Sunday")
            name = HOLIDAYS.get(day)
            when = write_moment(moment)
            found.append(
                CalendarNote(
                    event,
                    moment,
                    text(
                        f"{when}은(는) 휴일({name or weekend.ko})입니다.",
                        f"{when} is no business day ({name or weekend.en}).",
                    ),
                )
            )
    return found


def rebase(rulebook: Rulebook, opens: datetime | date) -> Rulebook:
    """The same challenge opening at another time.

    Offsets stay as written; exact moments move by the same number of calendar days and keep their time of
    day, so a window keeps its length. A date keeps the opening's time of day. Raises ValueError for a naive
    moment, OverflowError beyond the year 9999. The result is not checked: a moved event may meet a holiday.
    """
    before = parse_moment(rulebook.calendar.opens)
    assert isinstance(before, datetime)
    if isinstance(opens, datetime):
        if opens.tzinfo is None:
            raise ValueError("the opening needs its time zone")
        after = opens.astimezone(KST).replace(second=0, microsecond=0)
    else:
        after = before.replace(year=opens.year, month=opens.month, day=opens.day)
    days = timedelta(days=(after.date() - before.date()).days)
    data = rulebook.canonical()
    for entry in written_events(rulebook):
        moment = parse_moment(entry.words)
        if isinstance(moment, datetime):
            target = data
            for part in entry.path[:-1]:
                if isinstance(target, list):
                    target = next(item for item in target if item["key"] == part)
                else:
                    target = target[part]
            target[entry.path[-1]] = write_moment(moment + days)
    data["calendar"]["opens"] = write_moment(after)
    return Rulebook.model_validate({**data, "edition": _edition(rulebook, before, after)})


def _edition(rulebook: Rulebook, before: datetime, after: datetime) -> int:
    """The edition is the year of the opening where it was so before."""
    return after.year if rulebook.edition == before.year else rulebook.edition
