"""Made-up programmes of given size as arrays, seeded: companies, independents, organisations, conflicts."""

from __future__ import annotations

import numpy as np

from didimdol_decide.assignment.arrays import Arrays

SIZES = {"S": (1_000, 200, 5, 200), "M": (10_000, 2_000, 4, 200), "L": (50_000, 10_000, 3, 200)}
"""applications, evaluators, seats a panel, pairs kept an application (plus a few an evaluator)"""


def programme(size: str, rules: bool, seed: int = 1) -> Arrays:
    """An instance of `size`. rules: one seat for a company, one for an independent, the rest for anybody, and at most
    one person of an organisation; else any body, no cap. A third of the people come from companies."""
    count, people, seats, keep = SIZES[size]
    draw = np.random.default_rng(seed)
    topics = 25
    subject = draw.dirichlet(np.full(topics, 0.08), count).astype(np.float32)
    skill = draw.dirichlet(np.linspace(0.02, 0.3, topics), people).astype(np.float32)
    rows, columns, values = [], [], []
    for start in range(0, count, 1000):
        block = np.sqrt(subject[start : start + 1000]) @ np.sqrt(skill).T
        block *= draw.uniform(0.5, 1.0, block.shape).astype(np.float32)
        block[draw.random(block.shape) < 0.03] = -1  # a conflict
        order = np.argsort(-block, axis=1)[:, :keep] if keep < people else np.tile(np.arange(people), (len(block), 1))
        row = np.repeat(np.arange(len(block)), order.shape[1])
        column = order.ravel()
        fine = block[row, column] >= 0
        rows.append(row[fine] + start)
        columns.append(column[fine])
        values.append(block[row[fine], column[fine]])
    row, column = np.concatenate(rows), np.concatenate(columns)
    worth = np.rint(np.concatenate(values) * 1_000_000).astype(np.int64)
    body = (np.arange(people) % 3 == 0).astype(np.int64) if rules else np.zeros(people, dtype=np.int64)
    bodies = 2 if rules else 1
    seat = row * bodies + body[column]
    order = np.lexsort((column, seat))
    row, column, worth, seat = row[order], column[order], worth[order], seat[order]
    gate = np.full(len(seat), -1, dtype=np.int64)
    gate_seat = np.zeros(0, dtype=np.int64)
    if rules:
        organisation = draw.integers(0, max(6, people // 4), people)
        key = seat * (people + 1) + organisation[column]
        names, gate, sizes = np.unique(key, return_inverse=True, return_counts=True)
        real = sizes > 1
        number = np.where(real, np.cumsum(real) - 1, -1)
        gate, gate_seat = number[gate], names[real] // (people + 1)
    need = np.full(count * bodies, 1 if rules else seats, dtype=np.int64)
    load = count * seats / people
    return Arrays(
        applications=[f"a{n:06}" for n in range(count)],
        people=[f"e{n:06}" for n in range(people)],
        seats=[(f"a{n // bodies:06}", ("expert", "company")[n % bodies]) for n in range(count * bodies)],
        seat=seat,
        person=column,
        worth=worth,
        gate=gate,
        panel=np.arange(count * bodies) // bodies,
        need=need,
        free=np.full(count, seats - 2 if rules else 0, dtype=np.int64),
        fixed=np.zeros(count, dtype=np.int64),
        low=np.full(people, int(load * 0.7), dtype=np.int64),
        high=np.full(people, int(np.ceil(load * 1.1)), dtype=np.int64),
        gate_seat=gate_seat,
        gate_cap=np.ones(len(gate_seat), dtype=np.int64),
    )
