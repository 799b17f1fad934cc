"""What the steps of a draw read and write, for the JSON Schemas (`didimdol_decide.schema`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from didimdol_decide.drawing.commitment import Commitment, Reveal
from didimdol_decide.drawing.explain import Explanation
from didimdol_decide.drawing.opening import OpenDraw
from didimdol_decide.drawing.outcome import DrawInputs, DrawOutcome
from didimdol_decide.drawing.pool import Person, Pool, Quota
from didimdol_decide.drawing.procedure import Step
from didimdol_decide.drawing.replay import Left
from didimdol_decide.plain import Id, Plain, Text
from didimdol_decide.record.inputs import Sha256
from didimdol_decide.record.shapes import TieredRecord, WholeRecord


class FirstPayload(Plain):
    inputs: DrawInputs
    outcome: DrawOutcome


class FullPayload(FirstPayload):
    salt: Sha256


class PanelRule(Plain):
    id: Id
    name: Text | None
    seats: int
    quotas: tuple[Quota, ...]


class Rules(Plain):
    panels: tuple[PanelRule, ...]
    quotas: tuple[Quota, ...]
    annual_cap: int | None
    panels_each: int | None
    max_per_organisation: int | None


class PublicPayload(Plain):
    """lines: one salted commitment for each person of the pool, sorted."""

    title: Text | None
    rulebook_digest: Sha256 | None
    rules: Rules
    pool_digest: Sha256
    commitments: tuple[Commitment, ...]
    reveals: tuple[Reveal, ...]
    seed: Sha256
    steps: tuple[Step, ...]
    replacements: tuple[Left, ...]
    lines: tuple[Sha256, ...]
    sealed_at: str | None
    versions: dict[str, str]


class OwnConflict(Plain):
    panel: Id
    reason: str


class OwnLine(Plain):
    """drawn: panels as the seed gave them; panels: where the person sits now."""

    person: Person
    conflicts: tuple[OwnConflict, ...]
    drawn: tuple[Id, ...]
    panels: tuple[Id, ...]


class OwnPayload(Plain):
    public: PublicPayload
    line: OwnLine
    salt: Sha256


class FirstDraw(WholeRecord):
    format: Literal["didimdol.draw/1"]
    payload: FirstPayload


class FullDraw(TieredRecord):
    format: Literal["didimdol.draw/2"]
    tier: Literal["full"]
    payload: FullPayload


class PublicDraw(TieredRecord):
    format: Literal["didimdol.draw/2"]
    tier: Literal["public"]
    payload: PublicPayload


class OwnDraw(TieredRecord):
    format: Literal["didimdol.draw/2"]
    tier: Literal["own"]
    payload: OwnPayload


SHAPES: dict[str, object] = {
    "draw-pool": Pool,
    "draw-open": OpenDraw,
    "draw-secret": Reveal,
    "draw-record": FirstDraw | Annotated[FullDraw | PublicDraw | OwnDraw, Field(discriminator="tier")],
}
RESULTS: dict[str, object] = {"draw-explanation": Explanation}
