"""Webhooks: nobody hears of what they may not see, nor of what they may see no more."""

from __future__ import annotations

from didimdol.api import actions, sending
from didimdol.applications import actions as applications
from didimdol.kernel.actor import SYSTEM
from didimdol.notices.models import Message
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import RoleAssignment
from didimdol.programmes import actions as programmes
from didimdol.records.models import AuditEvent
from server.tests import worlds
from server.tests.api.receiver import Queue, Receiver
from server.tests.api.subscribing import Subscribe, deliveries, fresh, rival_operator


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
