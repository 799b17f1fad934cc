"""From the database to the plain problem of didimdol_decide.scheduling: every applicant before its panel.

No name enters: ids are pseudonyms. A session that stands and can still be held is kept where it is; what has begun is
never moved, and keeps the panel it began with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from didimdol.applications.models import Application
from didimdol.evaluation.enums import LEFT
from didimdol.evaluation.models import Ballot, PanelSession, Round, Seat, SessionAbsence, SessionPlan, SessionRoom
from didimdol.evaluation.queries import evaluated
from didimdol.evaluation.session_hours import SessionHours, hours_of
from didimdol.kernel import clock
from didimdol.programmes.timetables.slots import Time, covered, id_of, times_of
from didimdol_decide.scheduling import Meeting, Party, Room, ScheduleProblem

#: a session that must move goes before those that were never placed
MOVES_FIRST = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a timetable depends on. ``panels``: application → the seats that judge it; ``sessions``: those that stand;
    ``told``: application → its parties in the timetable as it was published or changed last."""

    hours: SessionHours
    applications: list[Application]
    seats: list[Seat]
    panels: dict[UUID, tuple[UUID, ...]]
    rooms: list[SessionRoom]
    absences: list[SessionAbsence]
    sessions: list[PanelSession]
    told: dict[str, tuple[str, ...]]
    published: bool
    times: list[Time]

    def away(self) -> dict[str, set[str]]:
        """Seat or application → slots that it cannot attend."""
        found = {str(row.seat_id or row.application_id): row.away for row in self.absences}
        return {key: set(covered(self.times, away)) for key, away in found.items() if away}

    def parties(self, application: UUID) -> tuple[str, ...]:
        """The applicant and its panel, in order."""
        return tuple(sorted((str(application), *map(str, self.panels.get(application, ())))))


def facts_of(plan: SessionPlan) -> Facts:
    hours = hours_of(plan)
    sessions = PanelSession.objects.within(plan=plan, ended_at__isnull=True).select_related("application")
    return Facts(
        hours=hours,
        applications=evaluated(plan.round),
        seats=seats_asked(plan.round),
        panels=panels_of(plan.round),
        rooms=list(SessionRoom.objects.within(plan=plan).order_by("name", "pk")),
        absences=list(SessionAbsence.objects.within(plan=plan)),
        sessions=list(sessions.order_by("starts_at", "application__number")),
        told={row["id"]: tuple(row["parties"]) for row in plan.problem.get("meetings", ())},
        published=plan.state == "published",
        times=times_of(hours),
    )


def seats_asked(round: Round) -> list[Seat]:
    """Everybody who sits on the panels of the round now."""
    found = Seat.objects.within(round=round).exclude(state="vacated").select_related("person", "organisation")
    return list(found.order_by("person__name", "pk"))


def panels_of(round: Round) -> dict[UUID, tuple[UUID, ...]]:
    """Application → the seats that judge it and that somebody holds. One query."""
    ballots = Ballot.objects.within(seat__round=round).exclude(Q(state__in=LEFT) | Q(seat__state="vacated"))
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for application, seat in ballots.order_by("pk").values_list("application_id", "seat_id"):
        found[application].append(seat)
    return {application: tuple(sorted(seats)) for application, seats in found.items()}


def has_begun(row: PanelSession) -> bool:
    return row.starts_at <= clock.now()


def staying(facts: Facts) -> dict[UUID, tuple[str, ...]]:
    """Application → parties, of the sessions that are held where they stand. Of two that a new evaluator would have to
    attend at once, the one stays whose panel has not changed."""
    away, expected = facts.away(), {application.pk for application in facts.applications}
    busy: dict[str, set[str]] = defaultdict(set)
    found: dict[UUID, tuple[str, ...]] = {}

    def rank(row: PanelSession) -> tuple[bool, bool, str]:
        changed = facts.parties(row.application_id) != facts.told.get(str(row.application_id))
        return not has_begun(row), changed, row.application.number

    for row in sorted((row for row in facts.sessions if row.application_id in expected), key=rank):
        slot, parties = id_of(row.starts_at), facts.parties(row.application_id)
        if has_begun(row):
            parties = facts.told.get(str(row.application_id), parties)
        elif any(slot in away.get(key, ()) or not _has_time(facts, busy[key], slot) for key in parties):
            continue
        found[row.application_id] = parties
        for key in parties:
            busy[key].add(slot)
    return found


def _has_time(facts: Facts, busy: set[str], slot: str) -> bool:
    """Neither elsewhere then nor without a break for too long."""
    if slot in busy:
        return False
    if facts.hours.longest is None or len(busy) < facts.hours.longest:
        return True
    run = longest = 0
    before: Time | None = None
    for time in facts.times:
        follows = before is not None and before.day == time.day and before.number + 1 == time.number
        run = (run + 1 if follows else 1) if time.id in busy or time.id == slot else 0
        longest, before = max(longest, run), time
    return longest <= facts.hours.longest


def problem_of(facts: Facts) -> ScheduleProblem:
    """Before it is published: every applicant of the round. Afterwards: what stays is fixed; what cannot stay comes first
    for the slots that are free, then who had no place."""
    away, stays = facts.away(), staying(facts)
    standing = {row.application_id: row for row in facts.sessions}
    now = clock.now()
    ahead = tuple(slot.id for slot in facts.times if slot.starts_at > now)
    left = None if len(ahead) == len(facts.times) else ahead
    meetings, begun = [], defaultdict[str, set[str]](set)
    for application in facts.applications:
        row, parties = standing.get(application.pk), stays.get(application.pk)
        if row is not None and parties is not None:
            slot = id_of(row.starts_at)
            if has_begun(row):
                for key in parties:
                    begun[key].add(slot)
            here = (str(row.room_id),)
            meetings.append(Meeting(id=str(application.pk), parties=parties, must=True, slots=(slot,), rooms=here))
        else:
            weight = 1 if row is None else 1 + MOVES_FIRST
            parties = facts.parties(application.pk)
            meetings.append(Meeting(id=str(application.pk), parties=parties, weight=weight, slots=left))
    applicants = {str(application.pk) for application in facts.applications}
    return ScheduleProblem(
        slots=tuple(slot.as_slot() for slot in facts.times),
        rooms=tuple(Room(id=str(room.pk)) for room in facts.rooms),
        parties=tuple(
            Party(
                id=key,
                away=tuple(away.get(key, set()) - begun[key]),
                longest=None if key in applicants else facts.hours.longest,
            )
            for key in sorted({key for meeting in meetings for key in meeting.parties})
        ),
        meetings=tuple(meetings),
    ).in_order()


def to_be_moved(facts: Facts) -> list[PanelSession]:
    """Sessions of a published timetable that lie ahead and cannot be held where they stand."""
    stays = staying(facts)
    return [row for row in facts.sessions if row.application_id not in stays and not has_begun(row)]


def names_of(applications: Iterable[Application], seats: Iterable[Seat]) -> dict[str, str]:
    """Application's id → its number; seat's → its evaluator. For those who conduct the round."""
    return {str(row.pk): row.number for row in applications} | {str(row.pk): row.person.name for row in seats}
