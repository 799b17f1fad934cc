"""Made-up programmes of given size as arrays, seeded: companies, independents, organisations, conflicts.

A programme has demand companies with people of their own, who judge only what was sent to their company, and
independent people of many organisations, who judge anything. Affinities are cosines of sparse topic mixtures; some
topics have few experts, so that the highest total leaves some applications far behind.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from didimdol_decide.assignment.arrays import Arrays
from didimdol_decide.assignment.days import daily


@dataclass(frozen=True)
class Size:
    """applications, people, seats a panel; low, high load as a share of the mean; pairs kept an application (the
    best, its own company's people, and a few an evaluator besides). companies: applications are sent to them."""

    applications: int
    people: int
    seats: int
    low: float = 0.7
    high: float = 1.1
    keep: int = 200
    companies: int = 0


SIZES = {
    "S": Size(1_000, 200, 5, companies=7),
    "M": Size(10_000, 2_000, 4, companies=70),
    "L": Size(50_000, 10_000, 3, companies=350),
    "midl": Size(118, 177, 3, low=1, high=2),
    "cvpr": Size(2_623, 1_373, 3, low=0.35, high=1.05, keep=1_373),
}
"""S, M, L: made up. midl, cvpr: numbers of papers, reviewers and loads of two conferences, with minimum loads (2..4
and 2..6 papers each); the affinities are made up."""

TOPICS = 25
CONFLICTS = 0.03


def programme(size: str, rules: bool, seed: int = 1) -> Arrays:
    """An instance of `size`. rules: one seat for the company, one for an independent, the rest for anybody, and at
    most one person of an organisation; else any body, no cap."""
    shape = SIZES[size]
    draw = np.random.default_rng(seed)
    ours = round(1.05 * shape.people / shape.seats) if shape.companies else 0
    company = np.where(np.arange(shape.people) < ours, np.arange(shape.people) % max(1, shape.companies), -1)
    row, column, worth = _pairs(shape, company, draw)
    body = (company >= 0).astype(np.int64) if rules else np.zeros(shape.people, dtype=np.int64)
    bodies = 2 if rules else 1
    seat = row * bodies + body[column]
    order = np.lexsort((column, seat))
    column, worth, seat = column[order], worth[order], seat[order]
    gate, gate_seat = np.full(len(seat), -1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if rules:
        houses = draw.integers(0, max(6, shape.people // 4), shape.people) + shape.companies
        gate, gate_seat = _gates(seat, np.where(company >= 0, company, houses)[column])
    count = shape.applications
    load = count * shape.seats / shape.people
    return Arrays(
        applications=[f"a{n:06}" for n in range(count)],
        people=[f"e{n:06}" for n in range(shape.people)],
        seats=[(f"a{n // bodies:06}", ("expert", "company")[n % bodies]) for n in range(count * bodies)],
        seat=seat,
        person=column,
        worth=worth,
        gate=gate,
        panel=np.arange(count * bodies) // bodies,
        need=np.full(count * bodies, 1 if rules else shape.seats, dtype=np.int64),
        free=np.full(count, shape.seats - 2 if rules else 0, dtype=np.int64),
        fixed=np.zeros(count, dtype=np.int64),
        low=np.full(shape.people, int(load * shape.low), dtype=np.int64),
        high=np.full(shape.people, int(np.ceil(load * shape.high)), dtype=np.int64),
        gate_seat=gate_seat,
        gate_cap=np.ones(len(gate_seat), dtype=np.int64),
    )


def in_days(arrays: Arrays, days: int, cap: int, seed: int = 1) -> Arrays:
    """The same programme spread over so many days, at most `cap` applications a day for everybody."""
    on = np.random.default_rng(seed).permutation(len(arrays.applications)) % days
    most = np.full((len(arrays.people), days), cap, dtype=np.int64)
    return daily(arrays, [f"d{day:02}" for day in range(days)], on, most)


def as_files(size: str, rules: bool, folder: Path, seed: int = 1) -> tuple[Path, Path]:
    """The same programme as files for the command: the problem, and its affinities as a sparse `.npz`. A pair without
    an affinity is allowed there and counts as 0: there are as many pairs as applications x people, but for the
    company's people and two conflicts an application."""
    shape = SIZES[size]
    arrays = programme(size, rules, seed)
    draw = np.random.default_rng(seed + 100)
    ours = round(1.05 * shape.people / shape.seats) if shape.companies else 0
    houses = draw.integers(0, max(6, shape.people // 4), shape.people)
    evaluators = [
        {
            "id": name,
            "body": "company" if rules and n < ours else "expert",
            "organisation": f"c{n % shape.companies}" if n < ours else f"h{houses[n]}",
            "min_load": int(arrays.low[n]),
            "max_load": int(arrays.high[n]),
            "fields": [f"c{n % shape.companies}"] if n < ours else None,
        }
        for n, name in enumerate(arrays.people)
    ]
    seats = (
        {"demand": {"company": 1, "expert": 1}, "free": shape.seats - 2}
        if rules
        else {"demand": {"expert": shape.seats}}
    )
    applications = [
        {"id": name, "field": f"c{n % max(1, shape.companies)}", **seats} for n, name in enumerate(arrays.applications)
    ]
    conflicts = [
        {"application": name, "evaluator": arrays.people[person], "reason": "kin"}
        for name in arrays.applications
        for person in draw.choice(shape.people, 2, replace=False)
    ]
    document = {"applications": applications, "evaluators": evaluators, "conflicts": conflicts}
    document["max_per_organisation"] = 1 if rules else None
    problem, matrix = folder / f"{size}-{int(rules)}.json", folder / f"{size}-{int(rules)}.npz"
    problem.write_text(json.dumps(document), encoding="utf-8")
    np.savez(
        matrix,
        applications=np.array(arrays.applications),
        evaluators=np.array(arrays.people),
        rows=arrays.panel[arrays.seat].astype(np.int32),
        columns=arrays.person.astype(np.int32),
        values=arrays.worth / 1_000_000,
    )
    return problem, matrix


def _pairs(shape: Size, company: Any, draw: Any) -> tuple[Any, Any, Any]:
    """(application, person, worth in millionths) of every pair kept."""
    subject = draw.dirichlet(np.full(TOPICS, 0.08), shape.applications).astype(np.float32)
    skill = draw.dirichlet(np.linspace(0.1, 0.3, TOPICS), shape.people).astype(np.float32)
    subject /= np.linalg.norm(subject, axis=1, keepdims=True)
    skill /= np.linalg.norm(skill, axis=1, keepdims=True)
    # Some applications suit nobody well.
    subject *= draw.uniform(0.6, 1.0, (shape.applications, 1)).astype(np.float32)
    sent_to = np.arange(shape.applications) % max(1, shape.companies)
    found: list[tuple[Any, Any, Any]] = []
    keep = min(shape.keep, shape.people)
    few = min(40, shape.applications)
    best_of = np.zeros((few, shape.people), dtype=np.float32)
    for start in range(0, shape.applications, 1000):
        block = subject[start : start + 1000] @ skill.T
        block *= draw.uniform(0.5, 1.0, block.shape).astype(np.float32)
        own = company == sent_to[start : start + 1000, None]
        block[(company >= 0) & ~own] = -1
        block[draw.random(block.shape) < CONFLICTS] = -1
        wanted = own.copy()
        order = np.argpartition(-block, keep - 1, axis=1)[:, :keep]
        np.put_along_axis(wanted, order, True, axis=1)
        if keep < shape.people:
            # A few an evaluator, of the first thousand: nobody is left without a pair.
            if not start:
                best_of = np.sort(block, axis=0)[-few:]
            wanted |= block >= best_of[0]
        row, column = np.nonzero(wanted & (block >= 0))
        found.append((row + start, column, np.rint(block[row, column] * 1_000_000)))
    row, column, worth = (np.concatenate(part).astype(np.int64) for part in zip(*found, strict=True))
    return row, column, np.clip(worth, 0, 1_000_000)


def _gates(seat: Any, house: Any) -> tuple[Any, Any]:
    """The gate of each pair (-1: alone of their organisation there) and the seat of each gate."""
    names, gate, sizes = np.unique(seat * (house.max() + 1) + house, return_inverse=True, return_counts=True)
    real = sizes > 1
    number = np.where(real, np.cumsum(real) - 1, -1)
    return number[gate], names[real] // (house.max() + 1)
