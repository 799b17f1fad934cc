"""What programmes ask of the rooms above."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from didimdol.kernel.ports import Port
from didimdol.programmes.models import Challenge

#: filled by applications: the people of everybody who applies (drafts too), to be told of a change
applicants_of: Port[Callable[[Challenge], list[UUID]]] = Port("programmes.applicants_of")
