"""The calendar of a challenge: exact moments in KST, or offsets from another event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from .base import Broken, Part, text
from .business_days import KST, add_business_days, at

_EXACT = re.compile(r"^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?::00)?( ?(?:KST|\+09:00))?$", re.ASCII)
_OFFSET = re.compile(
    r"^(?:(?P<base>[a-z][a-z0-9_.\-]*)\s*)?(?P<sign>[+-])(?P<count>\d{1,4})(?P<unit>bd|d|w)"
    r"(?:\s+(?P<clock>\d{2}:\d{2}))?$",
    re.ASCII,
)

_ALLOWED = text(
    'KST 일시 "2025-03-18 16:00", 접수 시작일 기준 "+20d 16:00"(일), "+3bd 17:00"(영업일), "+4w"(주), '
    '또는 다른 일정 기준 "release +3bd 17:00" 형식으로 적습니다.',
    'Write a KST moment "2025-03-18 16:00", an offset from the opening "+20d 16:00" (days), "+3bd 17:00" '
    '(business days), "+4w" (weeks), or one from another event "release +3bd 17:00".',
)


@dataclass(frozen=True)
class Offset:
    """So much after (or before) another event; `clock` None keeps that event's time of day."""

    base: str
    count: int
    unit: str
    clock: time | None

    def after(self, moment: datetime) -> datetime:
        """Raises OutsideHolidayTable for business days beyond it, OverflowError beyond the year 9999."""
        moment = moment.astimezone(KST)
        if self.unit == "bd":
            day = add_business_days(moment.date(), self.count)
        else:
            day = moment.date() + timedelta(days=self.count * (7 if self.unit == "w" else 1))
        return at(day, self.clock if self.clock is not None else moment.timetz().replace(tzinfo=None))


def parse_moment(words: str) -> datetime | Offset:
    """A moment as written in a rulebook. Raises Broken."""
    if exact := _EXACT.match(words):
        try:
            day, clock = date.fromisoformat(exact[1]), time.fromisoformat(exact[2])
        except ValueError:
            raise Broken(
                text(f"'{words}'은(는) 존재하지 않는 일시입니다.", f"'{words}' is no existing moment."),
                _ALLOWED,
            ) from None
        return at(day, clock)
    if offset := _OFFSET.match(words):
        try:
            clock_ = time.fromisoformat(offset["clock"]) if offset["clock"] else None
        except ValueError:
            raise Broken(
                text(f"'{offset['clock']}'은(는) 존재하지 않는 시각입니다.", f"'{offset['clock']}' is no time."),
                _ALLOWED,
            ) from None
        count = int(offset["count"]) * (-1 if offset["sign"] == "-" else 1)
        return Offset(offset["base"] or "opens", count, offset["unit"], clock_)
    raise Broken(text(f"'{words}'은(는) 일시가 아닙니다.", f"'{words}' is no moment."), _ALLOWED)


def write_moment(moment: datetime) -> str:
    """The spelling of an exact moment in a rulebook."""
    return moment.astimezone(KST).strftime("%Y-%m-%d %H:%M")


def _spelled(words: str) -> str:
    found = parse_moment(words.strip())
    if isinstance(found, datetime):
        return write_moment(found)
    return " ".join(words.split())


def _exact(words: str) -> str:
    if not isinstance(parse_moment(words), datetime):
        raise Broken(
            text(
                "접수 시작 일시는 기준점이므로 정확한 일시여야 합니다.",
                "The opening is the base of all offsets.",
            ),
            text('"2025-02-26 10:00" 형식으로 적습니다.', 'Write an exact moment, as in "2025-02-26 10:00".'),
        )
    return words


def _clock(words: str) -> str:
    try:
        time.fromisoformat(words)
    except ValueError:
        raise Broken(
            text(f"'{words}'은(는) 존재하지 않는 시각입니다.", f"'{words}' is no time of day."),
            text('"16:00" 형식으로 적습니다.', 'Write it as "16:00".'),
        ) from None
    return words


Moment = Annotated[str, StringConstraints(max_length=80), AfterValidator(_spelled)]
ExactMoment = Annotated[Moment, AfterValidator(_exact)]
Clock = Annotated[str, StringConstraints(pattern=r"^\d{2}:\d{2}$"), AfterValidator(_clock)]


class Window(Part):
    """From `opens` to `closes`; the closing moment is the first at which it is too late."""

    opens: Moment
    closes: Moment


class Calendar(Part):
    """Every event of the challenge. The windows of the stages stand with the stages."""

    announce: Moment
    opens: ExactMoment
    closes: Moment
    demand: Window | None = None
    questions_close: Moment | None = None
    briefing: Moment | None = None
    kickoff: Moment | None = None
    eligibility: Moment
    decision: Moment
    release: Moment
    agreement: Moment
    poc: Window
    final: Moment
    showcase: Moment | None = None

    def written(self) -> Iterator[tuple[str, str]]:
        """(event, as written), in the order of a challenge; a window gives two: "poc.opens", "poc.closes"."""
        if self.demand:
            yield from _window("demand", self.demand)
        for name in ("announce", "kickoff", "briefing", "opens", "questions_close", "closes", "eligibility"):
            if (moment := getattr(self, name)) is not None:
                yield name, moment
        yield "decision", self.decision
        yield "release", self.release
        yield "agreement", self.agreement
        yield from _window("poc", self.poc)
        yield "final", self.final
        if self.showcase:
            yield "showcase", self.showcase


def _window(name: str, window: Window) -> Iterator[tuple[str, str]]:
    yield f"{name}.opens", window.opens
    yield f"{name}.closes", window.closes


window_events = _window
