"""Assignments at size, each claim against its target: the flow with its certificate, the fair floor, leximin, FairFlow,
why-not, calm re-solve, daily maxima, memory, the whole command on files, and 300 infeasible programmes with their repairs.

    .venv/bin/python benchmarks/fair_assignment.py [SIZE ...] [SECTION ...]

Sizes: S (where none is named), M, L, midl, cvpr (see `parts/programmes.py`). Sections: infeasible, flow, whynot, calm,
fair, leximin, fairflow, days, memory, command (all of these where none is named), mip (minutes). Seconds are of the
processor, ratios of one run; memory is that of a process of its own. command: reading the problem and its sparse matrix,
solving, proving, explaining and writing the record; there every pair without an affinity is allowed too (M: 15 million
pairs in all, L: 325 million). Prints PASS or MISS after each claim. Fails where a certificate does not hold, a repair does
not repair, or a bound is crossed; not where a target is missed.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import ortools.graph.python.max_flow
import ortools.graph.python.min_cost_flow as min_cost_flow
from parts.fairflow import FairFlow
from parts.programmes import SIZES, as_files, in_days, programme

from didimdol_decide.assignment import AssignmentProblem, assign, check_certificate, verify
from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.bounds import best_panels, bound_by_arrays
from didimdol_decide.assignment.fair import Fair, fair
from didimdol_decide.assignment.flow import cheapest, middle, supplies
from didimdol_decide.assignment.leximin import proved_places
from didimdol_decide.assignment.repairs import diagnose, repaired
from didimdol_decide.assignment.residual import Residual

Chosen = np.ndarray[Any, Any]
SECTIONS = ("infeasible", "flow", "whynot", "calm", "fair", "leximin", "fairflow", "days", "memory", "command", "mip")
GAINS = (50_000, 75_000, 100_000, 200_000, 1 << 40)
"""Millionths that a move must gain where an evaluator leaves; the last: as few moves as can be."""
LIMITS = {"S": (20, 1024), "M": (20, 1024), "L": (120, 3072)}
"""Seconds and MB for the exact assignment with its certificate."""


def told(name: str, what: str, fine: bool, target: str) -> None:
    """A figure and whether it meets its target."""
    print(f"{'PASS' if fine else 'MISS'}  {name}: {what} (target: {target})", flush=True)


def timed(what: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """The quickest of a few runs, in seconds of the processor, and the last result."""
    best, found = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        found = what()
        best = min(best, time.process_time() - start)
    return best, found


def certified(arrays: Arrays, chosen: Chosen) -> int:
    """The bound of the total that an assignment's prices give."""
    ones, residual = np.ones(len(arrays.applications), dtype=np.int64), Residual(arrays, arrays.worth, chosen)
    return bound_by_arrays(arrays, ones, residual.prices, residual.day_prices)


def flow_and_certificate(name: str, arrays: Arrays, pairs: int) -> None:
    """The exact optimum and its certificate against the bare solver on prepared arrays, in turn, `pairs` times."""
    tails, heads, room = middle(arrays)
    people = np.arange(len(arrays.people))
    tails = np.concatenate([tails, np.zeros(len(people), dtype=np.int64)]).astype(np.int32)
    heads = np.concatenate([heads, 1 + people]).astype(np.int32)
    room = np.concatenate([room, arrays.high - arrays.low])
    costs = np.concatenate([-arrays.worth, np.zeros(len(tails) - len(arrays.worth), dtype=np.int64)])
    supply, numbers = supplies(arrays), np.arange(len(arrays.worth), dtype=np.int32)

    def bare() -> int:
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(tails, heads, room, costs)
        solver.set_nodes_supplies(np.arange(len(supply), dtype=np.int32), supply)
        assert solver.solve() == solver.OPTIMAL
        solver.flows(numbers)
        return -int(solver.optimal_cost())

    rows = []
    for _ in range(pairs):
        seconds, total = timed(bare, 1)
        ours, chosen = timed(lambda: cheapest(arrays, -arrays.worth), 1)
        proving, bound = timed(lambda chosen=chosen: certified(arrays, chosen), 1)
        assert int(arrays.sums(chosen).sum()) == total == bound, "the certificate does not meet the total"
        rows.append((seconds, ours / seconds, (ours + proving) / seconds))
    seconds, ours, whole = np.median(np.array(rows), axis=0)
    what = (
        f"{len(arrays.worth)} pairs, total {total / 1e6:.2f} proved; bare flow {seconds:.2f} s, ours {ours:.2f} of it"
    )
    told(name, what, ours <= 1.2, "1.2")
    told(name, f"with its certificate {whole:.2f} of the bare flow", whole <= 2.4, "2.4")


