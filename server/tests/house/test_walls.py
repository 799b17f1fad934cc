"""Between the four partner companies of the vertical challenge: nobody sees a row, a word or a file of another field.

Everything that somebody writes in a field carries a word of its own (server/tests/vertical.py). A person reads all that
their pages lead to, and asks for every address of the others' rows.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from server.tests.house.wall_reading import Walk, addresses_of, browser, lists
from server.tests.vertical import FIELDS, Vertical
from server.tests.vertical_poc import working

pytestmark = pytest.mark.django_db

#: written, and shown to nobody again as a text of its own (the operator's decision, the bytes of a file…)
STARTS = ("/home/", "/notices/")


def walks(world: Vertical) -> dict[tuple[str, str], Walk]:
    return {
        (key, who): Walk(person, public=(key, who) == ("drone", "lead")).go(*STARTS, *lists())
        for key, side in world.sides.items()
        for who, person in side.persons.items()
        if who in ("lead", "ceo") or key == "drone"  # budget owners and evaluators of one field stand for all
    }


@pytest.fixture(autouse=True)
def in_production(settings: Any) -> Iterator[None]:
    settings.DEVELOPMENT = False  # else everybody reads all mails
    logging.disable(logging.WARNING)  # thousands of refusals
    yield
    logging.disable(logging.NOTSET)


def test_no_page_shows_a_word_of_another_field() -> None:
    world = working()
    done = walks(world)
    shown = [
        f"{who} of {key} reads {word} at {path}"
        for (key, who), walk in done.items()
        for other in FIELDS
        if other != key
        for word, path in walk.words_of(other).items()
    ]
    assert not shown, "\n".join(shown)
    assert not [failed for walk in done.values() for failed in walk.failed]
    assert not [(key, who, path) for (key, who), walk in done.items() for path in walk.dead]
    staff = Walk(world.manager).go(*STARTS, *lists())
    for key in FIELDS:  # the words are there to be read
        own = {word for (field, _), walk in done.items() if field == key for word in walk.words_of(key)}
        print(key, len(own), sorted(own), sorted(set(staff.words_of(key)) - own))
        assert len(own) > 20


def test_no_address_of_a_row_of_another_field_answers() -> None:
    world = working()
    mine, theirs = world.sides["drone"], world.sides["ai-camera"]
    insiders = [browser(who) for who in (world.manager, theirs.persons["ceo"], theirs.lead)]
    asked = addresses_of(theirs, insiders)
    rivals = {who: browser(person) for who, person in mine.persons.items()}
    open_doors = [
        f"{who} {answer.status_code} {answer.request['REQUEST_METHOD']} {address}"
        for address in asked
        for who, client in rivals.items()
        for answer in (client.get(address), client.post(address, {"reason": "x"}))
        if answer.status_code not in (404, 405)  # 405 is said of the address, whoever asks and whatever row it names
    ]
    assert not open_doors, "\n".join(open_doors)
    assert len(asked) > 80, len(asked)
