"""After the release: places confirmed, declined and lapsed, reserves promoted, and the matching."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.utils.translation import override

from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes import actions as programmes
from didimdol.programmes.rulebook import Rulebook, export, from_canonical
from didimdol.rehearsal import texts
from didimdol.rehearsal.crowd import Applicant
from didimdol.rehearsal.findings import ONE_OF
from didimdol.rehearsal.meetings import Wanted, meet
from didimdol.rehearsal.world import World
from didimdol.selection.actions.matchings import compute_matching, give_preference, open_matching, release_matching
from didimdol.selection.actions.places import confirm_place, decline_place, lapse_overdue, promote_reserve
from didimdol.selection.matching_board import board_of
from didimdol.selection.matching_clash import NoMatching, Way
from didimdol.selection.matching_market import asked_demands, asked_places, market_of
from didimdol.selection.models import Match, Matching, Place

#: one of so many declines, and one of so many never answers
DECLINES, LAPSES = 10, 15
NO_DEMAND = text("분야에 공개된 수요가 없습니다", "its field has no published demand")
MATCHING_DAYS = 3  # business days for both sides to give their order


def confirm(world: World) -> Text:
    """Most confirm; some decline, one lets the time pass; the next in line moves up until nobody is left to ask."""
    world.at("release", business_days=1, hours=1)
    offered = _by_applicant(world, "offered")
    declining = offered[: -(-len(offered) // DECLINES)]
    silent = offered[len(declining) : len(declining) + len(offered) // LAPSES]
    for applicant, place in offered:
        if (applicant, place) in silent:
            continue
        _answer(world, applicant, place, accept=(applicant, place) not in declining)
    promoted, unfilled = 0, 0
    for _ in range(3):  # a reserve may let it pass as well; then the next one is asked
        world.at(max(clock.now(), _deadline(world)), hours=1)
        lapse_overdue()
        more, left = _promote(world)
        promoted, unfilled = promoted + more, left
        if not more:
            break
        clock.move_to(clock.now() + timedelta(hours=20))
        for applicant, place in _by_applicant(world, "offered"):
            _answer(world, applicant, place, accept=True)
    confirmed = _by_applicant(world, "confirmed")
    world.figures["places"] |= {
        "declined": len(declining),
        "lapsed": len(silent),
        "promoted": promoted,
        "confirmed": len(confirmed),
    }
    world.outcome["places"] = {
        applicant.key: place.state
        for state in ("confirmed", "declined", "lapsed")
        for applicant, place in _by_applicant(world, state)
    }
    if unfilled:
        world.warn(
            "way",
            text(
                f"포기한 자리 {unfilled}개를 이어받을 예비 기업이 없습니다.",
                f"No reserve is left for {unfilled} places that were given up.",
            ),
            text("예비 후보 수(reserve_per_field)를 늘리십시오.", "Raise the number of reserves (reserve_per_field)."),
            "evaluation.selection.reserve_per_field",
        )
    return text(
        f"확정 {len(confirmed)}, 포기 {len(declining)}, 기한 경과 {len(silent)}, 승격 {promoted}",
        f"{len(confirmed)} confirmed, {len(declining)} declined, {len(silent)} lapsed, {promoted} promoted",
    )


def _by_applicant(world: World, state: str) -> list[tuple[Applicant, Place]]:
    by_application = {one.application.pk: one for one in world.submitted()}
    found = Place.objects.within(challenge=world.challenge, state=state).select_related(
        "challenge__programme", "challenge__rulebook", "application", "field", "startup"
    )
    pairs = [(by_application[place.application_id], place) for place in found]
    return sorted(pairs, key=lambda pair: pair[0].key)


def _answer(world: World, applicant: Applicant, place: Place, *, accept: bool) -> None:
    actor = world.actor(applicant.person)
    if accept:
        confirm_place(actor=actor, place=place)
    else:
        decline_place(actor=actor, place=place, reason=texts.REASON["ko"])


def _deadline(world: World) -> datetime:
    moments = Place.objects.within(challenge=world.challenge, state="offered").values_list("confirm_by", flat=True)
    return max((moment for moment in moments if moment), default=clock.now())


def _promote(world: World) -> tuple[int, int]:
    """(how many reserves were offered a place, how many places nobody is left for)."""
    promoted = unfilled = 0
    for state in ("declined", "lapsed"):
        for _, place in _by_applicant(world, state):
            if Place.objects.within(replaces=place).exists():
                continue
            try:
                promote_reserve(actor=world.actor("manager"), place=place)
                promoted += 1
            except AccessDenied as refused:
                if refused.code != "no_reserve_left":
                    raise
                unfilled += 1
    return promoted, unfilled


def match(world: World) -> Text:
    """Both sides give their order where they have a choice; computed by one, released by another."""
    clock.move_to(max(clock.now(), world.when["release"]) + timedelta(hours=2))
    opened_at = clock.now()
    closes_at = world.later(opened_at, MATCHING_DAYS)
    met = _meetings(world)
    matching = open_matching(actor=world.actor("second-manager"), challenge=world.challenge, closes_at=closes_at)
    given = _preferences(world, matching)
    clock.move_to(closes_at + timedelta(minutes=10))
    matching = _computed(world, _again(matching))
    matching = release_matching(actor=world.actor("manager"), matching=_again(matching))
    by_application = {one.application.pk: one for one in world.submitted()}
    keys = {
        demand.pk: f"{field}-{number}" for field, found in world.demands.items() for number, demand in enumerate(found)
    }
    matches = Match.objects.within(matching=matching).select_related("place")
    world.outcome["matches"] = {by_application[row.place.application_id].key: keys[row.demand_id] for row in matches}
    made = len(world.outcome["matches"])
    confirmed = world.figures["places"]["confirmed"]
    if made < confirmed:
        world.warn(
            "matching",
            text(
                f"확정한 {confirmed}개 기업 가운데 {confirmed - made}개가 매칭되지 않았습니다.",
                f"{confirmed - made} of {confirmed} confirmed startups were not matched.",
            ),
            _more_room(world.book),
            "matching",
            told=tuple(_why_unmatched(matching)),
        )
    return text(f"{met['ko']}; 순위 {given}건, 매칭 {made}건", f"{met['en']}; {given} orders given, {made} matches")


def _more_room(book: Rulebook) -> Text:
    if book.matching.budgets:
        return text(
            "수요가 받을 기업 수나 매칭 예산(matching.budgets)을 늘리거나 수요를 더 받으십시오.",
            "Let demands take more startups, raise the budgets (matching.budgets), or publish more demands.",
        )
    return text(
        "수요가 받을 기업 수를 늘리거나 수요를 더 받으십시오.",
        "Let demands take more startups, or publish more demands.",
    )


def _computed(world: World, matching: Matching) -> Matching:
    """Where no matching keeps the rules, that is found with its ways out; then the first of them is taken, by the amendment
    that the page names, so that the rest is rehearsed as well."""
    coordinator = world.actor("coordinator")
    try:
        return compute_matching(actor=coordinator, matching=matching)
    except NoMatching as none:
        clash = none.clash
    world.block("matching", clash.message, ONE_OF, "matching.reserves", ways=tuple(clash.told_ways))
    taken = next(([way] for way in clash.ways if way.rule), clash.together)
    programmes.amend_challenge(
        actor=world.actor("manager"),
        challenge=world.challenge,
        text=export(loosened(world.book, taken)),
        filename=world.filename,
        reason=texts.REASON["ko"],
    )
    world.challenge.refresh_from_db()
    return compute_matching(actor=coordinator, matching=_again(matching))


def loosened(book: Rulebook, ways: Iterable[Way]) -> Rulebook:
    """The rulebook with these numbers; a group reserve that says nothing any more goes."""
    data = book.canonical()
    rules = data["matching"]
    for way in ways:
        if way.rule is not None:
            part, (key, _, name) = way.rule[0], way.rule[1].partition(".")
            next(entry for entry in rules[part] if entry["key"] == key)[name] = way.value
    rules["reserves"] = [row for row in rules["reserves"] if row["at_least"] or row["at_most"] is not None]
    return from_canonical(data)


def _meetings(world: World) -> Text:
    """Every confirmed startup meets every demand in its reach before the orders are given."""
    market = market_of(world.challenge)
    wanted = [
        Wanted(f"{pick(place.startup.name)} ({place.application.number})", text(demand.title["ko"], pick(demand.title, "en")))
        for place in market.open_places
        for demand in market.reach_of(place)
    ]  # fmt: skip
    return meet(world, wanted, MATCHING_DAYS, "matching.meeting_minutes")


def _why_unmatched(matching: Matching) -> Iterator[Text]:
    """Each startup without a demand, with what stood in the way at each demand that it wanted."""
    said: dict[str, list[str]] = {}
    for lang in ("ko", "en"):
        with override(lang):
            said[lang] = [
                f"{pick(row.place.startup.name)}: {'; '.join(row.why) or pick(NO_DEMAND)}"
                for row in board_of(_again(matching)).unmatched
            ]
    yield from map(text, said["ko"], said["en"])


def _preferences(world: World, matching: Matching) -> int:
    """A seeded order from everybody who was asked but one, who leaves it to the default."""
    market = market_of(world.challenge)
    by_application = {one.application.pk: one for one in world.submitted()}
    most, given = world.book.matching.preferences, 0
    places = sorted(asked_places(world.challenge, market), key=lambda place: by_application[place.application_id].key)
    for place in places[1:]:
        applicant = by_application[place.application_id]
        reach = market.reach_of(place)
        order = world.draw("order", applicant.key).sample(range(len(reach)), min(most, len(reach)))
        give_preference(
            actor=world.actor(applicant.person), matching=matching, place=place, order=[reach[n] for n in order]
        )
        given += 1
    company_of = {company.pk: key for key, company in world.companies.items()}
    for demand in asked_demands(world.challenge, market):
        wanted = sorted(market.within_reach(demand), key=lambda place: by_application[place.application_id].key)
        order = world.draw("demand", demand.title["ko"]).sample(range(len(wanted)), len(wanted))
        lead = world.actor(f"{company_of[demand.company_id]}-lead")
        give_preference(actor=lead, matching=matching, demand=demand, order=[wanted[n] for n in order])
        given += 1
    return given


def _again(matching: Matching) -> Matching:
    return Matching.objects.within(pk=matching.pk).select_related("challenge__programme", "challenge__rulebook").get()
