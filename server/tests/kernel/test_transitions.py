"""Every transition table of the house, exhaustively: the engine and the table agree on every pair of state and move."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from didimdol.kernel import transitions
from didimdol.kernel.access import REASONS, Allowed, Denied, reasons
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.kernel.transitions import TABLES, Move, State, Table
from didimdol.kernel.words import text

reasons({"test_no": text("안 됩니다", "No")})


@dataclass
class Thing:
    """Stands for a row: the engine reads and sets these."""

    state: str
    state_since: Any = None
    pk: UUID = field(default_factory=uuid4)


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The engine without a database: what it would store and say."""
    said: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(transitions, "save", lambda row, *fields: None)
    monkeypatch.setattr(transitions, "wait", lambda row, waits: None)
    monkeypatch.setattr(transitions, "audit", lambda type, row, **more: said.append((type, more)))
    return said


def everybody(actor: Actor, row: Any) -> Any:
    return Allowed


DOOR = Table(
    "test_door",
    State("open", "열림", "Open"),
    State("closed", "닫힘", "Closed"),
    State("walled", "막힘", "Walled up", final=True),
    Move("close", "open", "closed", everybody, "닫기", "Close"),
    Move("open", "closed", "open", everybody, "열기", "Open", reason_required=True),
    Move("wall", ("open", "closed"), "walled", lambda a, r: Denied("test_no"), "막기", "Wall up"),
)


def test_a_move_changes_the_state_and_is_audited(silent: list[Any]) -> None:
    door = Thing("open")
    assert DOOR.move("close", SYSTEM, door) is True
    assert door.state == "closed"
    assert silent == [("test_door.close", {"by": None, "facts": {"from": "open", "to": "closed"}, "personal": {}})]


def test_what_changed_along_with_the_state_is_stored_in_the_same_write(
    silent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[tuple[str, ...]] = []
    monkeypatch.setattr(transitions, "save", lambda row, *fields: stored.append(fields))
    DOOR.move("close", SYSTEM, Thing("open"), along=("lock",))
    assert stored == [("state", "state_since", "lock")]


def test_made_twice_is_made_once(silent: list[Any]) -> None:
    door = Thing("open")
    DOOR.move("close", SYSTEM, door)
    assert DOOR.move("close", SYSTEM, door) is False
    assert [type for type, _ in silent] == ["test_door.close", "test_door.close_repeated"]


def test_a_reason_is_asked_for(silent: list[Any]) -> None:
    with pytest.raises(BadInput):
        DOOR.move("open", SYSTEM, Thing("closed"), reason="  ")
    assert silent == []


def test_who_is_asked_before_the_state(silent: list[Any]) -> None:
    with pytest.raises(AccessDenied) as refused:
        DOOR.move("wall", SYSTEM, Thing("open"))
    assert refused.value.code == "test_no"


def test_a_table_that_names_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown states"):
        Table("test_broken", State("a", "가", "A"), Move("go", "a", "b", everybody, "가기", "Go"))


def test_a_final_state_is_never_left() -> None:
    with pytest.raises(ValueError, match="final state"):
        Table(
            "test_broken2",
            State("a", "가", "A", final=True),
            State("b", "나", "B"),
            Move("go", "a", "b", everybody, "가기", "Go"),
        )


HOUSE = [table for name, table in TABLES.items() if not name.startswith("test_")]


@pytest.mark.parametrize("table", HOUSE, ids=lambda t: t.name)
def test_every_state_can_be_reached_and_has_both_names(table: Table) -> None:
    reached, grown = {table.initial}, True
    while grown:
        found = {m.target for m in table.moves.values() if reached & set(m.sources)}
        grown = bool(found - reached)
        reached |= found
    assert reached == set(table.states)
    assert all(s.ko and s.en for s in table.states.values())
    assert all(m.ko and m.en for m in table.moves.values())


@pytest.mark.parametrize("table", HOUSE, ids=lambda t: t.name)
def test_a_state_without_a_way_out_is_marked_final(table: Table) -> None:
    left = {source for move in table.moves.values() for source in move.sources}
    assert {s.key for s in table.states.values() if s.final} == set(table.states) - left


@given(st.data())
def test_the_engine_follows_its_table(data: st.DataObject) -> None:
    """Whatever the table: a move is made from its sources, repeated on its target, refused elsewhere."""
    keys = data.draw(st.lists(st.sampled_from("abcdef"), min_size=2, max_size=6, unique=True))
    source = data.draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    target = data.draw(st.sampled_from(keys))
    table = Table(
        "test_any", *(State(k, k, k) for k in keys), Move("go", tuple(source), target, everybody, "가기", "Go")
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in ("save", "wait", "audit"):
            patch.setattr(transitions, name, lambda *a, **k: None)
        for key in keys:
            thing = Thing(key)
            if key in source:
                assert table.move("go", SYSTEM, thing) is True and thing.state == target
            elif key == target:
                assert table.move("go", SYSTEM, thing) is False and thing.state == target
            else:
                with pytest.raises(WrongState):
                    table.move("go", SYSTEM, thing)
                assert thing.state == key


def test_every_reason_has_both_languages() -> None:
    assert all(value["ko"] and value["en"] for value in REASONS.values())
