"""The times of a meet-up: its plan as plain values, and what a plan must obey beside its hours. Times: KST."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from didimdol.kernel.words import Text
from didimdol.programmes.timetables import slots
from didimdol.programmes.timetables.slots import ONE_OR_MORE, Hours, days_of
from didimdol.selection.models import MeetUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Hours):
    """The hours and limits of a meet-up. None: no limit."""

    wishes_until: datetime
    startup_most: int | None = None
    demand_most: int | None = None
    with_reserves: bool = False


def plan_of(meet_up: MeetUp) -> Plan:
    return Plan(
        days=days_of(meet_up.days),
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


def check(plan: Plan, *, before: Plan | None = None) -> None:
    """Raises BadInput, which names the field. ``before``: the plan that this one changes."""
    slots.check("bad_meet_up_plan", _wrong(plan, before))


def _wrong(plan: Plan, before: Plan | None) -> Iterator[tuple[str, Text]]:
    hours = dict(slots.wrong_hours(plan))
    yield from hours.items()
    for name in ("startup_most", "demand_most"):
        if getattr(plan, name) == 0:
            yield name, ONE_OR_MORE
    if not hours.keys() - {"longest"}:
        yield from slots.wrong_closing("wishes_until", plan.wishes_until, plan, before.wishes_until if before else None)
