"""Writes of meet-ups: planned, opened for wishes, answered by both sides, called off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.access import Denied, require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, pick, text
from didimdol.people.models import Organisation
from didimdol.people.queries import persons_with
from didimdol.programmes.models import Challenge
from didimdol.programmes.timetables.forms import link_given
from didimdol.programmes.timetables.slots import away_given
from didimdol.selection import meeting_rules as rules
from didimdol.selection.meeting_market import Circle, circle_of
from didimdol.selection.meeting_slots import Plan, check, plan_of
from didimdol.selection.meeting_words import WISHES
from didimdol.selection.models import MeetingTable, MeetingWish, MeetUp, Place
from didimdol.selection.place_queries import people_of
from didimdol.selection.place_rules import COMPANY
from didimdol.selection.states.meet_up import MEET_UP

MOST_TABLES = 100


@action
def open_meet_up(*, actor: Actor, challenge: Challenge, plan: Plan) -> MeetUp:
    """Plan a meet-up; each demand company gets a table. Nobody but the operator knows of it yet.

    Raises AccessDenied (not a coordinator; no result released; another is under way), BadInput.
    """
    challenge = locked(challenge)
    by = require(rules.may_open(actor, challenge))
    require(rules.ready_to_open(challenge))
    check(plan)
    number = MeetUp.objects.within(challenge=challenge).count() + 1
    meet_up = MeetUp(challenge=challenge, number=number, **plan.columns())
    MEET_UP.enter(actor, meet_up, by=by, facts={"number": number})
    _seat_companies(meet_up)
    return meet_up


def _seat_companies(meet_up: MeetUp) -> None:
    """A table for each company that has none."""
    seated = set(MeetingTable.objects.within(meet_up=meet_up).values_list("company", flat=True))
    circle = circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves)
    for company in circle.companies():
        if company not in seated:
            save(MeetingTable(meet_up=meet_up, company_id=company, name=_free_name(meet_up)))


def _free_name(meet_up: MeetUp) -> str:
    taken = set(MeetingTable.objects.within(meet_up=meet_up).values_list("name", flat=True))
    return next(name for name in map(str, range(1, len(taken) + 2)) if name not in taken)


@action
def change_meet_up(*, actor: Actor, meet_up: MeetUp, plan: Plan) -> MeetUp:
    """Other hours or limits, until the timetable is published. Once wishes are taken, everybody is told of other hours.

    Raises AccessDenied, BadInput.
    """
    meet_up = locked(meet_up)
    by = require(rules.may_run(actor, meet_up))
    require(rules.may_be_planned(meet_up))
    before = plan_of(meet_up)
    check(plan, before=before)
    columns = plan.columns()
    for name, value in columns.items():
        setattr(meet_up, name, value)
    save(meet_up, *columns)
    audit("selection_meet_up.changed", meet_up, by=by, facts={"hours": plan.hours() != before.hours()})
    _seat_companies(meet_up)
    if meet_up.state == "collecting" and plan.hours() != before.hours():
        _tell_all(meet_up, _NEW_HOURS, _NEW_HOURS_BODY)
    MEET_UP.tell_waits(meet_up)
    return meet_up


# --- tables --------------------------------------------------------------------------------------------------------


@action
def add_table(*, actor: Actor, meet_up: MeetUp, company: Organisation, name: str, link: str = "") -> MeetingTable:
    """One more table of a company, so that two of its demands can meet at a time. Raises AccessDenied, BadInput."""
    meet_up = locked(meet_up)
    by = require(rules.may_run(actor, meet_up))
    require(rules.may_be_planned(meet_up))
    circle = circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves)
    if company.pk not in circle.companies():
        raise BadInput("company_out_of_reach", _COMPANY, fields={"company": _COMPANY})
    if MeetingTable.objects.within(meet_up=meet_up).count() >= MOST_TABLES:
        message = text(f"테이블은 {MOST_TABLES}개까지 둡니다.", f"There may be {MOST_TABLES} tables.")
        raise BadInput("too_many_tables", message, fields={"name": message})
    table = MeetingTable(meet_up=meet_up, company_id=company.pk, name=_table_name(meet_up, name), link=link_given(link))
    save(table)
    audit("selection_meeting_table.added", table, by=by, facts={"company": company.pk})
    return table


@action
def change_table(*, actor: Actor, table: MeetingTable, name: str, link: str = "") -> MeetingTable:
    """Its name or link; once the timetable is published, those who meet there are told. Raises AccessDenied, BadInput."""
    meet_up = locked(table.meet_up)
    table = locked(table)
    by = require(rules.may_run(actor, meet_up))
    if meet_up.state not in rules.UNDER_WAY:
        require(Denied("meet_up_is_over"))
    table.name, table.link = _table_name(meet_up, name, table), link_given(link)
    save(table, "name", "link")
    audit("selection_meeting_table.changed", table, by=by)
    if meet_up.state == "published":
        here = list(table.meetings.filter(ended_at__isnull=True).select_related("place", "demand"))
        circle = Circle([row.place for row in here], list({row.demand_id: row.demand for row in here}.values()))
        _tell_all(meet_up, _NEW_TABLE, _NEW_TABLE_BODY, circle)
    return table


@action
def remove_table(*, actor: Actor, table: MeetingTable) -> MeetUp:
    """A company keeps one at least. Raises AccessDenied, WrongState."""
    meet_up = locked(table.meet_up)
    by = require(rules.may_run(actor, meet_up))
    require(rules.may_be_planned(meet_up))
    if MeetingTable.objects.within(meet_up=meet_up, company=table.company_id).count() < 2:
        raise WrongState("last_table", *_LAST_TABLE)
    audit("selection_meeting_table.removed", meet_up, by=by, facts={"company": table.company_id})
    table.delete()
    return meet_up


def _table_name(meet_up: MeetUp, name: str, table: MeetingTable | None = None) -> str:
    name = normal(name.strip())
    others = MeetingTable.objects.within(meet_up=meet_up, name=name)
    if not name or (others.exclude(pk=table.pk) if table else others).exists():
        raise BadInput("table_name", _NAME, fields={"name": _NAME})
    return name


# --- wishes --------------------------------------------------------------------------------------------------------


@action
def collect_wishes(*, actor: Actor, meet_up: MeetUp) -> MeetUp:
    """Ask both sides whom they wish to meet and when they cannot. Raises AccessDenied (hours passed; no table), WrongState."""
    meet_up = locked(meet_up)
    meet_up.opened_at = meet_up.opened_at or clock.now()
    if MEET_UP.move("collect", actor, meet_up, along=("opened_at",)):
        _tell_all(meet_up, _ASKED, _ASKED_BODY)
    return meet_up


@action
def give_meeting_wishes(
    *,
    actor: Actor,
    meet_up: MeetUp,
    place: Place | None = None,
    demand: Demand | None = None,
    words: Mapping[str, str],
    away: Iterable[str] = (),
) -> MeetingWish:
    """What one side says of those in its reach (id → a key of meeting_words.WISHES) and the slots in which it cannot.
    Again: changed. After the closing, of a startup that came only then and of the demands about it: what was said of
    others stays. Raises AccessDenied (not one's own; closed), BadInput (out of reach; no such word or slot)."""
    meet_up = _with_side(meet_up, place, demand)
    by = require(rules.is_side(actor, place=place, demand=demand))
    require(rules.takes_wishes_of(meet_up, place=place, demand=demand))
    circle = circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves)
    reach, late = _reach(circle, place, demand), not rules.takes_wishes(meet_up)
    if late and demand is not None:
        reach = {str(row.pk) for row in rules.newcomers(meet_up, demand=demand)}
    if not set(words) <= reach or not set(words.values()) <= set(WISHES):
        raise BadInput("out_of_reach", _OUT_OF_REACH, fields={"words": _OUT_OF_REACH})
    wish = _wish(meet_up, place, demand)
    kept = {key: word for key, word in wish.words.items() if late and key not in reach}
    wish.words = {key: word for key, word in sorted({**kept, **words}.items()) if word}
    wish.away = away_given(plan_of(meet_up), away)
    wish.given_by_id, wish.given_at = actor.person, clock.now()
    save(wish, "words", "away", "given_by", "given_at")
    side = "startup" if place is not None else "demand"
    audit("selection_meeting_wish.given", wish, by=by, facts={"side": side, "away": len(wish.away), "late": late})
    MEET_UP.tell_waits(meet_up)
    return wish


