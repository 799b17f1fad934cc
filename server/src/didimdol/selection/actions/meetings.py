"""Writes of timetables: asked for, made in the background, published, changed with the least change, meetings cancelled."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, defer, locked, locked_all, notify, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, pick, text
from didimdol.people.enums import Role
from didimdol.people.queries import persons_with
from didimdol.programmes.timetables import looking
from didimdol.programmes.timetables.slots import id_of, last_of, times_of
from didimdol.records.opening import opened
from didimdol.selection import meeting_rules as rules
from didimdol.selection.actions.meet_ups import tell_sides
from didimdol.selection.meeting_making import proposed
from didimdol.selection.meeting_market import Circle, Pair, facts_of, has_begun, pair_of, takes_part
from didimdol.selection.meeting_slots import plan_of
from didimdol.selection.meeting_words import FIRSTS
from didimdol.selection.models import Meeting, MeetUp, Place
from didimdol.selection.states.meet_up import MEET_UP
from didimdol_decide.canonical import digest as digest_of

TASK = "selection.make_timetable"


@action
def ask_for_timetable(*, actor: Actor, meet_up: MeetUp, first: str = "") -> MeetUp:
    """Have a timetable made from what is known now, in the background, to be looked at. Nobody else sees it.
    ``first``: a key of meeting_words.FIRSTS, chosen before it is published; empty: as chosen last.

    Raises AccessDenied (not a coordinator; not open; over; too many), BadInput (no such choice).
    """
    meet_up = locked(meet_up)
    by = require(rules.may_run(actor, meet_up))
    require(rules.may_be_made(meet_up))
    if first and (first not in FIRSTS or (meet_up.state == "published" and first != meet_up.first)):
        raise BadInput("no_such_first", _FIRST, fields={"first": _FIRST})
    meet_up.asked_at, meet_up.proposal, meet_up.first = clock.now(), {}, first or meet_up.first
    save(meet_up, "asked_at", "proposal", "first")
    audit("selection_timetable.asked", meet_up, by=by, facts={"first": meet_up.first})
    defer(TASK, meet_up=str(meet_up.pk))
    return meet_up


@action
def make_timetable(*, actor: Actor, meet_up: MeetUp) -> MeetUp:
    """Make it. The row is not locked meanwhile: what changes then is noticed before it is published.

    Raises AccessDenied (the system makes it)."""
    require(rules.is_system(actor, meet_up))
    if not rules.may_be_made(meet_up):  # called off, or more wishes than can be solved have come since it was asked for
        meet_up = locked(meet_up)
        meet_up.asked_at = None
        save(meet_up, "asked_at")
        audit("selection_timetable.dropped", meet_up)
        return meet_up
    first, found = meet_up.first, proposed(meet_up)
    meet_up = locked(meet_up)
    if (
        meet_up.asked_at is None or meet_up.first != first
    ):  # the other choice was asked for meanwhile, and is being made
        audit("selection_timetable.dropped", meet_up)
        return meet_up
    meet_up.asked_at, meet_up.proposal = None, found
    save(meet_up, "asked_at", "proposal")
    placed, left = len(found["schedule"]["placed"]), len(found["schedule"]["unplaced"])
    audit("selection_timetable.made", meet_up, facts={"placed": placed, "unplaced": left})
    return meet_up


@action
def publish_timetable(*, actor: Actor, meet_up: MeetUp, digest: str) -> MeetUp:
    """Publish the timetable that was looked at (``digest``), at once to everybody.

    Raises AccessDenied (wishes may still come; something changed since), WrongState (another was made meanwhile).
    """
    meet_up = _with_sides(meet_up)
    if meet_up.state == "collecting":
        require(rules.may_run(actor, meet_up))
        looking.same(meet_up.proposal, digest)
    if not MEET_UP.move("publish", actor, meet_up, facts={"schedule": digest}):
        return meet_up
    meet_up.published_at, meet_up.published_by_id = clock.now(), actor.person
    save(meet_up, "published_at", "published_by")
    _apply(meet_up, first=True)
    return meet_up


@action
def change_timetable(*, actor: Actor, meet_up: MeetUp, digest: str) -> MeetUp:
    """Put the changed timetable that was looked at in force: what can be held stays, those concerned are told.

    Raises AccessDenied (something changed since), WrongState (another was made meanwhile).
    """
    meet_up = _with_sides(meet_up)
    by = require(rules.may_run(actor, meet_up))
    if meet_up.schedule and not meet_up.proposal and digest == digest_of(meet_up.schedule):
        audit("selection_timetable.change_repeated", meet_up, by=by)
        return meet_up
    looking.same(meet_up.proposal, digest)
    require(rules.ready_to_change(meet_up))
    changed = _apply(meet_up)
    audit("selection_timetable.changed", meet_up, by=by, facts={"schedule": digest, **changed})
    MEET_UP.tell_waits(meet_up)
    return meet_up


def _with_sides(meet_up: MeetUp) -> MeetUp:
    """Locked, its places and demands before it: so does one that leaves, and neither waits for the other in a circle."""
    locked_all(list(Place.objects.within(challenge=meet_up.challenge_id).filter(takes_part(with_reserves=True))))
    locked_all(list(Demand.objects.within(challenge=meet_up.challenge_id, state="published")))
    return locked(meet_up)


def _apply(meet_up: MeetUp, *, first: bool = False) -> dict[str, int]:
    """From the proposal to the meetings. Answers with how many of each change."""
    facts = facts_of(meet_up)
    schedule = meet_up.proposal["schedule"]
    times = {slot.id: slot for slot in times_of(facts.plan)}
    standing = {(row.place_id, row.demand_id): row for row in facts.meetings}
    placed = {pair_of(row["meeting"]): row for row in schedule["placed"]}
    told: dict[UUID, Counter[str]] = defaultdict(Counter)
    # What ends or moves leaves its slot first: the database refuses two at one time.
    moved = [row for pair, row in standing.items() if pair in placed and not _stays(row, placed[pair])]
    for pair, row in standing.items():
        if pair not in placed and not has_begun(row):
            _end(row, "no_slot")
            _count(told, pair, "ended")
    for row in moved:
        row.ended_at = clock.now()
        save(row, "ended_at")
    for row in moved:
        pair = (row.place_id, row.demand_id)
        before = row.starts_at
        row.starts_at, row.ends_at = times[placed[pair]["slot"]].starts_at, times[placed[pair]["slot"]].ends_at
        row.table_id, row.ended_at, row.changed_at = UUID(placed[pair]["room"]), None, clock.now()
        save(row, "starts_at", "ends_at", "table", "ended_at", "changed_at")
        audit("selection_meeting.moved", row, facts={"from": before.isoformat(), "to": row.starts_at.isoformat()})
        _count(told, pair, "moved")
    for pair, entry in placed.items():
        if pair not in standing:
            slot = times[entry["slot"]]
            new = Meeting(
                meet_up=meet_up,
                place_id=pair[0],
                demand_id=pair[1],
                table_id=UUID(entry["room"]),
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
            )
            save(new)
            audit("selection_meeting.made", new, facts={"place": pair[0], "demand": pair[1]})
            _count(told, pair, "new")
    meet_up.problem, meet_up.schedule, meet_up.proposal = meet_up.proposal["problem"], schedule, {}
    meet_up.changed_at = clock.now()
    save(meet_up, "problem", "schedule", "proposal", "changed_at")
    everybody = {row.pk for row in (*facts.circle.places, *facts.circle.demands)} if first else set(told)
    _tell(meet_up, {key: told[key] for key in everybody}, facts.circle, first=first)
    sums = Counter[str]()
    for counts in told.values():
        sums.update(counts)
    return {kind: sums[kind] // 2 for kind in ("new", "moved", "ended")}  # each is counted at both sides


def _stays(row: Meeting, entry: dict[str, str]) -> bool:
    return entry["slot"] == id_of(row.starts_at) and entry["room"] == str(row.table_id)


def _count(told: dict[UUID, Counter[str]], pair: Pair, kind: str) -> None:
    for key in pair:
        told[key][kind] += 1


def _end(row: Meeting, why: str, reason: str = "") -> None:
    row.ended_at, row.why, row.reason = clock.now(), why, normal(reason.strip())
    row.changed_at = row.ended_at
    save(row, "ended_at", "why", "reason", "changed_at")
    audit("selection_meeting.ended", row, facts={"why": why}, personal={"reason": row.reason} if row.reason else {})


def _tell(meet_up: MeetUp, told: dict[UUID, Counter[str]], circle: Circle, *, first: bool) -> None:
    if first:
        bodies = {key: _first_body(counts["new"]) for key, counts in told.items()}
        tell_sides(meet_up, _PUBLISHED, bodies, circle)
    else:
        tell_sides(meet_up, _CHANGED, {key: _changed_body(counts) for key, counts in told.items()}, circle)


def _first_body(meetings: int) -> Text:
    if not meetings:
        return text("이번 밋업에는 배정된 만남이 없습니다.", "You have no meeting in this meet-up.")
    return text(
        f"만남이 {meetings}건 있습니다. 시간과 장소를 확인하고 달력에 담을 수 있습니다.",
        f"Meetings: {meetings}. See the times and places, and take them into your calendar.",
    )


def _changed_body(counts: Counter[str]) -> Text:
    return text(
        f"옮긴 만남 {counts['moved']}건, 새 만남 {counts['new']}건, 취소된 만남 {counts['ended']}건입니다. 나머지는 그대로입니다.",
        f"Moved: {counts['moved']}, new: {counts['new']}, cancelled: {counts['ended']}. All others stay as they are.",
    )


# --- one meeting ---------------------------------------------------------------------------------------------------


@action
def cancel_meeting(*, actor: Actor, meeting: Meeting, reason: str) -> Meeting:
    """Call one meeting off; the other side and the coordinators are told, nobody else's meeting moves.

    Raises AccessDenied (of neither side; has begun; has ended), BadInput.
    """
    meet_up = locked(meeting.meet_up)
    meeting = locked(meeting)
    by = require(rules.may_cancel(actor, meeting))
    if meeting.why == "cancelled":
        audit("selection_meeting.cancel_repeated", meeting, by=by)
        return meeting
    require(rules.may_be_cancelled(meeting))
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    _end(meeting, "cancelled", reason)
    sides = {meeting.place_id: _CANCELLED_BODY, meeting.demand_id: _CANCELLED_BODY}
    tell_sides(meet_up, _CANCELLED, sides, Circle([meeting.place], [meeting.demand]))
    _tell_coordinators(meet_up, _CANCELLED, _FREE_BODY)
    MEET_UP.tell_waits(meet_up)
    return meeting


def startup_left(place: Place) -> None:
    """Its place has ended: its meetings that lie ahead end with it, and their slots are free. Inside another action."""
    for meet_up, rows in _ended_ahead(place.challenge_id, "withdrawn", place=place):
        demands = {row.demand_id: row.demand for row in rows}
        _tell_left(meet_up, _LEFT, Circle([], list(demands.values())))
    tell_meet_ups(place.challenge_id)


def demand_withdrawn(sender: type[Demand], demand: Demand, **kwargs: Any) -> None:
    """Of a demand's signal: its meetings that lie ahead end with it, and their slots are free. Inside another action."""
    for meet_up, rows in _ended_ahead(demand.challenge_id, "demand_withdrawn", demand=demand):
        _tell_left(meet_up, _DEMAND_LEFT, Circle([row.place for row in rows], []))
    tell_meet_ups(demand.challenge_id)


