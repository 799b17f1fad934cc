"""The quota of trial measurements holds when requests race: real connections, all let go at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from didimdol.applications import actions
from didimdol.applications.models import Application, Measured
from didimdol.kernel.problems import Problem
from didimdol.verification.models import DeviceJob
from server.tests.applications.conftest import Call
from server.tests.applications.test_measuring import measure_all
from server.tests.applications.test_submission import at_once

REQUESTS = 6


def trials(application: Application) -> int:
    measured = Measured.objects.within(application=application, final=False)
    return measured.values("created_at").distinct().count()


def ask_at_once(call: Call, application: Application) -> list[str]:
    """What each of the requests was answered: "queued", or the code of the refusal."""
    ceo, staff = call.acts("ceo"), call.acts("staff")

    def ask(actor: Any) -> Any:
        return lambda: actions.measure_trial(actor=actor, application=application)

    answers = at_once([ask((ceo, staff)[n % 2]) for n in range(REQUESTS)])
    return sorted(answer.code if isinstance(answer, Problem) else "queued" for answer in answers)


@pytest.mark.django_db(transaction=True)
def test_of_requests_at_once_one_is_queued(call: Call) -> None:
    application = call.fill(call.start())
    assert ask_at_once(call, application) == ["queued"] + ["trial_running"] * (REQUESTS - 1)
    assert trials(application) == 1
    assert DeviceJob.objects.within(subject=application.pk).count() == 2  # the field's criteria and the demand's


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_use_up_the_last_trial_and_no_more(call: Call) -> None:
    """The second trial finds an earlier run and is done at once: nothing but the count stands in the others' way."""
    application = call.fill(call.start())
    actions.measure_trial(actor=call.acts("ceo"), application=application)
    measure_all(call)
    assert ask_at_once(call, application) == ["queued"] + ["trials_used_up"] * (REQUESTS - 1)
    assert trials(application) == 2
    assert set(DeviceJob.objects.within(subject=application.pk).values_list("state", flat=True)) == {"done"}
