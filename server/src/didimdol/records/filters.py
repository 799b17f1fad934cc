"""The filters of the two logs: what was asked for in the address, applied to what the reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from didimdol.design.parts import Filter
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import pick, text
from didimdol.records import labels, queries
from didimdol.records.models import AccessEntry, AuditEvent
from didimdol.records.opening import DENIED, NOT_VISIBLE, OPENED

Line = TypeVar("Line", AuditEvent, AccessEntry)
OUTCOMES = {
    OPENED: text("열람", "Opened"),
    DENIED: text("거부", "Denied"),
    NOT_VISIBLE: text("보이지 않음", "Not visible"),
}


def event_filters(actor: Actor, asked: Mapping[str, str]) -> list[Filter]:
    chains = [(chain, pick(name)) for chain, name in queries.chains_read_by(actor).items()]
    return [
        Filter("chain", pick(text("챌린지", "Challenge")), asked.get("chain", ""), chains),
        Filter("type", pick(text("사건", "Event")), asked.get("type", "")),
        Filter("person", pick(text("사람", "Person")), asked.get("person", "")),
        Filter("subject", pick(text("대상 번호", "Subject's id")), asked.get("subject", "")),
    ]


def events(actor: Actor, asked: Mapping[str, str]) -> QuerySet[AuditEvent]:
    found = queries.events_visible_to(actor)
    if chain := asked.get("chain", ""):
        found = found.filter(chain=chain)
    if words := asked.get("type", "").strip():
        named = [kind for kind, label in labels.EVENTS.items() if words in label["ko"] or words in label["en"]]
        found = found.filter(Q(type__icontains=words) | Q(type__in=named))
    return _of_subject(_by_person(found, asked), asked)


def access_filters(asked: Mapping[str, str]) -> list[Filter]:
    return [
        Filter(
            "outcome",
            pick(text("결과", "Outcome")),
            asked.get("outcome", ""),
            [(key, pick(label)) for key, label in OUTCOMES.items()],
        ),
        Filter("what", pick(text("열람한 것", "What")), asked.get("what", "")),
        Filter("person", pick(text("사람", "Person")), asked.get("person", "")),
        Filter("subject", pick(text("대상 번호", "Subject's id")), asked.get("subject", "")),
    ]


def accesses(actor: Actor, asked: Mapping[str, str]) -> QuerySet[AccessEntry]:
    found = queries.access_visible_to(actor)
    if outcome := asked.get("outcome", ""):
        found = found.filter(outcome=outcome)
    if words := asked.get("what", "").strip():
        named = [what for what, label in labels.THINGS.items() if words in label["ko"] or words in label["en"]]
        found = found.filter(Q(what__icontains=words) | Q(what__in=named))
    return _of_subject(_by_person(found, asked), asked)


def _by_person(found: QuerySet[Line], asked: Mapping[str, str]) -> QuerySet[Line]:
    words = asked.get("person", "").strip()
    return found.filter(person__in=queries.persons_called(words).values("id")) if words else found


def _of_subject(found: QuerySet[Line], asked: Mapping[str, str]) -> QuerySet[Line]:
    words = asked.get("subject", "").strip()
    if not words:
        return found
    try:
        return found.filter(subject_id=UUID(words))
    except ValueError:
        return found.none()
