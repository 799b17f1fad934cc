"""Who opens, answers, computes and releases a matching; and what must be there first."""

from __future__ import annotations

from django.db.models import Q

from didimdol.demands.models import Demand
from didimdol.design.texts import when_text
from didimdol.evaluation.rules import operated
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.selection import place_rules
from didimdol.selection.matching_market import inputs_of, still_asked
from didimdol.selection.models import Matching, Place
from didimdol.selection.place_rules import COMPANY, RUN
from didimdol.selection.promotion import final_selection, unmatched


def visible_to(actor: Actor) -> Q:
    """The matching as a whole: those who run it and the auditor."""
    return operated(actor, "challenge__", RUN)


def may_read(actor: Actor, matching: Matching) -> Access:
    return programme_rules.runs(actor, matching.challenge, *RUN)


def may_see_record(actor: Actor, matching: Matching) -> Access:
    """The record holds both sides' orders: auditors and managers."""
    return programme_rules.runs(actor, matching.challenge, Role.AUDITOR, Role.MANAGER)


def may_open(actor: Actor, challenge: Challenge) -> Access:
    return programme_rules.runs(actor, challenge)


def ready_to_open(challenge: Challenge) -> Access:
    """Every startup has answered, somebody is to be matched, and no other matching is under way."""
    if final_selection(challenge.pk) is None:
        return Denied("nothing_released")
    if waiting := Place.objects.within(challenge=challenge, state="offered").count():
        return Denied("places_unanswered", waiting=waiting)
    if Matching.objects.within(challenge=challenge, state__in=("open", "computed")).exists():
        return Denied("matching_under_way")
    return Allowed if unmatched(challenge.pk) else Denied("nobody_to_match")


def may_prefer_as_place(actor: Actor, place: Place) -> Access:
    return place_rules.is_startup(actor, place)


def may_prefer_as_demand(actor: Actor, demand: Demand) -> Access:
    grant = actor.grant(*COMPANY, organisation=demand.company_id, challenge=demand.challenge_id)
    return allowed_by(grant, "only_the_demand_company")


def takes_preferences(matching: Matching) -> Access:
    if matching.state != "open":
        return Denied("preferences_are_closed")
    if matching.closes_at is not None and clock.now() > matching.closes_at:
        return Denied("preferences_ended", until=when_text(matching.closes_at))
    return Allowed


def may_compute(actor: Actor, matching: Matching) -> Access:
    return programme_rules.runs(actor, matching.challenge, Role.COORDINATOR, Role.MANAGER)


def may_run(actor: Actor, matching: Matching) -> Access:
    return programme_rules.runs(actor, matching.challenge)


def may_release(actor: Actor, matching: Matching) -> Access:
    """A manager, but never the person who computed it."""
    access = may_run(actor, matching)
    return Denied("own_work") if access and matching.computed_by_id == actor.person else access


def ready_to_compute(matching: Matching) -> Access:
    """Everybody who was asked has answered, or the time is over."""
    if matching.closes_at is None or clock.now() > matching.closes_at:
        return Allowed
    places, demands = still_asked(matching)
    if not places and not demands:
        return Allowed
    return Denied("preferences_missing", missing=len(places) + len(demands), until=when_text(matching.closes_at))


def ready_to_release(matching: Matching) -> Access:
    """What is released is what places and demands say now: a withdrawal since then counts."""
    same = inputs_of(matching).as_json() == matching.inputs
    return Allowed if same else Denied("matching_changed")


reasons(
    {
        "nothing_released": text(
            "선정 결과를 공개한 뒤에 매칭을 시작합니다.", "The matching begins after the result of the selection is released."
        ),
        "places_unanswered": text(
            "참여 확정을 기다리는 기업이 {waiting}곳 있습니다. 모두 확정하거나 포기한 뒤에 매칭을 엽니다.",
            "Startups that have not confirmed or declined yet: {waiting}. The matching opens after that.",
        ),
        "matching_under_way": text("진행 중인 매칭이 있습니다.", "A matching is under way already."),
        "nobody_to_match": text(
            "매칭할 기업이 없습니다. 확정한 기업은 모두 매칭되어 있습니다.",
            "Nobody is to be matched: every confirmed startup has its demand.",
        ),
        "preferences_are_closed": text("순위 입력이 끝난 매칭입니다.", "This matching takes no more preferences."),
        "preferences_ended": text("순위 입력이 {until}에 끝났습니다.", "Preferences were taken until {until}."),
        "preferences_missing": text(
            "아직 순위를 내지 않은 곳이 {missing}곳 있습니다. {until} 뒤에는 기본 순위로 계산합니다.",
            "Still to give their order: {missing}. After {until} the default order is used for them.",
        ),
        "no_matching": text(
            "모든 규칙을 지키는 매칭이 없습니다. 아래 까닭을 보고 먼저 규칙을 고쳐 주십시오.",
            "No matching keeps all the rules. See the reason below and change a rule first.",
        ),
        "matching_changed": text(
            "계산한 뒤에 포기나 확정 등 바뀐 것이 있습니다. 다시 계산해 주십시오.",
            "Something changed since it was computed, such as a place given up. Please compute again.",
        ),
    }
)  # fmt: skip
