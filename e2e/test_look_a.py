import os
from datetime import timedelta

import pytest

from didimdol.kernel import clock
from didimdol.selection import actions
from server.tests.selection.market import make

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.mark.django_db(transaction=True)
def test_look(live_server, new_page):
    market = make()
    slug = market.world.challenge.slug

    def shot(person, path, name):
        for language, phone in (("ko", False), ("en", False), ("ko", True)):
            page = new_page(person, language=language, phone=phone)
            page.goto(path if path.startswith("http") else f"{live_server.url}{path}")
            width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            print(name, language, phone, "overflow", width, page.title())
            page.screenshot(path=f"/tmp/look/{name}-{language}{'-phone' if phone else ''}.png", full_page=True)
            page.context.close()

    os.makedirs("/tmp/look", exist_ok=True)
    world = market.world
    place = market.place("01")
    shot(world.ceos[0], place.get_absolute_url(), "place-offered")
    shot(world.ceos[0], f"/selection/own/{place.application_id}/", "own")
    shot(world.manager, f"/selection/matchings/?challenge={slug}", "matchings-early")
    market.confirm("01", "02", "03")
    shot(world.manager, f"/selection/matchings/open/{slug}/", "open")
    matching = market.open()
    shot(world.manager, f"/selection/places/?challenge={slug}", "places")
    shot(world.ceos[0], f"/selection/matchings/{matching.pk}/places/{place.pk}/", "as-place")
    shot(
        market.person_of(market.demands[0]),
        f"/selection/matchings/{matching.pk}/demands/{market.demands[0].pk}/",
        "as-demand",
    )
    first, second, _ = market.demands
    for number in ("01", "03"):
        actions.give_preference(
            actor=market.ceo(number), matching=matching, place=market.place(number), order=[second, first]
        )
    actions.give_preference(
        actor=market.of_company(second), matching=matching, demand=second, order=[market.place("03")], capacity=1
    )
    shot(world.manager, matching.get_absolute_url(), "matching-open")
    clock.move_to(clock.now() + timedelta(days=3))
    actions.compute_matching(actor=market.manager, matching=matching)
    actions.release_matching(actor=market.releaser, matching=matching)
    shot(world.manager, matching.get_absolute_url(), "matching-released")
    shot(world.manager, place.get_absolute_url(), "place-matched")
    shot(market.person_of(first), "/selection/places/", "places-company")
    actions.give_up_place(actor=market.ceo("01"), place=market.place("01"), reason="대표자가 바뀌었습니다.")
    shot(world.manager, place.get_absolute_url(), "place-given-up")
    shot(world.manager, f"{place.get_absolute_url()}promote/", "promote")
