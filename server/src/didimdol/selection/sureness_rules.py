"""Who reads how sure a ranking is and until when; who answers a remark about their own ballots."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from didimdol.design.texts import when_text
from didimdol.evaluation import rules as evaluation_rules
from didimdol.evaluation.models import Round
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.loading import moments_of
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import HowSureRules
from didimdol.selection.models import Remark, Selection


def settings_of(challenge: Challenge) -> HowSureRules:
    return rules_of(challenge).evaluation.how_sure


# --- the estimate --------------------------------------------------------------------------------------------------


def may_read_estimate(actor: Actor, selection: Selection) -> Access:
    """The roles that the rulebook names; nobody else, however much of the ranking they see."""
    settings = settings_of(selection.round.challenge)
    if not settings.enabled:
        return Denied("how_sure_off")
    readers = [Role(key) for key in settings.seen_by]
    access = programme_rules.runs(actor, selection.round.challenge, *readers)
    return access or Denied("how_sure_not_for_you")


def may_ask_for_estimate(actor: Actor, selection: Selection) -> Access:
    """Whoever reads it and works on the selection; auditors only read."""
    access = may_read_estimate(actor, selection)
    if not access:
        return access
    works = programme_rules.runs(actor, selection.round.challenge, Role.COORDINATOR, Role.MANAGER)
    return works if not works else Denied("estimate_over") if is_over(selection) else works


def kept_until(selection: Selection) -> datetime:
    """When the estimate is deleted: ``keep_days`` after the time for objections, or after a cancellation. Where nothing is
    released, as if it had been on the announced day, or when the ranking was computed if that is later."""
    challenge = selection.round.challenge
    book = rules_of(challenge)
    if selection.released_at is None and challenge.state == "cancelled":
        return book.evaluation.how_sure.kept_until(challenge.state_since)
    released = selection.released_at or max(moments_of(book)["release"], selection.computed_at)
    return book.evaluation.how_sure.kept_until(book.objection.deadline(released))


def is_over(selection: Selection) -> bool:
    return clock.now() > kept_until(selection)


def may_name(actor: Actor, round: Round) -> Access:
    """Evaluators by name and item scores: those who may read single ballots (domain.md §9: a manager never does)."""
    return programme_rules.runs(actor, round.challenge, *evaluation_rules.READ)


# --- remarks -------------------------------------------------------------------------------------------------------


def is_system(actor: Actor, row: object) -> Access:
    """What follows from the ballots and the clock alone."""
    return Allowed if actor == SYSTEM else Denied("only_the_system")


def may_answer(actor: Actor, remark: Remark) -> Access:
    return evaluation_rules.holds_seat(actor, remark.seat)


def in_time(remark: Remark) -> Access:
    if clock.now() <= remark.reply_until:
        return Allowed
    return Denied("reply_is_over", until=when_text(remark.reply_until))


def overdue(remark: Remark) -> Access:
    if clock.now() > remark.reply_until:
        return Allowed
    return Denied("may_still_reply", until=when_text(remark.reply_until))


def own_remarks(actor: Actor) -> Q:
    """Those of the seats that the actor holds, but of applications that a conflict has closed to them."""
    if actor.person is None:
        return Q(pk__in=[])
    conflicts = evaluation_rules.conflicts_of(actor).values("application")
    return evaluation_rules.seated(actor, "seat__") & (Q(application=None) | ~Q(application__in=conflicts))


reasons(
    {
        "how_sure_off": text(
            "이 챌린지의 규칙집은 순위의 확실성을 추정하지 않습니다.",
            "The rulebook of this challenge has no estimate of how sure the ranking is.",
        ),
        "how_sure_not_for_you": text(
            "규칙집이 정한 역할만 볼 수 있는 참고 자료입니다(evaluation.how_sure.seen_by).",
            "This advice is for the roles that the rulebook names (evaluation.how_sure.seen_by).",
        ),
        "estimate_over": text(
            "보관 기간이 끝나 지워진 참고 자료입니다. 다시 만들지 않습니다.",
            "The time to keep this advice is over; it was deleted and is not made again.",
        ),
        "only_the_system": text("시스템이 하는 일입니다.", "Only the system does this."),
        "reply_is_over": text("답변 기한이 {until}에 지났습니다.", "The time to reply ended on {until}."),
        "may_still_reply": text("{until}까지 답변할 수 있습니다.", "A reply may be given until {until}."),
    }
)
