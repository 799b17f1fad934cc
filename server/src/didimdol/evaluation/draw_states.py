"""Draws and replacements: what they may become, by whom, and whom each waits for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from didimdol.evaluation import draw_rules as rules
from didimdol.evaluation.draw_models import DrawCommitment, DrawReveal
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import Role


def _ask(draw: Any, body: str, what: Text) -> Iterable[WaitFor]:
    challenge = draw.round.challenge
    roles: tuple[Role, ...] = (Role.COORDINATOR,)
    if body != rules.OPERATOR:
        roles = (Role.AUDITOR,) if body == rules.AUDITOR else rules.OF_PARTIES
    for role in roles:
        yield WaitFor(
            text(f"{what['ko']} · {pick(challenge.name, 'ko')}", f"{what['en']} · {pick(challenge.name, 'en')}"),
            draw.get_absolute_url(),
            role=role,
            organisation=challenge.programme.operator_id if body == rules.OPERATOR else draw.witness_organisation_id,
            challenge=challenge.pk,
            until=draw.reveal_by,
        )


def _pool(draw: Any) -> Iterable[WaitFor]:
    return _ask(
        draw,
        rules.OPERATOR,
        text("평가위원 추첨의 명부를 확인하고 봉인해 주십시오", "Check and seal the pool of the draw"),
    )


def _committing(draw: Any) -> Iterable[WaitFor]:
    done = set(DrawCommitment.objects.within(draw=draw).values_list("body", flat=True))
    for body in rules.bodies(draw):
        if body not in done:
            yield from _ask(
                draw,
                body,
                text("평가위원 추첨의 비밀을 약속해 주십시오", "Commit to a secret for the draw of evaluators"),
            )


def _revealing(draw: Any) -> Iterable[WaitFor]:
    done = set(DrawReveal.objects.within(draw=draw).values_list("body", flat=True))
    left = [body for body in rules.bodies(draw) if body not in done]  # the operator is the first
    for body in left[:1]:
        yield from _ask(
            draw, body, text("평가위원 추첨의 비밀을 공개해 주십시오", "Reveal your secret for the draw of evaluators")
        )


def _answering(replacement: Any) -> Iterable[WaitFor]:
    draw = replacement.draw
    if draw.round.state == "closed":
        return
    for role in rules.OPERATOR_ROLES:
        yield WaitFor(
            text("추첨된 위원의 대체 요청을 확인해 주십시오", "Answer the request to replace a drawn evaluator"),
            draw.get_absolute_url(),
            role=role,
            organisation=draw.round.challenge.programme.operator_id,
            challenge=draw.round.challenge_id,
        )


DRAW = Table(
    "draw",
    State("pool", "명부 작성 중", "Pool in preparation", waits=_pool),
    State("sealed", "명부 봉인, 약속 대기", "Sealed, waiting for commitments", kind="warn", waits=_committing),
    State("committed", "모두 약속, 공개 대기", "All committed, waiting for the secrets", kind="warn", waits=_revealing),
    State("drawn", "추첨 완료", "Drawn", kind="ok", final=True),
    State("ended", "중단", "Given up", kind="quiet", final=True),
    Move("seal", "pool", "sealed", rules.prepares, "명부 봉인", "Seal the pool"),
    Move("complete", "sealed", "committed", rules.takes_part, "약속 완료", "All have committed", guard=rules.all_committed),
    Move("run", "committed", "drawn", rules.takes_part, "추첨", "Draw", guard=rules.all_revealed),
    Move("give_up", ("pool", "sealed", "committed"), "ended", rules.prepares, "추첨 중단", "Give the draw up", reason_required=True),
)  # fmt: skip

REPLACEMENT = Table(
    "draw_replacement",
    State("asked", "대체 요청", "Replacement asked for", kind="warn", waits=_answering),
    State("accepted", "대체됨", "Replaced", kind="ok", final=True),
    State("unfilled", "후보 없음", "Nobody could follow", kind="bad", final=True),
    State("refused", "대체 거절", "Refused", kind="quiet", final=True),
    Move("accept", "asked", "accepted", rules.answers_replacement, "대체 승인", "Accept the replacement"),
    Move("leave_empty", "asked", "unfilled", rules.answers_replacement, "자리 비움", "Leave the seat empty"),
    Move("note_used_up", "asked", "unfilled", rules.notes_replacement, "후보 없음 기록", "Record that nobody could follow"),
    Move("refuse", "asked", "refused", rules.answers_replacement, "대체 거절", "Refuse the replacement", reason_required=True),
)  # fmt: skip
