"""What holds of every action, port and table of the house."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from didimdol.kernel.access import REASONS
from didimdol.kernel.action import REGISTERED
from didimdol.kernel.ports import Port
from didimdol.kernel.transitions import TABLES
from didimdol.people.scopes import SCOPES
from server.tests.house.addresses import addresses

ACTIONS = {name: action for name, action in REGISTERED.items() if action.__module__.startswith("didimdol.")}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_takes_keywords_with_the_actor_first_and_says_what_it_does(name: str) -> None:
    action: Callable[..., Any] = ACTIONS[name]
    parameters = inspect.signature(action).parameters
    assert all(p.kind is p.KEYWORD_ONLY for p in parameters.values())
    assert next(iter(parameters)) == "actor"
    assert (inspect.getdoc(action) or "").strip()


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_is_a_verb_and_a_noun_of_its_room(name: str) -> None:
    room, _, verb = name.rpartition(".")
    assert ACTIONS[name].__module__.startswith(f"didimdol.{room}")
    assert verb == verb.lower()


def test_there_are_actions() -> None:
    assert len(ACTIONS) > 50


def test_every_port_is_filled() -> None:
    assert Port.unfilled() == []


def test_optional_ports_are_few_and_known() -> None:
    assert {name for name, port in Port.declared.items() if port.optional} <= {
        "people.demo_accounts",
        "applications.standing",
    }


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_state_and_move_speaks_both_languages(name: str) -> None:
    for part in TABLES[name].parts:
        assert part.ko and part.en, part
        public = getattr(part, "public_ko", ""), getattr(part, "public_en", "")
        assert bool(public[0]) == bool(public[1]), part


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_state_is_reached(name: str) -> None:
    table = TABLES[name]
    assert {move.target for move in table.moves.values()} | {table.initial} == set(table.states)


@pytest.mark.parametrize("texts", [REASONS, SCOPES], ids=["reasons", "scopes"])
def test_registered_texts_speak_both_languages(texts: dict[str, dict[str, str]]) -> None:
    assert [key for key, text in texts.items() if not text["ko"] or not text["en"]] == []


def test_every_address_has_a_name() -> None:
    assert [a.route for a in addresses() if a.name.startswith("/")] == [".well-known/didimdol-keys.json"]
