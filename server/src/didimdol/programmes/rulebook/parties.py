"""Who takes part: the programme, its operator, demand companies, technology sponsors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Key, Part, Text

PartyKind = Literal[
    "supervising_authority",  # 총괄기관
    "operator",  # 전문기관·주관기관
    "demand_company",  # 수요기업
    "technology_sponsor",  # 기술 후원사
    "partner",  # 협력기관
]


class Programme(Part):
    """The programme that holds this challenge and others."""

    key: Key
    name: Text


class Party(Part):
    """An organisation and its part. `key` is the organisation's key in this installation.

    example: a stand-in that shows the preset at work and is to be replaced before the notice.
    """

    key: Key
    kind: PartyKind
    name: Text
    role: Text | None = None
    example: bool = False


Parties = Annotated[tuple[Party, ...], Field(min_length=1, max_length=200)]
