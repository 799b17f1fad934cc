"""Ranking 100,000 applications with 7 ballots each: time of `rank` from their scores, and of what goes before it: reading
the ballots from plain data, and scoring with the whole calculation sheet of each application.

    .venv/bin/python benchmarks/ranking.py [APPLICATIONS]

One stage, 20 fields, a cut-off, a tie-break by an item, then the lottery; whole points, so ties abound. Prints seconds
(by the clock, and of processor time) and the digests of scores and ranking, which must not change between versions.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256

from pydantic import TypeAdapter

from didimdol_decide.ballots import Ballot
from didimdol_decide.canonical import canonical_json, digest
from didimdol_decide.plain import uncollected
from didimdol_decide.ranking import Candidate, rank
from didimdol_decide.rules import BodyRule, CriterionRule, FieldQuota, SelectionRule, StageRule
from didimdol_decide.scoring import score_stage

BALLOTS, FIELDS = 7, 20


@contextmanager
def timed(what: str) -> Iterator[None]:
    start, busy = time.perf_counter(), time.process_time()
    yield
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(f"{what}: {seconds:.2f} s ({busy:.2f} s of processor time)")


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
    sheets = [
        {
            "application": f"a{n:06}",
            "evaluator": f"e{seat}",
            "body": "expert",
            "points": {"growth": str(draw.randrange(25, 61)), "team": str(draw.randrange(15, 41))},
        }
        for n in range(count)
        for seat in range(BALLOTS)
    ]
    candidates = [Candidate(id=f"a{n:06}", field=f"f{n % FIELDS:02}") for n in range(count)]
    print(f"{count} applications x {BALLOTS} ballots")
    with timed("ballots read and checked"), uncollected():  # as the commands and the record do
        ballots = TypeAdapter(tuple[Ballot, ...]).validate_python(sheets)
    del sheets
    with timed("score_stage, with all sheets"):
        scores = {"pitch": score_stage(stage, ballots)}
    del ballots
    with timed("rank"):
        ranking = rank(rule, [stage], candidates, scores, "seed")
    whole = sha256()
    for score in scores["pitch"].values():
        whole.update(canonical_json(score.as_json()))
    print(
        f"{len(ranking.ties)} ties; digests: scores {whole.hexdigest()[:16]}, ranking {digest(ranking.as_json())[:16]}"
    )


if __name__ == "__main__":
    main()
