"""Webhooks: secrets and their change, who subscribes to what, and what is refused at its field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from didimdol.api import actions
from didimdol.api.actions.subscriptions import AT_ONCE
from didimdol.api.queries import access_delivery, access_subscription
from didimdol.api.subjects import TOPICS, topics_for
from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, Stale
from didimdol.people.enums import Role
from server.tests import worlds
from server.tests.api.receiver import Queue, Receiver, genuine
from server.tests.api.subscribing import Subscribe, fresh, rival_operator


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
