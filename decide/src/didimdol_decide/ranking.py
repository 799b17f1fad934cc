"""From stage scores to the list of selected applications, reserves and the rest, each with its reason.

Stages are walked in order. An application leaves at the first stage where it has no quorum, misses the
cut-off (whatever the quota: 초격차 통합관리지침 §7③), or falls behind the shortlist. Those left at the end
are ranked within their field (or in one pool) by the final score = sum of stage total x stage weight,
computed from the published stage totals and rounded once. Places go to the first ranks, then reserves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from didimdol_decide.plain import Id, Key, Number, Plain, made, repeated, uncollected
from didimdol_decide.rounding import rounded_ratio
from didimdol_decide.rules import FieldQuota, SelectionRule, StageRule, TieBreak, check_selection
from didimdol_decide.ties import Scores, TieLine, TieStep, break_ties, seen_by_each

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
    with uncollected():
        walk = _Walk(rule, stage_rules, applications, stage_scores, lottery_seed)
        for stage in stage_rules:
            walk.take(stage)
        return walk.finish()


class _Run:
    """One application on its way through the stages."""

    __slots__ = ("candidate", "final", "group", "outcome", "place", "stopped_at", "totals", "trail")

    def __init__(self, candidate: Candidate, group: str) -> None:
        self.candidate = candidate
        self.group = group
        gone = candidate.excluded is not None and candidate.excluded_after is None
        self.outcome: Outcome | None = "excluded" if gone else None
        self.stopped_at: str | None = None
        self.totals: dict[str, Decimal] = {}
        self.final: Decimal | None = None
        self.place: int | None = None
        self.trail: tuple[TieLine, ...] = ()

    def leave(self, outcome: Outcome, stage: str) -> None:
        if self.candidate.excluded is not None:
            self.outcome = "excluded"
        else:
            self.outcome, self.stopped_at = outcome, stage

    def entry(self, outcome: Outcome) -> RankedApplication:
        return made(
            RankedApplication,
            {
                "id": self.candidate.id,
                "field": self.candidate.field,
                "group": self.group,
                "outcome": outcome,
                "rank": self.place,
                "final": self.final,
                "stopped_at": self.stopped_at,
                "stage_totals": self.totals,
                "tie_trail": self.trail,
                "reason": self.candidate.excluded,
            },
        )


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
        pooled = POOL in self.quotas
        for candidate in candidates:
            if not pooled and candidate.field not in self.quotas:
                raise ValueError(
                    f"application {candidate.id!r} is in field {candidate.field!r}, which has no quota"
                )
            if candidate.excluded_after is not None and (
                candidate.excluded is None or candidate.excluded_after not in self.stages
            ):
                raise ValueError(f"application {candidate.id!r} left after no stage, or for no reason")
        self.runs = {
            candidate.id: _Run(candidate, POOL if pooled else candidate.field) for candidate in candidates
        }
        self.ties: list[TieStep] = []
        self.walked: list[str] = []

    @property
    def alive(self) -> list[str]:
        """Ids of those that have not left, in order."""
        return [application for application, run in self.runs.items() if run.outcome is None]

    def grouped(self) -> dict[str, list[_Run]]:
        groups: dict[str, list[_Run]] = {group: [] for group in sorted(self.quotas)}
        for run in self.runs.values():
            if run.outcome is None:
                groups[run.group].append(run)
        return groups

    def take(self, stage: StageRule) -> None:
        scores = self.scores.get(stage.key, {})
        self.walked.append(stage.key)
        for application, run in self.runs.items():
            # Who has left may still have a total to be shown: a stage's scores name whoever had ballots.
            score = scores.get(application)
            if score is not None and score.total is not None:
                run.totals[stage.key] = score.total
            if run.outcome is not None:
                continue
            if score is None or score.status == "no_quorum":
                run.leave("no_quorum", stage.key)
            elif not score.passed:
                run.leave("below_cutoff", stage.key)
        if stage.shortlist_factor is not None and stage.key != self.last:
            self._shortlist(stage.key, stage.shortlist_factor)
        for run in self.runs.values():
            if run.outcome is None and run.candidate.excluded_after == stage.key:
                run.leave("excluded", stage.key)

    def _shortlist(self, stage: str, factor: Decimal) -> None:
        # Only what is known after this stage may decide who goes on.
        rules = [rule for rule in self.rule.tie_breaks if rule.by == "lottery" or rule.stage in self.walked]
        for group, members in self.grouped().items():
            places = ceil(Fraction(self.quotas[group]) * Fraction(factor))
            totals = [(run.candidate.id, run.totals[stage]) for run in members]
            for member in self._ordered(totals, rules, stage, places)[places:]:
                self.runs[member].leave("not_selected", stage)

    def _ordered(
        self,
        values: Iterable[tuple[str, Decimal]],
        rules: Sequence[TieBreak],
        at: str,
        border: int | None = None,
    ) -> list[str]:
        # With a border (the shortlist), only a tie across it decides anything and is worth a record.
        equal: dict[Decimal, list[str]] = {}
        for application, value in values:
            equal.setdefault(value, []).append(application)
        ordered: list[str] = []
        for value in sorted(equal, reverse=True):
            inner, steps = break_ties(equal[value], rules, self.stages, self.scores, self.seed, at)
            start = len(ordered)
            ordered += inner
            if border is not None and not start < border < len(ordered):
                continue
            self.ties += steps
            for step in steps:
                for application, line in seen_by_each(step):
                    run = self.runs[application]
                    run.trail = (*run.trail, line)
        return ordered

    def _finals(self, members: Iterable[_Run], known: dict[tuple[Decimal, ...], Decimal]) -> None:
        for run in members:
            totals = tuple([run.totals[stage] for stage, _ in self.weights])
            run.final = known.get(totals)
            if run.final is None:
                run.final = known[totals] = self._weighted(totals)

    def _weighted(self, totals: Sequence[Decimal]) -> Decimal:
        # Added up in integers: a decimal is its digits over a power of ten.
        above, below = 0, 1
        for total, (_, (weight_above, weight_below)) in zip(totals, self.weights, strict=True):
            top, bottom = total.as_integer_ratio()
            above = above * bottom * weight_below + top * weight_above * below
            below *= bottom * weight_below
        return rounded_ratio(above, below, self.rule.decimals, self.rule.rounding)

    def finish(self) -> Ranking:
        entries: list[RankedApplication] = []
        groups: list[GroupResult] = []
        known: dict[tuple[Decimal, ...], Decimal] = {}
        left: dict[str, list[RankedApplication]] = {}
        for run in self.runs.values():
            if run.outcome is not None:
                left.setdefault(run.group, []).append(run.entry(run.outcome))
        for group, members in self.grouped().items():
            quota = self.quotas[group]
            self._finals(members, known)
            finals = [(run.candidate.id, run.final) for run in members if run.final is not None]
            order = self._ordered(finals, self.rule.tie_breaks, FINAL)
            for place, application in enumerate(order, start=1):
                outcome: Outcome = "not_selected"
                if place <= quota:
                    outcome = "selected"
                elif place <= quota + self.rule.reserve_per_field:
                    outcome = "reserve"
                run = self.runs[application]
                run.place = place
                entries.append(run.entry(outcome))
            entries += left.get(group, ())
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
        return made(
            Ranking,
            {"applications": tuple(entries), "groups": tuple(groups), "ties": tuple(self.ties)},
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
