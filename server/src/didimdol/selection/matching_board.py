"""A matching as its page shows it: who has answered, the pairs, and why nobody got a better one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from didimdol.demands.models import Demand
from didimdol.kernel.words import Text, language, pick, text
from didimdol.programmes.queries import rules_of, rules_with
from didimdol.programmes.rulebook import Rulebook
from didimdol.selection.matching_limits import LimitRow, limit_at, limit_label, limit_rows
from didimdol.selection.matching_market import ALL, asked_demands, asked_places, flat, inputs_of, market_of
from didimdol.selection.matching_words import EQUALS, METHODS, REASONS, Method, limit_reason
from didimdol.selection.models import Matching, Place, Preference
from didimdol_decide.canonical import plain
from didimdol_decide.matching import MatchingInputs, MatchingOutcome
from didimdol_decide.matching.cutoffs import Cutoff, stability_proof
from didimdol_decide.matching.optimum import total_bound
from didimdol_decide.matching.words import refusal_in_words


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a side has given its order. ``names``: its order in words."""

    who: str
    note: str
    given: Preference | None
    names: str


@dataclass(frozen=True, slots=True)
class Row:
    """One startup of the outcome. ``choice``: which of its choices; ``why``: the better ones, each with its reason."""

    place: Place
    demand: Demand | None
    choice: int | None
    kept: bool
    why: list[str]


