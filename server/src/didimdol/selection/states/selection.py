"""The outcome of a round: computed, decided, released."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import Role
from didimdol.selection import rules
from didimdol.selection.handing_over import after_release
from didimdol.selection.models import Selection


def _manager(what: Text) -> Callable[[Selection], Iterable[WaitFor]]:
    def waits(selection: Selection) -> Iterable[WaitFor]:
        challenge = selection.round.challenge
        yield WaitFor(
            text(f"{what['ko']} · {pick(challenge.name, 'ko')}", f"{what['en']} · {pick(challenge.name, 'en')}"),
            selection.get_absolute_url(),
            role=Role.MANAGER,
            organisation=challenge.programme.operator_id,
            challenge=challenge.pk,
        )

    return waits


SELECTION = Table(
    "selection",
    State("computed", "계산됨", "Computed", "평가 중", "Under evaluation",
          waits=_manager(text("계산된 순위를 검토하고 의결해 주십시오", "Review the ranking and decide"))),
    State("decided", "의결됨", "Decided", "평가 중", "Under evaluation",
          waits=_manager(text("의결한 결과를 공개해 주십시오", "Release the decided result"))),
    State("released", "공개됨", "Released", kind="ok", final=True, waits=after_release),
    Move("decide", "computed", "decided", rules.may_decide, "의결", "Decide", guard=rules.ready_to_decide),
    Move("reconsider", "decided", "computed", rules.may_release, "의결 취소", "Take the decision back", reason_required=True),
    Move("release", "decided", "released", rules.may_release, "결과 공개", "Release", guard=rules.ready_to_release),
)  # fmt: skip
