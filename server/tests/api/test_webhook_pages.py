"""The pages of webhooks: over HTTP, by whom, and what they cost."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from didimdol.api import actions
from didimdol.api.models import Delivery, Subscription
from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.people.enums import Role
from server.tests import worlds
from server.tests.api.receiver import Queue, Receiver, genuine

Subscribe = Callable[..., Subscription]
MOVES = ("secret", "pause", "resume", "end", "test")


def test_it_is_set_up_tried_and_removed_in_the_browser(
    world: worlds.World, receiver: Receiver, queue: Queue, signed_in: Any
) -> None:
    client = signed_in(world.manager)
    empty = client.get(reverse("webhooks:list"))
    new = reverse("webhooks:new", args=[world.operator.pk])
    assert new in empty.content.decode() and "웹훅이 없습니다" in empty.content.decode()
    assert "application.submit" in client.get(new).content.decode()
    wrong = client.post(new, {"url": "http://example.kr/", "topics": ["application.submit"], "challenge": ""})
    assert wrong.status_code == 422 and "https://" in wrong.content.decode()
    assert client.post(new, {"url": receiver.url}).status_code == 422
    made = client.post(
        new, {"url": receiver.url, "topics": ["application.submit"], "challenge": str(world.challenge.pk)}
    )
    text = made.content.decode()
    secret = text[text.index("whsec_") :].split('"')[0]
    assert made.status_code == 200 and "no-store" in made["Cache-Control"]
    subscription = Subscription.objects.within(organisation=world.operator).get()
    page = reverse("webhooks:webhook", args=[subscription.pk])
    assert secret not in client.get(page).content.decode()

    sent = client.post(reverse("webhooks:test", args=[subscription.pk]))
    delivery = Delivery.objects.within(subscription=subscription).get()
    assert sent["Location"] == delivery.get_absolute_url()
    queue.work()
    assert genuine(secret, receiver.got[0])
    shown = client.get(sent["Location"]).content.decode()
    assert "webhook.test" in shown and ">200<" in shown
    client.post(reverse("webhooks:redeliver", args=[delivery.pk]))
    queue.work()
    assert len(receiver.got) == 2

    replaced = client.post(reverse("webhooks:secret", args=[subscription.pk])).content.decode()
    assert "whsec_" in replaced and secret not in replaced
    change = reverse("webhooks:change", args=[subscription.pk])
    assert client.post(change, {"url": "nonsense", "topics": ["project.sign"]}).status_code == 422
    subscription.refresh_from_db()
    given = {"url": receiver.url, "topics": ["project.sign"], "version": subscription.row_version}
    assert client.post(change, given).status_code == 302
    assert client.post(change, given).status_code == 409
    for move, state in (("pause", "paused"), ("resume", "active"), ("end", "ended")):
        assert client.get(reverse(f"webhooks:{move}", args=[subscription.pk])).status_code == 200
        assert client.post(reverse(f"webhooks:{move}", args=[subscription.pk])).status_code == 302
        subscription.refresh_from_db()
        assert subscription.state == state
    assert client.get(page).status_code == 404


def test_strangers_find_nothing(world: worlds.World, subscribe: Subscribe, signed_in: Any, client: Any) -> None:
    worlds.apply(world)
    subscription = subscribe(world.manager, world.operator)
    delivery = actions.send_test(actor=world.actor(world.manager), subscription=subscription)
    forms = [reverse(f"webhooks:{name}", args=[subscription.pk]) for name in ("change", *MOVES)]
    forms += [reverse("webhooks:redeliver", args=[delivery.pk]), reverse("webhooks:new", args=[world.operator.pk])]
    pages = [*forms, subscription.get_absolute_url(), delivery.get_absolute_url()]
    for stranger in (world.ceos[0], world.coordinator, world.auditor, world.experts[0]):
        other = signed_in(stranger)
        assert [other.get(page).status_code for page in pages] == [404] * len(pages)
        assert [other.post(page).status_code for page in forms] == [404] * len(forms)
    assert client.get(reverse("webhooks:list"))["Location"].startswith("/account/login")


def test_a_colleague_keeps_it_too_and_a_keeper_of_one_challenge_sees_that_ones_only(
    world: worlds.World, subscribe: Subscribe, signed_in: Any
) -> None:
    whole = subscribe(world.manager, world.operator)
    single = subscribe(world.manager, world.operator, challenge=world.challenge)
    colleague, limited = worlds.person("동료"), worlds.person("한 챌린지")
    worlds.give(colleague, world.operator, Role.MANAGER)
    worlds.give(limited, world.operator, Role.MANAGER, world.challenge)
    for row, allowed in ((whole, (200, 404)), (single, (200, 200))):
        page = reverse("webhooks:webhook", args=[row.pk])
        assert (signed_in(colleague).get(page).status_code, signed_in(limited).get(page).status_code) == allowed


def test_who_may_set_up_none_is_told_so(world: worlds.World, signed_in: Any) -> None:
    page = signed_in(world.experts[0]).get(reverse("webhooks:list"))
    assert page.status_code == 200 and "사업 담당, 창업기업의" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 50])
def test_the_lists_cost_the_same_with_one_row_and_fifty(
    world: worlds.World, subscribe: Subscribe, signed_in: Any, queries: Any, rows: int
) -> None:
    subscription = subscribe(world.manager, world.operator)
    with writing("tests.fill", SYSTEM):
        Subscription.objects.bulk_create(
            Subscription(
                organisation=world.operator, challenge=world.challenge, owner=world.manager, secret="s", state="paused",
                url=f"https://receiver{n}.example.kr/", topics=["application.submit"],
            )
            for n in range(rows - 1)
        )  # fmt: skip
        Delivery.objects.bulk_create(
            Delivery(
                subscription=subscription, topic="application.submit", state="failed",
                payload={"delivery": str(uuid.uuid4())}, log=[{"at": "2025-02-26", "status": 500, "error": "status", "ms": 3}],
            )
            for _ in range(rows)
        )  # fmt: skip
    client = signed_in(world.manager)
    with queries(6):
        page = client.get(reverse("webhooks:list"))
    assert page.content.decode().count("/account/webhooks/") >= rows
    with queries(6):
        page = client.get(subscription.get_absolute_url())
    assert page.content.decode().count("/account/webhooks/deliveries/") >= rows


def test_the_filters_and_the_second_page(world: worlds.World, subscribe: Subscribe, signed_in: Any) -> None:
    subscription = subscribe(world.manager, world.operator)
    with writing("tests.fill", SYSTEM):
        Delivery.objects.bulk_create(
            Delivery(subscription=subscription, topic="application.submit", state=state, payload={}, log=[])
            for state in ("failed", "delivered")
            for _ in range(60)
        )
    client, url = signed_in(world.manager), subscription.get_absolute_url()
    failed = client.get(f"{url}?state=failed").content.decode()
    assert failed.count("/account/webhooks/deliveries/") == 50 and "after=" in failed
    assert client.get(f"{url}?after=nonsense").status_code == 422
    assert client.get(f"{reverse('webhooks:list')}?state=paused").content.decode().count(url) == 0
