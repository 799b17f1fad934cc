"""Rate limits kept in PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from didimdol.kernel import clock
from didimdol.kernel.problems import TooMany


def limit(key: str, *, most: int, per: timedelta) -> None:
    """Count one use of ``key``; raise TooMany beyond ``most`` in a window of ``per``."""
    now = clock.real()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO kernel_ratewindow AS w (key, window_start, count) VALUES (%(key)s, %(now)s, 1)
            ON CONFLICT (key) DO UPDATE SET
              count = CASE WHEN w.window_start <= %(stale)s THEN 1 ELSE w.count + 1 END,
              window_start = CASE WHEN w.window_start <= %(stale)s THEN %(now)s ELSE w.window_start END
            RETURNING count, window_start
            """,
            {"key": key, "now": now, "stale": now - per},
        )
        count, start = cursor.fetchone()
    if count > most:
        raise TooMany(max(1, int((start + per - now).total_seconds())))
