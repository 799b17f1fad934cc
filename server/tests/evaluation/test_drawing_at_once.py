"""Real connections beside each other: two secrets at once, a change beside the seal, two answers to one request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from didimdol.evaluation import actions
from didimdol.evaluation.models import Draw, DrawCommitment
from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied, WrongState
from didimdol.records.models import AuditEvent, SealedRecord
from server.tests.evaluation.drawing import file_of, scene
from server.tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_bodies_at_once_are_drawn_for_once() -> None:
    drawing = scene(experts=4, applications=1)
    draw = drawing.opened()
    changed, sealed = together(
        lambda: actions.change_pool(actor=drawing.runs, draw=draw, stated=drawing.stated()),
        lambda: actions.seal_pool(actor=drawing.runs, draw=draw, reveal_by=clock.now() + timedelta(days=1)),
    )
    assert isinstance(sealed, Draw) and sealed.state == "sealed"
    assert isinstance(changed, Draw) or changed.code == "pool_sealed"

    # one body twice, the other once
    lead = drawing.acts(drawing.lead)
    answers = together(
        lambda: actions.commit_secret(actor=drawing.runs, draw=draw, commitment="a" * 64),
        lambda: actions.commit_secret(actor=drawing.runs, draw=draw, commitment="b" * 64),
        lambda: actions.commit_secret(actor=lead, draw=draw, commitment="c" * 64),
    )
    assert sum(isinstance(answer, WrongState) for answer in answers) == 1
    assert DrawCommitment.objects.within(draw=draw).count() == 2
    assert Draw.objects.within(pk=draw.pk).get().state == "committed"
    actions.give_up_draw(actor=drawing.runs, draw=draw, reason="다른 비밀로")

    draw, mine, theirs = drawing.committed()
    answers = together(
        lambda: actions.reveal_secret(actor=drawing.runs, draw=draw, secret=file_of(mine)),
        lambda: actions.reveal_secret(actor=drawing.runs, draw=draw, secret=file_of(mine)),
        lambda: actions.reveal_secret(actor=lead, draw=draw, secret=file_of(theirs)),
    )
    if isinstance(answers[2], AccessDenied):  # it came before the operator's
        assert answers[2].code == "draw_operator_first"
        answers[2] = actions.reveal_secret(actor=lead, draw=draw, secret=file_of(theirs))
    assert sum(isinstance(answer, WrongState | AccessDenied) for answer in answers) == 1
    assert Draw.objects.within(pk=draw.pk).get().state == "drawn"
    assert drawing.round.seats.count() == 3 and SealedRecord.objects.within(subject_id=draw.pk).count() == 1

    # two who accept one request: one replacement
    leaving = draw.people.filter(standing="drawn", kind="market").order_by("code")[0]
    replacement = actions.ask_replacement(actor=drawing.runs, leaving=leaving, ground="declined")
    manager = drawing.acts(drawing.world.manager)
    together(*[lambda: actions.accept_replacement(actor=manager, replacement=replacement)] * 2)
    replacement.refresh_from_db()
    moves = AuditEvent.objects.unscoped(why="test").filter(subject_id=replacement.pk)
    assert sum(e.type in ("draw_replacement.accept", "draw_replacement.leave_empty") for e in moves) == 1
    assert replacement.state in ("accepted", "unfilled")
