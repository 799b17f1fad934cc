"""Writes of the remarks to evaluators: told, answered, lapsed, lifted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from didimdol.evaluation import rules as evaluation_rules
from didimdol.evaluation.models import Round, Seat
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, locked_all, notify, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol.selection import sureness_queries as queries
from didimdol.selection import sureness_rules as rules
from didimdol.selection.models import Remark
from didimdol.selection.remark_words import above
from didimdol.selection.states.remark import REMARK

MOST = 2000


@action
def tell_evaluator(*, actor: Actor, remark: Remark, content: Mapping[str, Any]) -> Remark:
    """Tell an evaluator what is to be said about their ballots; again only where it is another thing than before.
    Raises AccessDenied (it follows from the ballots: the system tells it)."""
    require(rules.is_system(actor, remark))
    new = remark._state.adding
    before = None if new or remark.state == "lifted" else gist(remark)
    remark.content = dict(content)
    if before == gist(remark):
        save(remark, "content")
        audit("remark.kept", remark)
        REMARK.tell_waits(remark)
        return remark
    first = not Remark.objects.within(seat=remark.seat_id, state="open").exists()
    remark.reply_until = rules.settings_of(remark.seat.round.challenge).reply_until(clock.now())
    remark.replied_at = None
    facts = {"kind": remark.kind}
    if new:
        REMARK.enter(actor, remark, facts=facts)
    else:
        save(remark, "content", "reply_until", "replied_at")
        if remark.state == "open":
            REMARK.tell_waits(remark)
            audit("remark.changed", remark, facts=facts)
        else:
            REMARK.move("renew", actor, remark, facts=facts)
    if first and remark.seat.state != "vacated":  # one message a seat; each remark is a to-do
        notify([remark.seat.person_id], subject=_TOLD, body=_TOLD_BODY, url=remark.get_absolute_url())
    return remark


def gist(remark: Remark) -> object:
    """What a reply answers: which items which way, or which leaning. A figure that moves a little asks nobody again."""
    if remark.kind == "leaning":
        return remark.content["leaning"]
    return sorted((item["criterion"], item["points"], above(item)) for item in remark.content["items"])


def close_with_release(round: Round, at: datetime) -> None:
    """The result is out, so nobody reads a reply any more: what waits is closed, what was replied stays. Inside the
    release."""
    standing = Remark.objects.within(seat__round=round, state__in=("open", "answered"))
    for remark in locked_all(list(standing)):
        remark.reply_until = min(remark.reply_until, at)
        if remark.state == "open":
            REMARK.move("close", SYSTEM, remark, along=("reply_until",))
        else:
            save(remark, "reply_until")


@action
def lift_remark(*, actor: Actor, remark: Remark) -> Remark:
    """It is no longer so: the ballots changed, or the application was withdrawn."""
    remark = locked(remark)
    REMARK.move("lift", actor, remark)
    return remark


@action
def lapse_remark(*, actor: Actor, remark: Remark) -> Remark:
    """The time to reply is over."""
    remark = locked(remark)
    REMARK.move("lapse", actor, remark)
    return remark


def lapse_overdue_remarks() -> None:
    late = Remark.objects.unscoped(why="all whose time to reply is over").filter(
        state="open", reply_until__lt=clock.now()
    )
    for remark in late.order_by("reply_until", "pk"):
        lapse_remark(actor=SYSTEM, remark=remark)


@action
def answer_remarks(*, actor: Actor, seat: Seat, replies: Mapping[UUID, str]) -> Seat:
    """Keep an evaluator's replies: remark → words. Until its time is over a reply may be written anew; an empty one
    leaves what stands. Raises BadInput naming the remark, or where nothing was written; AccessDenied."""
    by = require(evaluation_rules.holds_seat(actor, seat))
    own = queries.remarks_of(actor, seat).select_for_update(of=("self",)).order_by("pk")
    problems: dict[str, Text] = {}
    given = 0
    for remark in own.filter(pk__in=list(replies)):
        words = normal(replies[remark.pk]).strip()
        if not words or (words == remark.reply and remark.state == "answered"):
            continue
        if len(words) > MOST:
            problems[field_of(remark)] = text(
                f"{MOST:,}자까지 쓸 수 있습니다(현재 {len(words):,}자).",
                f"At most {MOST:,} characters (now {len(words):,}).",
            )
            continue
        require(rules.in_time(remark))
        given += 1
        remark.reply, remark.replied_at = words, clock.now()
        if remark.state == "answered":
            save(remark, "reply", "replied_at")
        else:
            REMARK.move("answer", actor, remark, along=("reply", "replied_at"))
    if problems:
        raise BadInput("reply_too_long", next(iter(problems.values())), fields=problems)
    if not any(words.strip() for words in replies.values()):
        raise BadInput("nothing_written", _NOTHING, _WRITE)
    audit("remarks.answered" if given else "remarks.answered_again", seat, by=by, facts={"replies": given})
    return seat


def field_of(remark: Remark) -> str:
    """The name of the remark's field on the evaluator's form."""
    return f"reply_{remark.pk.hex}"


_NOTHING = text("적은 답변이 없어 저장하지 않았습니다.", "Nothing was written, so nothing was kept.")
_WRITE = text("답변할 칸에 적은 뒤에 저장해 주십시오.", "Write a reply to at least one remark, then save.")
_TOLD = text("내 평가표에 대해 알려 드릴 것이 있습니다", "A remark on your ballots")
_TOLD_BODY = text(
    "사유를 적거나 의견을 남길 수 있습니다. 점수와 결과는 이 답변으로 바뀌지 않으며, 위원회가 함께 읽습니다.",
    "You may give a reason or a reply. It changes no score and no result; the committee reads it beside the remark.",
)
