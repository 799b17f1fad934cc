"""Trials before the submission, and what is frozen with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from didimdol.applications import actions, rules
from didimdol.applications.evidence import evidence_of
from didimdol.applications.models import Measured
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.notices.models import Message
from didimdol.records import keys
from didimdol.verification import queries as verification
from didimdol.verification.actions import claim_job, refuse_job
from didimdol_lab.contract import Refusal
from didimdol_lab.evidence import verify
from server.tests.applications.conftest import Call
from server.tests.verification.conftest import finish


def url(name: str, *args: Any) -> str:
    return reverse(f"applications:{name}", args=args)


def lease(call: Call) -> Any:
    acting = verification.actor_of(call.device)
    return claim_job(actor=acting, device=call.device, labels=call.device.labels, versions={})


def measure_all(call: Call) -> None:
    while (job := lease(call)) is not None:
        finish(call.device, job)


def test_a_trial_shows_claim_and_measurement_side_by_side(call: Call) -> None:
    application = call.fill(call.start())
    client = call.client("staff")
    assert client.post(url("trial", application.pk)).status_code == 302
    page = client.get(url("files", application.pk)).content.decode()
    (first, second) = Measured.objects.within(application=application, final=False).order_by("pk")
    assert url("progress", first.pk) in page and url("progress", second.pk) in page
    poll = client.get(url("progress", first.pk))
    assert poll.status_code == 200
    assert client.get(url("progress", first.pk), headers={"if-none-match": poll["ETag"]}).status_code == 304
    with pytest.raises(WrongState):
        actions.measure_trial(actor=call.acts("ceo"), application=application)

    measure_all(call)
    field, demand = evidence_of(call.again(application), final=False, lang="ko")
    assert (field.demand, demand.demand) == (None, call.demand)
    (row,) = demand.rows
    assert (row.claim, row.verdict) == ("8.5", "met") and row.measured
    assert not demand.running
    page = client.get(url("files", application.pk)).content.decode()
    assert "8.5" in page and "1번 남음(전체 2번)" in page


def test_trials_are_counted(call: Call) -> None:
    application = call.fill(call.start())
    for _ in range(2):
        actions.measure_trial(actor=call.acts("ceo"), application=application)
        measure_all(call)
    page = call.client("ceo").post(url("trial", application.pk))
    assert page.status_code == 422 and "2번까지입니다" in page.content.decode()


def test_a_trial_needs_a_model_and_a_criterion(call: Call) -> None:
    application = call.start()
    with pytest.raises(BadInput) as none:
        actions.measure_trial(actor=call.acts("ceo"), application=application)
    assert none.value.code == "no_model"
    call.upload(application)
    with pytest.raises(BadInput) as nothing:
        actions.measure_trial(actor=call.acts("ceo"), application=application)
    assert nothing.value.code == "nothing_to_measure"


def test_a_refused_model_shows_code_sentence_and_remedy(call: Call) -> None:
    application = call.fill(call.start())
    actions.measure_trial(actor=call.acts("ceo"), application=application)
    job = lease(call)
    refusal = Refusal(
        code="inputs_needed",
        message={"ko": "입력 'x'의 모양이 정해져 있지 않습니다.", "en": "Input 'x' has an open shape."},
        remedy={"ko": "계획에 모양을 적으십시오.", "en": "Give the shape in the plan."},
    )
    refuse_job(actor=verification.actor_of(call.device), job=job, fencing=job.fencing, refusal=refusal)
    client = call.client("ceo")
    page = client.get(url("files", application.pk)).content.decode()
    for shown in ("inputs_needed", "모양이 정해져 있지 않습니다", "계획에 모양을 적으십시오."):
        assert shown in page
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert "Give the shape in the plan." in client.get(url("files", application.pk)).content.decode()
    told = Message.objects.unscoped(why="test").filter(subject__startswith="모델을 측정하지 못했습니다")
    assert {message.person_id for message in told} == {call.people["ceo"].pk, call.people["staff"].pk}


def test_what_a_trial_measured_is_used_again(call: Call) -> None:
    application = call.fill(call.start())
    actions.measure_trial(actor=call.acts("ceo"), application=application)
    measure_all(call)
    call.submit(application)
    frozen = Measured.objects.within(application=application, final=True).select_related("job")
    assert [(row.job.state, row.job.reused) for row in frozen] == [("done", True)] * 2
    page = call.client("manager").get(url("application", application.pk)).content.decode()
    assert "8.5" in page and "충족" in page


def test_trials_left_waiting_make_room_for_what_counts(call: Call) -> None:
    application = call.fill(call.start())
    actions.measure_trial(actor=call.acts("ceo"), application=application)
    call.submit(application)
    states = Measured.objects.within(application=application).values_list("final", "job__state")
    assert sorted(states) == [(False, "cancelled")] * 2 + [(True, "queued")] * 2


def test_the_content_names_the_frozen_plans(call: Call) -> None:
    application = call.submitted()
    content = call.client("ceo").get(url("content_file", application.pk)).json()
    jobs = {
        str(row.demand_id) if row.demand_id else None: row.job
        for row in Measured.objects.within(application=application).select_related("job")
    }
    assert {plan["demand"]: plan["plan"] for plan in content["plans"]} == {
        key: job.plan_digest for key, job in jobs.items()
    }


def test_the_evidence_of_a_measurement_carries_its_criteria(call: Call) -> None:
    application = call.submitted()
    measure_all(call)
    measured = Measured.objects.within(application=application, demand=call.demand).get()
    address = url("evidence", measured.pk)
    client = call.client("ceo")
    assert address in client.get(url("application", application.pk)).content.decode()
    report = verify(client.get(address).content, known=keys.published())
    assert report.genuine, report.as_json()
    assert [result.criterion.key for result in report.results] == ["latency_p99"]
    assert call.client("manager").get(address).status_code == 200
    assert call.client("rival").get(address).status_code == 404


def test_an_evaluator_gets_no_evidence_file(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model's card may tell who made it; figures and verdicts stand on the ballot."""
    application = call.submitted()
    measure_all(call)
    measured = Measured.objects.within(application=application, demand=call.demand).get()
    monkeypatch.setattr(rules, "reader", lambda actor, application: "evaluator")
    assert call.client("manager").get(url("evidence", measured.pk)).status_code == 404


def test_progress_of_another_startup_does_not_exist(call: Call) -> None:
    application = call.submitted()
    measured = Measured.objects.within(application=application).first()
    assert call.client("rival").get(url("progress", measured.pk)).status_code == 404


def test_demands_of_another_field_are_not_claimed(call: Call) -> None:
    application = call.start()
    with pytest.raises(BadInput) as refused:
        actions.claim_demand(
            actor=call.acts("ceo"), application=application, demand=call.demand, claims={"latency_p99": "1"}
        )
    assert refused.value.code == "demand_of_another_field"
    application = call.fill(application)
    actions.choose_field(actor=call.acts("ceo"), application=application, field=call.field("robot"))
    assert not application.claimed.exists()
