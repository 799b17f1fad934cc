"""A matching as its page shows it: who has answered, the pairs, and why nobody got a better one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from didimdol.demands.models import Demand
from didimdol.kernel.words import Text, pick, text
from didimdol.selection.matching_market import asked_demands, asked_places, market_of
from didimdol.selection.models import Matching, Place, Preference
from didimdol_decide.matching import MatchingOutcome, PassedOver

REASONS: dict[str, Text] = {
    "demand_full": text("더 높은 순위의 기업으로 자리가 찼습니다", "full of startups it ranks higher"),
    "quota_full": text("분야의 정원이 더 높은 순위로 찼습니다", "the quota of the field is full of higher ranks"),
    "own_quota": text(
        "자리는 있으나 정원이 찼고, 이 기업의 자리도 그 정원에 듭니다",
        "it has room, but the quota is full, and the startup's own place counts in it",
    ),
    "not_taken": text("수요기업이 받지 않았습니다", "the company does not take it"),
}


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
class Board:
    startups: list[Answer]
    demands: list[Answer]
    rows: list[Row]

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
    return Board(startups, companies, _rows(matching, places, demands))


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
        ids = preference.order if preference else []
        return " → ".join(pick(_names(known[pk], name)) for pk in ids if pk in known)

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


def _rows(matching: Matching, places: Mapping[str, Place], demands: Mapping[str, Demand]) -> list[Row]:
    if not matching.outcome:
        return []
    outcome = MatchingOutcome.model_validate(matching.outcome)
    rows = [
        Row(
            place=places[line.startup],
            demand=demands.get(line.demand) if line.demand else None,
            choice=line.rank,
            kept=line.frozen,
            why=[_why(entry, demands) for entry in line.passed_over],
        )
        for line in outcome.lines
    ]
    return sorted(rows, key=lambda row: (row.place.field.position, row.place.application.number))


def _why(entry: PassedOver, demands: Mapping[str, Demand]) -> str:
    demand = demands.get(entry.demand)
    return f"{pick(demand.title) if demand else entry.demand}: {pick(REASONS[entry.reason])}"
