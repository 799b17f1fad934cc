"""Worlds made once a file: each builds on others, and what a test changes is rolled back to where its world stood.

    standing = Standing()

    @standing.world
    def closed(world: World) -> Round: ...

is to a test a fixture like any other: it gets a copy of its own, with the clock and the files as they were when it was made.
The room's ``conftest.py`` has ``standing_files, stood = standing.files(), standing.fixture()``. A test that asks for no such
world finds none standing; for one with transactions of its own (``transaction=True``) its worlds are made anew. A file that has its own ``closed`` makes it so too, not by ``pytest.fixture``.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.test import override_settings

from didimdol.kernel import clock

Make = Callable[..., Any]
MAKING = {
    "DIDIMDOL_CLOCK_MOVABLE": True,
    "DEVELOPMENT": True,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}


@dataclass
class _Level:
    """What stands after one more world was made in a transaction of its own."""

    make: Make
    transaction: Any
    values: dict[str, Any]
    moment: datetime


def _takes(make: Make) -> Iterable[str]:
    return inspect.signature(make).parameters


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "live_server" in request.fixturenames


class Standing:
    rooms: ClassVar[list[Standing]] = []

    def __init__(self) -> None:
        self.rooms.append(self)
        self.makers: dict[tuple[str, Path], Make] = {}
        self.levels: list[_Level] = []

    def world(self, make: Make) -> Any:
        """A fixture; what it takes are worlds too. A file's own goes before the room's of the same name."""
        name = make.__name__
        self.makers[name, Path(make.__code__.co_filename)] = make

        def fixture(
            request: pytest.FixtureRequest,
            stood: dict[str, Any],
            db: None,
            settings: Any,
            test_settings: None,
            standing_files: Path,
        ) -> Any:
            if _commits(request):
                return make(**{below: request.getfixturevalue(below) for below in _takes(make)})
            shutil.copytree(standing_files, settings.MEDIA_ROOT, dirs_exist_ok=True)
            return stood[name]

        return pytest.fixture(name=name)(fixture)

    def _needed(self, names: Iterable[str], file: Path) -> list[Make]:
        """The makers of these worlds and of those that they take, in the order to make them."""
        known = {name: make for (name, where), make in self.makers.items() if where.name == "conftest.py"}
        known |= {name: make for (name, where), make in self.makers.items() if where == file}
        needed: dict[Make, None] = {}

        def add(name: str) -> None:
            for below in _takes(known[name]):
                add(below)
            needed.setdefault(known[name])

        for name in sorted(set(names) & set(known), key=list(known).index):
            add(name)
        return list(needed)

    def asked(self, item: pytest.Item) -> tuple[str, ...]:
        """The names of the worlds of a test in the order to make them."""
        names = getattr(item, "fixturenames", ())
        return tuple(make.__name__ for make in self._needed(names, item.path))

    def stand(self, names: Iterable[str], file: Path, stored: Path) -> dict[str, Any]:
        """Copies of the worlds that a test in ``file`` asks for, and of those they were made of; ``stored``: where files
        go while they are made."""
        needed = self._needed(names, file)
        pairs = zip(needed, (level.make for level in self.levels), strict=False)
        self.fall(sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], pairs)))
        if not needed:
            return {}
        with override_settings(**MAKING, MEDIA_ROOT=stored):
            for make in needed[len(self.levels) :]:
                self._rise(make)
            clock.move_to(self.levels[-1].moment)
        return deepcopy(self.levels[-1].values)

    def _rise(self, make: Make) -> None:
        values = {}
        if self.levels:
            clock.move_to(self.levels[-1].moment)
            values = deepcopy(self.levels[-1].values)
        block = transaction.atomic()
        block.__enter__()
        self.levels.append(_Level(make, block, values, clock.now()))
        try:
            values[make.__name__] = make(**{name: values[name] for name in _takes(make)})
        except BaseException:
            self.fall(len(self.levels) - 1)
            raise
        self.levels[-1].moment = clock.now()

    def fall(self, to: int = 0) -> None:
        """Undoes all above the first ``to`` worlds."""
        while len(self.levels) > to:
            block = self.levels.pop().transaction
            transaction.set_rollback(True)
            block.__exit__(None, None, None)

    def files(self) -> Any:
        """Where the worlds of a test file store theirs; with its last test they fall."""

        @pytest.fixture(scope="module", autouse=True)
        def standing_files(
            django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
        ) -> Iterator[Path]:
            yield tmp_path_factory.mktemp("standing")
            with django_db_blocker.unblock():
                self.fall()

        return standing_files

    def fixture(self) -> Any:
        """Worlds rise before anything of the test is set up, its transaction above all: a class's fixtures come before
        those of a function, and a test of no class is a class of its own."""

        @pytest.fixture(scope="class", autouse=True)
        def stood(request: pytest.FixtureRequest, standing_files: Path, django_db_blocker: Any) -> dict[str, Any]:
            for name in {name for name, file in self.makers if file.name == "conftest.py"} & set(request.fixturenames):
                own = getattr(request.module, name, None)
                if isinstance(own, type(stood)) and (name, request.path) not in self.makers:
                    raise TypeError(f"{name} of {request.path.name}: make it by @standing.world, like the room's")
            with django_db_blocker.unblock():
                asked = () if _commits(request) else request.fixturenames
                return self.stand(asked, request.path, standing_files)

        return stood


def in_order_of_worlds(items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests of each file by the worlds that they ask for, those of fewer first: so every world rises once."""
    room_of = {path.parent: room for room in Standing.rooms for _, path in room.makers}
    sorted_: list[pytest.Item] = []
    for file, run in groupby(items, key=lambda item: item.path):
        tests = list(run)
        if room := room_of.get(file.parent):
            tests.sort(key=room.asked)
        sorted_ += tests
    return sorted_
