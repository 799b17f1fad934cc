"""Reads of the memory: what a reader may see of it, and the story of one thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from didimdol.design.parts import TimelineItem
from didimdol.kernel.access import require
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import ROLE_LABELS, Role
from didimdol.people.models import Person, RoleAssignment
from didimdol.records import labels, rules
from didimdol.records.chain import SITE
from didimdol.records.models import AccessEntry, AuditEvent, PersonalNote, SealedRecord, SignedHead

SITE_LABEL = text("사이트 전체", "The site")


def chains_read_by(actor: Actor) -> dict[str, Text]:
    """The chains a reader finds in the filter, by name."""
    challenges = rules.challenges_read_by(actor)
    return {SITE: SITE_LABEL, **{str(identity): name for identity, name in challenges.items()}}


def events_visible_to(actor: Actor) -> QuerySet[AuditEvent]:
    """The chains of the challenges one operates; of the site's chain what one's own organisation's people did."""
    require(rules.may_read_log(actor))
    if _sees_all(actor):
        return AuditEvent.objects.unscoped(why="platform staff with a staff session on record")
    challenges = [str(identity) for identity in rules.challenges_read_by(actor)]
    own = _assignments(organisation__in=actor.organisations(*rules.READERS))
    return AuditEvent.objects.visible(Q(chain__in=challenges) | Q(chain=SITE, assignment__in=own.values("id")))


def access_visible_to(actor: Actor) -> QuerySet[AccessEntry]:
    """Who opened what of the challenges one operates, and what the people in them were refused."""
    require(rules.may_read_log(actor))
    if _sees_all(actor):
        return AccessEntry.objects.unscoped(why="platform staff with a staff session on record")
    challenges = list(rules.challenges_read_by(actor))
    people = RoleAssignment.objects.within(challenge__in=challenges) | RoleAssignment.objects.within(
        organisation__in=actor.organisations(*rules.READERS)
    )
    return AccessEntry.objects.visible(
        Q(challenge__in=challenges) | Q(challenge=None, person__in=people.values("person_id"))
    )


def _sees_all(actor: Actor) -> bool:
    return actor.kind == "system" or actor.grant(Role.PLATFORM.value) is not None


def _assignments(**of: object) -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.within(**of)


def access_event(actor: Actor, identity: UUID) -> AuditEvent:
    """One event with its personal words. Raises Invisible."""
    event = events_visible_to(actor).filter(id=identity).prefetch_related("notes").first()
    if event is None:
        raise Invisible("audit event", identity)
    return event


def access_note(actor: Actor, identity: UUID) -> PersonalNote:
    note = PersonalNote.objects.unscoped(why="its event is checked").select_related("event").filter(id=identity).first()
    if note is None:
        raise Invisible("personal note", identity)
    access_event(actor, note.event_id)
    return note


def persons_called(words: str) -> QuerySet[Person]:
    return Person.objects.filter(Q(name__icontains=words) | Q(email__icontains=words))


def heads() -> QuerySet[SignedHead]:
    """All signed heads: they are public."""
    return SignedHead.objects.unscoped(why="signed heads are public")


def sealed_of(subject_id: UUID, kind: str, tier: str = "") -> QuerySet[SealedRecord]:
    """The sealed records of a thing, newest first. The caller has checked who may have this tier."""
    found = SealedRecord.objects.within(subject_id=subject_id, kind=kind)
    return (found.filter(tier=tier) if tier else found).order_by("-created_at")


# --- who did it ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doer:
    name: str
    role: str = ""

    def __str__(self) -> str:
        return " · ".join(part for part in (self.name, self.role) if part)


KINDS = {
    "system": text("시스템", "The system"),
    "device": text("측정 장비", "A device"),
    "public": text("로그인하지 않은 방문자", "A visitor"),
}


def doers(events: Iterable[AuditEvent | AccessEntry], lang: str | None = None) -> dict[UUID, Doer]:
    """Event id → who did it, in two queries however many events there are."""
    events = list(events)
    people = {p.id: p.name for p in Person.objects.filter(id__in={e.person for e in events if e.person})}
    given = {e.id: e.assignment for e in events if isinstance(e, AuditEvent) and e.assignment}
    held = _assignments(id__in=set(given.values())) if given else []
    roles = {a.id: pick(ROLE_LABELS[Role(a.role)], lang) for a in held}
    return {
        event.id: Doer(_name(event, people, lang), roles.get(given[event.id], "") if event.id in given else "")
        for event in events
    }


def _name(event: AuditEvent | AccessEntry, people: dict[UUID, str], lang: str | None) -> str:
    if event.person:
        return people.get(event.person, pick(text("지워진 사람", "An erased person"), lang))
    return pick(KINDS.get(event.actor_kind), lang) or event.actor_kind


def timeline(actor: Actor, subject_id: UUID, lang: str | None = None) -> list[TimelineItem]:
    """What happened to a thing, oldest first. The caller has checked that ``actor`` may see the thing.

    Names are shown to the operator's people and to colleagues; others read the role.
    """
    events = list(
        AuditEvent.objects.within(subject_id=subject_id)
        .exclude(type__endswith="_repeated")
        .order_by("at_real", "sequence")
    )
    assignments = {a.id: a for a in _assignments(id__in={e.assignment for e in events if e.assignment})}
    operators = (Role.MANAGER.value, Role.COORDINATOR.value, Role.AUDITOR.value)
    run = rules.challenges_read_by(actor, *operators)
    names = doers(events, lang)
    items = []
    for event in events:
        doer = names[event.id]
        held = assignments.get(event.assignment) if event.assignment else None
        challenge = event.challenge_id
        near = (
            event.person in (None, actor.person)
            or challenge in run
            or (held is not None and held.organisation_id in actor.organisations())
        )
        who = str(doer) if near else doer.role or pick(text("담당자", "Somebody in charge"), lang)
        items.append(TimelineItem(when=event.at, what=labels.event_label(event.type, lang), who=who))
    return items
