"""Matchings: how fast deferred acceptance is, whether anybody gains by a false order, what equals that stay equal
bring, and what a withdrawal moves.

    .venv/bin/python benchmarks/matching.py

Prints each figure as a ratio with its target and fails where one is missed. Seeds are fixed; seconds are of one core
(process time, the best of three).
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from fractions import Fraction

from didimdol_decide.matching import MatchingInputs, Pair, blocking_pairs, compute, explained, match, verify
from didimdol_decide.matching.change import change
from didimdol_decide.matching.market import Market
from didimdol_decide.matching.solve import deferred_acceptance

DIGEST = "0" * 64
TRIES = 100_000


def large(draw: random.Random) -> MatchingInputs:
    """20,000 startups naming ten of 1,000 demands of ten places each, in ten fields of 1,000 places."""
    demands = [f"d{n:04}" for n in range(1_000)]
    startups = [{"id": f"s{n:05}", "order": draw.sample(demands, 10), "standing": n + 1} for n in range(20_000)]
    wanted: dict[str, list[str]] = {demand: [] for demand in demands}
    for startup in startups:
        for demand in startup["order"]:
            wanted[demand].append(startup["id"])
    for order in wanted.values():
        draw.shuffle(order)
    fields = [{"key": f"f{n}", "demands": demands[n * 100 : n * 100 + 100], "places": 1_000} for n in range(10)]
    return MatchingInputs.model_validate(
        {
            "rulebook_digest": DIGEST,
            "startups": startups,
            "demands": [{"id": key, "order": order, "capacity": 10} for key, order in wanted.items()],
            "quotas": [*fields, {"key": "all", "demands": demands, "places": 10_000}],
        }
    )


def speed() -> list[bool]:
    inputs, taken = large(random.Random(7)), []
    for _ in range(3):
        start = time.process_time()
        pairs = match(inputs)
        taken.append(time.process_time() - start)
    start = time.process_time()
    blocking = len(blocking_pairs(inputs, pairs))
    counting = time.process_time() - start
    print(f"20,000 x 1,000, 10,000 seats: {len(pairs)} pairs in {min(taken):.2f} s, checked in {counting:.2f} s")
    return [
        told("time to one second", min(taken), 1.0, below=True),
        told("blocking pairs", blocking, 0, below=True),
    ]


def small(draw: random.Random) -> MatchingInputs:
    """Up to seven startups and five demands in two fields of a challenge; some name few."""
    startups, demands = list("abcdefg")[: draw.randint(3, 7)], list("vwxyz")[: draw.randint(2, 5)]

    def some(of: list[str]) -> list[str]:
        return draw.sample(of, draw.randint(1, len(of)))

    return MatchingInputs.model_validate(
        {
            "rulebook_digest": DIGEST,
            "startups": [{"id": key, "order": some(demands), "standing": n} for n, key in enumerate(startups, 1)],
            "demands": [{"id": key, "order": some(startups), "capacity": draw.randint(0, 3)} for key in demands],
            "quotas": [
                {"key": "left", "demands": demands[:2], "places": draw.randint(0, 3)},
                {"key": "right", "demands": demands[2:], "places": draw.randint(0, 3)},
                {"key": "all", "demands": demands, "places": draw.randint(1, 5)},
            ],
        }
    )


def honesty() -> list[bool]:
    draw, tried, profitable, markets = random.Random(11), 0, 0, 0
    while tried < TRIES:
        inputs = small(draw)
        honest = deferred_acceptance(Market(inputs))
        markets += 1
        for liar in inputs.startups:
            demands = [demand.id for demand in inputs.demands]
            for _ in range(20):
                told_order = tuple(draw.sample(demands, draw.randint(0, len(demands))))
                startups = tuple(
                    entry.model_copy(update={"order": told_order}) if entry.id == liar.id else entry
                    for entry in inputs.startups
                )
                got = deferred_acceptance(Market(inputs.model_copy(update={"startups": startups}))).get(liar.id)
                tried += 1
                profitable += got in liar.order and (
                    honest.get(liar.id) is None or liar.order.index(got) < liar.order.index(honest[liar.id])
                )
    print(f"{tried:,} false orders in {markets:,} markets with quotas")
    return [told("profitable", profitable, 0, below=True)]


def tied(seed: int) -> MatchingInputs:
    """400 startups, 20 demands with 300 places: three or four joint scores of 1 to 5 each, some demands wanted more."""
    draw = random.Random(seed)
    demands = [f"d{n:02}" for n in range(20)]
    scores = []
    for n in range(400):
        named: list[str] = []
        size = draw.randint(3, 4)
        while len(named) < size:
            demand = draw.choices(demands, [1 / (1 + n) for n in range(20)])[0]
            if demand not in named:
                named.append(demand)
        scores += [{"startup": f"s{n:03}", "demand": demand, "value": draw.randint(1, 5)} for demand in named]
    return MatchingInputs.model_validate(
        {
            "rulebook_digest": DIGEST,
            "method": "stable_most",
            "startups": [{"id": f"s{n:03}", "standing": n + 1} for n in range(400)],
            "demands": [{"id": demand, "capacity": 15} for demand in demands],
            "scores": scores,
        }
    )


def with_lottery(inputs: MatchingInputs, draw: random.Random) -> MatchingInputs:
    """Deferred acceptance with equals told apart by lot."""
    lots = draw.sample(range(1, 401), 400)
    startups = tuple(
        startup.model_copy(update={"standing": lot}) for startup, lot in zip(inputs.startups, lots, strict=True)
    )
    return inputs.model_copy(update={"method": "deferred_acceptance", "startups": startups})


def total(inputs: MatchingInputs, pairs: Iterable[Pair]) -> int:
    worth = {(score.startup, score.demand): int(score.value) for score in inputs.scores}
    return sum(worth[pair.startup, pair.demand] for pair in pairs)


def equals() -> list[bool]:
    seats: list[Fraction] = []
    totals: list[Fraction] = []
    blocking = 0
    for seed in (11, 12, 13, 14, 15):
        inputs, draw = tied(seed), random.Random(seed)
        lots = [match(with_lottery(inputs, draw)) for _ in range(20)]
        start = time.process_time()
        found = compute(inputs)
        taken = time.process_time() - start
        most = compute(inputs.model_copy(update={"method": "best_value"}))
        assert not verify(inputs, found.pairs)
        assert found.optimum is not None
        assert most.optimum is not None
        assert found.optimum.finished
        blocking += len(found.optimum.blocking)
        by_lot = Fraction(sum(map(len, lots)), len(lots))
        seats.append(len(found.pairs) / by_lot)
        totals.append(Fraction(total(inputs, found.pairs), total(inputs, most.pairs)))
        mean = sum(total(inputs, pairs) for pairs in lots) / len(lots)
        print(
            f"ties {seed}: {len(found.pairs)} seats, total {found.optimum.total}, in {taken:.1f} s; by lot "
            f"{float(by_lot):.1f} seats (most {max(map(len, lots))}), total {mean:.0f}; without stability "
            f"{most.optimum.total} with {len(most.optimum.blocking)} blocking pairs"
        )
    return [
        told("seats to deferred acceptance with a lottery, mean", float(sum(seats) / 5), 1.03),
        told("total to the unconstrained maximum, the least", float(min(totals)), 0.99),
        told("blocking pairs", blocking, 0, below=True),
    ]


def withdrawals() -> list[bool]:
    broken = moved_calm = moved_anew = worse = 0
    lost = Fraction(0)
    for seed in (21, 22, 23):
        inputs = tied(seed)
        before = compute(inputs)
        draw = random.Random(seed)
        gone = draw.sample([pair.startup for pair in before.pairs], 3)
        rest = inputs.without(gone)
        anew = compute(rest)
        signed = tuple(pair for pair in before.pairs if pair.startup not in gone)
        half = tuple(draw.sample(signed, len(signed) // 2))
        calm = rest.model_copy(
            update={"frozen": half, "earlier": tuple(pair for pair in signed if pair not in set(half))}
        )
        kept = compute(calm)
        told_calm, told_anew = change(calm, kept, before.pairs), change(rest, anew, before.pairs)
        broken += told_calm.signed_broken
        moved_calm += len(told_calm.moved)
        moved_anew += len(told_anew.moved)
        lost = max(lost, 1 - Fraction(total(rest, kept.pairs), total(rest, anew.pairs)))
        strict = rest.model_copy(update={"method": "deferred_acceptance"})
        was = match(inputs)
        worse += len(change(strict, explained(strict, match(strict)), was).worse)
    print(
        f"three withdrawals, three times: {moved_calm} startups moved (the nine that left among them), {moved_anew} by a"
        f" rerun; total lost {float(lost):.2%}"
    )
    return [
        told("signed pairs broken", broken, 0, below=True),
        told("moved, to a rerun", moved_calm / moved_anew, 1.0, below=True),
        told("worse off by deferred acceptance", worse, 0, below=True),
    ]


def told(what: str, ratio: float, target: float, *, below: bool = False) -> bool:
    holds = ratio <= target if below else ratio >= target
    print(
        f"  {'ok  ' if holds else 'MISS'} {what}: {ratio:.4g} (target {'≤' if below else '≥'} {target:g})", flush=True
    )
    return holds


def main() -> None:
    held = [*speed(), *honesty(), *equals(), *withdrawals()]
    assert all(held), "a target was missed"


if __name__ == "__main__":
    main()
