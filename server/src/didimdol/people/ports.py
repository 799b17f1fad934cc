"""What people asks of the rooms above."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypedDict
from uuid import UUID

from didimdol.kernel.ports import Port
from didimdol.kernel.words import Text


@dataclass(frozen=True, slots=True)
class ChallengeFacts:
    """What this room must know of a challenge: whose it is and what it is called. ``fields``: key → name."""

    id: UUID
    operator: UUID
    name: Text
    fields: dict[str, Text] = field(default_factory=dict)


class DemoAccount(TypedDict):
    label: str
    email: str


#: filled by programmes: the challenges with one of ``ids``, or of one of ``operators`` (organisation ids)
challenge_facts: Port[Callable[[Collection[UUID], Collection[UUID]], list[ChallengeFacts]]] = Port(
    "people.challenge_facts"
)
#: filled by the demo: accounts to sign in with, shown on the sign-in page of a development server only
demo_accounts: Port[Callable[[], list[DemoAccount]]] = Port("people.demo_accounts", optional=True)
