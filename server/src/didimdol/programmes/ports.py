"""What programmes ask of the rooms above."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from didimdol.kernel.ports import Port
from didimdol.programmes.models import Challenge

#: filled by applications: the people of everybody who applies (drafts too), to be told of a change
applicants_of: Port[Callable[[Challenge], list[UUID]]] = Port("programmes.applicants_of")
#: filled by evaluation: the stages whose applications have been assigned
stages_assigned: Port[Callable[[UUID], Collection[str]]] = Port("programmes.stages_assigned")
