"""A meet-up of the market's challenge: 01 and 03 with laptop's two demands, 02 with robot's one; the hours are small.

One day, 2025-05-12, 10:00 to 12:00 without lunch: four slots of 30 minutes, s0 to s3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.selection import actions
from didimdol.selection.meeting_slots import Plan
from didimdol.selection.models import Meeting, MeetUp, Place
from didimdol.selection.tasks import timetable
from didimdol_decide.canonical import digest
from server.tests import worlds
from server.tests.selection.market import Market

DAY = date(2025, 5, 12)
SLOTS = [f"2025-05-12T{hour}" for hour in ("10:00", "10:30", "11:00", "11:30")]


def plan(**changed: Any) -> Plan:
    made = Plan(
        days=(DAY,), starts=time(10), ends=time(12), minutes=30, wishes_until=worlds.kst("2025-05-07 18:00"),
        venue="디딤돌회관 3층",
    )  # fmt: skip
    return replace(made, **changed)


@dataclass
class MeetUpOf:
    """``market``'s meet-up; the row as it is now is ``row``."""

    market: Market
    id: Any

    @property
    def row(self) -> MeetUp:
        found = MeetUp.objects.within(pk=self.id)
        return found.select_related("challenge__programme__operator", "challenge__rulebook").get()

    @property
    def runs(self) -> Actor:
        return self.market.world.runs

    @property
    def places(self) -> dict[str, Place]:
        return {number: self.market.place(number) for number in ("01", "02", "03")}

    def collect(self) -> MeetUpOf:
        actions.collect_wishes(actor=self.runs, meet_up=self.row)
        return self

    def wish(self, number: str, *words: str, away: Any = ()) -> None:
        """Of a startup, its words to the demands of its field in order."""
        place = self.market.place(number)
        reach = [demand for demand in self.market.demands if demand.field_id == place.field_id]
        said = {str(demand.pk): word for demand, word in zip(reach, words, strict=False)}
        actions.give_meeting_wishes(actor=self.market.ceo(number), meet_up=self.row, place=place, words=said, away=away)

    def wish_of_demand(self, demand: Demand, away: Any = (), **words: str) -> None:
        """``n01="yes"``: to the startup of that number."""
        said = {str(self.market.place(number[1:]).pk): word for number, word in words.items()}
        actions.give_meeting_wishes(
            actor=self.market.of_company(demand), meet_up=self.row, demand=demand, words=said, away=away
        )

    def all_wish(self) -> MeetUpOf:
        """Everybody wishes everybody."""
        for number in ("01", "02", "03"):
            self.wish(number, "yes", "yes")
        for demand in self.market.demands[:2]:
            self.wish_of_demand(demand, n01="yes", n03="yes")
        self.wish_of_demand(self.market.demands[2], n02="gladly")
        return self

    def close(self) -> MeetUpOf:
        clock.move_to(worlds.kst("2025-05-07 18:01"))
        return self

    def make(self, first: str = "") -> MeetUpOf:
        """As the worker does."""
        actions.ask_for_timetable(actor=self.runs, meet_up=self.row, first=first)
        timetable(str(self.id))
        return self

    @property
    def digest(self) -> str:
        return digest(self.row.proposal["schedule"])

    def publish(self) -> MeetUpOf:
        actions.publish_timetable(actor=self.runs, meet_up=self.row, digest=self.digest)
        return self

    def change(self) -> MeetUpOf:
        actions.change_timetable(actor=self.runs, meet_up=self.row, digest=self.digest)
        return self

    def absent(self, number: str, *slots: str) -> None:
        place = self.market.place(number)
        actions.tell_absence(actor=self.market.ceo(number), meet_up=self.row, place=place, away=slots)

    def meetings(self, *, ended: bool = False) -> list[Meeting]:
        found = Meeting.objects.within(meet_up=self.id, ended_at__isnull=not ended)
        return list(found.select_related("place__application", "demand", "table").order_by("starts_at", "pk"))

    def where(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(number, demand's id) → slot and table of the meetings that stand."""
        return {
            (row.place.application.number[-2:], str(row.demand_id)): (
                row.starts_at.astimezone(clock.KST).strftime("%Y-%m-%dT%H:%M"),
                row.table.name,
            )
            for row in self.meetings()
        }


def opened(market: Market, **changed: Any) -> MeetUpOf:
    row = actions.open_meet_up(actor=market.world.runs, challenge=market.world.challenge, plan=plan(**changed))
    return MeetUpOf(market, row.pk)


def published(market: Market, **changed: Any) -> MeetUpOf:
    return opened(market, **changed).collect().all_wish().close().make().publish()


def contended(market: Market) -> MeetUpOf:
    """Two slots at laptop's one table, and 01 wishes for both: as much as possible of what is wished leaves 03 alone."""
    found = opened(market, ends=time(11)).collect()
    first, second, robot = market.demands
    found.wish("01", "gladly", "gladly")
    found.wish("03", "yes", "yes")
    found.wish("02", "yes")
    for demand in (first, second):
        found.wish_of_demand(demand, n01="gladly")
    found.wish_of_demand(robot, n02="gladly")
    return found.close()


def later(**more: Any) -> None:
    clock.move_to(clock.now() + timedelta(**more))
