"""How many evaluators a challenge takes, and what each of them has to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from didimdol.evaluation.guards import of_company
from didimdol.programmes.rulebook import business_days_between

if TYPE_CHECKING:
    from didimdol.programmes.rulebook import Rulebook, Stage

#: so that conflicts of interest and recusals do not empty a panel
SPARE = 2


@dataclass(frozen=True, slots=True)
class Load:
    """What one stage asks of its evaluators. ``days``: business days of its window."""

    stage: Stage
    days: int
    applications: int
    expert_seats: int
    demand_seats: int


def seats_planned(stage: Stage) -> dict[str, int]:
    """Body → how many of it sit on a panel of a scored stage, were the open seats all taken by experts (by the first body,
    where there is none of experts): who takes them is settled with the assignment."""
    assert stage.rule is not None
    seats = {body.key: body.seats for body in stage.rule.bodies}
    taker = next((key for key in seats if not of_company(key)), next(iter(seats)))
    seats[taker] += stage.panel.open_seats if stage.panel else 0
    return seats


def working_days(opens: datetime, closes: datetime) -> int:
    """Business days of a window, its first and last day among them; at least one."""
    return max(1, business_days_between(opens.date() - timedelta(days=1), closes.date()))


def loads(book: Rulebook, when: dict[str, datetime], applications: int) -> list[Load]:
    """Every scored stage with the applications that will stand in it."""
    found = []
    standing = applications
    for stage in book.stages:
        if stage.rule is None:
            continue
        seats = seats_planned(stage)
        days = working_days(when[f"stage.{stage.key}.opens"], when[f"stage.{stage.key}.closes"])
        company = sum(count for key, count in seats.items() if of_company(key))
        found.append(Load(stage, days, standing, sum(seats.values()) - company, company))
        if stage.rule.shortlist_factor is not None:
            standing = min(standing, ceil(places(book) * stage.rule.shortlist_factor))
    return found


def places(book: Rulebook) -> int:
    return book.demands.places or sum(entry.quota or 0 for entry in book.fields)


def experts_needed(all_loads: Iterable[Load], ballots_a_day: int) -> int:
    """So many experts that nobody reads more than ``ballots_a_day`` applications a day."""
    return max(
        (max(load.expert_seats + SPARE, _people(load.applications * load.expert_seats, load.days, ballots_a_day)))
        for load in all_loads
    )


def judges_needed(all_loads: Sequence[Load], ballots_a_day: int, own: int) -> int:
    """The same for one demand company, which judges only the ``own`` applications of its fields."""
    return max(
        max(
            load.demand_seats + SPARE,
            _people(min(own, load.applications) * load.demand_seats, load.days, ballots_a_day),
        )
        for load in all_loads
    )


def _people(ballots: int, days: int, ballots_a_day: int) -> int:
    # A fifth more than just enough: conflicts of interest keep some from some applications.
    return ceil(ballots * 1.2 / (days * ballots_a_day))
