"""The health of a device: checked after a start and after a crash, quarantined after two failures, released by people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.notices.models import Todo
from didimdol.records.models import AuditEvent
from didimdol.records.verifying import verify
from didimdol.verification import actions, checkup, queries
from didimdol.verification.models import Device, DeviceJob, Run
from didimdol.verification.signals import job_finished
from didimdol.verification.standing import CHECKING, NO_DEVICE, QUARANTINE, SILENT, standing
from didimdol_lab.contract import Refusal
from server.tests.verification.conftest import LABELS, claim, fall_silent, finish, pass_check, problem, queue

pytestmark = pytest.mark.django_db


def ask(device: Device, boot: str) -> DeviceJob | None:
    device.refresh_from_db()
    return actions.claim_job(
        actor=queries.actor_of(device), device=device, labels=device.labels, versions={"x": "1"}, boot=boot
    )


def refuse(device: Device, job: DeviceJob, code: str) -> DeviceJob:
    words = {"ko": "안 됩니다", "en": "No"}
    refusal = Refusal(code=code, message=words, remedy=words)
    return actions.refuse_job(actor=queries.actor_of(device), job=job, fencing=job.fencing, refusal=refusal)


def health(device: Device) -> tuple[str, int]:
    device.refresh_from_db()
    return device.state, device.health_failures


def quarantine(device: Device) -> None:
    for boot in ("a", "a"):
        check = ask(device, boot)
        assert check is not None and check.health_of_id == device.id
        refuse(device, check, "sandbox_incomplete")
    assert health(device) == ("quarantined", 2)


def test_the_model_of_the_check_is_what_its_comment_says() -> None:
    import numpy
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = (numpy.arange(16, dtype=numpy.float32) / 16).reshape(4, 4)
    shape = {name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in ("x", "y")}
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Relu", ["h"], ["y"])],
        "health",
        [shape["x"]],
        [shape["y"]],
        [numpy_helper.from_array(weights, "w")],
    )
    opset = [helper.make_opsetid("", 13)]
    made = helper.make_model(graph, opset_imports=opset, ir_version=8, producer_name="didimdol")
    shipped = onnx.load_from_string(checkup.MODEL)
    onnx.checker.check_model(shipped)
    assert shipped == made


# --- when it is checked --------------------------------------------------------------------------------------------


def test_a_new_process_of_the_agent_is_checked_before_it_gets_a_model(owner: Any, device: Device) -> None:
    job = queue(owner.id)
    check = ask(device, "first")
    assert check is not None
    assert (check.health_of_id, check.model.size, check.plan_digest) == (device.id, 181, checkup.PLAN.digest())
    assert health(device) == ("suspect", 0)
    assert ask(device, "first") is None  # it has its check to do
    finish(device, check)
    assert health(device) == ("good", 0)
    real = ask(device, "first")
    assert real is not None and real.id == job.id
    finish(device, real)
    assert ask(device, "first") is None  # the same process is not checked again
    other = ask(device, "second")
    assert other is not None and other.health_of_id == device.id
    assert DeviceJob.objects.within(health_of=device).count() == 2
    assert verify().holds


def test_a_process_that_came_while_another_works_is_noted_when_it_is_done(owner: Any, device: Device) -> None:
    queue(owner.id)
    pass_first(device, "a")
    job = ask(device, "a")
    assert job is not None and ask(device, "b") is None
    assert health(device) == ("good", 0)
    finish(device, job)
    check = ask(device, "b")
    assert check is not None and check.health_of_id == device.id


def pass_first(device: Device, boot: str) -> None:
    check = ask(device, boot)
    assert check is not None and check.health_of_id == device.id
    finish(device, check)


@pytest.mark.parametrize("code", ["internal", "crashed"])
def test_after_what_looks_like_a_crash_it_is_checked(owner: Any, make_device: Callable[..., Any], code: str) -> None:
    device, _ = make_device("쓰러진 장비")
    make_device("다른 장비")
    queue(owner.id)
    job = claim(device)
    assert job is not None
    refuse(device, job, code)
    assert health(device) == ("suspect", 0)
    pass_check(device)
    assert health(device) == ("good", 0)
    doubted = AuditEvent.objects.within(subject_id=device.id, type="device_health.doubt").get()
    assert doubted.facts["why"] == code


@pytest.mark.parametrize("code", ["not_onnx", "memory_limit", "download_failed"])
def test_what_says_nothing_of_its_health_does_not_touch_it(
    owner: Any, make_device: Callable[..., Any], code: str
) -> None:
    device, _ = make_device("장비")
    make_device("다른 장비")
    queue(owner.id)
    job = claim(device)
    assert job is not None
    refuse(device, job, code)
    assert health(device) == ("good", 0)


def test_after_a_lost_lease_it_is_checked(owner: Any, device: Device) -> None:
    queue(owner.id)
    job = claim(device)
    assert job is not None
    fall_silent(job)
    actions.requeue_overdue()
    assert health(device) == ("suspect", 0)
    pass_check(device)
    again = claim(device)
    assert again is not None and again.id == job.id


def test_a_device_without_the_checks_runtime_is_not_judged_by_it(owner: Any, make_device: Callable[..., Any]) -> None:
    device, _ = make_device("다른 실행기", ["runtime:something-else"])
    job = queue(owner.id, labels=["runtime:something-else"])
    taken = ask(device, "a")
    assert taken is not None and taken.id == job.id
    assert health(device) == ("good", 0)


# --- quarantine ----------------------------------------------------------------------------------------------------


def test_two_failures_in_a_row_quarantine_and_people_are_told(owner: Any, device: Device, operator: Any) -> None:
    queue(owner.id)
    quarantine(device)
    assert ask(device, "a") is None
    assert ask(device, "b") is None  # a restart does not let it out
    assert health(device) == ("quarantined", 2)
    [todo] = Todo.objects.within(subject_id=device.id)
    assert (todo.role, todo.organisation_id, todo.url) == ("verifier", operator.id, device.get_absolute_url())


def test_a_pass_between_two_failures_keeps_it_out_of_quarantine(device: Device) -> None:
    for boot in ("a", "b", "c"):
        check = ask(device, boot)
        assert check is not None
        refuse(device, check, "internal")
        assert health(device) == ("suspect", 1)
        pass_first(device, boot)
        assert health(device) == ("good", 0)


def test_a_check_whose_lease_is_lost_has_failed_at_its_first_attempt(device: Device) -> None:
    for failures in (1, 2):
        check = ask(device, "a")
        assert check is not None
        fall_silent(check)
        actions.requeue_overdue()
        check.refresh_from_db()
        assert (check.state, check.attempts, health(device)[1]) == ("lost", 1, failures)
    assert health(device)[0] == "quarantined"


def test_a_release_needs_a_keeper_and_a_reason_and_is_followed_by_a_check(
    owner: Any, device: Device, operator: Any, make_person: Any, grant: Any
) -> None:
    keeper = grant(make_person(), operator, "verifier")
    auditor = grant(make_person(), operator, "auditor")
    quarantine(device)
    with pytest.raises(AccessDenied):
        actions.release_device(actor=auditor, device=device, reason="장난")
    with problem(BadInput, "reason_required"):
        actions.release_device(actor=keeper, device=device, reason="")
    actions.release_device(actor=keeper, device=device, reason="메모리를 바꿈")
    assert health(device) == ("suspect", 0)
    assert not Todo.objects.within(subject_id=device.id, closed_at=None).exists()
    job = queue(owner.id)
    pass_first(device, "a")
    taken = ask(device, "a")
    assert taken is not None and taken.id == job.id


def test_a_retired_device_waits_for_nobody(device: Device, operator: Any, make_person: Any, grant: Any) -> None:
    acts = grant(make_person(), operator, "verifier")
    quarantine(device)
    actions.retire_device(actor=acts, device=device, reason="고장")
    assert not Todo.objects.within(subject_id=device.id, closed_at=None).exists()
    with problem(AccessDenied, "device_retired"):
        actions.release_device(actor=acts, device=device, reason="다시")


# --- a check is no measurement -------------------------------------------------------------------------------------


def test_a_check_makes_no_run_tells_nobody_and_is_not_repeated(device: Device) -> None:
    heard: list[Any] = []

    def hear(sender: Any, job: DeviceJob, **kwargs: Any) -> None:
        heard.append(job)

    job_finished.connect(hear)
    try:
        check = ask(device, "a")
        assert check is not None
        done = finish(device, check)
        assert finish(device, check).id == done.id  # told twice
        failed = ask(device, "b")
        assert failed is not None
        refuse(device, failed, "internal")
    finally:
        job_finished.disconnect(hear)
    assert heard == []
    assert (done.state, done.run_id, done.progress["note"]) == ("done", None, "p50 5.460603 ms")
    assert not Run.objects.within(device=device).exists()
    assert not queries.jobs_visible_to(SYSTEM).exists()
    with problem(AccessDenied, "health_check"):
        actions.repeat_job(actor=SYSTEM, job=done, reason="그냥")


def test_no_other_device_takes_the_check(make_device: Callable[..., Any]) -> None:
    first, _ = make_device("첫째")
    second, _ = make_device("둘째")
    check = ask(first, "a")
    assert check is not None
    assert claim(second) is None
    fall_silent(check)
    assert claim(second) is None


# --- what a job waits for ------------------------------------------------------------------------------------------


def test_a_waiting_job_says_what_it_waits_for(owner: Any, make_device: Callable[..., Any]) -> None:
    device, _ = make_device("첫째")
    job = queue(owner.id)
    assert standing(job).waits == SILENT  # registered, never heard from
    check = ask(device, "a")
    assert standing(job).waits == CHECKING
    assert check is not None
    finish(device, check)
    assert standing(job).waits is None
    quarantine_again(device)
    assert standing(job).waits == QUARANTINE
    other, _ = make_device("둘째")
    ask(other, "")
    job.refresh_from_db()
    assert job.state == "leased"


def quarantine_again(device: Device) -> None:
    """It fails twice, as another process."""
    for _ in range(2):
        check = ask(device, "z")
        assert check is not None
        refuse(device, check, "internal")


def test_the_last_device_that_could_was_retired(owner: Any, device: Device) -> None:
    job = queue(owner.id)
    actions.retire_device(actor=SYSTEM, device=device, reason="고장")
    assert standing(job).waits == NO_DEVICE


def test_a_device_in_quarantine_still_counts_at_submission(owner: Any, device: Device) -> None:
    quarantine(device)
    job = queue(owner.id)
    assert (job.state, standing(job).waits) == ("queued", QUARANTINE)
    assert device.labels == LABELS
