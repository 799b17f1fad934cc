"""What a new matching changes against an earlier one, and why each startup that moved did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from didimdol_decide.matching.inputs import MatchingInputs, Pair
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.outcome import MatchingOutcome, PassedOver
from didimdol_decide.plain import Plain

MoveReason = Literal["left", "demand_left", "moved_up", "placed", "moved_down", "lost", "as_good"]


class Moved(Plain):
    """A startup whose demand is another than before.

    left: it is no longer in the market, or names no demand any more. demand_left: its demand is not, or they
    no longer name each other. moved_up: it has a demand it would rather have. placed: it had none. as_good:
    another of its equals. moved_down, lost: it has one that it likes less, or none; `why`: what keeps it from
    the earlier one. freed_by: who left the demand it has now.
    """

    startup: str
    before: str | None
    after: str | None
    reason: MoveReason
    freed_by: tuple[str, ...] = ()
    why: PassedOver | None = None


class Change(Plain):
    """kept: earlier pairs that stand as before. signed_broken: frozen pairs that do not (never any; counted,
    not believed). worse: startups still there that like their new place less."""

    kept: int
    moved: tuple[Moved, ...]
    signed_broken: int
    worse: tuple[str, ...]


def change(inputs: MatchingInputs, outcome: MatchingOutcome, earlier: Iterable[Pair]) -> Change:
    """`inputs` and `outcome`: the new matching. `earlier`: the pairs before it; by startup in id order."""
    market = Market(inputs)
    before = {pair.startup: pair.demand for pair in earlier}
    after = {pair.startup: pair.demand for pair in outcome.pairs}
    moved = [
        _moved(market, outcome, before, after, startup)
        for startup in sorted(before.keys() | after.keys())
        if before.get(startup) != after.get(startup)
    ]
    return Change(
        kept=sum(after.get(startup) == demand for startup, demand in before.items()),
        moved=tuple(moved),
        signed_broken=sum(after.get(pair.startup) != pair.demand for pair in inputs.frozen),
        worse=tuple(row.startup for row in moved if row.reason in ("moved_down", "lost", "demand_left")),
    )


def _moved(
    market: Market, outcome: MatchingOutcome, before: dict[str, str], after: dict[str, str], startup: str
) -> Moved:
    was, now = before.get(startup), after.get(startup)
    why = None
    reason: MoveReason
    if not market.named.get(startup):
        reason = "left"
    elif was is not None and (startup, was) not in market.ranks:
        reason = "demand_left"
    elif was is None:
        reason = "placed"
    else:
        choices = market.choice(startup, was), None if now is None else market.choice(startup, now)
        reason = _compared(*choices)
        if reason in ("moved_down", "lost"):
            why = next((row for row in outcome.of(startup).passed_over if row.demand == was), None)
    freed = sorted(s for s, d in before.items() if d == now and after.get(s) != now) if now else []
    return Moved(startup=startup, before=was, after=now, reason=reason, freed_by=tuple(freed), why=why)


def _compared(was: int | None, now: int | None) -> MoveReason:
    if now is None:
        return "lost"
    if was is None or now < was:
        return "moved_up"
    return "as_good" if now == was else "moved_down"