def _ended_ahead(challenge_id: UUID, why: str, **side: Any) -> list[tuple[MeetUp, list[Meeting]]]:
    # The meet-ups first: a timetable that is being published waits for this, or has its meetings when they are looked for.
    locked_all(list(MeetUp.objects.within(challenge=challenge_id, state__in=("collecting", "published"))))
    rows = Meeting.objects.within(meet_up__challenge=challenge_id, ended_at__isnull=True, **side)
    found: dict[UUID, list[Meeting]] = defaultdict(list)
    for row in rows.filter(meet_up__state="published").select_related(
        "meet_up__challenge__programme", "demand", "place"
    ):
        if not has_begun(row):
            _end(row, why)
            found[row.meet_up_id].append(row)
    return [(rows[0].meet_up, rows) for rows in found.values()]


def _tell_left(meet_up: MeetUp, subject: Text, others: Circle) -> None:
    bodies = {row.pk: _CANCELLED_BODY for row in (*others.places, *others.demands)}
    tell_sides(meet_up, subject, bodies, others)
    _tell_coordinators(meet_up, subject, _FREE_BODY)


def tell_meet_ups(challenge_id: UUID) -> None:
    """Who takes part has changed: whose turn it is now. Inside another action."""
    for meet_up in MeetUp.objects.within(challenge=challenge_id, state__in=("collecting", "published")):
        MEET_UP.tell_waits(meet_up)


