"""Who opens a meet-up, says wishes, publishes and changes a timetable; and what must be there first."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from didimdol.demands.models import Demand
from didimdol.design.texts import when_text
from didimdol.evaluation.rules import operated
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.programmes.timetables.looking import is_of_now
from didimdol.programmes.timetables.slots import last_of, times_of
from didimdol.selection import place_rules
from didimdol.selection.meeting_market import (
    Facts,
    circle_of,
    facts_of,
    has_begun,
    problem_of,
    takes_part,
    weights_of,
)
from didimdol.selection.meeting_slots import plan_of
from didimdol.selection.models import Meeting, MeetingTable, MeetingWish, MeetUp, Place
from didimdol.selection.place_rules import COMPANY, RUN
from didimdol.selection.promotion import final_selection
from didimdol_decide.scheduling import LARGEST

UNDER_WAY = ("draft", "collecting", "published")


def visible_to(actor: Actor) -> Q:
    """The meet-up as a whole: those who run it and the auditor."""
    return operated(actor, "challenge__", RUN)


def may_read(actor: Actor, meet_up: MeetUp) -> Access:
    """Whole timetable and record: coordinators, managers and auditors."""
    return programme_rules.runs(actor, meet_up.challenge, *RUN)


def may_open(actor: Actor, challenge: Challenge) -> Access:
    return programme_rules.runs_evaluation(actor, challenge)


def may_run(actor: Actor, meet_up: MeetUp) -> Access:
    return may_open(actor, meet_up.challenge)


def is_system(actor: Actor, meet_up: MeetUp) -> Access:
    return Allowed if actor == SYSTEM else Denied("only_the_system")


def is_side(actor: Actor, *, place: Place | None = None, demand: Demand | None = None) -> Access:
    """One's own startup's place, or one's own company's demand."""
    if place is not None:
        return place_rules.is_startup(actor, place)
    assert demand is not None
    grant = actor.grant(*COMPANY, organisation=demand.company_id, challenge=demand.challenge_id)
    return allowed_by(grant, "only_the_demand_company")


def may_tell_absence(
    actor: Actor, meet_up: MeetUp, *, place: Place | None = None, demand: Demand | None = None
) -> Access:
    """The side itself, or those who run it for somebody who calls."""
    own = is_side(actor, place=place, demand=demand)
    return own if own else may_run(actor, meet_up)


def may_cancel(actor: Actor, meeting: Meeting) -> Access:
    """Either side, or those who run it."""
    for own in (is_side(actor, place=meeting.place), is_side(actor, demand=meeting.demand)):
        if own:
            return own
    return may_run(actor, meeting.meet_up)


# --- guards --------------------------------------------------------------------------------------------------------


def ready_to_open(challenge: Challenge) -> Access:
    """The result is released, somebody could meet somebody, and no other meet-up is under way."""
    if final_selection(challenge.pk) is None:
        return Denied("meet_up_before_release")
    if MeetUp.objects.within(challenge=challenge, state__in=UNDER_WAY).exists():
        return Denied("meet_up_under_way")
    return Allowed if circle_of(challenge, with_reserves=True).places else Denied("nobody_to_meet")


def ready_to_collect(meet_up: MeetUp) -> Access:
    """The hours still lie ahead, and every company has a table."""
    plan = plan_of(meet_up)
    if plan.wishes_until <= clock.now() or times_of(plan)[0].starts_at <= clock.now():
        return Denied("meet_up_hours_passed")
    circle = circle_of(meet_up.challenge, with_reserves=plan.with_reserves)
    if not circle.places:
        return Denied("nobody_to_meet")
    return _tables(meet_up, circle.companies())


def _tables(meet_up: MeetUp, companies: list[UUID]) -> Access:
    seated = set(MeetingTable.objects.within(meet_up=meet_up).values_list("company", flat=True))
    missing = sum(company not in seated for company in companies)
    return Denied("company_without_table", n=missing) if missing else Allowed


def takes_wishes(meet_up: MeetUp) -> Access:
    if meet_up.state != "collecting":
        return Denied("wishes_are_closed")
    if wishes_over(meet_up):
        return Denied("wishes_ended", until=when_text(meet_up.wishes_until))
    return Allowed


def takes_wishes_of(meet_up: MeetUp, *, place: Place | None = None, demand: Demand | None = None) -> Access:
    """Until the closing; later from a startup that came only then, and from the demands about it."""
    access = takes_wishes(meet_up)
    return access if access or not newcomers(meet_up, place=place, demand=demand) else Allowed


def newcomers(meet_up: MeetUp, *, place: Place | None = None, demand: Demand | None = None) -> list[Place]:
    """Startups whose places were offered after wishes were closed or the timetable published (promoted reserves), as long
    as slots lie ahead. Of a side: those as which, or of which, it may still say its wishes."""
    closed = meet_up.state == "published" or (meet_up.state == "collecting" and wishes_over(meet_up))
    if not closed or meet_up.with_reserves or clock.now() >= last_of(plan_of(meet_up)):
        return []
    since = min(meet_up.wishes_until, meet_up.published_at or meet_up.wishes_until)
    wanted = Demand.objects.within(challenge=meet_up.challenge_id, state="published").values("field")
    rows = Place.objects.within(challenge=meet_up.challenge_id, offered_at__gt=since, field__in=wanted)
    rows = rows.filter(takes_part(with_reserves=False)).select_related("startup", "application")
    found = list(rows.order_by("application__number"))
    if place is not None:
        return [row for row in found if row.pk == place.pk]
    return found if demand is None else [row for row in found if row.field_id == demand.field_id]


def wishes_over(meet_up: MeetUp) -> bool:
    return clock.now() > meet_up.wishes_until


def takes_absences(meet_up: MeetUp) -> Access:
    """As long as wishes are taken, and then as long as meetings lie ahead."""
    if meet_up.state == "collecting":
        return takes_wishes(meet_up)
    if meet_up.state != "published":
        return Denied("meet_up_is_not_open")
    return Allowed if clock.now() < last_of(plan_of(meet_up)) else Denied("meet_up_is_over")


def may_be_planned(meet_up: MeetUp) -> Access:
    """May the hours and tables be changed? Until the timetable is published."""
    return Allowed if meet_up.state in ("draft", "collecting") else Denied("meet_up_plan_is_fixed")


def takes_timetable(meet_up: MeetUp) -> Access:
    """May one be made?"""
    if meet_up.state not in ("collecting", "published"):
        return Denied("meet_up_is_not_open")
    if meet_up.state == "published" and clock.now() >= last_of(plan_of(meet_up)):
        return Denied("meet_up_is_over")
    return Allowed


def still_unheard(meet_up: MeetUp) -> tuple[list[Place], list[Demand]]:
    """Who was asked for wishes and has given none yet."""
    circle = circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves)
    given = list(
        MeetingWish.objects.within(meet_up=meet_up, given_at__isnull=False).values_list("place_id", "demand_id")
    )
    places, demands = {p for p, _ in given if p}, {d for _, d in given if d}
    return [p for p in circle.places if p.pk not in places], [d for d in circle.demands if d.pk not in demands]


def may_be_made(meet_up: MeetUp) -> Access:
    """Is it open, and not more than can be solved?"""
    access = takes_timetable(meet_up)
    return fits(facts_of(meet_up)) if access else access


def fits(facts: Facts) -> Access:
    """Not more pairs that are wished, times slots, than the engine takes."""
    pairs, slots = len(weights_of(facts)), len(facts.times)
    if pairs * slots <= LARGEST:
        return Allowed
    return Denied("timetable_too_large", pairs=pairs, slots=slots, most=f"{LARGEST:,}", left=LARGEST // pairs)


def late_unheard(meet_up: MeetUp) -> tuple[list[Place], list[Demand]]:
    """After the closing: newcomers who have said nothing yet, and demands that have said nothing since one came."""
    late = newcomers(meet_up)
    if not late:
        return [], []
    circle = circle_of(meet_up.challenge, with_reserves=False)
    given = {
        wish.place_id or wish.demand_id: wish.given_at
        for wish in MeetingWish.objects.within(meet_up=meet_up, given_at__isnull=False)
    }
    came = {row.field_id: row.offered_at for row in sorted(late, key=lambda row: row.offered_at or clock.now())}

    def is_missing(demand: Demand) -> bool:
        since, said = came.get(demand.field_id), given.get(demand.pk)
        return since is not None and (said is None or said < since)

    return [row for row in late if row.pk not in given], [row for row in circle.demands if is_missing(row)]


def late_wishes_wait(meet_up: MeetUp) -> bool:
    """Has a side said wishes since the timetable was put in force?"""
    found = MeetingWish.objects.within(meet_up=meet_up)
    return meet_up.changed_at is not None and found.filter(given_at__gt=meet_up.changed_at).exists()


def as_looked_at(meet_up: MeetUp) -> Access:
    """What is about to be published is what the wishes, absences and places say now."""
    if not meet_up.proposal:
        return Denied("no_timetable_made")
    facts = facts_of(meet_up)
    small = fits(facts)
    return is_of_now(meet_up.proposal, problem_of(facts)) if small else small


def ready_to_publish(meet_up: MeetUp) -> Access:
    """Everybody has said what they wish, or the time is over; and the timetable is the one of now."""
    if not wishes_over(meet_up):
        places, demands = still_unheard(meet_up)
        if places or demands:
            return Denied("wishes_missing", missing=len(places) + len(demands), until=when_text(meet_up.wishes_until))
    return as_looked_at(meet_up)


def ready_to_change(meet_up: MeetUp) -> Access:
    access = takes_timetable(meet_up)
    if access and meet_up.state != "published":
        return Denied("meet_up_is_not_open")
    return as_looked_at(meet_up) if access else access


def may_be_cancelled(meeting: Meeting) -> Access:
    if meeting.ended_at is not None:
        return Denied("meeting_has_ended")
    if meeting.meet_up.state != "published":
        return Denied("meet_up_is_not_open")
    return Denied("meeting_has_begun") if has_begun(meeting) else Allowed


def all_held(meet_up: MeetUp) -> Access:
    return Allowed if clock.now() >= last_of(plan_of(meet_up)) else Denied("meetings_lie_ahead")


reasons(
    {
        "meet_up_before_release": text(
            "선정 결과를 공개한 뒤에 밋업을 엽니다.", "A meet-up is opened after the result of the selection is released."
        ),
        "meet_up_under_way": text(
            "진행 중인 밋업이 있습니다. 그 밋업이 끝나거나 취소된 뒤에 새로 엽니다.",
            "A meet-up is under way already. Another can be opened once it is over or called off.",
        ),
        "nobody_to_meet": text(
            "만날 수 있는 짝이 없습니다. 선정 기업의 분야에 공개된 수요가 있어야 합니다.",
            "Nobody could meet: the fields of the selected startups have no published demand.",
        ),
        "meet_up_hours_passed": text(
            "희망 접수 마감이나 첫 만남이 이미 지났습니다. 일정을 고쳐 주십시오.",
            "The closing of the wishes or the first meeting has passed. Please change the hours.",
        ),
        "company_without_table": text(
            "테이블이 없는 수요기업이 {n}곳 있습니다. 테이블을 더해 주십시오.",
            "{n} demand companies have no table. Please add one for each.",
        ),
        "wishes_are_closed": text("희망을 받지 않는 밋업입니다.", "This meet-up takes no wishes."),
        "wishes_ended": text("희망 접수가 {until}에 끝났습니다.", "Wishes were taken until {until}."),
        "wishes_missing": text(
            "아직 희망을 내지 않은 곳이 {missing}곳 있습니다. {until} 뒤에는 없는 대로 공개할 수 있습니다.",
            "{missing} have not said what they wish yet. After {until} it may be published without them.",
        ),
        "meet_up_is_not_open": text(
            "희망을 받고 있거나 시간표가 공개된 밋업에서만 할 수 있습니다.",
            "Only while a meet-up takes wishes or its timetable is published.",
        ),
        "meet_up_is_over": text("모든 만남의 시간이 지났습니다.", "The time of all meetings has passed."),
        "meet_up_plan_is_fixed": text(
            "시간표를 공개한 뒤에는 일정과 테이블을 바꿀 수 없습니다. 참석할 수 없는 시간을 적으면 그 만남만 옮깁니다.",
            "Hours and tables are fixed once the timetable is published. An absence moves the meetings it concerns only.",
        ),
        "timetable_too_large": text(
            "희망한 짝 {pairs}쌍 × 시간 {slots}개는 한 번에 풀 수 있는 {most}을 넘습니다. 일정을 고쳐 시간을 {left}개까지 줄이거나(더 적은 날, 더 긴 만남) 예비 기업을 빼 주십시오.",
            "{pairs} wished pairs × {slots} slots are more than the {most} that can be solved at once. Change the hours to {left} slots at most (fewer days, longer meetings), or leave the reserves out.",
        ),
        "meeting_has_ended": text("이미 취소된 만남입니다.", "This meeting was cancelled already."),
        "meeting_has_begun": text("이미 시작된 만남은 취소할 수 없습니다.", "A meeting that has begun cannot be cancelled."),
        "meetings_lie_ahead": text("아직 남은 만남이 있습니다.", "Some meetings still lie ahead."),
    }
)  # fmt: skip
