"""Writes of matchings: opened, answered by both sides, computed, released by another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Denied, require
from didimdol.kernel.action import action, audit, locked, locked_all, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, pick, text
from didimdol.people.queries import persons_with
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.records import keys
from didimdol.records.opening import opened
from didimdol.records.sealing import seal
from didimdol.selection import matching_rules as rules
from didimdol.selection.actions.places import tell_next
from didimdol.selection.matching_clash import NoMatching, clash_of
from didimdol.selection.matching_market import asked_demands, asked_places, inputs_of, market_of, takes_equals
from didimdol.selection.matching_words import METHODS
from didimdol.selection.models import Match, Matching, Place, Preference
from didimdol.selection.place_queries import people_of
from didimdol.selection.place_rules import COMPANY, RUN
from didimdol.selection.signals import place_matched
from didimdol.selection.states.matching import MATCHING
from didimdol_decide.matching import (
    Infeasible,
    MatchingInputs,
    MatchingOutcome,
    NotFinished,
    compute,
    seal_matching,
)

MOST = 10_000
#: of the exact methods, in the solver's deterministic time: a page waits for it
EFFORT = 20.0


@action
def open_matching(*, actor: Actor, challenge: Challenge, closes_at: datetime | None = None) -> Matching:
    """Begin to match the confirmed startups that have no demand yet; pairs that stand are kept.

    ``closes_at``: until then both sides may give their order; needed where anybody has a choice at all.
    Raises AccessDenied (not a manager; somebody has not answered; nobody to match), BadInput.
    """
    challenge = locked(challenge)
    by = require(rules.may_open(actor, challenge))
    require(rules.ready_to_open(challenge))
    market = market_of(challenge)
    places, demands = asked_places(challenge, market), asked_demands(challenge, market)
    if not places and not demands:
        closes_at = None
    elif closes_at is None or closes_at <= clock.now():
        raise BadInput("closing_in_the_future", _CLOSING, fields={"closes_at": _CLOSING})
    number = Matching.objects.within(challenge=challenge).count() + 1
    matching = Matching(challenge=challenge, number=number, closes_at=closes_at)
    MATCHING.enter(actor, matching, by=by, facts={"number": number, "places": len(market.open_places)})
    _ask(matching, places, demands)
    tell_next(challenge.pk)
    return matching


def _ask(matching: Matching, places: list[Place], demands: list[Demand]) -> None:
    name = matching.challenge.name
    subject = text(
        f"매칭 순위를 정해 주십시오 · {pick(name, 'ko')}", f"Your order for the matching · {pick(name, 'en')}"
    )
    advice = METHODS[rules_of(matching.challenge).matching.method].advice
    body = text(f"{_ORDER_BODY['ko']} {advice['ko']}", f"{_ORDER_BODY['en']} {advice['en']}")
    startups = people_of([place.startup_id for place in places], matching.challenge_id)
    for place in places:
        url = reverse("selection:prefer_as_place", args=[matching.pk, place.pk])
        notify(startups.get(place.startup_id, []), subject=subject, body=body, url=url)
    for demand in demands:
        people = persons_with(*COMPANY, organisation=demand.company_id, challenge=matching.challenge_id)
        url = reverse("selection:prefer_as_demand", args=[matching.pk, demand.pk])
        notify([person.pk for person in people], subject=subject, body=_ORDER_BODY, url=url)


@action
def give_preference(
    *,
    actor: Actor,
    matching: Matching,
    place: Place | None = None,
    demand: Demand | None = None,
    order: Sequence[Any],
    capacity: int | None = None,
) -> Preference:
    """One side's order, best first: of a place its demands, of a demand the places (rows or ids; a list inside stands
    for equals, where the rulebook takes them). Again: changed.

    What is not named follows in the default order. ``capacity`` (of a demand): how many startups it takes.
    Raises AccessDenied (not one's own; closed), BadInput (out of reach, twice, too many choices, equals).
    """
    if (place is None) == (demand is None):
        raise TypeError("a preference is of a place or of a demand")
    matching = locked(matching)
    by = require(_may_prefer(actor, matching, place, demand))
    require(rules.takes_preferences(matching))
    assert actor.person is not None  # a role is a person's
    market = market_of(matching.challenge)
    levels = [_ids(entry) for entry in order]
    ids = [pk for level in levels for pk in level]
    if any(len(level) > 1 for level in levels) and (place is not None or not takes_equals(matching.challenge)):
        raise BadInput("equals_not_taken", _EQUALS, fields={"order": _EQUALS})
    if place is not None:
        if place.pk not in {row.pk for row in market.open_places}:
            raise WrongState("not_to_be_matched", *_NOT_TO_MATCH)
        _check_order(ids, {row.pk for row in market.reach_of(place)})
        most = rules_of(matching.challenge).matching.preferences
        if len(ids) > most:
            message = text(f"{most}순위까지 정할 수 있습니다.", f"You may name {most} choices at most.")
            raise BadInput("too_many_choices", message, fields={"order": message})
        found = Preference.objects.within(matching=matching, place=place).first()
    else:
        assert demand is not None
        _check_order(ids, {row.pk for row in market.within_reach(demand)})
        if capacity is not None and not 0 <= capacity <= MOST:
            raise BadInput("bad_capacity", _CAPACITY, fields={"capacity": _CAPACITY})
        found = Preference.objects.within(matching=matching, demand=demand).first()
    preference = found or Preference(matching=matching, place=place, demand=demand)
    preference.order = [str(level[0]) if len(level) == 1 else [str(pk) for pk in level] for level in levels if level]
    preference.capacity = _taken(matching, demand, capacity)
    preference.given_by_id, preference.given_at = actor.person, clock.now()
    save(preference, *(("order", "capacity", "given_by", "given_at") if found else ()))
    side = "startup" if place is not None else "demand"
    audit("selection_preference.given", preference, by=by, facts={"side": side, "named": len(ids)})
    MATCHING.tell_waits(matching)
    return preference


def _ids(entry: Any) -> list[UUID]:
    entries = entry if isinstance(entry, list | tuple) else [entry]
    return [UUID(str(getattr(one, "pk", one))) for one in entries]


def _may_prefer(actor: Actor, matching: Matching, place: Place | None, demand: Demand | None) -> Access:
    row = place or demand
    assert row is not None
    if row.challenge_id != matching.challenge_id:
        return Denied("not_of_this_challenge")
    if place is not None:
        return rules.may_prefer_as_place(actor, place)
    assert demand is not None
    return rules.may_prefer_as_demand(actor, demand)


def _taken(matching: Matching, demand: Demand | None, capacity: int | None) -> int:
    if demand is None:
        return 1
    if capacity is not None:
        return capacity
    quota = demand.field.quota
    return rules_of(matching.challenge).demands.places if quota is None else quota


def _check_order(ids: Sequence[UUID], reach: Collection[UUID]) -> None:
    if len(set(ids)) != len(ids):
        raise BadInput("named_twice", _TWICE, fields={"order": _TWICE})
    if not set(ids) <= set(reach):
        raise BadInput("out_of_reach", _OUT_OF_REACH, fields={"order": _OUT_OF_REACH})


@action
def compute_matching(*, actor: Actor, matching: Matching) -> Matching:
    """Compute it from what both sides said and the defaults. May be repeated until the release.

    Raises AccessDenied (also while somebody asked may still answer), WrongState, NoMatching (group reserves that cannot
    be kept: why, and the least that would help).
    """
    matching = locked(matching)
    assert actor.person is not None or not rules.may_compute(actor, matching)
    if matching.state == "computed":
        by = require(rules.may_compute(actor, matching))
    else:
        MATCHING.move("compute", actor, matching)
        by = None
    inputs = inputs_of(matching)
    try:
        outcome = compute(inputs, effort=EFFORT)
    except Infeasible as none:
        clash = clash_of(matching.challenge, inputs)
        if clash is None:
            raise WrongState("matching_not_finished", *_NOT_FINISHED) from none
        raise NoMatching(clash) from none
    except NotFinished:
        raise WrongState("matching_not_finished", *_NOT_FINISHED) from None
    matching.inputs, matching.outcome = inputs.as_json(), outcome.as_json()
    matching.computed_by_id, matching.computed_at = actor.person, clock.now()
    save(matching, "inputs", "outcome", "computed_by", "computed_at")
    unmatched = sum(line.demand is None for line in outcome.lines)
    audit(
        "selection_matching.computed",
        matching,
        by=by,
        facts={"pairs": len(outcome.pairs), "unmatched": unmatched, "number": matching.number},
    )
    return matching


@action
def release_matching(*, actor: Actor, matching: Matching) -> Matching:
    """Seal it, make the matches, tell both sides. Never undone; a place given up later opens another matching.

    Raises AccessDenied (never the person who computed it; something changed since), WrongState.
    """
    matching = locked(matching)
    # Nobody gives a place up between the last look at it and its match.
    locked_all(list(Place.objects.within(challenge=matching.challenge_id, state="confirmed")))
    if not MATCHING.move("release", actor, matching, facts={"number": matching.number}):
        return matching
    matching.released_at = clock.now()
    _seal(matching)
    save(matching, "released_at", "record")
    frozen = {pair["startup"] for pair in matching.inputs["frozen"]}
    made = []
    for pair in matching.outcome["pairs"]:
        if pair["startup"] not in frozen:
            match = Match(matching=matching, place_id=UUID(pair["startup"]), demand_id=UUID(pair["demand"]))
            save(match)
            audit("selection_match.made", match, facts={"place": match.place_id, "demand": match.demand_id})
            made.append(match)
    _tell(matching, made)
    for match in made:
        place_matched.send(sender=Match, match=match, actor=actor)
    tell_next(matching.challenge_id)
    return matching


def _seal(matching: Matching) -> None:
    key_id, private_key = keys.current()
    moment = clock.now().astimezone(clock.KST).isoformat(timespec="seconds")
    inputs = MatchingInputs.model_validate(matching.inputs).model_copy(update={"sealed_at": moment})
    # What was decided is sealed, not what another version of the solver might find among equals.
    document = seal_matching(inputs, private_key, key_id, MatchingOutcome.model_validate(matching.outcome))
    matching.record = seal(
        kind="matching",
        tier="full",
        subject_id=matching.pk,
        challenge=matching.challenge_id,
        organisation=None,
        document=document,
        digest=str(document["digest"]),
    )


def _tell(matching: Matching, made: list[Match]) -> None:
    places = {place.pk: place for place in Place.objects.within(pk__in=[match.place_id for match in made])}
    people = people_of([place.startup_id for place in places.values()], matching.challenge_id)
    name = matching.challenge.name
    subject = text(f"매칭이 확정되었습니다 · {pick(name, 'ko')}", f"The matching is released · {pick(name, 'en')}")
    for match in made:
        place = places[match.place_id]
        company = persons_with(*COMPANY, organisation=match.demand.company_id, challenge=matching.challenge_id)
        to = [*people.get(place.startup_id, []), *(person.pk for person in company)]
        notify(to, subject=subject, body=_MATCHED_BODY, url=place.get_absolute_url())
    _tell_the_others(matching)


def _tell_the_others(matching: Matching) -> None:
    """Startups that no demand was found for read why on the page of their place, companies on that of the demand."""
    name = matching.challenge.name
    subject = text(f"매칭 결과 · {pick(name, 'ko')}", f"Outcome of the matching · {pick(name, 'en')}")
    pairs = matching.outcome["pairs"]
    places = Place.objects.within(challenge=matching.challenge_id, state="confirmed")
    alone = list(places.exclude(pk__in=[pair["startup"] for pair in pairs]))
    people = people_of([place.startup_id for place in alone], matching.challenge_id)
    for place in alone:
        notify(people.get(place.startup_id, []), subject=subject, body=_ALONE_BODY, url=place.get_absolute_url())
    demands = Demand.objects.within(challenge=matching.challenge_id, state="published")
    for demand in demands.exclude(pk__in=[pair["demand"] for pair in pairs]):
        company = persons_with(*COMPANY, organisation=demand.company_id, challenge=matching.challenge_id)
        url = reverse("selection:prefer_as_demand", args=[matching.pk, demand.pk])
        notify([person.pk for person in company], subject=subject, body=_NOBODY_BODY, url=url)


@action
def cancel_matching(*, actor: Actor, matching: Matching, reason: str) -> Matching:
    """Call it off before its release; another may be opened. Raises AccessDenied, WrongState, BadInput."""
    matching = locked(matching)
    if MATCHING.move("cancel", actor, matching, reason=reason):
        tell_next(matching.challenge_id)
    return matching


@action
def export_places(*, actor: Actor, challenge: Challenge, reason: str) -> Challenge:
    """Somebody takes the list of places and matches out of the system (안전성 확보조치 기준: with its reason)."""
    by = require(programme_rules.runs(actor, challenge, *RUN))
    if not reason.strip():
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    reason = normal(reason.strip())
    audit("selection_places.exported", challenge, by=by, personal={"reason": reason})
    opened(actor, "export: places", challenge, purpose=reason)
    return challenge


__all__ = [
    "cancel_matching", "compute_matching", "export_places", "give_preference", "open_matching",
    "release_matching",
]  # fmt: skip

_REASON = text("사유를 적어 주십시오.", "Please give the reason.")
_CLOSING = text("순위 입력의 마감을 지금보다 뒤로 정해 주십시오.", "Choose a closing that lies in the future.")
_TWICE = text("같은 이름이 두 번 있습니다.", "A name appears twice.")
_OUT_OF_REACH = text("같은 분야의 것만 고를 수 있습니다.", "Only those of the same field may be named.")
_CAPACITY = text("받을 기업 수는 0 이상의 정수입니다.", "The number of startups is a whole number, 0 or more.")
_NOT_TO_MATCH = (
    text("이미 매칭되었거나 확정되지 않은 자리입니다.", "This place has its match already, or is not confirmed."),
    text("자리 화면에서 상태를 확인해 주십시오.", "See the page of the place."),
)
_EQUALS = text(
    "이 챌린지에서는 같은 순위를 줄 수 없습니다. 순위를 서로 다르게 정해 주십시오.",
    "Equal ranks are not taken in this challenge. Please give each a rank of its own.",
)
_NOT_FINISHED = (
    text("정해진 한도 안에 매칭을 계산하지 못했습니다.", "The matching could not be computed within the limit."),
    text("분야를 나누거나 매칭 방법을 바꾸어 주십시오.", "Split the fields, or change the method of the matching."),
)
_ORDER_BODY: Text = text(
    "기한까지 순위를 정할 수 있습니다. 정하지 않으면 기본 순위로 매칭합니다.",
    "You may give it until the closing. Without an answer the default order is used.",
)
_MATCHED_BODY: Text = text(
    "자리 화면에서 함께할 상대를 확인할 수 있습니다.", "The page of the place shows whom you will work with."
)
_ALONE_BODY: Text = text(
    "이번 매칭에서 함께할 수요가 정해지지 않았습니다. 까닭은 자리 화면에서 확인할 수 있습니다.",
    "No demand was matched this time. The page of your place says why.",
)
_NOBODY_BODY: Text = text(
    "이번 매칭에서 이 수요와 함께할 기업이 정해지지 않았습니다. 결과 화면에서 확인할 수 있습니다.",
    "No startup was matched with this demand. The page of the outcome tells more.",
)