@action
def tell_absence(
    *,
    actor: Actor,
    meet_up: MeetUp,
    place: Place | None = None,
    demand: Demand | None = None,
    away: Iterable[str] = (),
) -> MeetingWish:
    """The slots in which a side cannot, said by itself or written down by the operator. No meeting moves by this alone: the
    coordinator is asked to change the timetable. Raises AccessDenied, BadInput."""
    meet_up = _with_side(meet_up, place, demand)
    by = require(rules.may_tell_absence(actor, meet_up, place=place, demand=demand))
    require(rules.takes_absences(meet_up))
    _reach(circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves), place, demand)
    wish = _wish(meet_up, place, demand)
    wish.away = away_given(plan_of(meet_up), away)
    save(wish, "away")
    audit("selection_meeting_wish.absence_told", wish, by=by, facts={"away": len(wish.away)})
    MEET_UP.tell_waits(meet_up)
    return wish


def _with_side(meet_up: MeetUp, place: Place | None, demand: Demand | None) -> MeetUp:
    """Locked, the side before it: so does one that leaves, and neither waits for the other in a circle."""
    for side in (place, demand):
        if side is not None:
            locked(side)
    return locked(meet_up)


def _wish(meet_up: MeetUp, place: Place | None, demand: Demand | None) -> MeetingWish:
    found = MeetingWish.objects.within(meet_up=meet_up, place=place, demand=demand).first()
    return found or MeetingWish(meet_up=meet_up, place=place, demand=demand)


