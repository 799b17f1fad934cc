"""Transition tables: states and moves are data that an operator could read aloud.

The engine, the to-do list, the state diagrams in docs and the exhaustive tests read the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from didimdol.kernel import clock
from didimdol.kernel.access import Access, Allowed, Denied, reasons, require
from didimdol.kernel.action import audit, save, wait
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.rows import StatefulRow
from didimdol.kernel.words import Text, pick, text


@dataclass(frozen=True, slots=True)
class WaitFor:
    """One to-do: whom it waits for, for what and until when. Whom: a person, a role in an organisation or challenge, or a
    person in a role, who has it while they hold that role."""

    what: Text
    url: str
    person: UUID | None = None
    role: str = ""
    organisation: UUID | None = None
    challenge: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class State:
    """``public_*``: what outsiders read; the internal label where empty. ``waits``: row → its to-dos in this state."""

    key: str
    ko: str
    en: str
    public_ko: str = ""
    public_en: str = ""
    kind: str = "info"  # badge: info, ok, warn, bad, quiet
    waits: Callable[[Any], Iterable[WaitFor]] | None = None
    final: bool = False

    @property
    def label(self) -> Text:
        return text(self.ko, self.en)

    @property
    def public_label(self) -> Text:
        return text(self.public_ko or self.ko, self.public_en or self.en)


@dataclass(frozen=True, slots=True)
class Move:
    """``who(actor, row)`` and ``guard(row)`` answer with Access. ``source``: one state or several."""

    name: str
    source: str | tuple[str, ...]
    target: str
    who: Callable[[Actor, Any], Access]
    ko: str
    en: str
    guard: Callable[[Any], Access] | None = None
    reason_required: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source

    @property
    def label(self) -> Text:
        return text(self.ko, self.en)


@dataclass(frozen=True)
class Table:
    """``BALLOT = Table("ballot", State(…), …, Move(…), …)``; ``BALLOT.move("lock", actor, ballot)`` inside an action."""

    name: str
    parts: tuple[State | Move, ...]
    states: dict[str, State] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)

    def __init__(self, name: str, *parts: State | Move) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "parts", parts)
        object.__setattr__(self, "states", {p.key: p for p in parts if isinstance(p, State)})
        object.__setattr__(self, "moves", {p.name: p for p in parts if isinstance(p, Move)})
        for move in self.moves.values():
            unknown = {*move.sources, move.target} - set(self.states)
            if unknown:
                raise ValueError(f"{name}.{move.name} names unknown states {sorted(unknown)}")
            ends = [s for s in move.sources if self.states[s].final]
            if ends:
                raise ValueError(f"{name}.{move.name} leaves the final state {ends}")
        TABLES[name] = self

    @property
    def initial(self) -> str:
        return next(iter(self.states))

    def state(self, row: StatefulRow) -> State:
        return self.states[row.state]

    def may(self, name: str, actor: Actor, row: StatefulRow) -> Access:
        """Would this move be made? For buttons: the same answer that the engine gives."""
        move = self.moves[name]
        who = move.who(actor, row)
        if not who:
            return who
        if row.state not in move.sources:
            return Denied("wrong_state", state=pick(self.state(row).label), move=pick(move.label))
        guard = move.guard(row) if move.guard else Allowed
        return who if guard else guard

    def asks(self, name: str) -> Callable[[Actor, Any], Access]:
        """``may`` of this one move: what the page that makes it asks."""
        return lambda actor, row: self.may(name, actor, row)

    def move(
        self,
        name: str,
        actor: Actor,
        row: StatefulRow,
        *,
        reason: str = "",
        facts: dict[str, Any] | None = None,
        along: tuple[str, ...] = (),
    ) -> bool:
        """Make the move: who, state, guard, reason, change, audit, to-dos. The row must be locked by the action.

        ``along``: fields that the action has set already and that are stored with the state, in one write.
        True when it was made, False when the row already stood there (made twice is made once). Raises AccessDenied,
        WrongState, BadInput.
        """
        move = self.moves[name]
        by = require(move.who(actor, row))
        if row.state == move.target and row.state not in move.sources:
            audit(f"{self.name}.{name}_repeated", row, by=by)
            return False
        if row.state not in move.sources:
            raise WrongState(
                "wrong_state",
                text(
                    f"‘{self.state(row).ko}’ 상태에서는 ‘{move.ko}’ 할 수 없습니다.",
                    f"“{move.en}” is not possible while it is “{self.state(row).en}”.",
                ),
                text(
                    "가능한 상태: " + ", ".join(self.states[s].ko for s in move.sources),
                    "Possible while: " + ", ".join(self.states[s].en for s in move.sources),
                ),
                state=row.state,
                move=name,
            )
        if move.guard is not None:
            require(move.guard(row))
        if move.reason_required and not reason.strip():
            raise BadInput(
                "reason_required",
                text("사유를 적어 주십시오.", "Please give the reason."),
                fields={"reason": text("사유를 적어 주십시오.", "Please give the reason.")},
            )
        before = row.state
        row.state, row.state_since = move.target, clock.now()
        save(row, "state", "state_since", *along)
        audit(
            f"{self.name}.{name}",
            row,
            by=by,
            facts={"from": before, "to": move.target, **(facts or {})},
            personal={"reason": reason} if reason else {},
        )
        self.tell_waits(row)
        return True

    def enter(self, actor: Actor, row: StatefulRow, **audit_kwargs: Any) -> None:
        """Store a new row in the first state."""
        row.state, row.state_since = self.initial, clock.now()
        save(row)
        audit(f"{self.name}.created", row, **audit_kwargs)
        self.tell_waits(row)

    def tell_waits(self, row: StatefulRow) -> None:
        state = self.state(row)
        wait(row, list(state.waits(row)) if state.waits else [])

    def diagram(self, lang: str = "en") -> str:
        """The table as a Mermaid state diagram, for docs."""
        lines = ["stateDiagram-v2", f"  [*] --> {self.initial}"]
        lines += [f"  {s.key}: {pick(s.label, lang)}" for s in self.states.values()]
        for m in self.moves.values():
            lines += [f"  {source} --> {m.target}: {pick(m.label, lang)}" for source in m.sources]
        lines += [f"  {s.key} --> [*]" for s in self.states.values() if s.final]
        return "\n".join(lines)


TABLES: dict[str, Table] = {}

reasons(
    {
        "wrong_state": text(
            "‘{state}’ 상태에서는 ‘{move}’ 할 수 없습니다.", "“{move}” is not possible while it is “{state}”."
        )
    }
)
