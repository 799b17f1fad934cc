"""Everything a selection depends on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from didimdol_decide.ballots import Ballot
from didimdol_decide.plain import ExactNumber, Id, Key, Plain, Text
from didimdol_decide.ranking import Candidate
from didimdol_decide.rules import SelectionRule, StageRule

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Disclosure = Literal["selected_only", "selected_totals", "all_totals"]


class LotteryInput(Plain):
    """commitment: SHA-256 of the seed, published before the ballots locked. seed: what opens it."""

    commitment: Sha256
    seed: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SelectionInputs(Plain):
    """Inputs of one selection. Ids of applications and evaluators are pseudonyms; names never enter a record.

    rulebook_digest: digest of the rulebook version the stages and the selection rule were taken from.
    ballots, bonuses: by stage key; bonuses in points as filed, by application.
    disclosure: what the notice lets everybody see: "selected_only" (the list), "selected_totals" (with rank
    and final score of the selected), "all_totals" (outcome, rank and final score of every application).
    Others' results are not disclosed by default; with few places and judges, totals give names away. title,
    sealed_at (as text), versions: carried along and sealed, not used in the calculation.
    """

    rulebook_digest: Sha256
    stages: tuple[StageRule, ...]
    selection: SelectionRule
    applications: tuple[Candidate, ...]
    ballots: dict[Key, tuple[Ballot, ...]]
    bonuses: dict[Key, dict[Id, ExactNumber]] = Field(default_factory=dict)
    lottery: LotteryInput
    disclosure: Disclosure = "selected_only"
    title: Text | None = None
    sealed_at: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)

    def in_order(self) -> SelectionInputs:
        """The same inputs with applications and ballots sorted, so that equal inputs give equal bytes."""
        return self.model_copy(
            update={
                "applications": tuple(sorted(self.applications, key=lambda entry: entry.id)),
                "ballots": {
                    stage: tuple(sorted(ballots, key=lambda ballot: (ballot.application, ballot.evaluator)))
                    for stage, ballots in self.ballots.items()
                },
            }
        )
