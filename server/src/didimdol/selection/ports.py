"""What selection asks of the rooms above it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from didimdol.kernel.access import Access
from didimdol.kernel.ports import Port

#: place → may it simply be given up? Denied once an agreement is signed: then the project is ended, with its money
may_give_up: Port[Callable[[UUID], Access]] = Port("selection.may_give_up")
