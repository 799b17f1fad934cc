"""Affinities with their reasons, as plain data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from didimdol_decide.affinity.inputs import BidChoice, Settings
from didimdol_decide.plain import Id, Number, Plain

Millionths = Annotated[Number, Field(ge=0, le=1)]


class SharedTerm(Plain):
    """What application and evaluator have in common, as the evaluator wrote it, and how much of the affinity
    before the bid it gives."""

    term: str
    value: Millionths


class PairAffinity(Plain):
    """value = text share × text + field share × field, moved by the bid; all to six places, rounded down.
    terms: the shared terms that gave most, the highest first."""

    application: Id
    evaluator: Id
    value: Millionths
    text: Millionths
    field: Millionths
    bid: BidChoice | None
    terms: tuple[SharedTerm, ...]


class Affinities(Plain):
    """Every pair that is not in conflict, by application and evaluator."""

    settings: Settings
    pairs: tuple[PairAffinity, ...]
