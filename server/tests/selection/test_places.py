"""Places: opened with the release, confirmed in time, declined, lapsed, given up, and offered to the next in line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections

from didimdol.applications import actions as applications
from didimdol.kernel import clock
from didimdol.kernel.access import Denied
from didimdol.kernel.actor import PUBLIC, SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, WrongState
from didimdol.notices.models import Message
from didimdol.people.enums import Role
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook.business_days import OutsideHolidayTable
from didimdol.selection import actions, ports, queries
from didimdol.selection.actions import places
from didimdol.selection.models import Match, Place
from didimdol.selection.promotion import promotes_until
from didimdol.selection.signals import place_ended
from didimdol.selection.tasks import lapse_places
from server.tests import worlds
from server.tests.selection.market import Market, make, waiting


def states(market: Market) -> dict[str, tuple[str, int]]:
    found = Place.objects.within(challenge=market.world.challenge).select_related("application")
    return {place.application.number[-2:]: (place.state, place.position) for place in found}


def test_the_release_opens_places(market: Market) -> None:
    assert states(market) == {
        "01": ("offered", 0), "03": ("offered", 0), "05": ("reserve", 1),
        "02": ("offered", 0), "04": ("reserve", 1),
    }  # fmt: skip
    place = market.place("01")
    assert place.confirm_by == rules_of(market.world.challenge).confirmation.deadline(market.selection.released_at)
    assert place.offered_at is not None
    assert waiting(market, place) == {(Role.CEO, "You are selected: confirm your place")}
    assert waiting(market, market.place("05")) == set()


def test_pooled_places_have_one_line_of_reserves(db: None) -> None:
    def pooled(book: Any) -> None:
        book["demands"]["pooled"] = True
        for field in book["fields"]:
            del field["quota"]
        book["evaluation"]["selection"]["reserve_per_field"] = 2

    market = make(pooled)
    assert states(market) == {
        "01": ("offered", 0), "02": ("offered", 0), "03": ("offered", 0), "04": ("reserve", 1), "05": ("reserve", 2),
    }  # fmt: skip
    actions.decline_place(actor=market.ceo("03"), place=market.place("03"), reason="다른 사업에 선정되었습니다.")
    promoted = actions.promote_reserve(actor=market.manager, place=market.place("03"))
    assert promoted.application.number.endswith("04"), "the next of the pool, though of another field"


def test_the_chief_executive_confirms_in_time(market: Market) -> None:
    place = market.place("01")
    assert place.confirm_by is not None
    clock.move_to(place.confirm_by - timedelta(minutes=1))
    place = actions.confirm_place(actor=market.ceo("01"), place=place)
    assert (place.state, place.confirmed_by_id) == ("confirmed", market.world.ceos[0].pk)
    assert place.confirmed_at is not None
    assert waiting(market, place) == set()
    again = actions.confirm_place(actor=market.ceo("01"), place=place)
    assert again.confirmed_at == place.confirmed_at


def test_too_late_is_told_and_lapses(market: Market) -> None:
    place = market.place("01")
    assert place.confirm_by is not None
    with pytest.raises(AccessDenied) as early:
        actions.lapse_place(actor=SYSTEM, place=place)
    assert early.value.code == "may_still_confirm"
    clock.move_to(place.confirm_by + timedelta(seconds=1))
    with pytest.raises(AccessDenied) as late:
        actions.confirm_place(actor=market.ceo("01"), place=place)
    assert late.value.code == "confirmation_is_over"
    lapse_places(0)
    assert states(market) == {
        "01": ("lapsed", 0), "03": ("lapsed", 0), "05": ("reserve", 1), "02": ("lapsed", 0), "04": ("reserve", 1),
    }  # fmt: skip
    lapse_places(0)  # twice is once
    told = Message.objects.unscoped(why="sent").filter(person=market.world.ceos[0], url=place.get_absolute_url())
    assert told.count() == 1


@pytest.mark.parametrize("who", ["rival", "manager", "coordinator", "company", "nobody", "public"])
def test_nobody_else_answers(market: Market, who: str) -> None:
    actor = {
        "rival": market.ceo("02"), "manager": market.manager, "coordinator": market.world.runs,
        "company": market.of_company(market.demands[0]), "nobody": market.world.actor(worlds.person("새사람")),
        "public": PUBLIC,
    }[who]  # fmt: skip
    place = market.place("01")
    with pytest.raises(AccessDenied):
        actions.confirm_place(actor=actor, place=place)
    with pytest.raises(AccessDenied):
        actions.decline_place(actor=actor, place=place, reason="사유")
    assert states(market)["01"] == ("offered", 0)


def test_staff_does_not_answer(market: Market) -> None:
    staff = worlds.person("담당")
    worlds.give(staff, market.world.startups[0], Role.STAFF)
    with pytest.raises(AccessDenied) as refused:
        actions.confirm_place(actor=market.world.actor(staff), place=market.place("01"))
    assert refused.value.code == "only_the_places_ceo"


def test_declined_needs_a_reason_and_tells_the_room_above(market: Market) -> None:
    heard: list[tuple[Place, str]] = []

    def listen(sender: Any, place: Place, reason: str, **kwargs: Any) -> None:
        heard.append((place, reason))

    place_ended.connect(listen)
    try:
        with pytest.raises(BadInput):
            actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason=" ")
        place = actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="다른 사업")
    finally:
        place_ended.disconnect(listen)
    assert (place.state, place.ended_reason) == ("declined", "다른 사업")
    assert heard == [(place, "다른 사업")]
    with pytest.raises(WrongState):
        actions.confirm_place(actor=market.ceo("01"), place=place)


def test_the_next_in_line_is_offered_the_place(market: Market) -> None:
    place = actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="다른 사업")
    assert (Role.MANAGER, "Offer the place to the next reserve") in waiting(market, place)
    with pytest.raises(AccessDenied):
        actions.promote_reserve(actor=market.world.runs, place=place)
    promoted = actions.promote_reserve(actor=market.manager, place=place)
    assert (promoted.pk, promoted.state, promoted.replaces_id) == (market.place("05").pk, "offered", place.pk)
    assert promoted.confirm_by == rules_of(market.world.challenge).confirmation.deadline(clock.now())
    assert waiting(market, place) == set()
    assert waiting(market, promoted) == {(Role.CEO, "You are selected: confirm your place")}
    assert Message.objects.unscoped(why="sent").filter(
        person=market.world.ceos[4], url=promoted.get_absolute_url()
    ).exists()  # fmt: skip
    with pytest.raises(AccessDenied) as twice:
        actions.promote_reserve(actor=market.manager, place=place)
    assert twice.value.code == "place_is_replaced"
    actions.decline_place(actor=market.ceo("03"), place=market.place("03"), reason="사유")
    with pytest.raises(AccessDenied) as empty:
        actions.promote_reserve(actor=market.manager, place=market.place("03"))
    assert empty.value.code == "no_reserve_left", "robot's reserve is of another field"
    assert waiting(market, market.place("03")) == set()


def test_a_standing_place_is_not_offered_on(market: Market) -> None:
    with pytest.raises(WrongState) as refused:
        actions.promote_reserve(actor=market.manager, place=market.place("01"))
    assert refused.value.code == "place_stands"


def test_promotion_ends_with_its_months(market: Market) -> None:
    place = actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="사유")
    until = promotes_until(market.world.challenge)
    clock.move_to(until + timedelta(seconds=1))
    with pytest.raises(AccessDenied) as over:
        actions.promote_reserve(actor=market.manager, place=place)
    assert over.value.code == "promotion_is_over"
    clock.move_to(until - timedelta(minutes=1))
    assert actions.promote_reserve(actor=market.manager, place=place).state == "offered"


def test_promotion_counts_months_from_the_agreement(market: Market) -> None:
    # small.yaml: the agreement is 75 days after 2025-02-26, the reserve rule two months by default
    assert promotes_until(market.world.challenge).astimezone(clock.KST).date().isoformat() == "2025-07-12"


@pytest.mark.django_db(transaction=True)
def test_two_promotions_at_once_offer_one_reserve_once() -> None:
    market = make()
    for number in ("01", "03"):
        actions.decline_place(actor=market.ceo(number), place=market.place(number), reason="사유")
    ended = [market.place("01"), market.place("03")]

    def promote(place: Place) -> str:
        try:
            actions.promote_reserve(actor=market.manager, place=place)
        except AccessDenied as refused:
            return refused.code
        finally:
            connections.close_all()
        return "offered"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(promote, ended))
    assert outcomes == ["no_reserve_left", "offered"]
    assert Place.objects.within(challenge=market.world.challenge, replaces__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_confirming_and_declining_at_once_is_one_of_them() -> None:
    market = make()
    place = market.place("01")

    def answer(name: str) -> str:
        try:
            if name == "confirm":
                actions.confirm_place(actor=market.ceo("01"), place=place)
            else:
                actions.decline_place(actor=market.ceo("01"), place=place, reason="사유")
        except WrongState:
            return "refused"
        finally:
            connections.close_all()
        return name

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(answer, ["confirm", "decline"]))
    assert "refused" in outcomes
    assert states(market)["01"][0] == ("confirmed" if "confirm" in outcomes else "declined")


def test_giving_up_ends_the_match(market: Market) -> None:
    market.released()
    place = market.place("01")
    match = queries.match_of(place)
    assert match is not None
    with pytest.raises(AccessDenied):
        actions.give_up_place(actor=market.ceo("02"), place=place, reason="사유")
    with pytest.raises(BadInput):
        actions.give_up_place(actor=market.ceo("01"), place=place, reason="")
    place = actions.give_up_place(actor=market.ceo("01"), place=place, reason="대표자 변경")
    assert place.state == "given_up"
    assert queries.match_of(place) is None
    assert Match.objects.within(pk=match.pk).get().ended_at is not None
    assert (Role.MANAGER, "Offer the place to the next reserve") in waiting(market, place)


def test_a_signed_agreement_is_asked_of_the_room_above(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market.confirm("01")
    monkeypatch.setattr(ports.may_give_up, "_answer", lambda place: Denied("own_work"))
    with pytest.raises(AccessDenied):
        actions.give_up_place(actor=market.ceo("01"), place=market.place("01"), reason="사유")
    assert states(market)["01"][0] == "confirmed"


def test_a_withdrawn_application_leaves_its_place(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market.confirm("02")
    for number in ("01", "02", "05"):
        application = market.place(number).application
        applications.withdraw_application(actor=market.ceo(number), application=application, reason="철회합니다.")
    assert {n: states(market)[n][0] for n in ("01", "02", "05")} == {
        "01": "declined", "02": "given_up", "05": "closed",
    }  # fmt: skip


def test_a_signed_startup_does_not_slip_out_by_its_application(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market.confirm("01")
    monkeypatch.setattr(ports.may_give_up, "_answer", lambda place: Denied("own_work"))
    application = market.place("01").application
    with pytest.raises(AccessDenied):
        applications.withdraw_application(actor=market.ceo("01"), application=application, reason="철회합니다.")
    application.refresh_from_db()
    assert (application.state, states(market)["01"][0]) == ("submitted", "confirmed")


def test_a_reserve_may_leave_the_list(market: Market) -> None:
    with pytest.raises(AccessDenied):
        actions.close_reserve(actor=market.ceo("01"), place=market.place("05"), reason="사유")
    place = actions.close_reserve(actor=market.ceo("05"), place=market.place("05"), reason="다른 사업에 참여")
    assert place.state == "closed"
    actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="사유")
    assert waiting(market, market.place("01")) == set(), "nobody is left to be offered it"


def test_reserves_end_with_their_time(market: Market) -> None:
    market.confirm("01", "02", "03")
    clock.move_to(promotes_until(market.world.challenge) - timedelta(minutes=1))
    lapse_places(0)
    assert states(market)["05"][0] == "reserve"
    clock.move_to(promotes_until(market.world.challenge) + timedelta(minutes=1))
    lapse_places(0)
    assert (states(market)["04"][0], states(market)["05"][0]) == ("closed", "closed")
    told = Message.objects.unscoped(why="sent").filter(person=market.world.ceos[4])
    assert told.filter(url=market.place("05").get_absolute_url()).count() == 1


def test_an_applicant_is_told_how_it_went_on(market: Market) -> None:
    def told(number: str) -> str:
        application = market.place(number).application
        standing = queries.standing(application, market.ceo(number))
        assert standing is not None
        return standing["en"]

    assert (told("01"), told("05")) == ("Selected", "Reserve")
    market.confirm("03")
    actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="사유")
    actions.promote_reserve(actor=market.manager, place=market.place("01"))
    assert (told("01"), told("03"), told("05")) == (
        "Place not taken", "Place confirmed", "Selected from the reserve list",
    )  # fmt: skip


def test_the_holiday_table_ends_somewhere(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline is never guessed: the refusal names the day that the table lacks."""
    actions.decline_place(actor=market.ceo("01"), place=market.place("01"), reason="사유")
    place = market.place("01")

    def far(notified: datetime) -> datetime:
        raise OutsideHolidayTable(date(2028, 1, 3))

    stub = SimpleNamespace(confirmation=SimpleNamespace(deadline=far))
    monkeypatch.setattr(places, "rules_of", lambda challenge: stub)
    with pytest.raises(WrongState) as refused:
        actions.promote_reserve(actor=market.manager, place=place)
    assert "2028-01-03" in refused.value.message["en"]


# --- who sees ------------------------------------------------------------------------------------------------------


def seen(market: Market, actor: Any) -> set[str]:
    return {place.application.number[-2:] for place in queries.places_visible_to(actor)}


def test_who_sees_which_places(market: Market) -> None:
    everything = {"01", "02", "03", "04", "05"}
    river, hill = market.demands[0], market.demands[2]
    assert seen(market, market.manager) == seen(market, market.world.runs) == everything
    assert seen(market, market.ceo("01")) == {"01"}
    assert seen(market, market.of_company(river)) == set(), "nobody is matched yet"
    market.released()
    assert seen(market, market.of_company(river)) == {"01", "03"}
    assert seen(market, market.of_company(hill)) == {"02"}
    judge = market.world.judges[next(iter(market.world.judges))][0]
    for stranger in (judge, market.world.experts[0], worlds.person("새사람")):
        assert seen(market, market.world.actor(stranger)) == set()
    assert seen(market, PUBLIC) == set()
    with pytest.raises(Invisible):
        queries.access_place(market.of_company(hill), market.place("01").pk)
