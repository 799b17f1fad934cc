"""Who takes, gives up and offers a place; and which places exist for whom."""

from __future__ import annotations

from django.db.models import Q

from didimdol.design.texts import when_text
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules
from didimdol.selection.models import Match, Place
from didimdol.selection.ports import may_give_up as asked_above
from didimdol.selection.promotion import ENDED, is_replaced, next_reserve, promotes_until

RUN = (Role.COORDINATOR, Role.MANAGER, Role.AUDITOR)
STARTUP = (Role.CEO, Role.STAFF)
COMPANY = (Role.DEMAND_LEAD, Role.BUDGET_OWNER)


def visible_to(actor: Actor) -> Q:
    """Those of the challenges one runs, of one's own startup, and a company's: the ones matched to its demands."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if not grant.organisation:
            continue
        if grant.role in RUN:
            reach = Q(challenge__programme__operator=grant.organisation)
        elif grant.role in STARTUP:
            reach = Q(startup=grant.organisation)
        elif grant.role in COMPANY:
            reach = Q(pk__in=Match.objects.within(demand__company=grant.organisation).values("place"))
        else:
            continue
        condition |= reach & Q(challenge=grant.challenge) if grant.challenge else reach
    return condition


def runs(actor: Actor, place: Place) -> Access:
    return programme_rules.runs(actor, place.challenge)


def may_read_operation(actor: Actor, place: Place) -> Access:
    """The standing in line and the log of the place: those who run it and the auditor."""
    return programme_rules.runs(actor, place.challenge, *RUN)


def is_startup(actor: Actor, place: Place) -> Access:
    grant = actor.grant(*STARTUP, organisation=place.startup_id, challenge=place.challenge_id)
    return allowed_by(grant, "only_the_places_startup")


def may_answer(actor: Actor, place: Place) -> Access:
    """Confirm or decline: the chief executive in person (KISED notices: no delegation)."""
    grant = actor.grant(Role.CEO, organisation=place.startup_id, challenge=place.challenge_id)
    return allowed_by(grant, "only_the_places_ceo")


def may_lapse(actor: Actor, place: Place) -> Access:
    return Allowed if actor == SYSTEM else runs(actor, place)


def may_give_up(actor: Actor, place: Place) -> Access:
    """The chief executive, or the manager for a startup that cannot be reached."""
    own = actor.grant(Role.CEO, organisation=place.startup_id, challenge=place.challenge_id)
    if own is not None:
        return Access(True, by=own)
    return runs(actor, place) if runs(actor, place) else Denied("only_the_places_ceo")


def may_close(actor: Actor, place: Place) -> Access:
    """Leave the reserve list: the system when the time is over, else as for giving up."""
    return Allowed if actor == SYSTEM else may_give_up(actor, place)


def may_promote(actor: Actor, place: Place) -> Access:
    return runs(actor, place)


# --- guards --------------------------------------------------------------------------------------------------------


def in_time(place: Place) -> Access:
    if place.confirm_by is not None and clock.now() > place.confirm_by:
        return Denied("confirmation_is_over", until=when_text(place.confirm_by))
    return Allowed


def overdue(place: Place) -> Access:
    if place.confirm_by is None or clock.now() > place.confirm_by:
        return Allowed
    return Denied("may_still_confirm", until=when_text(place.confirm_by))


def nothing_signed(place: Place) -> Access:
    return asked_above.ask(place.pk)


def promotable(place: Place) -> Access:
    """May the next reserve be offered what this ended place leaves?"""
    if place.state not in ENDED:
        return Denied("place_stands")
    if is_replaced(place):
        return Denied("place_is_replaced")
    until = promotes_until(place.challenge)
    if clock.now() > until:
        return Denied("promotion_is_over", until=when_text(until))
    return Allowed if next_reserve(place) else Denied("no_reserve_left")


reasons(
    {
        "only_the_places_startup": text(
            "이 자리를 받은 창업기업의 담당자만 할 수 있습니다.", "Only the startup of this place may do this."
        ),
        "only_the_places_ceo": text(
            "이 자리를 받은 창업기업의 대표자만 할 수 있습니다.",
            "Only the chief executive of the startup may do this.",
        ),
        "confirmation_is_over": text(
            "참여 확정 기한이 {until}에 지났습니다.", "The time to confirm ended on {until}."
        ),
        "may_still_confirm": text(
            "{until}까지는 기업이 참여를 확정할 수 있습니다.", "The startup may still confirm until {until}."
        ),
        "place_stands": text(
            "아직 비지 않은 자리입니다. 포기하거나 기한이 지난 자리만 예비 기업에 제안합니다.",
            "This place is not free: only an ended place is offered to a reserve.",
        ),
        "place_is_replaced": text("이 자리는 이미 예비 기업에 돌아갔습니다.", "This place was offered to a reserve already."),
        "promotion_is_over": text(
            "예비 승격 기간이 {until}에 끝났습니다(통합관리지침 §24③).",
            "Reserves could be promoted until {until} (Integrated guideline §24③).",
        ),
        "no_reserve_left": text(
            "이 자리를 이어받을 예비 기업이 없습니다.", "No reserve is left that could take this place."
        ),
    }
)  # fmt: skip