def why_not(name: str, arrays: Arrays, chosen: Chosen) -> None:
    """Questions about pairs that do not sit: how long, and whether solving again says the same."""
    preparing, residual = timed(lambda: Residual(arrays, arrays.worth, chosen), 1)
    total = int(arrays.worth[chosen].sum())
    arcs = np.random.default_rng(2).choice(np.flatnonzero(~chosen), 40).tolist()
    waits, wrong = [], 0
    for place, arc in enumerate(arcs):
        seconds, found = timed(lambda arc=arc: residual.loss(arc), 1)
        waits.append(seconds)
        if place < 8:
            forced = arrays.worth.copy()
            forced[arc] += total + 1
            again = cheapest(arrays, -forced)
            if found is None:
                wrong += bool(again[arc])
            else:
                wrong += not again[arc] or found[0] != total - int(arrays.worth[again].sum())
    assert not wrong, "solving again says otherwise"
    what = f"why not this one? {1e3 * np.median(waits):.0f} ms, at most {1e3 * max(waits):.0f} ms, prepared in"
    told(
        name,
        f"{what} {preparing:.2f} s; 8 of 8 as solved again, to the unit",
        max(waits) < 0.05,
        "50 ms, exact to 1e-5",
    )


def fair_floor(name: str, arrays: Arrays, chosen: Chosen) -> tuple[float, Fair]:
    """The floor of the fair assignment against its bound and against the highest total."""
    seconds, found = timed(lambda: fair(arrays), 1)
    assert found.floor <= found.floor_bound
    assert found.total <= found.total_bound
    sums = arrays.sums(chosen)
    assert found.floor >= sums.min()
    what = (
        f"fair in {seconds:.1f} s: worst-off {found.floor / 1e6:.4f} (highest total: {sums.min() / 1e6:.4f}; bound"
        f" {found.floor_bound / 1e6:.4f}), total {100 * (found.total / sums.sum() - 1):+.3f}%, at most"
        f" {100 * (found.total_bound / found.total - 1):.3f}% more at that floor"
    )
    told(name, what, found.floor == found.floor_bound, "the floor proved")
    return seconds, found


