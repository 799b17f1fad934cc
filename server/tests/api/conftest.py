from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from didimdol.api import actions
from didimdol.api.models import Subscription
from didimdol.api.subjects import topics_for
from server.tests import worlds
from server.tests.api.receiver import Queue, Receiver, receiving
from server.tests.api.standing import standing

standing_files, stood = standing.files(), standing.fixture()


@standing.world
def world() -> worlds.World:
    return worlds.open_challenge()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def queue(world: worlds.World) -> Queue:
    return Queue()


@pytest.fixture
def subscribe(world: worlds.World, receiver: Receiver) -> Callable[..., Subscription]:
    """``subscribe(person, organisation)``: a webhook to the receiver for everything that there is."""

    def make(person: Any, organisation: Any, **more: Any) -> Subscription:
        topics = more.pop("topics", None) or list(topics_for(organisation))
        given = {"challenge": None, "url": receiver.url, "topics": topics, **more}
        return actions.create_subscription(actor=world.actor(person), organisation=organisation, **given)

    return make
