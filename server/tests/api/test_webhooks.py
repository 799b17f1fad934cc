"""Webhooks: what happens is told to who may see it, signed, again until it arrives, and to nobody else."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from didimdol.api import actions, sending
from didimdol.api.actions.deliveries import MOST_ATTEMPTS, MOST_FAILURES
from didimdol.api.models import Delivery, Subscription
from didimdol.api.tasks import RETRY
from didimdol.applications import actions as applications
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import WrongState
from didimdol.notices.models import Message
from didimdol.programmes import actions as programmes
from didimdol.records.models import AuditEvent
from didimdol.verification import actions as verification
from server.tests import worlds
from server.tests.api.receiver import Queue, Receiver, genuine
from server.tests.api.subscribing import Subscribe, deliveries, fresh
from server.tests.verification.conftest import LABELS, claim, finish
from server.tests.verification.conftest import queue as measuring
from server.tests.verification.test_health import ask

# --- the way ---------------------------------------------------------------------------------------------------------


def test_a_submission_reaches_the_operator_signed_and_without_a_word_of_it(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    subscription = subscribe(world.manager, world.operator, topics=["application.submit"])
    application = worlds.apply(world)
    queue.work()
    (one,) = receiver.got
    (delivery,) = deliveries(subscription)
    assert one.path == "/hook?key=k"
    assert one.headers["Didimdol-Delivery"] == str(delivery.pk)
    assert one.headers["Didimdol-Event"] == "application.submit"
    assert genuine(subscription.clear_secret, one)  # type: ignore[attr-defined]
    assert not genuine("whsec_other", one)
    event = AuditEvent.objects.within(subject_id=application.pk, type="application.submit").get()
    assert one.content == {
        "version": 1, "delivery": str(delivery.pk), "type": "application.submit", "at": event.at.isoformat(),
        "challenge": "small", "from": "draft", "to": "submitted",
        "subject": {
            "type": "application", "id": str(application.pk), "url": f"/api/v1/applications/{application.pk}",
        },
    }  # fmt: skip
    assert (delivery.state, delivery.attempts, delivery.log[0]["status"]) == ("delivered", 1, 200)


def test_the_secret_is_stored_sealed_and_the_address_stays_out_of_the_log(
    world: worlds.World, subscribe: Subscribe
) -> None:
    subscription = subscribe(world.manager, world.operator)
    clear = subscription.clear_secret  # type: ignore[attr-defined]
    assert clear not in json.dumps(list(Subscription.objects.within(pk=subscription.pk).values("secret")))
    events = list(AuditEvent.objects.within(subject_id=subscription.pk).values("facts"))
    assert "key=k" not in json.dumps(events, default=str) and not hasattr(fresh(subscription), "clear_secret")


def test_a_measurement_is_told_and_a_devices_own_check_is_not(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    startup = worlds.add_startup(world)
    told = [
        subscribe(who, organisation, topics=["device_job.complete"])
        for who, organisation in ((world.manager, world.operator), (world.ceos[0], startup))
    ]
    device, _ = verification.register_device(actor=SYSTEM, organisation=world.operator, name="1호기", labels=LABELS)
    job = measuring(startup.pk, challenge=world.challenge.pk)
    check = ask(device, "a start of the agent")
    assert check is not None and check.health_of_id == device.pk
    finish(device, check)
    mine = claim(device)
    assert mine is not None and mine.pk == job.pk
    finish(device, mine)
    assert AuditEvent.objects.unscoped(why="test").filter(type="device_job.complete").count() == 2
    queue.work()
    assert [one.content["subject"]["id"] for one in receiver.got] == [str(job.pk)] * 2
    assert [len(deliveries(one)) for one in told] == [1, 1]


def test_an_action_that_fails_tells_nobody(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    subscribe(world.manager, world.operator)
    with pytest.raises(RuntimeError), transaction.atomic():
        worlds.apply(world)
        raise RuntimeError
    queue.work()
    assert receiver.got == []


def test_an_event_told_twice_is_one_delivery(world: worlds.World, subscribe: Subscribe, queue: Queue) -> None:
    subscription = subscribe(world.manager, world.operator, topics=["application.submit"])
    application = worlds.apply(world)
    event = AuditEvent.objects.within(subject_id=application.pk, type="application.submit").get()
    sending.tell([event.pk])
    sending.tell([event.pk])
    queue.work()
    assert len(deliveries(subscription)) == 1


def test_without_subscribers_an_action_queues_nothing(world: worlds.World, queue: Queue, receiver: Receiver) -> None:
    worlds.apply(world)
    assert not ProcrastinateJob.objects.filter(task_name="api.tell_subscribers").exists()


def test_only_the_chosen_events_of_the_chosen_challenge(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    other = programmes.load_rulebook(
        actor=world.actor(world.manager), operator=world.operator, text=worlds.small_rulebook(key="other"),
        filename="o.yaml", example=True,
    )  # fmt: skip
    subscribe(world.manager, world.operator, challenge=other)
    subscribe(world.manager, world.operator, challenge=world.challenge, topics=["application.withdraw"])
    application = worlds.apply(world)
    queue.work()
    assert receiver.got == []
    applications.withdraw_application(actor=world.actor(world.ceos[0]), application=application, reason="사정이 바뀜")
    queue.work()
    assert receiver.types == ["application.withdraw"]


# --- trying again ----------------------------------------------------------------------------------------------------


def test_a_refusal_is_tried_again_with_the_same_id_and_body(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    subscription = subscribe(world.manager, world.operator, topics=["application.submit"])
    receiver.status = 503
    worlds.apply(world)
    queue.work()
    queue.again()
    receiver.status = 204
    queue.again()
    (delivery,) = deliveries(subscription)
    assert (delivery.state, delivery.attempts) == ("delivered", 3)
    assert [entry["status"] for entry in delivery.log] == [503, 503, 204]
    assert (
        len({one.body for one in receiver.got}) == 1
        and len({o.headers["Didimdol-Delivery"] for o in receiver.got}) == 1
    )
    assert fresh(subscription).failures == 0 and queue.later == []


def test_it_is_given_up_after_eight_attempts_and_sent_again_by_hand(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    subscription = subscribe(world.manager, world.operator, topics=["application.submit"])
    receiver.status = 500
    worlds.apply(world)
    queue.work()
    for _ in range(MOST_ATTEMPTS):
        queue.again()
    (delivery,) = deliveries(subscription)
    assert (delivery.state, delivery.attempts, len(receiver.got)) == ("failed", MOST_ATTEMPTS, MOST_ATTEMPTS)
    receiver.status = 200
    actor = world.actor(world.manager)
    actions.redeliver(actor=actor, delivery=delivery)
    actions.redeliver(actor=actor, delivery=delivery)  # a double click
    queue.work()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, len(receiver.got)) == ("delivered", 1, MOST_ATTEMPTS + 1)


def test_the_queue_tries_later_each_time() -> None:
    waits = [5**attempt for attempt in range(1, MOST_ATTEMPTS)]
    assert waits == [5, 25, 125, 625, 3125, 15625, 78125]
    assert RETRY.max_attempts is not None and RETRY.max_attempts > MOST_ATTEMPTS
    assert RETRY.exponential_wait == 5 and RETRY.retry_exceptions is not None
    assert set(RETRY.retry_exceptions) == {sending.TryLater}


def test_after_twenty_failures_in_a_row_it_is_switched_off_and_its_keeper_told(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    subscription = subscribe(world.manager, world.operator, topics=["application.submit"])
    receiver.status = 500
    for _ in range(5):
        worlds.apply(world)
    queue.work()
    for _ in range(MOST_ATTEMPTS):
        queue.again()
    row = fresh(subscription)
    assert (row.state, row.paused_reason) == ("paused", "failing")
    assert len(receiver.got) == MOST_FAILURES
    assert Message.objects.within(person=world.manager, subject="웹훅이 꺼졌습니다").count() == 1
    # what waited goes out when it is switched on again
    receiver.status = 200
    waiting = Delivery.objects.within(subscription=subscription, state="waiting").count()
    actions.resume_subscription(actor=world.actor(world.manager), subscription=subscription)
    queue.work()
    assert waiting and len(receiver.got) == MOST_FAILURES + waiting
    assert not Delivery.objects.within(subscription=subscription, state="waiting").exists()


def test_gone_is_gone_at_once(world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue) -> None:
    subscription = subscribe(world.manager, world.operator, topics=["application.submit"])
    receiver.status = 410
    worlds.apply(world)
    queue.work()
    assert (fresh(subscription).state, fresh(subscription).paused_reason) == ("paused", "gone")
    assert [d.state for d in deliveries(subscription)] == ["failed"] and len(receiver.got) == 1


def test_while_it_is_off_nothing_is_kept_for_later(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    subscription = subscribe(world.manager, world.operator)
    actor = world.actor(world.manager)
    actions.pause_subscription(actor=actor, subscription=subscription)
    actions.pause_subscription(actor=actor, subscription=subscription)
    worlds.apply(world)
    actions.resume_subscription(actor=actor, subscription=subscription)
    queue.work()
    assert receiver.got == []
    actions.end_subscription(actor=actor, subscription=subscription)
    actions.end_subscription(actor=actor, subscription=subscription)
    assert fresh(subscription).secret == ""
    with pytest.raises(WrongState):
        actions.resume_subscription(actor=actor, subscription=subscription)


# --- the worker ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_worker_itself_delivers_and_keeps_what_failed_for_later(
    world: worlds.World, receiver: Receiver, subscribe: Subscribe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real queue: what the action deferred is found, run, and put back with a later time."""

    def closing(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            try:
                return work(*args, **kwargs)
            finally:
                connections.close_all()  # the worker's thread has its own, which would outlive the test

        return run

    for task in app.tasks.values():  # whatever else is queued, the mails for instance, runs in such a thread too
        if not inspect.iscoroutinefunction(task.func):
            monkeypatch.setattr(task, "func", closing(task.func))
    subscribe(world.manager, world.operator, topics=["application.submit"])
    receiver.status = 500
    worlds.apply(world)
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    assert receiver.types == ["application.submit"]
    (job,) = ProcrastinateJob.objects.filter(task_name="api.deliver")
    assert (job.status, job.attempts) == ("todo", 1) and job.scheduled_at is not None
