"""A round whose applicants present: four applications 01 to 04, three experts (two a panel), one evaluator a company.

One day, 2025-03-31, 10:00 to 12:30 without lunch, one room: five slots of 30 minutes. What the engine chooses among equals
depends on random ids, so no test asserts which slot somebody has, but only what any timetable has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from didimdol.applications.models import Application
from didimdol.evaluation import actions
from didimdol.evaluation.models import PanelSession, Round, Seat, SessionPlan
from didimdol.evaluation.session_hours import SessionHours
from didimdol.evaluation.session_problem import panels_of
from didimdol.evaluation.tasks import timetable
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol_decide.canonical import digest
from didimdol_decide.scheduling import Schedule, ScheduleProblem, Violation, verify
from server.tests import worlds

DAY = date(2025, 3, 31)
SLOTS = [f"2025-03-31T{hour}" for hour in ("10:00", "10:30", "11:00", "11:30", "12:00")]
UNTIL = worlds.kst("2025-03-26 18:00")


def hours(**changed: Any) -> SessionHours:
    usual = SessionHours(
        days=(DAY,), starts=time(10), ends=time(12, 30), minutes=30, answers_until=UNTIL, venue="디딤돌회관 2층"
    )
    return replace(usual, **changed)


def rulebook(*, blind: bool = False) -> str:
    def change(book: Any) -> None:
        stage = book["evaluation"]["stages"][0]
        stage["kind"] = "presentation"
        stage["presentation"] = {"talk_minutes": 15, "questions_minutes": 10, "ceo_must_present": True}

    return worlds.small_rulebook(change=change, blind=blind)


@dataclass
class Presenting:
    """``round`` with its timetable; rows are as they are now."""

    world: worlds.World
    round_id: Any
    id: Any = None

    @property
    def round(self) -> Round:
        found = Round.objects.within(pk=self.round_id)
        return found.select_related("challenge__programme__operator", "challenge__rulebook").get()

    @property
    def row(self) -> SessionPlan:
        found = SessionPlan.objects.within(pk=self.id)
        return found.select_related("round__challenge__programme__operator", "round__challenge__rulebook").get()

    @property
    def runs(self) -> Actor:
        return self.world.runs

    def application(self, number: int) -> Application:
        return self.world.applications[number - 1]

    def ceo(self, number: int) -> Actor:
        return self.world.actor(self.world.ceos[number - 1])

    def seat(self, expert: int) -> Seat:
        person = self.world.experts[expert - 1]
        return Seat.objects.within(round=self.round_id, person=person).select_related("round", "person").get()

    def plan(self, **changed: Any) -> Presenting:
        self.id = actions.plan_sessions(actor=self.runs, round=self.round, plan=hours(**changed)).pk
        return self

    def ask(self) -> Presenting:
        actions.ask_session_absences(actor=self.runs, sessions=self.row)
        return self

    def absent(self, application: int, *slots: str) -> None:
        actions.tell_session_absence(
            actor=self.ceo(application), sessions=self.row, application=self.application(application), away=slots
        )

    def evaluator_absent(self, seat: Seat, *slots: str) -> None:
        actor = self.world.actor(seat.person)
        actions.tell_session_absence(actor=actor, sessions=self.row, seat=seat, away=slots)

    def all_answer(self) -> Presenting:
        for number in range(1, len(self.world.applications) + 1):
            self.absent(number)
        for seat in Seat.objects.within(round=self.round_id).select_related("round", "person"):
            self.evaluator_absent(seat)
        return self

    def make(self) -> Presenting:
        """As the worker does."""
        actions.ask_session_timetable(actor=self.runs, sessions=self.row)
        timetable(str(self.id))
        return self

    @property
    def digest(self) -> str:
        return digest(self.row.proposal["schedule"])

    def publish(self) -> Presenting:
        actions.publish_sessions(actor=self.runs, sessions=self.row, digest=self.digest)
        return self

    def change(self) -> Presenting:
        actions.change_session_timetable(actor=self.runs, sessions=self.row, digest=self.digest)
        return self

    def sessions(self, *, ended: bool = False) -> list[PanelSession]:
        found = PanelSession.objects.within(plan=self.id, ended_at__isnull=not ended)
        return list(found.select_related("application", "room").order_by("starts_at", "application__number"))

    def where(self) -> dict[Any, tuple[str, str]]:
        """Application → slot and room of the sessions that stand."""
        return {
            row.application_id: (row.starts_at.astimezone(clock.KST).strftime("%Y-%m-%dT%H:%M"), row.room.name)
            for row in self.sessions()
        }

    def clashes(self) -> list[str]:
        """Evaluators and rooms that the sessions which stand need twice at a time."""
        panels, seen, twice = panels_of(self.round), set[tuple[str, Any]](), []
        for row in self.sessions():
            for key in (row.room_id, *panels.get(row.application_id, ())):
                if (row.starts_at.isoformat(), key) in seen:
                    twice.append(f"{row.starts_at} {key}")
                seen.add((row.starts_at.isoformat(), key))
        return twice

    def checked(self) -> list[Violation]:
        """What the engine's own check finds wrong with the record."""
        problem = ScheduleProblem.model_validate(self.row.problem)
        return verify(problem, Schedule.model_validate(self.row.schedule))


def made(*, applications: int = 4, experts: int = 3, blind: bool = False) -> Presenting:
    world = worlds.closed_challenge(applications=applications, experts=experts, rulebook=rulebook(blind=blind))
    return Presenting(world, worlds.scoring_round(world).pk)
