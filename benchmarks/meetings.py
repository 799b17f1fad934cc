"""One-to-one meetings of a demo day: 200 startups, 60 companies, 20 slots on two days, 60 tables.

    .venv/bin/python benchmarks/meetings.py

Prints how many of the mutual wishes are placed, how many the solver proves impossible, the gaps and the time. Fails
where under 95% are placed or proved impossible, or where the checker finds a broken rule.
"""

from __future__ import annotations

import random
import time

from didimdol_decide.scheduling import ScheduleProblem, schedule, verify

STARTUPS, COMPANIES, SLOTS, WISHES = 200, 60, 20, 5


def instance(draw: random.Random) -> ScheduleProblem:
    companies = [f"c{n:02}" for n in range(COMPANIES)]
    startups = [f"s{n:03}" for n in range(STARTUPS)]
    slots = [{"id": f"t{n:02}", "day": f"d{n // 10}", "number": n % 10} for n in range(SLOTS)]
    parties = [{"id": key, "away": [f"t{draw.randrange(SLOTS):02}"], "longest": 3} for key in startups] + [
        {"id": key, "longest": 9} for key in companies
    ]
    wishes = [(one, other) for one in startups for other in draw.sample(companies, WISHES)]
    return ScheduleProblem.model_validate(
        {
            "slots": slots,
            "rooms": [{"id": f"r{n:02}"} for n in range(COMPANIES)],
            "parties": parties,
            "meetings": [{"id": f"{one}-{other}", "parties": [one, other]} for one, other in wishes],
        }
    )


def main() -> None:
    problem = instance(random.Random(5))
    started, worked = time.perf_counter(), time.process_time()
    result = schedule(problem, effort=10)
    seconds, own = time.perf_counter() - started, time.process_time() - worked
    assert verify(problem, result) == []
    wishes = len(problem.meetings)
    impossible = wishes - result.bound
    settled = (result.worth + impossible) / wishes
    print(
        f"{wishes} mutual wishes: {result.worth} placed, {impossible} proved impossible ({settled:.1%} settled), "
        f"{result.gaps} gaps, {seconds:.1f} s ({own:.1f} s of one core)"
    )
    assert settled >= 0.95


if __name__ == "__main__":
    main()