def beyond_the_worst_off(name: str, arrays: Arrays, before: Fair) -> None:
    """How far leximin is proved and what it lifts."""
    own = (best_panels(arrays, arrays.worth) + arrays.fixed).tolist()
    seconds, found = timed(lambda: fair(arrays, further=24), 1)
    lowest = [np.sort(arrays.sums(each.chosen)) for each in (before, found)]
    assert lowest[0].tolist() <= lowest[1].tolist(), "leximin is less fair than fair"
    tenth = max(1, len(own) // 10)
    print(
        f"      {name}: leximin in {seconds:.1f} s: the lowest {proved_places(lowest[1].tolist(), own)} proved (fair:"
        f" {proved_places(lowest[0].tolist(), own)}); the lowest tenth {lowest[1][:tenth].mean() / lowest[0][:tenth].mean():.4f}"
        f" of fair's, total {100 * (found.total / before.total - 1):+.3f}%",
        flush=True,
    )


def against_fairflow(name: str, arrays: Arrays, plain: Arrays, seconds: float, found: Fair) -> None:
    """FairFlow on the same programme. It knows no organisation rules: where there are some, its assignment is brought
    within them by as few changes as can be."""
    theirs, sits = timed(lambda: FairFlow(plain).solve(), 1)
    kept = sits[arrays.panel[arrays.seat], arrays.person]
    mended = cheapest(arrays, -(arrays.worth + 1_000_000 * (arrays.open_seats + 1) * kept))
    assert mended is not None
    sums = arrays.sums(mended)
    changes = int(sits.sum() - (mended & kept).sum())
    with_rules = f", of which {changes} pairs had to go for the rules" if changes else ""
    what = f"worst-off {found.floor / sums.min():.3f}, total {found.total / sums.sum():.4f} of FairFlow's{with_rules}"
    told(name, what, found.floor >= sums.min() and found.total >= sums.sum(), "1, 1")
    loops, same = timed(lambda: FairFlow(plain, by_loops=True).solve(), 1)
    assert (same == sits).all()
    for whole, how in ((theirs, "built from arrays like ours"), (loops, "from loops over papers and reviewers")):
        what = f"{seconds / whole:.3f} of its time, {how} ({whole:.2f} s)"
        told(name, what, seconds <= whole / 20, "0.05")


def calm(name: str, arrays: Arrays, chosen: Chosen, trials: int = 15) -> None:
    """An evaluator leaves: how many other pairs move when all is decided anew, when as little as possible is, and when a
    pair moves for a gain; and the least that moving so few can lose, whichever pairs move."""
    anew = done = needed = best = 0
    moves, lost = dict.fromkeys(GAINS, 0), dict.fromkeys(GAINS, 0.0)
    priced = dict.fromkeys(GAINS, 0)
    for person in np.random.default_rng(3).permutation(len(arrays.people)).tolist():
        left = arrays.person != person
        high, low = arrays.high.copy(), arrays.low.copy()
        high[person] = low[person] = 0
        parts = {key: getattr(arrays, key)[left] for key in ("seat", "person", "worth", "gate")}
        rest = replace(arrays, high=high, low=low, **parts)
        kept = chosen[left]
        again = cheapest(rest, -rest.worth)
        if again is None:
            needed += 1  # nobody may leave that company
            continue
        total = int(rest.worth[again].sum())
        for gain in GAINS:
            near = cheapest(rest, -(rest.worth + min(gain, 1_000_000 * (rest.open_seats + 1)) * kept))
            assert near is not None
            moved, less = int((kept & ~near).sum()), total - int(rest.worth[near].sum())
            moves[gain] += moved
            lost[gain] += less / total
            priced[gain] += less + gain * moved
        best += total
        anew += int((kept & ~again).sum())
        done += 1
        if done == trials:
            break
    print(
        f"      {name}: an evaluator leaves ({done} times; {needed} others cannot): {anew} other pairs move anew",
        flush=True,
    )
    for gain in GAINS[:-1]:
        what = f"{moves[gain]} where each must gain {gain / 1e6:.3f}, at {100 * lost[gain] / done:.3f}% of the total"
        print(f"      {name}: {what}", flush=True)
    least = GAINS[-1]
    what = f"{moves[least]} by least change, at {100 * lost[least] / done:.3f}% of the total"
    told(name, what, moves[least] * 50 <= anew and lost[least] / done <= 0.001, "1/50 of the moves, 0.1%")
    # Each gain bounds the loss of all choices with so few moves: loss + gain x moves is least where it was solved.
    bound = max(priced[gain] - gain * (anew // 50) for gain in GAINS[:-1])
    print(f"      {name}: {anew // 50} moves lose at least {100 * bound / best:.3f}%, whichever they are", flush=True)


def integer_programme(name: str, arrays: Arrays, total: int) -> None:
    """The same as an integer programme (scipy's HiGHS)."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    def rows(group: Any, count: int) -> Any:
        used = np.flatnonzero(group >= 0)
        return csr_array((np.ones(len(used)), (group[used], used)), shape=(count, len(group)))

    panel = arrays.panel[arrays.seat]
    whole = np.bincount(arrays.panel, arrays.need, len(arrays.applications)) + arrays.free
    parts = [
        (rows(arrays.person, len(arrays.people)), arrays.low, arrays.high),
        (rows(arrays.seat, len(arrays.seats)), arrays.need, arrays.need + arrays.free[arrays.panel]),
        (rows(panel, len(arrays.applications)), whole, whole),
        (rows(arrays.gate, len(arrays.gate_cap)), np.zeros(len(arrays.gate_cap)), arrays.gate_cap),
    ]
    matrix = vstack([part[0] for part in parts]).tocsr()
    low, high = (np.concatenate([part[index] for part in parts]) for index in (1, 2))
    seconds, answer = timed(
        lambda: milp(
            -arrays.worth.astype(float),
            constraints=LinearConstraint(matrix, low, high),
            integrality=np.ones(len(arrays.worth)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0},
        ),
        1,
    )
    assert answer.success, answer.message
    assert int(np.rint(answer.x) @ arrays.worth) == total
    ours, _ = timed(lambda: cheapest(arrays, -arrays.worth))
    what = f"the same total as an integer programme in {seconds:.1f} s: {seconds / ours:.0f} times the flow's"
    told(name, what, seconds / ours >= 300, "300 times")


def small(draw: random.Random, daily: bool = False) -> AssignmentProblem:
    """A random programme of an office's size, often impossible. daily: on two days, with daily maxima."""
    count, people = draw.randrange(3, 25), draw.randrange(3, 14)
    evaluators = []
    for n in range(people):
        low = draw.choice([0, 0, 1, 3])
        body = draw.choice(["expert", "expert", "company"])
        fields = draw.choice([None, None, ["f"], ["g", "h"]])
        entry = {"id": f"e{n}", "body": body, "min_load": low, "max_load": low + draw.randrange(8)}
        entry |= {"max_per_day": draw.randrange(1, 5)} if daily else {}
        evaluators.append({**entry, "fields": fields, "organisation": f"{body}{draw.randrange(4)}"})
    applications = [
        {
            "id": f"a{n}",
            "field": draw.choice("fgh"),
            "demand": {"expert": draw.randrange(1, 3), "company": draw.randrange(2)},
            "free": draw.randrange(2),
            "day": ("mon", "tue")[n % 2] if daily else None,
        }
        for n in range(count)
    ]
    pairs = [(f"a{a}", f"e{e}") for a in range(count) for e in range(people)]
    conflicts = [(*pair, "kin") for pair in draw.sample(pairs, len(pairs) // 10)]
    return AssignmentProblem(
        applications=applications, evaluators=evaluators, conflicts=conflicts, max_per_organisation=1
    )


def no_unexplained_failure(wanted: int, daily: bool) -> None:
    """Random infeasible programmes: each with a certificate that holds and repairs that repair."""
    draw, done, tried, repairs = random.Random(5), 0, 0, 0
    start = time.process_time()
    while done < wanted:
        problem = small(draw, daily)
        tried += 1
        found = diagnose(problem)
        if found is None:
            continue
        done += 1
        assert check_certificate(problem, found.certificate)
        assert found.repairs, "nothing repairs it"
        for repair in found.repairs:
            again = repaired(problem, repair)
            assert not verify(again, assign(again, "s"))
            repairs += 1
    what = (
        f"{done} infeasible of {tried} random programmes: {done} certificates recounted, {repairs} cheapest repairs"
        f" solved again, in {time.process_time() - start:.1f} s"
    )
    told("small with daily maxima" if daily else "small", what, done == wanted, f"{wanted}")


def in_its_own_process(size: str, rules: bool, name: str) -> None:
    """Seconds and peak memory of a process that makes the programme and assigns it: exactly, and fair."""
    for kind in ("exact", "fair"):
        command = [sys.executable, __file__, "--child", size, str(int(rules)), kind]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        seconds, megabytes = float(answer[0]), int(answer[1])
        limit, most = LIMITS.get(size, LIMITS["M"]) if kind == "exact" or size != "L" else (300, 3072)
        what = f"{kind} in {seconds:.1f} s and {megabytes} MB"
        told(name, what, seconds <= limit and megabytes <= most, f"{limit} s, {most} MB")


def child(size: str, rules: bool, kind: str) -> None:
    arrays = programme(size, rules)
    start = time.process_time()
    if kind == "exact":
        chosen = cheapest(arrays, -arrays.worth)
        assert certified(arrays, chosen) == int(arrays.worth[chosen].sum())
    else:
        fair(arrays)
    seconds = time.process_time() - start
    print(f"{seconds:.2f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


def ten_days(size: str) -> None:
    """The programme over ten days, nobody with more than four applications on one."""
    name, arrays = f"{size} in ten days", in_days(programme(size, False), 10, 4)
    flow_and_certificate(name, arrays, 9 if size in ("S", "midl") else 3)
    chosen = cheapest(arrays, -arrays.worth)
    assert chosen is not None
    if size == "S":
        why_not(name, arrays, chosen)
    _, found = fair_floor(name, arrays, chosen)
    there = np.bincount(arrays.shift[found.chosen & (arrays.shift >= 0)], minlength=arrays.shifts)
    assert arrays.days is not None
    assert (there <= arrays.days.cap).all(), "more than the daily maximum"


def whole_command(size: str, rules: bool, name: str) -> None:
    """`didimdol-decide assign` on files, exact, fair, and fair within 5% of the bound, and the check of what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        problem, matrix = as_files(size, rules, Path(folder))
        out = Path(folder, "result.json")
        for objective, gap in (("affinity", []), ("fair", []), ("fair", ["--gap", "0.05"])):
            line = ["assign", problem, "--affinity", matrix, "--objective", objective, *gap, "--out", out]
            seconds, megabytes = as_a_command(*line)
            # The last of its parts: the rest may be hundreds of megabytes.
            proof = json.loads('{"proof": ' + out.read_text(encoding="utf-8").rpartition('  "proof": ')[2])["proof"]
            what = f"the whole command, {' '.join([objective, *gap])}, in {seconds:.1f} s and {megabytes} MB"
            if (used := proof.get("narrowed")) is not None:
                what += f", by {used['kept']:,} of {used['pairs']:,} pairs in {used['flows']} flows"
            if objective == "affinity":
                limit, most = LIMITS.get(size, LIMITS["M"])
                fine, target = proof["optimal_total"], f"proved, {limit} s, {most} MB"
            else:
                limit, most = (300, 3072) if size == "L" else LIMITS["M"]
                share = proof["floor"] / proof["floor_bound"]
                gap = proof["total_bound"] / proof["total"] - 1
                what += f": floor {share:.4f} of its bound, total at most {100 * gap:.2f}% below its own"
                wanted = 0.95 if gap or size == "L" else 1
                fine, target = share >= wanted, f"{wanted} of the bound, {limit} s, {most} MB"
            told(name, what, fine and seconds <= limit and megabytes <= most, target)
            seconds, megabytes = as_a_command("verify-assignment", out)
            print(
                f"      {name}: the record checked by counting, without a solver, in {seconds:.1f} s and {megabytes} MB",
                flush=True,
            )


def as_a_command(*line: object) -> tuple[float, int]:
    """Seconds and peak MB of the command in a process of its own, its start included."""
    command = [sys.executable, __file__, "--command", *map(str, line)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(answer[0]), int(answer[1])


def command_child(line: list[str]) -> None:
    from didimdol_decide.cli import main as decide

    with Path("/dev/null").open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        assert decide(line) == 0
    # Of this program alone: `ru_maxrss` also knows that of whoever started it.
    peak = next(row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("VmHWM"))
    print(f"{time.process_time():.2f} {int(peak.split()[1]) // 1024}")


def one_size(size: str, rules: bool, sections: list[str]) -> None:
    name = f"{size} with organisation rules" if rules else size
    if sections == ["command"]:
        whole_command(size, rules, name)
        return
    arrays = programme(size, rules)
    if "flow" in sections:
        flow_and_certificate(name, arrays, 9 if size in ("S", "midl") else 3)
    chosen = cheapest(arrays, -arrays.worth)
    assert chosen is not None
    if "whynot" in sections and size == "S":
        why_not(name, arrays, chosen)
    if "calm" in sections:
        calm(name, arrays, chosen, 15 if size in ("S", "midl") else 3)
    if "mip" in sections and rules:
        integer_programme(name, arrays, int(arrays.sums(chosen).sum()))
    if {"fair", "leximin", "fairflow"} & set(sections):
        seconds, found = fair_floor(name, arrays, chosen)
        if "leximin" in sections:
            beyond_the_worst_off(name, arrays, found)
        if "fairflow" in sections and size not in ("M", "L"):
            against_fairflow(name, arrays, programme(size, False) if rules else arrays, seconds, found)
    if "memory" in sections:
        in_its_own_process(size, rules, name)
    if "command" in sections:
        whole_command(size, rules, name)


def main() -> None:
    asked = sys.argv[1:]
    unknown = [word for word in asked if word not in SIZES and word not in SECTIONS]
    if unknown:
        sys.exit(f"{unknown[0]} is neither a size ({', '.join(SIZES)}) nor a section ({', '.join(SECTIONS)})")
    sections = [word for word in SECTIONS if word in asked] or [word for word in SECTIONS if word != "mip"]
    if "infeasible" in sections:
        no_unexplained_failure(300, daily=False)
        no_unexplained_failure(100, daily=True)
    if sections == ["infeasible"]:
        return
    for size in [word for word in asked if word in SIZES] or ["S"]:
        for rules in (False, True) if SIZES[size].companies else (False,):
            one_size(size, rules, sections)
        if "days" in sections:
            ten_days(size)


if __name__ == "__main__":
    assert ortools.graph.python.max_flow  # loading it is not what is measured
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3] == "1", sys.argv[4])
    elif sys.argv[1:2] == ["--command"]:
        command_child(sys.argv[2:])
    else:
        main()
