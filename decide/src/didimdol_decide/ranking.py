"""From stage scores to the list of selected applications, reserves and the rest, each with its reason.

Stages are walked in order. An application leaves at the first stage where it has no quorum, misses the
cut-off (whatever the quota: 초격차 통합관리지침 §7③), or falls behind the shortlist. Those left at the end
are ranked within their field (or in one pool) by the final score = sum of stage total x stage weight,
computed from the published stage totals and rounded once. Places go to the first ranks, then reserves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from didimdol_decide.plain import Id, Key, Number, Plain, repeated
from didimdol_decide.rounding import rounded_ratio
from didimdol_decide.rules import FieldQuota, SelectionRule, StageRule, TieBreak, check_selection
from didimdol_decide.ties import Scores, TieLine, TieStep, break_ties, seen_by

Outcome = Literal["selected", "reserve", "not_selected", "below_cutoff", "no_quorum", "excluded"]
POOL = "*"
FINAL = "final"


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


def quotas(rule: SelectionRule) -> dict[str, int]:
    """Places by group; the one group of a pooled quota is "*"."""
    return dict(rule.quota.by_field) if isinstance(rule.quota, FieldQuota) else {POOL: rule.quota}


def shortlist(
    rule: SelectionRule,
    stage_rules: Sequence[StageRule],
    applications: Iterable[Candidate],
    stage_scores: Scores,
    stage: str,
    lottery_seed: str,
) -> list[str]:
    """Ids that go on from `stage`, sorted; uses the scores of that stage and the ones before it only.

    Raises as `rank`, and KeyError for an unknown stage.
    """
    keys = [entry.key for entry in stage_rules]
    if stage not in keys:
        raise KeyError(stage)
    walk = _Walk(rule, stage_rules, applications, stage_scores, lottery_seed)
    for entry in stage_rules[: keys.index(stage) + 1]:
        walk.take(entry)
    return sorted(walk.alive)


def rank(
    rule: SelectionRule,
    stage_rules: Sequence[StageRule],
    applications: Iterable[Candidate],
    stage_scores: Scores,
    lottery_seed: str,
) -> Ranking:
    """Rank and select. The order of `applications` and of the scores does not matter.

    stage_scores: stage key -> application id -> score. An application with no score in a stage it reached
    counts as "no_quorum" there. lottery_seed: see `lottery`. Raises ValueError: the rules do not fit
    together (`check_selection`), an id twice, an unknown field.
    """
    walk = _Walk(rule, stage_rules, applications, stage_scores, lottery_seed)
    for stage in stage_rules:
        walk.take(stage)
    return walk.finish()


class _Walk:
    def __init__(
        self,
        rule: SelectionRule,
        stage_rules: Sequence[StageRule],
        applications: Iterable[Candidate],
        scores: Scores,
        seed: str,
    ) -> None:
        if problems := check_selection(stage_rules, rule):
            path, text = problems[0]
            raise ValueError(f"{path}: {text.in_language('en')}")
        self.rule = rule
        self.stages = {stage.key: stage for stage in stage_rules}
        self.last = stage_rules[-1].key
        self.scores = scores
        self.seed = seed
        self.quotas = quotas(rule)
        self.weights = [(stage, weight.as_integer_ratio()) for stage, weight in rule.stage_weights.items()]
        candidates = sorted(applications, key=lambda candidate: candidate.id)
        if twice := repeated([candidate.id for candidate in candidates]):
            raise ValueError(f"application {twice[0]!r} appears twice")
        self.candidates = {candidate.id: candidate for candidate in candidates}
        for candidate in candidates:
            if POOL not in self.quotas and candidate.field not in self.quotas:
                raise ValueError(
                    f"application {candidate.id!r} is in field {candidate.field!r}, which has no quota"
                )
            if candidate.excluded_after is not None and (
                candidate.excluded is None or candidate.excluded_after not in self.stages
            ):
                raise ValueError(f"application {candidate.id!r} left after no stage, or for no reason")
        self.out: dict[str, tuple[Outcome, str | None]] = {
            candidate.id: ("excluded", None)
            for candidate in candidates
            if candidate.excluded is not None and candidate.excluded_after is None
        }
        self.alive = [key for key in self.candidates if key not in self.out]
        self.ties: list[TieStep] = []
        self.trail: dict[str, list[TieLine]] = {key: [] for key in self.candidates}
        self.walked: list[str] = []

    def group(self, application: str) -> str:
        return POOL if POOL in self.quotas else self.candidates[application].field

    def grouped(self) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {group: [] for group in sorted(self.quotas)}
        for application in self.alive:
            groups[self.group(application)].append(application)
        return groups

    def leave(self, application: str, outcome: Outcome, stage: str) -> None:
        excluded = self.candidates[application].excluded is not None
        self.out[application] = ("excluded", None) if excluded else (outcome, stage)

    def take(self, stage: StageRule) -> None:
        scores = self.scores.get(stage.key, {})
        self.walked.append(stage.key)
        for application in self.alive:
            score = scores.get(application)
            if score is None or score.status == "no_quorum":
                self.leave(application, "no_quorum", stage.key)
            elif not score.passed:
                self.leave(application, "below_cutoff", stage.key)
        self.alive = [application for application in self.alive if application not in self.out]
        if stage.shortlist_factor is not None and stage.key != self.last:
            self._shortlist(stage.key, stage.shortlist_factor)
        for application in self.alive:
            if self.candidates[application].excluded_after == stage.key:
                self.leave(application, "excluded", stage.key)
        self.alive = [application for application in self.alive if application not in self.out]

    def _shortlist(self, stage: str, factor: Decimal) -> None:
        # Only what is known after this stage may decide who goes on.
        rules = [rule for rule in self.rule.tie_breaks if rule.by == "lottery" or rule.stage in self.walked]
        for group, members in self.grouped().items():
            places = ceil(Fraction(self.quotas[group]) * Fraction(factor))
            totals = {member: self._total(stage, member) for member in members}
            for member in self._ordered(totals, rules, stage, places)[places:]:
                self.leave(member, "not_selected", stage)
        self.alive = [application for application in self.alive if application not in self.out]

    def _total(self, stage: str, application: str) -> Decimal:
        total = self.scores[stage][application].total
        assert total is not None  # scored: `take` has sent the others out
        return total

    def _ordered(
        self, values: Mapping[str, Decimal], rules: Sequence[TieBreak], at: str, border: int | None = None
    ) -> list[str]:
        # With a border (the shortlist), only a tie across it decides anything and is worth a record.
        equal: dict[Decimal, list[str]] = {}
        for application in sorted(values):
            equal.setdefault(values[application], []).append(application)
        ordered: list[str] = []
        for value in sorted(equal, reverse=True):
            inner, steps = break_ties(equal[value], rules, self.stages, self.scores, self.seed, at)
            start = len(ordered)
            ordered += inner
            if border is not None and not start < border < len(ordered):
                continue
            self.ties += steps
            for step in steps:
                for application in step.tied:
                    self.trail[application].append(seen_by(step, application))
        return ordered

    def _final(self, application: str) -> Decimal:
        # Added up in integers, for speed: a decimal is its digits over a power of ten.
        above, below = 0, 1
        for stage, (weight_above, weight_below) in self.weights:
            top, bottom = self._total(stage, application).as_integer_ratio()
            above = above * bottom * weight_below + top * weight_above * below
            below *= bottom * weight_below
        return rounded_ratio(above, below, self.rule.decimals, self.rule.rounding)

    def finish(self) -> Ranking:
        entries: list[RankedApplication] = []
        groups: list[GroupResult] = []
        finals = {application: self._final(application) for application in self.alive}
        left: dict[str, list[str]] = {}
        for application in sorted(self.out):
            left.setdefault(self.group(application), []).append(application)
        for group, members in self.grouped().items():
            quota = self.quotas[group]
            order = self._ordered({member: finals[member] for member in members}, self.rule.tie_breaks, FINAL)
            for place, application in enumerate(order, start=1):
                outcome: Outcome = "not_selected"
                if place <= quota:
                    outcome = "selected"
                elif place <= quota + self.rule.reserve_per_field:
                    outcome = "reserve"
                entries.append(self._entry(application, outcome, place, finals[application], None))
            entries += [
                self._entry(application, self.out[application][0], None, None, self.out[application][1])
                for application in left.get(group, ())
            ]
            selected = min(quota, len(order))
            groups.append(
                GroupResult(
                    group=group,
                    quota=quota,
                    selected=selected,
                    shortfall=quota - selected,
                    new_notice_needed=quota > selected and not self.rule.allow_fewer,
                )
            )
        return Ranking(applications=tuple(entries), groups=tuple(groups), ties=tuple(self.ties))

    def _entry(
        self,
        application: str,
        outcome: Outcome,
        place: int | None,
        final: Decimal | None,
        stopped_at: str | None,
    ) -> RankedApplication:
        candidate = self.candidates[application]
        totals: dict[str, Decimal] = {}
        for stage in self.stages:
            score = self.scores.get(stage, {}).get(application)
            if score is not None and score.total is not None:
                totals[stage] = score.total
        return RankedApplication(
            id=application,
            field=candidate.field,
            group=self.group(application),
            outcome=outcome,
            rank=place,
            final=final,
            stopped_at=stopped_at,
            stage_totals=totals,
            tie_trail=tuple(self.trail[application]),
            reason=candidate.excluded,
        )


__all__ = [
    "POOL",
    "Candidate",
    "GroupResult",
    "Outcome",
    "RankedApplication",
    "Ranking",
    "quotas",
    "rank",
    "shortlist",
]