def _tell_coordinators(meet_up: MeetUp, subject: Text, body: Text) -> None:
    operator = meet_up.challenge.programme.operator_id
    people = persons_with(Role.COORDINATOR, Role.MANAGER, organisation=operator, challenge=meet_up.challenge_id)
    name = meet_up.challenge.name
    notify(
        [person.pk for person in people],
        subject=text(f"{subject['ko']} · {pick(name, 'ko')}", f"{subject['en']} · {pick(name, 'en')}"),
        body=body,
        url=reverse("selection:timetable", args=[meet_up.pk]),
    )


@action
def end_meet_up(*, actor: Actor, meet_up: MeetUp) -> MeetUp:
    """All meetings were held. By the system. Raises AccessDenied, WrongState."""
    meet_up = locked(meet_up)
    MEET_UP.move("end", actor, meet_up)
    return meet_up


def end_all_held() -> None:
    """Every published meet-up whose last slot has passed."""
    now: datetime = clock.now()
    for meet_up in MeetUp.objects.unscoped(why="all that may be over").filter(state="published").order_by("pk"):
        if now >= last_of(plan_of(meet_up)):
            end_meet_up(actor=SYSTEM, meet_up=meet_up)


@action
def export_meetings(*, actor: Actor, meet_up: MeetUp, reason: str) -> MeetUp:
    """Somebody takes the whole timetable out of the system (안전성 확보조치 기준: with its reason)."""
    by = require(rules.may_read(actor, meet_up))
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    reason = normal(reason.strip())
    audit("selection_timetable.exported", meet_up, by=by, personal={"reason": reason})
    opened(actor, "export: meetings", meet_up, purpose=reason)
    return meet_up


