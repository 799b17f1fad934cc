"""One signed project a file, made once: each test's changes are rolled back to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from didimdol.kernel import clock
from server.tests.funding.worlds import POC_DAY, Money, money_world


@pytest.fixture(scope="module")
def signed(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Money]:
    """Two milestones of 24 and 36 million won, nothing earned yet. Another startup's project waits for its plan."""
    settings = override_settings(
        DIDIMDOL_CLOCK_MOVABLE=True,
        MEDIA_ROOT=tmp_path_factory.mktemp("files"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with django_db_blocker.unblock(), settings, transaction.atomic():
        made = money_world()
        clock.release()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def money(signed: Money, db: None) -> Money:
    """The clock stands in the PoC; whatever an earlier test made is gone."""
    clock.move_to(POC_DAY)
    return Money(signed.poc)
