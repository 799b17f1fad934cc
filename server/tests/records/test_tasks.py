"""The daily work is known to the worker under the names that the schedule uses."""

from __future__ import annotations

import pytest
from procrastinate.contrib.django import app

from didimdol.records import tasks
from didimdol.records.models import SignedHead
from server.tests.records.conftest import link


@pytest.mark.django_db
def test_the_daily_task_signs_the_heads() -> None:
    link(None)
    tasks.sign_heads(timestamp=0)
    assert SignedHead.objects.within(chain="site").exists()


def test_the_schedule_names_registered_tasks() -> None:
    assert {"records.sign_heads", "verification.requeue_overdue"} <= set(app.tasks)
