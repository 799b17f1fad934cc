"""What may still change once the result of a selection is out: budgets and group reserves of the matching, and only so that more
is possible than before."""

from __future__ import annotations

from collections.abc import Iterator

from .diff import diff
from .matching import GroupReserve, MatchingBudget
from .schema import Rulebook

PARTS = ("matching.budgets", "matching.reserves")


def beyond_loosening(before: Rulebook, after: Rulebook) -> list[str]:
    """The paths of all that differs and is no larger budget, lower minimum or higher maximum; a rule may go as a whole,
    none may come."""
    others = [change.path for change in diff(before, after) if not change.path.startswith(PARTS)]
    return [*others, *_tighter(before, after)]


def _tighter(before: Rulebook, after: Rulebook) -> Iterator[str]:
    budgets = {entry.key: entry for entry in before.matching.budgets}
    for budget in after.matching.budgets:
        old = budgets.get(budget.key)
        if old is None or _same_but_number(old, budget) != old or budget.amount < old.amount:
            yield f"matching.budgets.{budget.key}"
    reserves = {entry.key: entry for entry in before.matching.reserves}
    for reserve in after.matching.reserves:
        stood = reserves.get(reserve.key)
        if stood is None or _same_but_numbers(stood, reserve) != stood or not _looser(stood, reserve):
            yield f"matching.reserves.{reserve.key}"


def _same_but_number(old: MatchingBudget, new: MatchingBudget) -> MatchingBudget:
    return new.model_copy(update={"amount": old.amount, "name": old.name})


def _same_but_numbers(old: GroupReserve, new: GroupReserve) -> GroupReserve:
    return new.model_copy(update={"at_least": old.at_least, "at_most": old.at_most, "name": old.name})


def _looser(old: GroupReserve, new: GroupReserve) -> bool:
    most = new.at_most is None or (old.at_most is not None and new.at_most >= old.at_most)
    return most and new.at_least <= old.at_least
