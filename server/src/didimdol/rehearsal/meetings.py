"""One-to-one meetings of startups with the demands in their reach: do they fit into the days that there are?

Every demand has a table of its own. Then all meetings fit exactly if nobody has more of them than there are slots
(König 1916), so that who has too many, and what would be enough, can be told; the schedule itself is the engine's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from didimdol.kernel.words import Text, text
from didimdol.rehearsal.world import World
from didimdol_decide.scheduling import Meeting, Party, Room, ScheduleProblem, Slot, schedule

MORNING, AFTERNOON = 180, 240  # minutes for meetings: 09:00 to 12:00, 13:00 to 17:00
EFFORT = 0.2  # deterministic seconds of the solver
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """A meeting of a startup with a demand, by names."""

    startup: str
    demand: Text


def a_day(minutes: int) -> int:
    """How many meetings one after another fit into a day."""
    return MORNING // minutes + AFTERNOON // minutes


def most_of(wanted: Sequence[Wanted]) -> int:
    """How many meetings the busiest has."""
    counts = Counter([each.startup for each in wanted] + [f"[{each.demand['ko']}]" for each in wanted])
    return max(counts.values(), default=0)


def problem_of(wanted: Sequence[Wanted], days: int, minutes: int) -> ScheduleProblem:
    """Parties and meetings by names; no slot goes over noon."""
    morning = MORNING // minutes
    slots = [
        Slot(id=f"d{day:02d}-{number:03d}", day=f"d{day:02d}", number=number + (number >= morning))
        for day in range(1, days + 1)
        for number in range(a_day(minutes))
    ]
    demands = sorted({each.demand["ko"] for each in wanted})
    parties = [*sorted({each.startup for each in wanted}), *(f"[{title}]" for title in demands)]
    return ScheduleProblem(
        slots=tuple(slots),
        rooms=tuple(Room(id=title) for title in demands),
        parties=tuple(Party(id=name) for name in parties),
        meetings=tuple(
            Meeting(
                id=f"{each.startup} – {each.demand['ko']}",
                parties=(each.startup, f"[{each.demand['ko']}]"),
                rooms=(each.demand["ko"],),
            )
            for each in wanted
        ),
    )


def meet(world: World, wanted: Sequence[Wanted], days: int, rule: str) -> Text:
    """Place the meetings; what has no place is a finding with the way out. Answers with a line about it."""
    minutes, placed = world.book.matching.meeting_minutes, len(wanted)
    if most_of(wanted) > days * a_day(minutes):
        placed = len(schedule(problem_of(wanted, days, minutes), effort=EFFORT).placed)
        _found(world, wanted, placed, days, minutes, rule)
    return text(
        f"1:1 만남 {len(wanted)}건 가운데 {placed}건 배정({days}영업일, {minutes}분씩)",
        f"{placed} of {len(wanted)} meetings placed ({days} business days, {minutes} minutes each)",
    )


def _found(world: World, wanted: Sequence[Wanted], placed: int, days: int, minutes: int, rule: str) -> None:
    slots = days * a_day(minutes)
    counts = {
        lang: Counter(name for each in wanted for name in (each.startup, str(each.demand[lang])))
        for lang in ("ko", "en")
    }
    most = most_of(wanted)
    busy = {
        lang: ", ".join(f"{name} {count}" for name, count in sorted(found.items()) if count > slots)
        for lang, found in counts.items()
    }
    needed = -(-most // a_day(minutes)) if a_day(minutes) else None
    shorter = next((each for each in range(minutes - 1, 4, -1) if days * a_day(each) >= most), None)
    ways = []
    if needed is not None:
        ways.append(
            text(
                f"만남을 {needed}영업일에 걸쳐 엽니다(지금 {days}영업일).",
                f"Hold the meetings on {needed} business days (now {days}).",
            )
        )
    if shorter is not None:
        ways.append(
            text(
                f"만남 한 번을 {shorter}분으로 줄입니다(matching.meeting_minutes, 지금 {minutes}분).",
                f"Make a meeting {shorter} minutes long (matching.meeting_minutes, now {minutes}).",
            )
        )
    world.warn(
        "matching",
        text(
            f"1:1 만남 {len(wanted)}건 가운데 {len(wanted) - placed}건을 배정할 수 없습니다. 한 곳이 {days}영업일에 만날 수 있는 것은 {slots}번입니다.",
            f"{len(wanted) - placed} of {len(wanted)} one-to-one meetings cannot be placed: there are {slots} slots in {days} business days.",
        ),
        text("다음 가운데 하나면 됩니다.", "One of these is enough.")
        if ways
        else text("만남을 줄이십시오.", "Have fewer meetings."),
        rule,
        told=(text(f"만남이 너무 많은 곳: {busy['ko']}.", f"Too many meetings for: {busy['en']}."),),
        ways=tuple(ways),
    )
