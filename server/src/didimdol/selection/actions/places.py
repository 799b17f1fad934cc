"""Writes of places: opened with the release, confirmed, declined, lapsed, given up, offered to the next in line."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from didimdol.applications.models import Application
from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import WrongState
from didimdol.kernel.words import Text, normal, pick, text
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook.business_days import OutsideHolidayTable
from didimdol.selection import place_rules as rules
from didimdol.selection.actions.meetings import startup_left, tell_meet_ups
from didimdol.selection.models import Line, Match, Matching, Place, Selection
from didimdol.selection.place_queries import people_of
from didimdol.selection.promotion import ENDED, final_selection, next_reserve, promotes_until
from didimdol.selection.signals import place_ended
from didimdol.selection.states.matching import MATCHING
from didimdol.selection.states.place import PLACE
from didimdol.selection.states.selection import SELECTION


def open_places(actor: Actor, selection: Selection, lines: list[Line]) -> None:
    """A place for every selected application, and a standing in line for every reserve. Inside release_selection."""
    challenge = selection.round.challenge
    confirm_by = _confirm_by(challenge)
    counted: dict[str, int] = defaultdict(int)
    standing = [line for line in lines if line.computed in ("selected", "reserve")]
    for line in sorted(standing, key=lambda line: (line.rank or 0, line.application.number)):
        field = line.application.field
        assert field is not None  # a submitted application names one
        position = 0
        if line.computed == "reserve":
            group = field.key if field.quota is not None else "*"
            position = counted[group] = counted[group] + 1
        place = Place(
            challenge=challenge,
            field=field,
            application=line.application,
            startup_id=line.application.startup_id,
            position=position,
        )
        PLACE.enter(actor, place, facts={"position": position})
        if not position:
            _offer(actor, place, confirm_by)


def _confirm_by(challenge: Challenge) -> datetime:
    try:
        return rules_of(challenge).confirmation.deadline(clock.now())
    except OutsideHolidayTable as error:
        day = error.day.isoformat()
        raise WrongState(
            "outside_holiday_table",
            text(
                f"확정 기한을 셀 수 없습니다. 공휴일 표에 {day}이 없습니다.",
                f"The time to confirm cannot be counted: the holiday table does not reach {day}.",
            ),
            text("공휴일 표를 늘린 판으로 올려 주십시오.", "Install a version with a longer holiday table."),
        ) from None


def _offer(actor: Actor, place: Place, confirm_by: datetime, **facts: Any) -> None:
    place.offered_at, place.confirm_by = clock.now(), confirm_by
    PLACE.move("offer", actor, place, facts={"confirm_by": confirm_by.isoformat(), **facts})
    save(place, "offered_at", "confirm_by", "replaces")


@action
def confirm_place(*, actor: Actor, place: Place) -> Place:
    """Take the place. Raises AccessDenied (not the chief executive; too late), WrongState."""
    place = locked(place)
    if PLACE.move("confirm", actor, place):
        place.confirmed_at, place.confirmed_by_id = clock.now(), actor.person
        save(place, "confirmed_at", "confirmed_by")
        tell_next(place.challenge_id)
    return place


@action
def decline_place(*, actor: Actor, place: Place, reason: str) -> Place:
    """Do not take it; the next in line may be offered it. Raises AccessDenied, WrongState, BadInput."""
    place = locked(place)
    if PLACE.move("decline", actor, place, reason=reason):
        _ended(actor, place, reason)
    return place


@action
def lapse_place(*, actor: Actor, place: Place) -> Place:
    """Nobody confirmed in time. By the system, or the manager. Raises AccessDenied (still in time), WrongState."""
    place = locked(place)
    if PLACE.move("lapse", actor, place):
        _ended(actor, place, "")
        _tell(
            place,
            text("참여 확정 기한이 지났습니다", "The time to confirm is over"),
            text(
                "기한까지 참여를 확정하지 않아 자리가 예비 기업에 넘어갑니다. 문의는 운영기관에 해 주십시오.",
                "The place was not confirmed in time and goes to the next in line. Please ask the operator if in doubt.",
            ),
        )
    return place


@action
def give_up_place(*, actor: Actor, place: Place, reason: str) -> Place:
    """Give a confirmed place up: its match ends, and the next in line may be offered it.

    Raises AccessDenied (also once an agreement is signed: then the project is ended first), WrongState, BadInput.
    """
    place = locked(place)
    if PLACE.move("give_up", actor, place, reason=reason):
        for match in Match.objects.within(place=place, ended_at__isnull=True).select_for_update(of=("self",)):
            match.ended_at = clock.now()
            save(match, "ended_at")
            audit("selection_match.ended", match)
        _ended(actor, place, reason)
        _tell(
            place,
            text("확정한 자리를 포기했습니다", "The confirmed place is given up"),
            text(
                "매칭도 함께 끝났습니다. 사유는 기록에 남습니다.", "Its match ended with it. The reason is on record."
            ),
        )
    return place


@action
def close_reserve(*, actor: Actor, place: Place, reason: str) -> Place:
    """Take a reserve off the list: on its own wish, or because the time is over."""
    place = locked(place)
    if PLACE.move("close", actor, place, reason=reason):
        place.ended_reason = normal(reason.strip())
        save(place, "ended_reason")
        startup_left(place)
        if actor == SYSTEM:
            _tell(place, _RESERVE_OVER, _RESERVE_OVER_BODY)
        tell_next(place.challenge_id)
    return place


@action
def promote_reserve(*, actor: Actor, place: Place) -> Place:
    """Offer what the ended ``place`` leaves to the next reserve of its field (or the pool). The offered place.

    Raises AccessDenied (no manager; replaced already; nobody waits; the time is over), WrongState.
    """
    # The challenge first: two promotions at once must not offer one reserve twice.
    locked(place.challenge)
    place = locked(place)
    by = require(rules.may_promote(actor, place))
    if place.state not in ENDED:
        raise WrongState(
            "place_stands",
            text("아직 비지 않은 자리입니다.", "This place is not free."),
            text(
                "포기하거나 기한이 지난 자리만 예비 기업에 제안합니다.", "Only an ended place is offered to a reserve."
            ),
            state=place.state,
        )
    require(rules.promotable(place))
    reserve = next_reserve(place)
    assert reserve is not None  # `promotable` found one, and the challenge is locked
    reserve = locked(reserve)
    reserve.replaces = place
    _offer(actor, reserve, _confirm_by(place.challenge), replaces=str(place.pk))
    audit("selection_place.promoted", reserve, by=by, facts={"replaces": place.pk, "position": reserve.position})
    _tell(
        reserve,
        text("예비에서 선정되었습니다", "You move up from the reserve list"),
        text(
            "앞선 기업의 자리가 비어 차례가 되었습니다. 기한까지 대표자가 참여를 확정해 주십시오.",
            "A place has become free and it is your turn. The chief executive confirms it until the date shown.",
        ),
    )
    tell_next(place.challenge_id)
    tell_meet_ups(place.challenge_id)
    return reserve


def _ended(actor: Actor, place: Place, reason: str) -> None:
    place.ended_reason = normal(reason.strip())
    save(place, "ended_reason")
    startup_left(place)
    place_ended.send(sender=Place, place=place, actor=actor, reason=place.ended_reason)
    tell_next(place.challenge_id)


def _tell(place: Place, subject: Text, body: Text) -> None:
    name = place.challenge.name
    notify(
        people_of([place.startup_id], place.challenge_id).get(place.startup_id, []),
        subject=text(f"{subject['ko']} · {pick(name, 'ko')}", f"{subject['en']} · {pick(name, 'en')}"),
        body=body,
        url=place.get_absolute_url(),
    )


def tell_next(challenge_id: UUID) -> None:
    """Whose turn it is now: the manager's for every ended place, and for the matching once all have answered; theirs
    whose order the open matching still asks for."""
    ended = Place.objects.within(challenge=challenge_id, state__in=ENDED)
    for place in ended.select_related("challenge__programme", "challenge__rulebook", "application", "field"):
        PLACE.tell_waits(place)
    selection = final_selection(challenge_id)
    if selection is not None:
        SELECTION.tell_waits(selection)
    tell_matching(challenge_id)


def tell_matching(challenge_id: UUID) -> None:
    """Who is asked for an order has changed. Inside another action."""
    for matching in Matching.objects.within(challenge=challenge_id, state="open"):
        MATCHING.tell_waits(matching)


# --- what follows by itself ----------------------------------------------------------------------------------------


def application_left(sender: type[Application], application: Application, actor: Actor, **kwargs: Any) -> None:
    """A startup that takes its application back gives its place up with it; refused where an agreement is signed."""
    place = Place.objects.within(application=application).first()
    reason = "신청 철회 / application withdrawn"
    if place is None:
        return
    if place.state == "reserve":
        close_reserve(actor=actor, place=place, reason=reason)
    elif place.state == "offered":
        decline_place(actor=actor, place=place, reason=reason)
    elif place.state == "confirmed":
        give_up_place(actor=actor, place=place, reason=reason)


def demand_left(sender: type[Demand], demand: Demand, **kwargs: Any) -> None:
    """A demand was withdrawn: nobody is asked about it any more."""
    tell_matching(demand.challenge_id)


def lapse_overdue() -> None:
    """Every place whose time to confirm is over, and every reserve whose time to be promoted is."""
    late = Place.objects.unscoped(why="all whose time to confirm is over").filter(
        state="offered", confirm_by__lt=clock.now()
    )
    for place in late.order_by("confirm_by"):
        lapse_place(actor=SYSTEM, place=place)
    reserves = Place.objects.unscoped(why="all that stand in line").filter(state="reserve")
    until: dict[UUID, datetime] = {}
    for place in reserves.select_related("challenge__rulebook").order_by("pk"):
        if place.challenge_id not in until:
            until[place.challenge_id] = promotes_until(place.challenge)
        if clock.now() > until[place.challenge_id]:
            close_reserve(actor=SYSTEM, place=place, reason="승격 기간 종료 / promotion is over")


_RESERVE_OVER = text("예비 승격 기간이 끝났습니다", "The time for reserves is over")
_RESERVE_OVER_BODY = text(
    "승격 기간 안에 자리가 나지 않아 예비가 끝났습니다. 관심을 가져 주셔서 고맙습니다.",
    "No place became free in time, so the reserve list has ended. Thank you for taking part.",
)
