"""What a selected startup gets: the grant and its ratios, and support in kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from .base import Key, Part, Percent, Text, Won, Words


class GrantRules(Part):
    """cap: most won for one startup. government_share_max / own_share_min / own_cash_min: percent of the
    whole project's cost; None: the notice says nothing. requested_in: the form's money question that asks for
    the amount; its maximum is the cap. unverified: what was not found in any source.
    """

    cap: Annotated[Won, Field(gt=0)] = 100_000_000
    currency: Literal["KRW"] = "KRW"
    total: Won | None = None
    government_share_max: Percent | None = None
    own_share_min: Percent | None = None
    own_cash_min: Percent = Decimal(0)
    own_in_kind_max: Percent = Decimal(100)
    categories: Annotated[tuple[Key, ...], Field(max_length=50)] = ()
    requested_in: Key | None = None
    milestone_gated: bool = True
    unverified: Text | None = None
    source: Words | None = None


class SupportItem(Part):
    """Support that is not money. `provider`: a party of the rulebook."""

    key: Key
    name: Text
    description: Text | None = None
    provider: Key
    kind: Literal[
        "people", "device", "toolkit", "training", "cloud", "equipment", "production_slot", "matching", "data"
    ]
    assumed: bool = False
