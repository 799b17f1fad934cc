from __future__ import annotations

from datetime import timedelta

import pytest

from didimdol.kernel import clock, limits
from didimdol.kernel.problems import TooMany

pytestmark = pytest.mark.django_db


def test_beyond_the_limit_it_says_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = clock.real()
    monkeypatch.setattr(clock, "real", lambda: moment)
    for _ in range(3):
        limits.limit("sign-in:a", most=3, per=timedelta(minutes=5))
    with pytest.raises(TooMany) as refused:
        limits.limit("sign-in:a", most=3, per=timedelta(minutes=5))
    assert refused.value.retry_after == 300
    limits.limit("sign-in:b", most=3, per=timedelta(minutes=5))  # another key has its own count
    monkeypatch.setattr(clock, "real", lambda: moment + timedelta(minutes=5))
    limits.limit("sign-in:a", most=3, per=timedelta(minutes=5))
