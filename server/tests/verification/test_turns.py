"""The order of the queue: priority, turns among applicants, age; and that what a page promises is what happens."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from didimdol.kernel.actor import SYSTEM
from didimdol.people.models import Organisation
from didimdol.verification import actions
from didimdol.verification.models import Device, DeviceJob
from didimdol.verification.standing import standing
from server.tests.verification.conftest import LABELS, claim, fall_silent, finish, pass_check, queue

pytestmark = pytest.mark.django_db


def drained(device: Device) -> list[UUID]:
    """The owners in the order in which their jobs were taken and done, until nothing is left."""
    order = []
    while (job := claim(device)) is not None:
        order.append(job.owner)
        finish(device, job)
    return order


def many(owner: Any, count: int, **more: Any) -> list[DeviceJob]:
    return [queue(owner.id, content=uuid4().bytes, **more) for _ in range(count)]


@pytest.fixture
def applicants(make_organisation: Any) -> list[Any]:
    return [make_organisation("startup", name) for name in ("가", "나", "다")]


def test_who_has_many_does_not_keep_the_others_waiting(device: Device, applicants: list[Any]) -> None:
    first, second, third = applicants
    many(first, 5), many(second, 2), many(third, 1)
    order = drained(device)
    assert order == [o.id for o in (first, second, third, first, second, first, first, first)]


def test_who_comes_late_stands_in_the_round_that_is_on(device: Device, applicants: list[Any]) -> None:
    first, second, _ = applicants
    many(first, 6)
    for _ in range(3):
        job = claim(device)
        assert job is not None
        finish(device, job)
    many(second, 2)
    assert drained(device) == [o.id for o in (first, second, first, second, first)]


def test_coming_again_and_again_with_one_job_does_not_push_in(device: Device, applicants: list[Any]) -> None:
    first, second, _ = applicants
    many(first, 4)
    order = []
    for _ in range(6):
        if not DeviceJob.objects.within(owner=second.id, state="queued").exists():
            many(second, 1)
        job = claim(device)
        assert job is not None
        order.append(job.owner)
        finish(device, job)
    assert order == [o.id for o in (first, second, first, second, first, second)]


def test_a_kind_that_ran_empty_does_not_begin_before_all_others(make_device: Any, applicants: list[Any]) -> None:
    """One device serves both kinds: a stream of single jobs of the one must not starve the other."""
    first, second, third = applicants
    device, _ = make_device("둘 다", [*LABELS, "chip:x"])
    many(first, 4)
    order = []
    for n in range(9):
        stranger = (second, third)[n % 2]
        many(stranger, 1, labels=["chip:x"])
        job = claim(device)
        assert job is not None
        order.append(job.owner)
        finish(device, job)
    assert order == [o.id for o in (first, second, third)] * 3


def test_priority_goes_before_turns_and_age(device: Device, applicants: list[Any]) -> None:
    first, second, _ = applicants
    many(first, 2, priority=1), many(second, 1, priority=1), many(first, 2)
    assert drained(device) == [o.id for o in (first, first, first, second, first)]


def test_a_job_that_comes_back_keeps_its_place_and_a_repeated_one_goes_to_the_end(
    device: Device, applicants: list[Any]
) -> None:
    first, second, _ = applicants
    jobs = many(first, 2)
    other = many(second, 1)
    job = claim(device)
    assert job is not None and job.id == jobs[0].id
    fall_silent(job)
    actions.requeue_overdue()
    pass_check(device)
    again = claim(device)
    assert again is not None and again.id == jobs[0].id
    finish(device, again, valid=False)
    actions.repeat_job(actor=SYSTEM, job=again, reason="방해받음")
    taken = []
    while (job := claim(device)) is not None:
        taken.append(job.id)
        finish(device, job)
    assert taken == [other[0].id, jobs[1].id, jobs[0].id]


# --- what is promised ----------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("queue"), st.integers(0, 2), st.integers(0, 1), st.sampled_from(["plain", "chip", "other"])),
        st.tuples(st.just("serve")),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("silence")),
    ),
    min_size=1,
    max_size=25,
)
LABELS_OF = {"plain": LABELS, "chip": [*LABELS, "chip:x"], "other": ["arch:riscv"]}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_queue_drains_in_the_order_that_the_positions_promised(
    steps: list[Any], make_device: Any, make_organisation: Any
) -> None:
    operators = [make_organisation("operator"), make_organisation("operator")]
    owners = [make_organisation("startup") for _ in range(3)]
    device, _ = make_device("측정기", LABELS_OF["chip"], operators[0])
    make_device("다른 장비", ["arch:riscv"], operators[1])
    play(device, owners, steps)
    device.refresh_from_db()
    if device.state == "suspect":
        pass_check(device)
    waiting = DeviceJob.objects.within(state="queued", owner__in=[o.id for o in owners])
    promised = {standing(job).ahead: job.id for job in waiting if set(job.labels) <= set(device.labels)}
    assert sorted(promised) == list(range(len(promised)))  # one each, none left out
    taken = []
    while (job := claim(device)) is not None:
        taken.append(job.id)
        assert all(standing(later).ahead == n for n, later in enumerate(rest(promised, taken)))
        finish(device, job)
    assert taken == [promised[n] for n in range(len(promised))]
    actions.retire_device(actor=SYSTEM, device=device, reason="다음 예")


def rest(promised: dict[int, UUID], taken: list[UUID]) -> list[DeviceJob]:
    left = [promised[n] for n in range(len(taken), len(promised))]
    jobs = {job.id: job for job in DeviceJob.objects.within(id__in=left)}
    return [jobs[id] for id in left]


def play(device: Device, owners: list[Organisation], steps: list[Any]) -> None:
    jobs: list[DeviceJob] = []
    for step in steps:
        if step[0] == "queue":
            _, owner, priority, kind = step
            jobs += many(owners[owner], 1, priority=priority, labels=LABELS_OF[kind])
        elif step[0] == "cancel" and jobs:
            job = DeviceJob.objects.within(pk=jobs[step[1] % len(jobs)].pk).get()
            if job.state in ("queued", "leased"):
                actions.cancel_job(actor=SYSTEM, job=job)
        elif step[0] in ("serve", "silence") and (job := claim(device)) is not None:
            if step[0] == "serve" or job.health_of_id is not None:
                finish(device, job)
            else:
                fall_silent(job)
                actions.requeue_overdue()
