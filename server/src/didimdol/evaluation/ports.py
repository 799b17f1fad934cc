"""What evaluation asks of the rooms above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from didimdol.kernel.actor import Actor
from didimdol.kernel.ports import Port
from didimdol.kernel.transitions import WaitFor
from didimdol.programmes.pages import PageLink

#: the applications that go on to a later stage, from the released outcome of the stage before it
passed_to_stage: Port[Callable[[UUID, str], list[UUID]]] = Port("evaluation.passed_to_stage")
#: whom a closed round waits for: what comes next is not this room's
after_closing: Port[Callable[[Any], Iterable[WaitFor]]] = Port("evaluation.after_closing")
#: what stands on a round's page for its reader: whoever conducts it, or an evaluator
links_of_round: Port[Callable[[Actor, Any], Iterable[PageLink]]] = Port("evaluation.links_of_round")
