"""What giving up a matched place would change: with the pairs that stand kept, and if all were matched anew."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol.demands.models import Demand
from didimdol.kernel.words import pick
from didimdol.selection.matching_clash import Clash, clash_of
from didimdol.selection.matching_market import Market, inputs_from, market_after
from didimdol.selection.matching_words import MOVES
from didimdol.selection.models import Place, Preference
from didimdol.selection.place_queries import match_of
from didimdol.selection.promotion import next_reserve
from didimdol_decide.matching import Infeasible, MatchingInputs, NotFinished, Pair, compute
from didimdol_decide.matching.change import Change, change

#: of the exact methods, in deterministic time: the page waits for it twice
EFFORT = 5.0


@dataclass(frozen=True, slots=True)
class MovedRow:
    startup: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """``kept``: pairs that stand on. ``calm``: who moves with them kept; ``anew``: who would move if everybody were
    matched again, ``worse`` of them to something they like less. ``reserve``: who is next in line. ``clash``: why no
    matching would keep the budgets and group reserves then (``calm`` is empty)."""

    freed: Demand
    reserve: Place | None
    kept: int
    calm: list[MovedRow]
    anew: list[MovedRow]
    worse: int
    clash: Clash | None = None


def preview_of_giving_up(place: Place) -> Preview | None:
    """By the orders of the matching that made the match, the next reserve by its default order. None without a match,
    or where the exact method does not finish in time. Nothing is stored."""
    match = match_of(place)
    if match is None:
        return None
    reserve = next_reserve(place)
    market = market_after(place, reserve)
    given = list(Preference.objects.within(matching=match.matching))
    earlier = [Pair(startup=str(m.place_id), demand=str(m.demand_id)) for m in (*market.standing, match)]
    gone = [str(place.pk)]
    calm = inputs_from(place.challenge, market, given).without(gone)
    free = Market(market.places, market.demands, [], market.scores)
    anew = inputs_from(place.challenge, free, given).without(gone)
    try:
        kept, moved = _change(calm, earlier), _change(anew, earlier)
    except NotFinished:
        return None
    if kept is None and (clash := clash_of(place.challenge, calm)) is None:
        return None
    return Preview(
        freed=match.demand,
        reserve=reserve,
        kept=len(market.standing),
        calm=_rows(kept, market, match.demand) if kept else [],
        anew=_rows(moved, market, match.demand) if moved else [],
        worse=len(moved.worse) if moved else 0,
        clash=None if kept else clash,
    )


def _change(inputs: MatchingInputs, earlier: list[Pair]) -> Change | None:
    """None where no matching keeps the rules."""
    try:
        return change(inputs, compute(inputs, effort=EFFORT), earlier)
    except Infeasible:
        return None


def _rows(found: Change, market: Market, freed: Demand) -> list[MovedRow]:
    names = {str(place.pk): pick(place.startup.name) for place in market.places}
    demands = [freed, *market.demands, *(match.demand for match in market.standing)]
    titles = {str(demand.pk): pick(demand.title) for demand in demands}
    return [
        MovedRow(
            names[row.startup],
            titles.get(row.before or "", "–"),
            titles.get(row.after or "", "–"),
            pick(MOVES[row.reason]),
        )
        for row in found.moved
    ]
