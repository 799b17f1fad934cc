"""Deferred acceptance, startups proposing (Gale and Shapley 1962), under quotas (Kamada and Kojima 2015)."""

from __future__ import annotations

import heapq
from collections import deque

from didimdol_decide.matching.inputs import MatchingInputs, Pair
from didimdol_decide.matching.market import Limit, Market


def match(inputs: MatchingInputs) -> tuple[Pair, ...]:
    """The best matching for every startup among the stable ones, frozen pairs with it; sorted by startup.

    The order of the inputs does not matter. O(p log p) over the proposals made.
    """
    held = _held(Market(inputs))
    pairs = [Pair(startup=s, demand=d) for s, d in held.items()]
    return tuple(sorted((*inputs.frozen, *pairs), key=lambda pair: pair.startup))


def _held(market: Market) -> dict[str, str]:
    # Whole numbers instead of ranks: the heaps turn round by a minus.
    pairs = sorted(market.ranks, key=market.ranks.__getitem__)
    number = {pair: place for place, pair in enumerate(pairs)}
    rooms: dict[Limit, _Room] = {}
    around: dict[str, list[_Room]] = {
        demand: [rooms.setdefault(limit, _Room(limit.places)) for limit in limits]
        for demand, limits in market.limits.items()
    }
    held: dict[str, str] = {}
    next_choice = dict.fromkeys(market.orders, 0)
    free = deque(sorted(market.orders))
    while free:
        startup = free.popleft()
        order, place = market.orders[startup], next_choice[startup]
        if place >= len(order):
            continue
        next_choice[startup] = place + 1
        demand = order[place]
        held[startup] = demand
        turned = -number[startup, demand]
        for room in around[demand]:
            room.held += 1
            heapq.heappush(room.heap, turned)
        # One pair too many makes exactly one circuit: the pairs of the innermost limit that overflows.
        over = next((room for room in around[demand] if room.held > room.places), None)
        if over is None:
            continue
        gone, left = pairs[-heapq.heappop(over.heap)]
        while held.get(gone) != left:  # it had left before, by another limit
            gone, left = pairs[-heapq.heappop(over.heap)]
        del held[gone]
        for room in around[left]:
            room.held -= 1
        free.append(gone)
    return held


class _Room:
    """What a limit holds: how many of its places, and the numbers of all pairs ever held, worst on top."""

    __slots__ = ("heap", "held", "places")

    def __init__(self, places: int) -> None:
        self.held, self.places = 0, places
        self.heap: list[int] = []
