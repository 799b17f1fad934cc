"""What evaluation asks of the rooms above it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from didimdol.kernel.ports import Port

#: the applications that go on to a later stage, from the released outcome of the stage before it
passed_to_stage: Port[Callable[[UUID, str], list[UUID]]] = Port("evaluation.passed_to_stage")
