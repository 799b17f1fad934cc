"""Who may read which message, and for whom a to-do waits."""

from __future__ import annotations

from django.db.models import Q

from didimdol.kernel.access import Access, Allowed, Denied, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people import queries as people
from didimdol.people.rules import OPERATOR_ROLES


def may_tell_mail(actor: Actor) -> Access:
    return Allowed if actor.kind == "system" else Denied("notices_system_only")


def messages_of(actor: Actor) -> Q:
    return Q(person=actor.person) if actor.person is not None else Q(pk__in=[])


def waits_for(actor: Actor) -> Q:
    """To-dos that wait for the person, or for a role that they hold where the to-do belongs. One that waits for a person
    in a role is theirs while they hold it: without the role its page opens no more.

    A role held in all of an organisation's challenges meets a to-do of that organisation; an operator's also one of a
    challenge that the operator runs. It never meets another operator's.
    """
    if actor.person is None:
        return Q(pk__in=[])
    condition = Q(person=actor.person, role="")
    wide = [g for g in actor.grants if g.challenge is None and g.role in OPERATOR_ROLES and g.organisation]
    operated: dict[object, list[object]] = {}
    for facts in people.challenges_of({g.organisation for g in wide if g.organisation}):
        operated.setdefault(facts.operator, []).append(facts.id)
    for grant in actor.grants:
        role = (Q(person=None) | Q(person=actor.person)) & Q(role=grant.role)
        if grant.challenge is not None:
            theirs = Q(organisation=None) | Q(organisation=grant.organisation)
            condition |= role & theirs & Q(challenge=grant.challenge)
            continue
        condition |= role & Q(organisation=grant.organisation)
        condition |= role & Q(organisation=None, challenge=None)
        if grant in wide:
            condition |= role & Q(organisation=None, challenge__in=operated.get(grant.organisation, []))
    return condition


reasons({"notices_system_only": text("시스템만 할 수 있는 일입니다.", "Only the system does this.")})