__all__ = [
    "ask_for_timetable", "cancel_meeting", "change_timetable", "end_meet_up", "export_meetings", "make_timetable",
    "publish_timetable",
]  # fmt: skip

_REASON = text("사유를 적어 주십시오.", "Please give the reason.")
_PUBLISHED = text("1:1 만남의 시간표가 나왔습니다", "The timetable of the one-to-one meetings is out")
_CHANGED = text("1:1 만남의 시간표가 바뀌었습니다", "Your timetable of meetings has changed")
_CANCELLED = text("만남 한 건이 취소되었습니다", "A meeting was cancelled")
_CANCELLED_BODY = text(
    "시간표를 확인해 주십시오. 다른 만남은 그대로입니다.", "See your timetable. Your other meetings stay."
)
_FIRST = text(
    "무엇을 먼저 놓을지 골라 주십시오. 시간표를 공개한 뒤에는 바꿀 수 없습니다.",
    "Choose what goes first. It stays as it is once the timetable is published.",
)
_DEMAND_LEFT = text("수요가 철회되어 만남이 취소되었습니다", "A demand was withdrawn, and its meetings are cancelled")
_LEFT = text("참가 기업이 빠져 만남이 취소되었습니다", "A startup left, and its meetings are cancelled")
_FREE_BODY = text(
    "빈 시간이 생겼습니다. 자리가 없던 만남을 그 시간에 넣으려면 시간표를 고쳐 주십시오.",
    "Slots are free. Change the timetable to give them to meetings that had none.",
)
