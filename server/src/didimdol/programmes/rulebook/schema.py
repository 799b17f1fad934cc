"""A challenge as code: the whole rulebook. `schema: 1`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from didimdol_decide.canonical import digest
from didimdol_decide.rules import StageRule

from .afterwards import ConfirmationRules, Consent, ObjectionRules, OutcomeRules, ReserveRules
from .base import WHOLE, Key, Part, Text, Words
from .calendar import Calendar
from .documents import DocumentRule, ModelRules
from .eligibility import EligibilityRules
from .evaluation import EvaluationRules, Stage
from .fields import ChallengeField, DemandRules, IntakeMode, MatchingRules
from .form import Form
from .money import GrantRules, SupportItem
from .notice import NoticeRules
from .parties import Parties, Party, Programme
from .verification import VerificationRules


class Source(Part):
    """Where a rule comes from. `rule`: its path, as in "objection.days" or "fields.laptop.quota"."""

    rule: Annotated[str, Field(min_length=1, max_length=300)]
    source: Words


class Assumption(Part):
    """A rule that no source we could read confirms: to be settled before the notice."""

    rule: Annotated[str, Field(min_length=1, max_length=300)]
    note: Text


class Rulebook(Part):
    """Every rule of one challenge. Nothing of a particular challenge stands anywhere else."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=False, validate_by_alias=True)

    schema_: Annotated[Literal[1], Field(alias="schema")]
    key: Key
    name: Text
    summary: Text
    edition: Annotated[int, Field(ge=2000, le=2200)]
    example: bool = False
    programme: Programme
    parties: Parties
    intake: IntakeMode = "demand_first"
    demands: DemandRules
    fields: Annotated[tuple[ChallengeField, ...], Field(min_length=1, max_length=500)]
    matching: MatchingRules = MatchingRules()
    calendar: Calendar
    notice: NoticeRules
    eligibility: EligibilityRules
    form: Form
    documents: Annotated[tuple[DocumentRule, ...], Field(max_length=50)] = ()
    model_file: ModelRules = ModelRules()
    verification: VerificationRules = VerificationRules()
    evaluation: EvaluationRules
    grant: GrantRules
    support: Annotated[tuple[SupportItem, ...], Field(max_length=100)] = ()
    objection: ObjectionRules = ObjectionRules()
    confirmation: ConfirmationRules = ConfirmationRules()
    reserve: ReserveRules = ReserveRules()
    outcomes: OutcomeRules = OutcomeRules()
    consents: Annotated[tuple[Consent, ...], Field(max_length=50)] = ()
    sources: Annotated[tuple[Source, ...], Field(max_length=500)] = ()
    assumed: Annotated[tuple[Assumption, ...], Field(max_length=500)] = ()

    @property
    def stages(self) -> tuple[Stage, ...]:
        return self.evaluation.stages

    @property
    def stage_rules(self) -> tuple[StageRule, ...]:
        """The score sheets, in order: what `didimdol_decide` computes with."""
        return tuple(stage.rule for stage in self.stages if stage.rule is not None)

    def stage(self, key: str) -> Stage:
        """Raises KeyError."""
        return next((stage for stage in self.stages if stage.key == key), None) or _missing(key)

    def field(self, key: str) -> ChallengeField:
        """Raises KeyError."""
        return next((entry for entry in self.fields if entry.key == key), None) or _missing(key)

    def party(self, key: str) -> Party:
        """Raises KeyError."""
        return next((entry for entry in self.parties if entry.key == key), None) or _missing(key)

    def consent(self, key: str) -> Consent:
        """Raises KeyError."""
        return next((entry for entry in self.consents if entry.key == key), None) or _missing(key)

    def document(self, key: str) -> DocumentRule:
        """Raises KeyError."""
        return next((entry for entry in self.documents if entry.key == key), None) or _missing(key)

    def assumption(self, rule: str) -> Text | None:
        """Why the rule at this path (or a part above it) is assumed; None where a source stands behind it."""
        for entry in self.assumed:
            if rule == entry.rule or rule.startswith(entry.rule + "."):
                return entry.note
        return None

    def canonical(self) -> dict[str, Any]:
        """The rulebook as plain JSON data, defaults filled in (but for rules that came later: `Growing`), decimals as text."""
        return self.model_dump(mode="json", by_alias=True)

    def whole(self) -> dict[str, Any]:
        """As `canonical`, with every rule that there is: to name or compare rules, never to hash them."""
        return self.model_dump(mode="json", by_alias=True, context=WHOLE)

    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON: what a submission pins."""
        return digest(self.canonical())


def _missing(key: str) -> Any:
    raise KeyError(key)


def from_canonical(data: Mapping[str, Any]) -> Rulebook:
    """The rulebook a stored `canonical()` stands for; already checked when it was loaded."""
    return Rulebook.model_validate(dict(data))
