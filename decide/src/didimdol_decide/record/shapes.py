"""What the commands about selections read and write, for the JSON Schemas (`didimdol_decide.schema`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from didimdol_decide.plain import Id, Key, Number, Plain, Text
from didimdol_decide.ranking import Outcome, RankedApplication, Ranking
from didimdol_decide.record.inputs import Disclosure, LotteryInput, SelectionInputs, Sha256
from didimdol_decide.record.outcome import ScoredSelection, SelectionOutcome
from didimdol_decide.record.report import Report
from didimdol_decide.rules import SelectionRule, StageRule


class Heads(Plain):
    """Digests of the full and of the public payload; the signature covers both."""

    full: Sha256
    public: Sha256


class TieredRecord(Plain):
    """The seal around every tier. digest: of the payload. signature: Ed25519, hexadecimal, over format,
    key_id, public_key and heads."""

    key_id: str
    public_key: Sha256
    heads: Heads
    digest: Sha256
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class WholeRecord(Plain):
    """The seal around a record that has the full tier alone. signature: over format, key_id, public_key and
    digest."""

    tier: Literal["full"]
    key_id: str
    public_key: Sha256
    digest: Sha256
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


class FullPayload(Plain):
    inputs: SelectionInputs
    salt: Sha256
    outcome: SelectionOutcome


class SelectedLine(Plain):
    """rank and final: as far as the disclosure allows."""

    id: Id
    field: Key
    rank: int | None = None
    final: Number | None = None


class AnnouncedLine(SelectedLine):
    outcome: Outcome


class PublicPayload(Plain):
    """applications: where the disclosure is "all_totals". commitments: one a line, sorted."""

    rulebook_digest: Sha256
    stages: tuple[StageRule, ...]
    selection: SelectionRule
    lottery: LotteryInput
    disclosure: Disclosure
    title: Text | None
    sealed_at: str | None
    versions: dict[str, str]
    selected: tuple[SelectedLine, ...]
    applications: tuple[AnnouncedLine, ...] = ()
    commitments: tuple[Sha256, ...]


class OwnStage(Plain):
    status: Literal["scored", "no_quorum"]
    base: Number | None
    bonus_filed: Number
    bonus: Number
    total: Number | None
    cutoff: Number
    passed: bool


class OwnLine(RankedApplication):
    stages: dict[Key, OwnStage]


class OwnPayload(Plain):
    public: PublicPayload
    line: OwnLine
    salt: Sha256


class FullSelection(TieredRecord):
    format: Literal["didimdol.selection/1"]
    tier: Literal["full"]
    payload: FullPayload


class PublicSelection(TieredRecord):
    format: Literal["didimdol.selection/1"]
    tier: Literal["public"]
    payload: PublicPayload


class OwnSelection(TieredRecord):
    format: Literal["didimdol.selection/1"]
    tier: Literal["own"]
    payload: OwnPayload


class MatchingRecord(WholeRecord):
    """payload: `inputs` and `outcome` of a matching."""

    format: Annotated[str, Field(pattern=r"^didimdol\.matching/[0-9]+$")]
    payload: dict[Literal["inputs", "outcome"], dict[str, object]]


class PublishedKey(Plain):
    key_id: str
    public_key: Sha256


class Keys(Plain):
    """The file that --keys takes."""

    keys: tuple[PublishedKey, ...]


SHAPES: dict[str, object] = {
    "selection-inputs": SelectionInputs,
    "selection-record": Annotated[
        FullSelection | PublicSelection | OwnSelection, Field(discriminator="tier")
    ],
    "matching-record": MatchingRecord,
    "keys": Keys,
}
RESULTS: dict[str, object] = {
    "scores": ScoredSelection,
    "ranking": Ranking,
    "report": Report,
}
