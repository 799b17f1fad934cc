"""Deferred acceptance, startups proposing (Gale and Shapley 1962), under quotas (Kamada and Kojima 2015)."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping

from didimdol_decide.matching.inputs import MatchingInputs, Pair
from didimdol_decide.matching.market import Market


def match(inputs: MatchingInputs) -> tuple[Pair, ...]:
    """The best matching for every startup among the stable ones, frozen pairs with it; sorted by startup.

    Equals are told apart by the panel's order, then by the ids, whatever the method of the inputs. The order
    of the inputs does not matter. O(p log p) over the proposals made.
    """
    return with_frozen(inputs, deferred_acceptance(Market(inputs)))


def with_frozen(inputs: MatchingInputs, matched: Mapping[str, str]) -> tuple[Pair, ...]:
    """All pairs of a matching, sorted by startup."""
    pairs = [Pair(startup=s, demand=d) for s, d in matched.items()]
    return tuple(sorted((*inputs.frozen, *pairs), key=lambda pair: pair.startup))


def deferred_acceptance(market: Market) -> dict[str, str]:
    """Free startup -> the demand it gets."""
    # Whole numbers instead of ranks: the heaps turn round by a minus.
    pairs = sorted(market.ranks, key=market.ranks.__getitem__)
    number = {pair: place for place, pair in enumerate(pairs)}
    rooms = {limit.name: _Room(limit.places) for limit in market.every_limit}
    around = {demand: [rooms[limit.name] for limit in limits] for demand, limits in market.limits.items()}
    held: dict[str, str] = {}
    next_choice = {startup: iter(order) for startup, order in market.orders.items()}
    free = deque(sorted(market.orders))
    while free:
        startup = free.popleft()
        for demand in next_choice[startup]:
            turned, limits = -number[startup, demand], around[demand]
            # One pair too many makes exactly one circuit: the pairs of the innermost limit that overflows.
            over = next((room for room in limits if room.held == room.places), None)
            if over is not None and (not over.heap or turned < over.heap[0]):
                continue  # it would be the last of them itself
            held[startup] = demand
            for room in limits:
                room.held += 1
                heapq.heappush(room.heap, turned)
            if over is not None:
                gone, left = pairs[-heapq.heappop(over.heap)]
                while held.get(gone) != left:  # it had left before, by another limit
                    gone, left = pairs[-heapq.heappop(over.heap)]
                del held[gone]
                for room in around[left]:
                    room.held -= 1
                free.append(gone)
            break
    return held


class _Room:
    """What a limit holds: how many of its places, and the numbers of all pairs ever held, worst on top."""

    __slots__ = ("heap", "held", "places")

    def __init__(self, places: int) -> None:
        self.held, self.places = 0, places
        self.heap: list[int] = []
