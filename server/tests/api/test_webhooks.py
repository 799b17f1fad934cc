"""Webhooks: what happens is told to who may see it, signed, again until it arrives, and to nobody else."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from didimdol.api import actions, sending
from didimdol.api.actions.deliveries import MOST_ATTEMPTS, MOST_FAILURES
from didimdol.api.actions.subscriptions import AT_ONCE
from didimdol.api.models import Delivery, Subscription
from didimdol.api.queries import access_delivery, access_subscription
from didimdol.api.subjects import TOPICS, topics_for
from didimdol.api.tasks import RETRY
from didimdol.applications import actions as applications
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, Stale, WrongState
from didimdol.notices.models import Message
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import RoleAssignment
from didimdol.programmes import actions as programmes
from didimdol.records.models import AuditEvent
from didimdol.verification import actions as verification
from server.tests import worlds
from server.tests.api.receiver import Queue, Receiver, genuine
from server.tests.verification.conftest import LABELS, claim, finish
from server.tests.verification.conftest import queue as measuring
from server.tests.verification.test_health import ask

Subscribe = Callable[..., Subscription]


def deliveries(subscription: Subscription) -> list[Delivery]:
    return list(Delivery.objects.within(subscription=subscription).order_by("created_at", "pk"))


def fresh(subscription: Subscription) -> Subscription:
    return Subscription.objects.within(pk=subscription.pk).get()


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


# --- the walls -------------------------------------------------------------------------------------------------------


def rival_operator(world: worlds.World) -> tuple[Any, Any]:
    body = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "다른원", "en": "Other"}
    )
    manager = worlds.person("다른 담당")
    worlds.give(manager, body, Role.MANAGER)
    return manager, body


def test_another_operator_another_startup_and_a_company_hear_nothing_of_an_application(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    worlds.apply(world)
    manager, body = rival_operator(world)
    lead = worlds.person("강 실무")
    worlds.give(lead, world.companies["river"], Role.DEMAND_LEAD)
    for person, organisation in ((manager, body), (world.ceos[0], world.startups[0]), (lead, world.companies["river"])):
        subscribe(person, organisation)
    worlds.apply(world)
    queue.work()
    assert [t for t in receiver.types if t.startswith("application")] == []


def test_a_startup_hears_of_its_own_application_only(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    mine = worlds.apply(world)
    subscribe(world.ceos[0], world.startups[0])
    other = worlds.apply(world)
    for number, application in enumerate((mine, other)):
        applications.withdraw_application(
            actor=world.actor(world.ceos[number]), application=application, reason="사정이 바뀜"
        )
    queue.work()
    assert [one.content["subject"]["id"] for one in receiver.got] == [str(mine.pk)]


def test_a_company_hears_of_its_own_demand_and_never_of_its_rivals(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    names = list(world.companies)
    leads = {}
    for name in names[:2]:
        leads[name] = worlds.person(f"{name} 실무")
        worlds.give(leads[name], world.companies[name], Role.DEMAND_LEAD)
    subscribe(leads[names[0]], world.companies[names[0]])
    own, rival = worlds.published_demand(world, names[0]), worlds.published_demand(world, names[1])
    queue.work()
    told = {one.content["subject"]["id"] for one in receiver.got}
    assert str(own.pk) in told and str(rival.pk) not in told
    assert {"demand.propose", "demand.publish"} <= set(receiver.types)


def test_other_roles_of_the_same_person_open_nothing(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    """Who leads a startup and works for an operator elsewhere: the startup's webhook hears the startup's things."""
    worlds.apply(world)
    both = worlds.person("두 역할")
    worlds.give(both, world.startups[0], Role.STAFF)
    body = people.create_organisation(actor=SYSTEM, kind=OrganisationKind.DEMAND_COMPANY, name={"ko": "가", "en": "G"})
    worlds.give(both, body, Role.DEMAND_LEAD)
    subscription = subscribe(both, body)
    applications.withdraw_application(
        actor=world.actor(world.ceos[0]), application=world.applications[0], reason="사정이 바뀜"
    )
    queue.work()
    assert deliveries(subscription) == []


def test_what_went_out_of_sight_before_it_was_sent_is_withheld(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    """The event was queued; then the colleague who keeps the webhook got a role for another challenge instead."""
    keeper = worlds.person("새 담당")
    worlds.give(keeper, world.operator, Role.MANAGER)
    subscription = subscribe(keeper, world.operator, topics=["application.submit"])
    application = worlds.apply(world)
    sending.tell([AuditEvent.objects.within(subject_id=application.pk, type="application.submit").get().pk])
    draft = programmes.load_rulebook(
        actor=world.actor(world.manager), operator=world.operator, text=worlds.small_rulebook(key="other"),
        filename="o.yaml", example=True,
    )  # fmt: skip
    people.end_role(actor=SYSTEM, assignment=RoleAssignment.objects.within(person=keeper).get())
    worlds.give(keeper, world.operator, Role.MANAGER, draft)
    queue.work()
    assert receiver.got == []
    assert [d.state for d in deliveries(subscription)] == ["withheld"]


def test_when_the_keepers_role_ends_it_stops_and_the_others_are_told(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    keeper = worlds.person("새 담당")
    worlds.give(keeper, world.operator, Role.MANAGER)
    subscription = subscribe(keeper, world.operator)
    people.end_role(actor=SYSTEM, assignment=RoleAssignment.objects.within(person=keeper).get())
    worlds.apply(world)
    queue.work()
    assert receiver.got == []
    assert (fresh(subscription).state, fresh(subscription).paused_reason) == ("paused", "owner_left")
    assert Message.objects.within(person=world.manager, subject="웹훅이 꺼졌습니다").count() == 1
    assert not Message.objects.within(person=keeper, subject="웹훅이 꺼졌습니다").exists()
    actions.resume_subscription(actor=world.actor(world.manager), subscription=subscription)
    worlds.apply(world)
    queue.work()
    assert fresh(subscription).owner == world.manager and "application.submit" in receiver.types


def test_a_closed_account_hears_nothing(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    subscribe(world.manager, world.operator)
    type(world.manager).objects.filter(pk=world.manager.pk).update(is_active=False)
    worlds.apply(world)
    queue.work()
    assert receiver.got == []


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


# --- secrets, tests, limits ------------------------------------------------------------------------------------------


def test_for_a_day_both_secrets_sign(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = world.actor(world.manager)
    subscription = subscribe(world.manager, world.operator)
    old = subscription.clear_secret  # type: ignore[attr-defined]
    new = actions.rotate_secret(actor=actor, subscription=subscription).clear_secret  # type: ignore[attr-defined]
    actions.send_test(actor=actor, subscription=subscription)
    queue.work()
    assert genuine(old, receiver.got[0]) and genuine(new, receiver.got[0])
    assert receiver.types == ["webhook.test"] and receiver.got[0].content["subject"] is None
    real = clock.real
    monkeypatch.setattr(clock, "real", lambda: real() + timedelta(hours=25))
    actions.send_test(actor=actor, subscription=subscription)
    queue.work()
    assert not genuine(old, receiver.got[1]) and genuine(new, receiver.got[1])


def test_the_signature_covers_the_moment(
    world: worlds.World, subscribe: Subscribe, receiver: Receiver, queue: Queue
) -> None:
    subscription = subscribe(world.manager, world.operator)
    actions.send_test(actor=world.actor(world.manager), subscription=subscription)
    queue.work()
    (one,) = receiver.got
    header = one.headers["Didimdol-Signature"]
    at = int(header.split(",")[0].removeprefix("t="))
    assert abs(at - clock.real().timestamp()) < 60
    one.headers["Didimdol-Signature"] = header.replace(f"t={at}", f"t={at + 1}")
    assert not genuine(subscription.clear_secret, one)  # type: ignore[attr-defined]


def test_who_may_and_who_may_not(world: worlds.World, subscribe: Subscribe) -> None:
    worlds.apply(world)
    for person, organisation in (
        (world.coordinator, world.operator), (world.auditor, world.operator), (world.experts[0], world.institute),
        (world.ceos[0], world.operator), (world.manager, world.startups[0]),
    ):  # fmt: skip
        with pytest.raises(AccessDenied):
            subscribe(person, organisation, topics=["application.submit"])
    subscription = subscribe(world.manager, world.operator)
    stranger = world.actor(world.ceos[0])
    for action in (
        actions.pause_subscription, actions.resume_subscription, actions.end_subscription, actions.rotate_secret,
        actions.send_test,
    ):  # fmt: skip
        with pytest.raises(AccessDenied):
            action(actor=stranger, subscription=subscription)
    for system_only in (actions.stop_orphan,):
        with pytest.raises(AccessDenied):
            system_only(actor=world.actor(world.manager), subscription=subscription)


def test_a_role_for_one_challenge_subscribes_for_that_one(world: worlds.World, subscribe: Subscribe) -> None:
    limited = worlds.person("한 챌린지 담당")
    worlds.give(limited, world.operator, Role.MANAGER, world.challenge)
    with pytest.raises(AccessDenied) as refused:
        subscribe(limited, world.operator)
    assert refused.value.code == "webhook_name_challenge"
    assert subscribe(limited, world.operator, challenge=world.challenge).state == "active"


@pytest.mark.parametrize(
    "bad",
    [
        {"url": "http://example.kr/x"}, {"url": "https://user:pass@example.kr/"}, {"url": "ftp://localhost/"},
        {"url": "https://localhost/#x"}, {"url": "https://localhost:22/"}, {"url": ""}, {"url": "https://"},
        {"url": "https://localhost/ x"}, {"url": "https://예시.kr/"}, {"url": "https://localhost:99999/"},
        {"url": "https://[fe80::1]/"}, {"url": "https://10.0.0.1/"}, {"url": "https://169.254.169.254/latest"},
        {"url": "https://no-such-host.invalid/"},
        {"topics": ["application.created"]}, {"topics": ["adoption.adopt", "nonsense"]},
    ],
    ids=lambda bad: str(*bad.values()),
)  # fmt: skip
def test_bad_input_is_refused_at_its_field(
    world: worlds.World, subscribe: Subscribe, bad: dict[str, Any], settings: Any
) -> None:
    settings.DEVELOPMENT = bad.get("url") != "https://localhost:22/"
    with pytest.raises(BadInput) as refused:
        subscribe(world.manager, world.operator, **bad)
    assert set(refused.value.fields) == set(bad)


def test_no_events_at_all_and_a_foreign_challenge_are_refused(world: worlds.World, subscribe: Subscribe) -> None:
    manager, body = rival_operator(world)
    with pytest.raises(BadInput):
        subscribe(manager, body, challenge=world.challenge)
    with pytest.raises(BadInput):
        actions.create_subscription(
            actor=world.actor(world.manager), organisation=world.operator, challenge=None, url="https://localhost/",
            topics=[],
        )  # fmt: skip


def test_an_organisation_has_at_most_ten(world: worlds.World, subscribe: Subscribe) -> None:
    made = [subscribe(world.manager, world.operator) for _ in range(AT_ONCE)]
    with pytest.raises(BadInput) as refused:
        subscribe(world.manager, world.operator)
    assert refused.value.code == "too_many_webhooks"
    actions.end_subscription(actor=world.actor(world.manager), subscription=made[0])
    assert subscribe(world.manager, world.operator).state == "active"


def test_a_change_over_another_is_stale(world: worlds.World, subscribe: Subscribe, receiver: Receiver) -> None:
    subscription = subscribe(world.manager, world.operator)
    given = {"actor": world.actor(world.manager), "subscription": subscription, "url": receiver.url}
    actions.change_subscription(**given, topics=["project.sign"], version=subscription.row_version)
    with pytest.raises(Stale):
        actions.change_subscription(**given, topics=["project.stop"], version=subscription.row_version)
    assert fresh(subscription).topics == ["project.sign"]


def test_a_delivery_of_others_does_not_exist(world: worlds.World, subscribe: Subscribe) -> None:
    worlds.apply(world)
    subscription = subscribe(world.manager, world.operator)
    delivery = actions.send_test(actor=world.actor(world.manager), subscription=subscription)
    for stranger in (world.ceos[0], world.coordinator, rival_operator(world)[0]):
        with pytest.raises(Invisible):
            access_subscription(world.actor(stranger), subscription.pk)
        with pytest.raises(Invisible):
            access_delivery(world.actor(stranger), delivery.pk)


def test_every_event_speaks_both_languages_and_each_kind_has_its_own(world: worlds.World) -> None:
    assert all(label["ko"] and label["en"] for label in TOPICS.values())
    worlds.apply(world)
    operator, startup = set(topics_for(world.operator)), set(topics_for(world.startups[0]))
    company = set(topics_for(world.companies["river"]))
    assert operator == set(TOPICS)
    assert "demand.propose" not in startup and "application.submit" not in company and "place.confirm" not in company
    assert "disbursement.release" in startup and "disbursement.release" not in company  # money is not the company's
    assert {"project.sign", "milestone.approve", "adoption.adopt"} <= startup & company
    assert topics_for(world.institute) == {}


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
