"""What records asks of the rooms above."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from didimdol.kernel.actor import Actor
from didimdol.kernel.ports import Port
from didimdol.kernel.words import Text

#: filled by programmes: the challenges that the actor's organisation operates and the actor's grants of ``roles``
#: cover, with their names. Optional: without it a reader sees only the challenges that a grant names.
challenges_of: Port[Callable[[Actor, tuple[str, ...]], dict[UUID, Text]]] = Port("records.challenges_of", optional=True)
