"""The life of a place: offered, confirmed, given up; and the reserve behind it."""

from __future__ import annotations

from collections.abc import Iterable

from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import pick, text
from didimdol.people.enums import Role
from didimdol.selection import place_rules as rules
from didimdol.selection.models import Place
from didimdol.selection.promotion import awaits_promotion, promotes_until


def _startup_answers(place: Place) -> Iterable[WaitFor]:
    name = place.challenge.name
    yield WaitFor(
        text(
            f"선정되었습니다. 참여를 확정해 주십시오 · {pick(name, 'ko')}",
            f"You are selected: confirm your place · {pick(name, 'en')}",
        ),
        place.get_absolute_url(),
        role=Role.CEO,
        organisation=place.startup_id,
        challenge=place.challenge_id,
        until=place.confirm_by,
    )


def _next_in_line(place: Place) -> Iterable[WaitFor]:
    """An ended place waits for the manager to offer it on, as long as a reserve stands and the time runs."""
    if awaits_promotion(place) is None:
        return
    number = place.application.number
    yield WaitFor(
        text(f"예비 기업에 자리를 제안해 주십시오 · {number}", f"Offer the place to the next reserve · {number}"),
        place.get_absolute_url(),
        role=Role.MANAGER,
        organisation=place.challenge.programme.operator_id,
        challenge=place.challenge_id,
        until=promotes_until(place.challenge),
    )


PLACE = Table(
    "place",
    State("reserve", "예비", "Reserve", kind="info"),
    State("offered", "확정 대기", "Awaiting confirmation", kind="warn", waits=_startup_answers),
    State("confirmed", "참여 확정", "Confirmed", kind="ok"),
    State("declined", "참여 포기", "Declined", kind="", final=True, waits=_next_in_line),
    State("lapsed", "확정 기한 경과", "Lapsed", kind="bad", final=True, waits=_next_in_line),
    State("given_up", "확정 후 포기", "Given up", kind="bad", final=True, waits=_next_in_line),
    State("closed", "예비 종료", "Reserve closed", kind="", final=True),
    Move("offer", "reserve", "offered", rules.may_promote, "자리 제안", "Offer the place"),
    Move("confirm", "offered", "confirmed", rules.may_answer, "참여 확정", "Confirm the place", guard=rules.in_time),
    Move("decline", "offered", "declined", rules.may_answer, "참여 포기", "Decline the place", reason_required=True),
    Move("lapse", "offered", "lapsed", rules.may_lapse, "기한 경과 처리", "Let it lapse", guard=rules.overdue),
    Move("give_up", "confirmed", "given_up", rules.may_give_up, "자리 포기", "Give the place up",
         guard=rules.nothing_signed, reason_required=True),
    Move("close", "reserve", "closed", rules.may_close, "예비 종료", "Leave the reserve list", reason_required=True),
)  # fmt: skip