def _reach(circle: Circle, place: Place | None, demand: Demand | None) -> set[str]:
    """Ids of those whom a side may meet. Raises WrongState where it takes no part."""
    if place is not None and place.pk in {row.pk for row in circle.places}:
        return {str(row.pk) for row in circle.reach_of(place)}
    if demand is not None and demand.pk in {row.pk for row in circle.demands}:
        return {str(row.pk) for row in circle.within_reach(demand)}
    raise WrongState("takes_no_part", *_NO_PART)


# --- called off ----------------------------------------------------------------------------------------------------


@action
def cancel_meet_up(*, actor: Actor, meet_up: MeetUp, reason: str) -> MeetUp:
    """Call it off; everybody who knows of it is told. Raises AccessDenied, WrongState, BadInput."""
    meet_up = locked(meet_up)
    if MEET_UP.move("cancel", actor, meet_up, reason=reason) and meet_up.opened_at is not None:
        _tell_all(meet_up, _CALLED_OFF, _CALLED_OFF_BODY)
    return meet_up


# --- telling -------------------------------------------------------------------------------------------------------


def _tell_all(meet_up: MeetUp, subject: Text, body: Text, circle: Circle | None = None) -> None:
    circle = circle or circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves)
    tell_sides(meet_up, subject, {row.pk: body for row in (*circle.places, *circle.demands)}, circle)


def tell_sides(meet_up: MeetUp, subject: Text, bodies: Mapping[UUID, Text], circle: Circle) -> None:
    """A message to the people of each place and demand in ``bodies``, which leads to its own page."""
    name = meet_up.challenge.name
    subject = text(f"{subject['ko']} · {pick(name, 'ko')}", f"{subject['en']} · {pick(name, 'en')}")
    startups = people_of([place.startup_id for place in circle.places], meet_up.challenge_id)
    companies = {
        company: [p.pk for p in persons_with(*COMPANY, organisation=company, challenge=meet_up.challenge_id)]
        for company in circle.companies()
    }
    for place in circle.places:
        if place.pk in bodies:
            url = reverse("selection:meet_as_place", args=[meet_up.pk, place.pk])
            notify(startups.get(place.startup_id, []), subject=subject, body=bodies[place.pk], url=url)
    for demand in circle.demands:
        if demand.pk in bodies:
            url = reverse("selection:meet_as_demand", args=[meet_up.pk, demand.pk])
            notify(companies[demand.company_id], subject=_with(subject, demand), body=bodies[demand.pk], url=url)


def _with(subject: Text, demand: Demand) -> Text:
    return text(f"{subject['ko']} · {pick(demand.title, 'ko')}", f"{subject['en']} · {pick(demand.title, 'en')}")


__all__ = [
    "add_table", "cancel_meet_up", "change_meet_up", "change_table", "collect_wishes", "give_meeting_wishes",
    "open_meet_up", "remove_table", "tell_absence",
]  # fmt: skip

_ASKED = text("밋업: 누구를 만나고 싶으십니까?", "Meet-up: whom do you wish to meet?")
_ASKED_BODY = text(
    "마감까지 만나고 싶은 상대와 참석할 수 없는 시간을 적어 주십시오. 적은 내용은 상대에게 보이지 않습니다.",
    "Until the closing you may say whom you wish to meet and when you cannot. The other side does not see it.",
)
_NEW_HOURS = text("밋업의 일정이 바뀌었습니다", "The meet-up has other hours")
_NEW_HOURS_BODY = text(
    "바뀐 일정에서 참석할 수 없는 시간을 다시 확인해 주십시오.", "Please check again when you cannot come."
)
_NEW_TABLE = text("만남의 장소가 바뀌었습니다", "A meeting takes place elsewhere")
_NEW_TABLE_BODY = text("시간표에서 테이블과 링크를 확인해 주십시오.", "See the table and the link in your timetable.")
_CALLED_OFF = text("밋업이 취소되었습니다", "The meet-up is called off")
_CALLED_OFF_BODY = text("예정된 만남이 모두 취소되었습니다.", "No meeting of it takes place.")
_COMPANY = text("이 밋업에 참가하는 수요기업을 골라 주십시오.", "Choose a demand company that takes part.")
_NAME = text(
    "테이블의 이름을 적어 주십시오. 같은 이름은 한 번만 쓸 수 있습니다.",
    "Give the table a name that no other table of the meet-up has.",
)
_LAST_TABLE = (
    text("수요기업의 마지막 테이블입니다.", "It is the only table of this company."),
    text("수요기업마다 테이블이 하나는 있어야 합니다.", "Each demand company keeps one at least."),
)
_OUT_OF_REACH = text("같은 분야의 상대만 고를 수 있습니다.", "Only those of the same field may be named.")
_NO_PART = (
    text("이 밋업에 참가하지 않습니다.", "It takes no part in this meet-up."),
    text("자리나 수요의 상태를 확인해 주십시오.", "See how the place or the demand stands."),
)
