"""Ranking 100,000 applications with 7 ballots each: time of `rank` from their scores, and of scoring before it.

    .venv/bin/python benchmarks/ranking.py [APPLICATIONS]

One stage, 20 fields, a cut-off, a tie-break by an item, then the lottery; whole points, so ties abound. Prints seconds
and the digest of the result, which must not change between versions.
"""

from __future__ import annotations

import random
import sys
import time
from decimal import Decimal

from didimdol_decide.ballots import Ballot
from didimdol_decide.canonical import digest
from didimdol_decide.ranking import Candidate, rank
from didimdol_decide.rules import BodyRule, CriterionRule, FieldQuota, SelectionRule, StageRule
from didimdol_decide.scoring import score_stage

BALLOTS, FIELDS = 7, 20


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    draw = random.Random(1)
    stage = StageRule(
        key="pitch",
        name={"ko": "발표평가"},
        bodies=(
            BodyRule(
                key="expert",
                name={"ko": "전문가"},
                weight=Decimal(1),
                quorum=5,
                seats=BALLOTS,
                criteria=(CriterionRule(key="growth", max_points=60), CriterionRule(key="team", max_points=40)),
            ),
        ),
        cutoff_percent=Decimal(60),
    )
    rule = SelectionRule(
        stage_weights={"pitch": Decimal(1)},
        quota=FieldQuota(by_field={f"f{n:02}": count // 200 for n in range(FIELDS)}),
        reserve_per_field=20,
        tie_breaks=({"by": "criterion", "stage": "pitch", "criterion": "growth"}, {"by": "lottery"}),
    )
    ballots = [
        Ballot(
            application=f"a{n:06}",
            evaluator=f"e{seat}",
            body="expert",
            points={"growth": draw.randrange(25, 61), "team": draw.randrange(15, 41)},
        )
        for n in range(count)
        for seat in range(BALLOTS)
    ]
    candidates = [Candidate(id=f"a{n:06}", field=f"f{n % FIELDS:02}") for n in range(count)]
    start = time.perf_counter()
    scores = {"pitch": score_stage(stage, ballots)}
    scoring = time.perf_counter() - start
    del ballots
    start, busy = time.perf_counter(), time.process_time()
    ranking = rank(rule, [stage], candidates, scores, "seed")
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(
        f"{count} applications x {BALLOTS} ballots: rank {seconds:.2f} s ({busy:.2f} s of processor time);"
        f" score_stage before it {scoring:.1f} s"
    )
    print(f"{len(ranking.ties)} ties; digest {digest(ranking.as_json())[:16]}")


if __name__ == "__main__":
    main()
