"""What the write guard costs: rows inserted into a table with the trigger ``didimdol_action`` (BEFORE INSERT … FOR EACH
ROW), against the same rows into the same table without it.

    DATABASE_URL=postgresql://… .venv/bin/python benchmarks/guard_overhead.py

Works on temporary tables of one connection and leaves nothing behind. Prints both times and their ratio, from one run.
"""

from __future__ import annotations

import os
import time

import django
import psycopg

ROWS, PASSES = 2_000, 7
TABLE = "CREATE TEMPORARY TABLE {name} (id uuid PRIMARY KEY, at timestamptz NOT NULL, state text NOT NULL, facts jsonb NOT NULL)"
INSERT = "INSERT INTO {name} VALUES (gen_random_uuid(), now(), 'draft', '{{\"field\": \"voice\"}}')"
TRIGGER = (
    "CREATE TRIGGER didimdol_action BEFORE INSERT OR UPDATE OR DELETE ON {name} FOR EACH ROW"
    " EXECUTE FUNCTION didimdol_inside_action()"
)


def insert(connection: psycopg.Connection[tuple[object, ...]], name: str) -> float:
    """Rows one statement at a time, as actions write them, in one transaction that says which action it is."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('didimdol.action', 'benchmark', true)")
        start = time.perf_counter()
        for _ in range(ROWS):
            cursor.execute(INSERT.format(name=name))
        return time.perf_counter() - start


def main() -> None:
    url = os.environ.get("DATABASE_URL")
    if not url:
        print("skipped: set DATABASE_URL to a PostgreSQL where temporary tables may be made")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "didimdol.conf.settings")
    django.setup()
    from didimdol.kernel.guard import FUNCTIONS

    # All of it is undone: a database of the product has these functions already, another keeps none.
    with psycopg.connect(url, autocommit=True) as connection, connection.transaction(force_rollback=True):
        connection.execute(FUNCTIONS)
        for name in ("guarded", "bare"):
            connection.execute(TABLE.format(name=name))
        connection.execute(TRIGGER.format(name="guarded"))
        guarded, bare = [], []
        for _ in range(PASSES):  # in turns: what else the machine does meets both
            bare.append(insert(connection, "bare"))
            guarded.append(insert(connection, "guarded"))
    with_guard, without = min(guarded) / ROWS, min(bare) / ROWS
    print(
        f"{ROWS} rows, the best of {PASSES}: {without * 1e6:.0f} µs a row without the guard, {with_guard * 1e6:.0f} µs with it"
    )
    print(f"ratio: {with_guard / without:.2f}")


if __name__ == "__main__":
    main()