@dataclass(frozen=True, slots=True)
class CutoffRow:
    """A demand or quota: how full, and who stands last in it where it is full."""

    name: str
    quota: bool
    places: int
    taken: int
    last: str
    place: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What an exact method reached; ``proved``: no other matching has more, whatever the solver says."""

    seats: int
    seats_bound: int
    seats_proved: bool
    total: str
    total_bound: str
    total_proved: bool
    finished: bool


@dataclass(frozen=True, slots=True)
class Board:
    """``blocking``: startups and demands that would both rather have each other, in words. ``limits``: budgets and group
    reserves, with what the pairs use (before they are computed: those that stand)."""

    startups: list[Answer]
    demands: list[Answer]
    method: Method
    rows: list[Row]
    cutoffs: list[CutoffRow]
    blocking: list[str]
    figures: Figures | None
    limits: list[LimitRow]

    @property
    def missing(self) -> int:
        return sum(answer.given is None for answer in (*self.startups, *self.demands))

    @property
    def unmatched(self) -> list[Row]:
        return [row for row in self.rows if row.demand is None]


def board_of(matching: Matching) -> Board:
    """For those who run it: everything of one matching, in a fixed number of queries."""
    given = list(Preference.objects.within(matching=matching))
    places = {
        str(p.pk): p
        for p in Place.objects.within(challenge=matching.challenge_id).select_related("startup", "application", "field")
    }
    demands = {
        str(d.pk): d for d in Demand.objects.within(challenge=matching.challenge_id).select_related("company", "field")
    }
    startups, companies = _answers(matching, given, places, demands)
    method = METHODS[str(matching.inputs.get("method", "deferred_acceptance"))]
    if not matching.outcome:
        rules = rules_of(matching.challenge)
        limits = _limits_so_far(matching, rules, demands)
        return Board(startups, companies, METHODS[rules.matching.method], [], [], [], None, limits)
    inputs = MatchingInputs.model_validate(matching.inputs)
    outcome = MatchingOutcome.model_validate(matching.outcome)
    told = _Telling(rules_with(matching.challenge, inputs.rulebook_digest), inputs, outcome, places, demands)
    return Board(
        startups, companies, method, told.rows(), told.cutoffs(), told.blocking(), told.figures(), told.limits()
    )


def _limits_so_far(matching: Matching, rules: Rulebook, demands: Mapping[str, Demand]) -> list[LimitRow]:
    """Before it is computed: what stands already."""
    if matching.state != "open" or not (rules.matching.budgets or rules.matching.reserves):
        return []
    inputs = inputs_of(matching)
    return limit_rows(rules, inputs, inputs.frozen, _titles(demands), computed=False)


def _titles(demands: Mapping[str, Demand]) -> dict[str, Any]:
    return {key: demand.title for key, demand in demands.items()}


def _answers(
    matching: Matching, given: list[Preference], places: Mapping[str, Place], demands: Mapping[str, Demand]
) -> tuple[list[Answer], list[Answer]]:
    of_place = {p.place_id: p for p in given if p.place_id}
    of_demand = {p.demand_id: p for p in given if p.demand_id}
    if matching.state == "open":
        market = market_of(matching.challenge)
        asked, wanted = asked_places(matching.challenge, market), asked_demands(matching.challenge, market)
    else:
        asked, wanted = [places[str(pk)] for pk in of_place], [demands[str(pk)] for pk in of_demand]

    def order(preference: Preference | None, known: Mapping[str, Any], name: str) -> str:
        levels = ([str(pk) for pk in flat([level])] for level in (preference.order if preference else []))
        groups = ([pick(_names(known[pk], name)) for pk in level if pk in known] for level in levels)
        return " → ".join(" = ".join(group) for group in groups if group)

    startups = [
        Answer(
            pick(place.startup.name),
            place.application.number,
            of_place.get(place.pk),
            order(of_place.get(place.pk), demands, "title"),
        )
        for place in asked
    ]
    companies = [
        Answer(
            pick(demand.title),
            pick(demand.company.name),
            of_demand.get(demand.pk),
            order(of_demand.get(demand.pk), places, "startup"),
        )
        for demand in wanted
    ]
    return startups, companies


def _names(row: Any, name: str) -> Any:
    return row.startup.name if name == "startup" else row.title


class _Telling:
    """An outcome with names instead of pseudonyms."""

    def __init__(
        self,
        rules: Rulebook,
        inputs: MatchingInputs,
        outcome: MatchingOutcome,
        places: Mapping[str, Place],
        demands: Mapping[str, Demand],
    ) -> None:
        self.rules, self.inputs = rules, inputs
        self.outcome, self.places, self.demands = outcome, places, demands
        self.weak = inputs.method != "deferred_acceptance"
        self.proof = stability_proof(inputs, outcome)
        self.fields = {demand.field.key: demand.field for demand in demands.values()}

    def name(self, key: str) -> str:
        """Of a place, a demand, a quota, a budget or a group reserve."""
        if limit := limit_at(self.rules, key):
            return pick(limit_label(limit))
        if key in self.places:
            return pick(self.places[key].startup.name)
        if key in self.demands:
            return pick(self.demands[key].title)
        return pick(self.fields[key].name if key in self.fields else EVERYTHING if key == ALL else text(key, key))

    def rows(self) -> list[Row]:
        why: dict[str, list[str]] = defaultdict(list)
        for refusal in self.proof.refusals:
            words = refusal_in_words(self.proof, refusal, weak=self.weak, name=self.name)
            why[refusal.startup].append(words.in_language(language()))
        rows = [
            Row(
                place=self.places[line.startup],
                demand=self.demands.get(line.demand) if line.demand else None,
                choice=line.rank,
                kept=line.frozen,
                why=why[line.startup],
            )
            for line in self.outcome.lines
        ]
        return sorted(rows, key=lambda row: (row.place.field.position, row.place.application.number))

    def cutoffs(self) -> list[CutoffRow]:
        return [self._cutoff(cutoff) for cutoff in self.proof.cutoffs]

    def _cutoff(self, cutoff: Cutoff) -> CutoffRow:
        last, who, place = cutoff.last, "", ""
        if last is not None:
            who = self.name(last.startup)
            place = pick(
                text(
                    f"수요의 {last.level}순위 · 평가 {last.standing}위",
                    f"place {last.level} in the demand's order · {last.standing} by the panel",
                )
            )
        return CutoffRow(self.name(cutoff.limit), cutoff.is_quota, cutoff.places, cutoff.taken, who, place)

    def blocking(self) -> list[str]:
        found = self.outcome.optimum.blocking if self.outcome.optimum else ()
        return [f"{self.name(pair.startup)} – {self.name(pair.demand)}" for pair in found]

    def figures(self) -> Figures | None:
        found = self.outcome.optimum
        if found is None:
            return None
        return Figures(
            seats=found.seats,
            seats_bound=found.seats_bound.at_most,
            seats_proved=found.seats_proved,
            total=plain(found.total),
            total_bound=total_bound(found),
            total_proved=found.total_proved,
            finished=found.finished,
        )

    def limits(self) -> list[LimitRow]:
        return limit_rows(self.rules, self.inputs, self.outcome.pairs, _titles(self.demands))


EVERYTHING = text("전체 분야", "all fields")


def own_reasons(place: Place, matching: Matching) -> list[str]:
    """The demands a startup would rather have had in a matching, each with the reason: without anybody's name, and of
    amounts only those that everybody reads in the rulebook."""
    outcome = MatchingOutcome.model_validate(matching.outcome)
    line = next((row for row in outcome.lines if row.startup == str(place.pk)), None)
    if line is None or not line.passed_over:
        return []
    known = Demand.objects.within(challenge=place.challenge_id, pk__in=[row.demand for row in line.passed_over])
    titles = {str(demand.pk): pick(demand.title) for demand in known}
    rules = rules_with(place.challenge, str(matching.inputs.get("rulebook_digest", "")))
    weak = outcome.optimum is not None
    found = []
    for row in line.passed_over:
        limit = limit_at(rules, row.limit or "")
        reason = pick(limit_reason(rules, limit) if limit else REASONS[row.reason])
        if weak and row.reason in ("demand_full", "quota_full"):
            reason = f"{reason} {pick(EQUALS)}"
        found.append(f"{titles.get(row.demand, '–')}: {reason}")
    return found


def decided_limits(demand: Demand, matching: Matching) -> list[Text]:
    """The budgets and group reserves that kept a startup from this demand which would rather have had it: for its
    company, without the startup and without a figure of anybody."""
    outcome = MatchingOutcome.model_validate(matching.outcome)
    rules = rules_with(matching.challenge, str(matching.inputs.get("rulebook_digest", "")))
    keys = {
        row.limit
        for line in outcome.lines
        for row in line.passed_over
        if row.demand == str(demand.pk) and row.reason == "rule" and row.limit
    }
    return [limit_reason(rules, limit) for key in sorted(keys) if (limit := limit_at(rules, key)) is not None]
