"""Two clocks.

``now()`` is the challenge's time: deadlines and states are computed from it at the moment of asking. Tests, the
rehearsal and the demo move it; production cannot. ``real()`` is for leases, sessions and tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

KST = ZoneInfo("Asia/Seoul")
_offset = timedelta()


class ClockFixed(RuntimeError):
    """The clock of this installation must not be moved (``DIDIMDOL_CLOCK_MOVABLE`` is off)."""


def real() -> datetime:
    return datetime.now(UTC)


def now() -> datetime:
    return real() + _offset


def today() -> datetime:
    """Midnight of the current day in Seoul."""
    return now().astimezone(KST).replace(hour=0, minute=0, second=0, microsecond=0)


def move_to(moment: datetime) -> None:
    """Let ``now()`` go on from ``moment``. Of this process only."""
    if not settings.DIDIMDOL_CLOCK_MOVABLE:
        raise ClockFixed("the clock can be moved in tests, rehearsal and demo only")
    global _offset
    _offset = moment - real()


def release() -> None:
    global _offset
    _offset = timedelta()


@contextmanager
def moved(moment: datetime) -> Iterator[None]:
    """``with moved(deadline + timedelta(seconds=1)): …``"""
    global _offset
    before = _offset
    move_to(moment)
    try:
        yield
    finally:
        _offset = before
