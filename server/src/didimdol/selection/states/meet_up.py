"""The life of a meet-up: planned, wishes taken until a time, its timetable published, over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import Role
from didimdol.programmes.timetables.slots import last_of, times_of
from didimdol.selection import meeting_rules as rules
from didimdol.selection.meeting_market import facts_of, to_be_moved
from didimdol.selection.meeting_slots import plan_of
from didimdol.selection.models import MeetUp, Place


def _to_open(meet_up: MeetUp) -> Iterable[WaitFor]:
    what = text("밋업의 희망 접수를 열어 주십시오", "Open the wishes of the meet-up")
    return _operator(meet_up, what, meet_up.get_absolute_url(), meet_up.wishes_until)


def _collecting(meet_up: MeetUp) -> Iterable[WaitFor]:
    """Everybody whose wishes are missing, until the end; and who makes the timetable afterwards."""
    over = rules.wishes_over(meet_up)
    places, demands = rules.late_unheard(meet_up) if over else rules.still_unheard(meet_up)
    yield from _to_wish(meet_up, places, demands, _until(meet_up) if over else meet_up.wishes_until)
    what = (
        text("희망 접수가 끝나면 밋업의 시간표를 만들어 주십시오", "Make the timetable once the wishes are in")
        if places or demands
        else text("밋업의 시간표를 만들어 주십시오", "Make the timetable of the meet-up")
    )
    first = times_of(plan_of(meet_up))[0].starts_at
    yield from _operator(meet_up, what, reverse("selection:timetable", args=[meet_up.pk]), first)


def _until(meet_up: MeetUp) -> datetime:
    """When the next slot begins: a wish of a latecomer is of use before."""
    ahead = [slot.starts_at for slot in times_of(plan_of(meet_up)) if slot.starts_at > clock.now()]
    return min(ahead, default=last_of(plan_of(meet_up)))


def _to_wish(meet_up: MeetUp, places: Iterable[Place], demands: Iterable[Demand], until: datetime) -> Iterable[WaitFor]:
    for place in places:
        for role in (Role.CEO, Role.STAFF):
            yield WaitFor(
                _of(meet_up, text("만나고 싶은 수요를 골라 주십시오", "Say which demands you wish to meet")),
                reverse("selection:meet_as_place", args=[meet_up.pk, place.pk]),
                role=role,
                organisation=place.startup_id,
                challenge=meet_up.challenge_id,
                until=until,
            )
    for demand in demands:
        for role in (Role.DEMAND_LEAD, Role.BUDGET_OWNER):
            yield WaitFor(
                text(
                    f"만나고 싶은 기업을 골라 주십시오 · {pick(demand.title, 'ko')}",
                    f"Say which startups you wish to meet · {pick(demand.title, 'en')}",
                ),
                reverse("selection:meet_as_demand", args=[meet_up.pk, demand.pk]),
                role=role,
                organisation=demand.company_id,
                challenge=meet_up.challenge_id,
                until=until,
            )


def _to_change(meet_up: MeetUp) -> Iterable[WaitFor]:
    """Newcomers and those whom they may meet; and the operator, once something is to be moved or to be placed."""
    yield from _to_wish(meet_up, *rules.late_unheard(meet_up), _until(meet_up))
    moved = to_be_moved(facts_of(meet_up))
    if not moved and rules.late_wishes_wait(meet_up):
        what = text(
            "새로 들어온 기업의 희망이 있습니다. 빈 시간에 놓도록 시간표를 고쳐 주십시오",
            "A new startup's wishes are in: change the timetable to place them",
        )
        yield from _operator(meet_up, what, reverse("selection:timetable", args=[meet_up.pk]), _until(meet_up))
    if moved:
        what = text(
            "참석할 수 없게 된 만남이 있습니다. 시간표를 고쳐 주십시오",
            "Some meetings cannot be held: change the timetable",
        )
        first = min(row.starts_at for row in moved)
        yield from _operator(meet_up, what, reverse("selection:timetable", args=[meet_up.pk]), first)


def _operator(meet_up: MeetUp, what: Text, url: str, until: datetime) -> Iterable[WaitFor]:
    challenge = meet_up.challenge
    for role in (Role.COORDINATOR, Role.MANAGER):
        yield WaitFor(
            _of(meet_up, what),
            url,
            role=role,
            organisation=challenge.programme.operator_id,
            challenge=challenge.pk,
            until=until,
        )


def _of(meet_up: MeetUp, what: Text) -> Text:
    name = meet_up.challenge.name
    return text(f"{what['ko']} · {pick(name, 'ko')}", f"{what['en']} · {pick(name, 'en')}")


MEET_UP = Table(
    "meet_up",
    State("draft", "준비 중", "In preparation", kind="", waits=_to_open),
    State("collecting", "희망 접수 중", "Taking wishes", kind="info", waits=_collecting),
    State("published", "시간표 공개", "Timetable published", kind="ok", waits=_to_change),
    State("over", "종료", "Over", kind="", final=True),
    State("cancelled", "취소", "Called off", kind="", final=True),
    Move("collect", "draft", "collecting", rules.may_run, "희망 접수 열기", "Open the wishes",
         guard=rules.ready_to_collect),
    Move("publish", "collecting", "published", rules.may_run, "시간표 공개", "Publish the timetable",
         guard=rules.ready_to_publish),
    Move("end", "published", "over", rules.is_system, "종료", "End", guard=rules.all_held),
    Move("cancel", ("draft", "collecting", "published"), "cancelled", rules.may_run, "밋업 취소", "Call the meet-up off",
         reason_required=True),
)  # fmt: skip
