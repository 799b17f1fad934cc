"""The life of a job: queued for who can, leased once, kept once, given to another when a device falls silent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from didimdol.kernel.actor import SYSTEM, Actor, Grant
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, WrongState
from didimdol.records.models import AuditEvent
from didimdol.records.verifying import verify
from didimdol.verification import actions, queries
from didimdol.verification.models import DeviceJob, Run
from didimdol.verification.signals import job_finished
from didimdol_lab.contract import InputSpec, Plan, Progress, Refusal
from server.tests.verification.conftest import (
    LABELS,
    card,
    claim,
    fall_silent,
    finish,
    keep,
    measured,
    pass_check,
    problem,
    queue,
    sha,
)

pytestmark = pytest.mark.django_db


def again(job: DeviceJob) -> DeviceJob:
    return DeviceJob.objects.within(pk=job.pk).select_related("run", "device", "model").get()


def refusal(code: str) -> Refusal:
    return Refusal(code=code, message={"ko": "안 됩니다", "en": "No"}, remedy={"ko": "고치십시오", "en": "Mend it"})


@pytest.fixture
def finished() -> Any:
    heard: list[tuple[Any, str]] = []

    def hear(sender: Any, job: DeviceJob, **kwargs: Any) -> None:
        heard.append((job.subject, job.state))

    job_finished.connect(hear)
    yield heard
    job_finished.disconnect(hear)


# --- queueing ------------------------------------------------------------------------------------------------------


def test_no_device_that_could_ever_take_it_names_the_nearest(owner: Any, make_device: Callable[..., Any]) -> None:
    make_device("먼 장비", ["arch:arm64"])
    make_device("가까운 장비", [*LABELS, "os:linux"])
    with pytest.raises(BadInput) as refused:
        queue(owner.id, labels=[*LABELS, "chip:core-ultra-7"])
    assert "가까운 장비" in refused.value.remedy["ko"]
    assert refused.value.remedy["en"].endswith("it lacks: chip:core-ultra-7")
    assert refused.value.detail["missing"] == ["chip:core-ultra-7"]
    assert not DeviceJob.objects.within(owner=owner.id).exists()


def test_a_retired_device_could_never_take_it(owner: Any, make_device: Callable[..., Any]) -> None:
    device, _ = make_device()
    queue(owner.id)
    actions.retire_device(actor=SYSTEM, device=device, reason="고장")
    with problem(BadInput, "no_device"):
        queue(owner.id)


@pytest.mark.parametrize("labels", [[], [" "], ["no colon"], ["Chip:x"]])
def test_labels_are_needed_and_well_formed(owner: Any, device: Any, labels: list[str]) -> None:
    with problem(BadInput, "label"):
        queue(owner.id, labels=labels)


def test_the_data_set_is_the_one_of_the_plan(owner: Any, device: Any) -> None:
    plan = Plan(dataset_sha256=sha(b"data"), dataset_task="classification")
    with problem(BadInput, "dataset_differs"):
        queue(owner.id, plan=plan)
    assert queue(owner.id, plan=plan, dataset=keep(b"data", owner.id)).state == "queued"


# --- the straight way ----------------------------------------------------------------------------------------------


def test_queued_leased_measured(owner: Any, device: Any, finished: list[Any]) -> None:
    job = queue(owner.id)
    leased = claim(device)
    assert leased is not None
    assert (leased.id, leased.state, leased.fencing, leased.attempts) == (job.id, "leased", 1, 1)
    actor = queries.actor_of(device)
    assert actions.report_progress(
        actor=actor, job=leased, fencing=1, progress=Progress(phase="measuring", done=2, total=3)
    ) is False  # fmt: skip
    assert again(job).progress == {"phase": "measuring", "done": 2, "total": 3, "note": ""}
    done = finish(device, leased)
    assert (done.state, done.run.valid, done.run.owner, done.run.device_id) == ("done", True, owner.id, device.id)
    assert finished == [(job.subject, "done")]
    assert done.run.measurement == measured(job).model_dump(mode="json", by_alias=True)
    [event] = AuditEvent.objects.within(subject_id=job.id, type="device_job.complete")
    assert event.facts["measurement_sha256"] == actions.measurement_sha256(again(job).run.measurement)
    assert verify().holds


def test_the_first_queued_goes_first_unless_a_priority_says_otherwise(owner: Any, device: Any) -> None:
    first, second = queue(owner.id, content=b"1"), queue(owner.id, content=b"2")
    urgent = queue(owner.id, content=b"3", priority=-1)
    order = []
    while (job := claim(device)) is not None:
        order.append(job.id)
        finish(device, job)
    assert order == [urgent.id, first.id, second.id]


def test_only_labels_that_are_registered_and_claimed_count(owner: Any, device: Any) -> None:
    queue(owner.id)
    actor = queries.actor_of(device)
    assert actions.claim_job(actor=actor, device=device, labels=["arch:x86_64"], versions={}) is None
    assert actions.claim_job(actor=actor, device=device, labels=LABELS, versions={}) is not None


def test_a_claimed_label_that_nobody_registered_does_not_count(owner: Any, make_device: Callable[..., Any]) -> None:
    weak, _ = make_device("약한 장비", ["arch:x86_64"])
    make_device("맞는 장비")
    queue(owner.id)
    assert actions.claim_job(actor=queries.actor_of(weak), device=weak, labels=LABELS, versions={}) is None


def test_one_device_has_one_job_at_a_time(owner: Any, device: Any) -> None:
    queue(owner.id, content=b"1"), queue(owner.id, content=b"2")
    assert claim(device) is not None
    assert claim(device) is None


def test_a_result_sent_twice_is_kept_once(owner: Any, device: Any, finished: list[Any]) -> None:
    queue(owner.id)
    job = claim(device)
    assert job is not None
    assert finish(device, job).run_id == finish(device, job).run_id
    assert Run.objects.within(owner=owner.id).count() == 1
    assert len(finished) == 1


@pytest.mark.parametrize(
    "change", [{"model_sha256": "0" * 64}, {"plan_digest": "0" * 64}, {"boundary": "with_input_copy"}]
)
def test_a_result_of_something_else_is_refused(owner: Any, device: Any, change: dict[str, str]) -> None:
    queue(owner.id)
    job = claim(device)
    assert job is not None
    wrong = measured(job).model_copy(update=change)
    with problem(BadInput, "result_of_another_job"):
        actions.complete_job(
            actor=queries.actor_of(device), job=job, fencing=job.fencing, measurement=wrong, card=card(job)
        )
    assert again(job).state == "leased"


# --- refusals ------------------------------------------------------------------------------------------------------


def test_a_refused_model_ends_the_job(owner: Any, device: Any, finished: list[Any]) -> None:
    queue(owner.id)
    job = claim(device)
    assert job is not None
    done = actions.refuse_job(actor=queries.actor_of(device), job=job, fencing=1, refusal=refusal("not_onnx"))
    assert (done.state, done.refusal["code"]) == ("refused", "not_onnx")
    assert [state for _, state in finished] == ["refused"]


def test_a_device_that_cannot_hands_it_to_another_and_does_not_get_it_again(
    owner: Any, make_device: Callable[..., Any], finished: list[Any]
) -> None:
    weak, _ = make_device("약한 장비")
    good, _ = make_device("좋은 장비")
    queue(owner.id)
    job = claim(weak)
    assert job is not None
    actions.refuse_job(actor=queries.actor_of(weak), job=job, fencing=1, refusal=refusal("sandbox_incomplete"))
    assert again(job).state == "queued"
    assert claim(weak) is None
    taken = claim(good)
    assert taken is not None
    assert finish(good, taken).state == "done"
    assert [state for _, state in finished] == ["done"]


def test_where_no_other_device_could_the_job_is_lost_and_may_be_repeated(owner: Any, device: Any) -> None:
    queue(owner.id)
    job = claim(device)
    assert job is not None
    lost = actions.refuse_job(actor=queries.actor_of(device), job=job, fencing=1, refusal=refusal("sandbox_incomplete"))
    assert lost.state == "lost"
    with problem(BadInput, "reason_required"):
        actions.repeat_job(actor=SYSTEM, job=lost, reason="")
    actions.repeat_job(actor=SYSTEM, job=lost, reason="장비를 고침")
    taken = claim(device)
    assert taken is not None
    assert (taken.fencing, taken.attempts) == (2, 1)


# --- devices that fall silent --------------------------------------------------------------------------------------


def test_an_expired_lease_goes_to_another_device_and_the_first_is_stale(
    owner: Any, make_device: Callable[..., Any]
) -> None:
    first, _ = make_device("첫째")
    second, _ = make_device("둘째")
    queue(owner.id)
    held = claim(first)
    assert held is not None
    assert claim(second) is None
    fall_silent(held)
    taken = claim(second)
    assert taken is not None
    assert (taken.id, taken.fencing, taken.attempts, taken.device_id) == (held.id, 2, 2, second.id)
    stale = queries.actor_of(first)
    with pytest.raises(actions.StaleLease):
        actions.report_progress(actor=stale, job=held, fencing=1, progress=Progress(phase="measuring"))
    with pytest.raises(actions.StaleLease):
        finish(first, held)
    with pytest.raises(actions.StaleLease):
        actions.refuse_job(actor=stale, job=held, fencing=1, refusal=refusal("not_onnx"))
    with pytest.raises(actions.StaleLease):  # not even with the number of its successor
        actions.report_progress(actor=stale, job=held, fencing=2, progress=Progress(phase="measuring"))
    assert finish(second, taken).run.device_id == second.id
    assert [lease["end"] for lease in again(held).leases] == ["expired", "done"]


def test_a_late_result_counts_while_nobody_else_has_the_job(owner: Any, device: Any) -> None:
    queue(owner.id)
    job = claim(device)
    assert job is not None
    fall_silent(job)
    assert finish(device, job).state == "done"


def test_a_heartbeat_renews_the_lease(owner: Any, device: Any) -> None:
    queue(owner.id)
    job = claim(device)
    assert job is not None
    fall_silent(job)
    actions.report_progress(actor=queries.actor_of(device), job=job, fencing=1, progress=Progress(phase="loading"))
    assert actions.requeue_overdue() == 0
    assert again(job).state == "leased"


def test_after_three_silent_devices_the_job_is_lost(owner: Any, device: Any, finished: list[Any]) -> None:
    job = queue(owner.id)
    for attempt in (1, 2, 3):
        leased = claim(device)
        assert leased is not None
        assert (leased.id, leased.attempts) == (job.id, attempt)
        fall_silent(leased)
        pass_check(device)
    assert claim(device) is None
    assert again(job).state == "lost"
    assert [state for _, state in finished] == ["lost"]


def test_only_a_lease_that_ran_out_expires(owner: Any, device: Any) -> None:
    job = queue(owner.id)
    with pytest.raises(WrongState):
        actions.expire_lease(actor=SYSTEM, job=job)
    claim(device)
    with problem(AccessDenied, "lease_holds"):
        actions.expire_lease(actor=SYSTEM, job=job)


# --- cancelling and repeating --------------------------------------------------------------------------------------


def test_a_cancelled_job_tells_the_device_to_stop(owner: Any, device: Any) -> None:
    job = queue(owner.id)
    leased = claim(device)
    assert leased is not None
    ceo = Actor(kind="person", person=uuid4(), grants=(Grant(uuid4(), "ceo", owner.id),))
    actions.cancel_job(actor=ceo, job=job)
    actor = queries.actor_of(device)
    assert actions.report_progress(actor=actor, job=leased, fencing=1, progress=Progress(phase="loading")) is True
    with pytest.raises(actions.StaleLease):
        finish(device, leased)
    other = queue(owner.id, content=b"other")
    assert claim(device).id == other.id  # type: ignore[union-attr]


def test_another_startup_and_another_operator_cannot_cancel(owner: Any, device: Any, make_organisation: Any) -> None:
    job = queue(owner.id)
    rival = make_organisation("startup", "다른 기업")
    for role, organisation in (("ceo", rival), ("expert", make_organisation("expert_body", "대학"))):
        stranger = Actor(kind="person", person=uuid4(), grants=(Grant(uuid4(), role, organisation.id),))
        with pytest.raises(AccessDenied):
            actions.cancel_job(actor=stranger, job=job)
    assert again(job).state == "queued"


def test_a_disturbed_run_may_be_repeated_and_a_valid_one_may_not(owner: Any, device: Any) -> None:
    queue(owner.id)
    job = finish(device, claim(device), valid=False)  # type: ignore[arg-type]
    before = job.run_id
    actions.repeat_job(actor=SYSTEM, job=job, reason="다른 작업이 방해함")
    done = finish(device, claim(device))  # type: ignore[arg-type]
    assert (done.id, done.run.valid) == (job.id, True)
    assert Run.objects.within(pk=before).exists()
    with problem(AccessDenied, "run_stands"):
        actions.repeat_job(actor=SYSTEM, job=done, reason="한 번 더")


# --- runs used again -----------------------------------------------------------------------------------------------


def test_a_valid_run_is_used_again_for_the_same_owner_model_and_plan(
    owner: Any, device: Any, finished: list[Any]
) -> None:
    queue(owner.id)
    done = finish(device, claim(device))  # type: ignore[arg-type]
    same = queue(owner.id)
    assert (same.state, same.reused, same.run_id, same.device_id) == ("done", True, done.run_id, device.id)
    assert finished[-1] == (same.subject, "done")


@pytest.mark.parametrize("what", ["owner", "model", "plan", "labels", "invalid"])
def test_a_run_is_used_again_for_nothing_else(
    owner: Any, make_device: Callable[..., Any], make_organisation: Any, what: str
) -> None:
    device, _ = make_device()
    make_device("다른 장비", [*LABELS, "chip:other"])
    queue(owner.id)
    finish(device, claim(device), valid=what != "invalid")  # type: ignore[arg-type]
    job = queue(
        make_organisation("startup", "다른 기업").id if what == "owner" else owner.id,
        content=b"another" if what == "model" else b"a model",
        plan=Plan(inputs={"x": InputSpec(shape=[1])}) if what == "plan" else None,
        labels=[*LABELS, "chip:other"] if what == "labels" else LABELS,
    )
    assert (job.state, job.reused, job.run_id) == ("queued", False, None)


# --- who -----------------------------------------------------------------------------------------------------------


def test_devices_are_registered_by_the_operators_own_engineers(operator: Any, make_person: Any, grant: Any) -> None:
    person = make_person()
    with pytest.raises(AccessDenied):
        actions.register_device(
            actor=Actor(kind="person", person=person.id), organisation=operator, name="장비", labels=LABELS
        )
    verifier = grant(person, operator, "verifier")
    device, clear = actions.register_device(actor=verifier, organisation=operator, name="장비", labels=LABELS)
    assert clear not in (device.secret_hash, str(device.__dict__))
    assert queries.device_of_token(clear) == device
    actions.retire_device(actor=verifier, device=device, reason="교체")
    assert queries.device_of_token(clear) is None


def test_an_operators_engineer_does_not_see_another_operators_devices(
    device: Any, make_person: Any, make_organisation: Any, grant: Any
) -> None:
    other = grant(make_person(), make_organisation("operator", "다른 기관"), "verifier")
    with pytest.raises(Invisible):
        queries.access_device(other, device.id)
    with pytest.raises(AccessDenied):
        actions.retire_device(actor=other, device=device, reason="장난")


# --- at the same time ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_devices_claiming_at_once_never_get_the_same_job(make_organisation: Any) -> None:
    owner, operator = make_organisation("startup"), make_organisation("operator")
    devices = [
        actions.register_device(actor=SYSTEM, organisation=operator, name=f"{n}호기", labels=LABELS)[0]
        for n in range(4)
    ]
    jobs = {queue(owner.id, content=str(n).encode()).id for n in range(12)}
    start = threading.Barrier(len(devices))
    taken: list[Any] = []
    failures: list[BaseException] = []

    def work(device: Any) -> None:
        try:
            start.wait()
            while (job := claim(device)) is not None:
                taken.append(job.id)
                finish(device, job)
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[device]) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    # A poll that lost a race comes home empty; what it left is taken by the next poll.
    while any(job := claim(device) for device in devices):
        taken.append(job.id)
        finish(devices[[d.id for d in devices].index(job.device_id)], job)
    assert sorted(taken) == sorted(jobs)
    assert Run.objects.within(owner=owner.id).count() == 12


@pytest.mark.django_db(transaction=True)
def test_two_agents_with_one_token_hold_one_job(make_organisation: Any) -> None:
    owner, operator = make_organisation("startup"), make_organisation("operator")
    device, _ = actions.register_device(actor=SYSTEM, organisation=operator, name="장비", labels=LABELS)
    for n in range(4):
        queue(owner.id, content=str(n).encode())
    start, taken = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        taken.append(claim(device))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(job is not None for job in taken) == 1
    assert DeviceJob.objects.within(state="leased").count() == 1
