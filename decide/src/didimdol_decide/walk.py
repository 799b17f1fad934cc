"""The way of all applications through the stages, to their places: what `ranking` does, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil
from operator import attrgetter

from didimdol_decide.plain import made, repeated, wrong
from didimdol_decide.rounding import rounded_ratio
from didimdol_decide.rules import SelectionRule, StageRule, check_selection
from didimdol_decide.standings import (
    FINAL,
    POOL,
    Candidate,
    GroupResult,
    Outcome,
    RankedApplication,
    Ranking,
    quotas,
)
from didimdol_decide.ties import Contender, Scores, TieStep, break_ties, compared


class _Run(Contender):
    """One application on its way through the stages."""

    __slots__ = (
        "excluded",
        "excluded_after",
        "field",
        "final",
        "group",
        "outcome",
        "place",
        "stopped_at",
        "totals",
    )

    def __init__(self, candidate: Candidate, group: str, tie_breaks: int) -> None:
        super().__init__(candidate.id, tie_breaks)
        self.field = candidate.field
        self.excluded = candidate.excluded
        self.excluded_after = candidate.excluded_after
        self.group = group
        gone = self.excluded is not None and self.excluded_after is None
        self.outcome: Outcome | None = "excluded" if gone else None
        self.stopped_at: str | None = None
        self.totals: dict[str, Decimal] = {}
        self.final: Decimal | None = None
        self.place: int | None = None

    def leave(self, outcome: Outcome, stage: str) -> None:
        if self.excluded is not None:
            self.outcome = "excluded"
        else:
            self.outcome, self.stopped_at = outcome, stage

    def entry(self, outcome: Outcome) -> RankedApplication:
        return made(
            RankedApplication,
            {
                "id": self.id,
                "field": self.field,
                "group": self.group,
                "outcome": outcome,
                "rank": self.place,
                "final": self.final,
                "stopped_at": self.stopped_at,
                "stage_totals": self.totals,
                "tie_trail": self.trail,
                "reason": self.excluded,
            },
        )


class Walk:
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
            raise wrong(f"{path}: {text.ko}", f"{path}: {text.in_language('en')}")
        self.rule = rule
        self.stages = {stage.key: stage for stage in stage_rules}
        self.last = stage_rules[-1].key
        self.scores = scores
        self.seed = seed
        self.quotas = quotas(rule)
        self.weights = {stage: weight.as_integer_ratio() for stage, weight in rule.stage_weights.items()}
        candidates = sorted(applications, key=attrgetter("id"))
        ids = [candidate.id for candidate in candidates]
        if len(set(ids)) < len(ids):
            twice = repeated(ids)
            raise wrong(
                f"신청 '{twice[0]}'이(가) 두 번 있습니다; 하나를 지우십시오",
                f"application {twice[0]!r} appears twice; remove one",
            )
        self.pooled = POOL in self.quotas
        self.runs = [self._run(candidate) for candidate in candidates]
        self.ties: list[TieStep] = []
        self.walked: list[str] = []

    def _run(self, candidate: Candidate) -> _Run:
        run = _Run(candidate, POOL if self.pooled else candidate.field, len(self.rule.tie_breaks))
        if run.group not in self.quotas:
            raise wrong(
                f"신청 '{run.id}'의 분야 '{run.field}'에 정원이 "
                "없습니다; selection.quota에 더하거나 분야를 고치십시오",
                f"application {run.id!r} is in field {run.field!r}, "
                "which has no quota; add it to selection.quota",
            )
        if run.excluded_after is not None and (run.excluded is None or run.excluded_after not in self.stages):
            raise wrong(
                f"신청 '{run.id}'의 제외에는 사유(excluded)와 있는 단계(excluded_after)가 함께 필요합니다",
                f"application {run.id!r} left after no stage, or "
                "for no reason; give excluded and excluded_after",
            )
        return run

    @property
    def alive(self) -> list[str]:
        """Ids of those that have not left, in order."""
        return [run.id for run in self.runs if run.outcome is None]

    def grouped(self) -> dict[str, list[_Run]]:
        """Those that have not left, by group, in the order of their ids."""
        groups: dict[str, list[_Run]] = {group: [] for group in sorted(self.quotas)}
        for run in self.runs:
            if run.outcome is None:
                groups[run.group].append(run)
        return groups

    def take(self, stage: StageRule) -> None:
        scores = self.scores.get(stage.key, {})
        self.walked.append(stage.key)
        figures = [
            (place, compared(rule, stage))
            for place, rule in enumerate(self.rule.tie_breaks)
            if rule.by != "lottery" and rule.stage == stage.key
        ]
        for run in self.runs:
            # Who has left may still have a total to be shown: a stage's scores name whoever had ballots.
            score = scores.get(run.id)
            if score is not None and score.total is not None:
                run.totals[stage.key] = score.total
            if run.outcome is not None:
                continue
            if score is None or score.status == "no_quorum":
                run.leave("no_quorum", stage.key)
            elif not score.passed:
                run.leave("below_cutoff", stage.key)
            else:
                for place, figure in figures:
                    run.figures[place] = figure(score)
        if stage.shortlist_factor is not None and stage.key != self.last:
            self._shortlist(stage.key, stage.shortlist_factor)
        for run in self.runs:
            if run.outcome is None and run.excluded_after == stage.key:
                run.leave("excluded", stage.key)

    def _shortlist(self, stage: str, factor: Decimal) -> None:
        for group, members in self.grouped().items():
            places = ceil(Fraction(self.quotas[group]) * Fraction(factor))
            totals = [(run.totals[stage], run) for run in members]
            for run in self._ordered(totals, stage, places)[places:]:
                run.leave("not_selected", stage)

    def _ordered(
        self, values: Iterable[tuple[Decimal, _Run]], at: str, border: int | None = None
    ) -> list[_Run]:
        """Best first. values: in the order of the ids. With a border (the shortlist), only a tie across it
        decides anything: others are left as they are, and are not worth a record."""
        # Only what is known by now may decide who goes on.
        rules = [
            (place, rule)
            for place, rule in enumerate(self.rule.tie_breaks)
            if rule.by == "lottery" or rule.stage in self.walked
        ]
        equal: dict[Decimal, list[_Run]] = {}
        for value, run in values:
            equal.setdefault(value, []).append(run)
        ordered: list[_Run] = []
        for value in sorted(equal, reverse=True):
            tied = equal[value]
            if border is None or len(ordered) < border < len(ordered) + len(tied):
                tied, steps = break_ties(tied, rules, self.seed, at)
                self.ties += steps
            ordered += tied
        return ordered

    def _final(self, totals: tuple[Decimal, ...]) -> Decimal:
        # Added up in integers: a decimal is its digits over a power of ten.
        above, below = 0, 1
        for total, (weight_above, weight_below) in zip(totals, self.weights.values(), strict=True):
            top, bottom = total.as_integer_ratio()
            above = above * bottom * weight_below + top * weight_above * below
            below *= bottom * weight_below
        return rounded_ratio(above, below, self.rule.decimals, self.rule.rounding)

    def finish(self) -> Ranking:
        entries: list[RankedApplication] = []
        groups: list[GroupResult] = []
        left: dict[str, list[RankedApplication]] = {}
        for run in self.runs:
            if run.outcome is not None:
                left.setdefault(run.group, []).append(run.entry(run.outcome))
        final = cache(self._final)
        for group, members in self.grouped().items():
            finals = []
            for run in members:
                run.final = final(tuple(map(run.totals.__getitem__, self.weights)))
                finals.append((run.final, run))
            quota = self.quotas[group]
            for place, run in enumerate(self._ordered(finals, FINAL), start=1):
                outcome: Outcome = "not_selected"
                if place <= quota:
                    outcome = "selected"
                elif place <= quota + self.rule.reserve_per_field:
                    outcome = "reserve"
                run.place = place
                entries.append(run.entry(outcome))
            entries += left.get(group, ())
            selected = min(quota, len(members))
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
