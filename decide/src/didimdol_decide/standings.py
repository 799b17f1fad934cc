"""The result of a ranking as data: what became of each application, each field, and every tie."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from didimdol_decide.plain import Id, Key, Number, Plain
from didimdol_decide.rules import FieldQuota, SelectionRule
from didimdol_decide.ties import TieLine, TieStep

Outcome = Literal["selected", "reserve", "not_selected", "below_cutoff", "no_quorum", "excluded"]
POOL = "*"
FINAL = "final"


def quotas(rule: SelectionRule) -> dict[str, int]:
    """Places by group; the one group of a pooled quota is "*"."""
    return dict(rule.quota.by_field) if isinstance(rule.quota, FieldQuota) else {POOL: rule.quota}


class Candidate(Plain):
    """An application that stands for selection. excluded: the reason it does not take part any more
    (withdrawn, found ineligible), or None.

    excluded_after: the last stage whose shortlist was released with it on it, where it left only later: it
    keeps its place on that shortlist, so that nobody moves up onto a list that was judged without them.
    """

    id: Id
    field: Key
    excluded: str | None = None
    excluded_after: Key | None = None

    @model_serializer(mode="wrap")
    def _without_absent(self, write: SerializerFunctionWrapHandler) -> dict[str, object]:
        # Records sealed before this existed do not name it, and stay what they were to the byte.
        written: dict[str, object] = write(self)
        if self.excluded_after is None:
            written.pop("excluded_after", None)
        return written


class RankedApplication(Plain):
    """What became of one application.

    group: its field, or "*" where the quota is pooled. rank: 1.. within the group among those that finished
    all stages, otherwise None. final: None unless ranked. stopped_at: the stage it left at, if any.
    stage_totals: published totals of the stages it has a score in. tie_trail: every tie it was part of, own
    values only.
    """

    id: str
    field: str
    group: str
    outcome: Outcome
    rank: int | None
    final: Number | None
    stopped_at: str | None
    stage_totals: dict[str, Number]
    tie_trail: tuple[TieLine, ...]
    reason: str | None


class GroupResult(Plain):
    """One field (or the pool): places, how many were filled, how many stayed empty. new_notice_needed: places
    stayed empty although the rule does not allow to select fewer."""

    group: str
    quota: int
    selected: int
    shortfall: int
    new_notice_needed: bool


class Ranking(Plain):
    """The result. applications: by group, then rank, then the unranked by id. ties: each step with all values
    (for the full record; `RankedApplication.tie_trail` is the part an applicant may see)."""

    applications: tuple[RankedApplication, ...]
    groups: tuple[GroupResult, ...]
    ties: tuple[TieStep, ...] = Field(default=())

    def of(self, application: str) -> RankedApplication:
        """What became of `application`. Raises KeyError."""
        for entry in self.applications:
            if entry.id == application:
                return entry
        raise KeyError(application)
