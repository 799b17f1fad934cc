"""Reads of programmes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from didimdol.design.parts import Stone, StoneState
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation
from didimdol.people.ports import ChallengeFacts
from didimdol.programmes import rules
from didimdol.programmes.loading import as_text, moments_of
from didimdol.programmes.models import Amendment, Challenge, Field
from didimdol.programmes.models import Rulebook as StoredRulebook
from didimdol.programmes.rulebooks import rules_of, rules_of_version, rules_with
from didimdol.programmes.words import EVENTS

__all__ = [
    "CalendarLine",
    "access_challenge",
    "calendar",
    "challenge_facts",
    "challenges_visible_to",
    "fields_of",
    "phase",
    "rules_of",
    "rules_of_version",
    "rules_with",
    "stones",
]

RELATED = ("programme__operator", "rulebook")


def challenges_visible_to(actor: Actor) -> ScopedQuerySet[Challenge]:
    return Challenge.objects.visible(rules.visible_to(actor)).select_related(*RELATED)


def access_challenge(actor: Actor, slug: str | UUID) -> Challenge:
    """The challenge of this slug (or id). Raises Invisible."""
    by = {"pk": slug} if isinstance(slug, UUID) else {"slug": slug}
    found = challenges_visible_to(actor).filter(**by).first()
    if found is None:
        raise Invisible("challenge", slug)
    return found


def fields_of(challenge: Challenge) -> list[Field]:
    """The fields that can be chosen, in the order of the rulebook."""
    return list(Field.objects.within(challenge=challenge, retired=False).select_related("demand_company"))


def loadable_operators(actor: Actor) -> list[Organisation]:
    """The operators for which the actor may set up a challenge."""
    if actor.kind != "person":
        return []
    rows = Organisation.objects.visible(kind=OrganisationKind.OPERATOR.value)
    if not actor.grant(Role.PLATFORM):
        rows = rows.filter(pk__in=actor.organisations(Role.MANAGER))
    return [row for row in rows.order_by("created_at", "pk")[:100] if rules.may_load(actor, row)]


def public_versions(challenge: Challenge) -> ScopedQuerySet[StoredRulebook]:
    """The versions that were ever in force since the notice."""
    in_force = {challenge.rulebook_id} if challenge.announced_at else set()
    for before, after in Amendment.objects.within(challenge=challenge).values_list("before_id", "after_id"):
        in_force |= {before, after}
    return StoredRulebook.objects.within(challenge=challenge, pk__in=in_force)


def phase(challenge: Challenge, now: datetime | None = None) -> str:
    """ "draft", "upcoming", "open", "closed", "evaluating", "released" or "cancelled".

    Open from ``opens_at`` on and strictly before ``closes_at``; computed when asked, so no timer can be late.
    """
    if challenge.state != "announced":
        return {"closed": "released"}.get(challenge.state, challenge.state)
    moment = now or clock.now()
    if challenge.opens_at is None or challenge.closes_at is None or moment < challenge.opens_at:
        return "upcoming"
    return "open" if moment < challenge.closes_at else "closed"


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """An event: from ``when``, until ``until`` where it is a window."""

    key: str
    label: Text
    when: datetime
    until: datetime | None = None
    over: bool = False


def calendar(challenge: Challenge) -> list[CalendarLine]:
    """Every event of the challenge in the order of time, the windows of the stages among them."""
    found = rules_of(challenge)
    moments = moments_of(found)
    labels = {**EVENTS, **{f"stage.{stage.key}": as_text(stage.name) for stage in found.stages}}
    now, lines = clock.now(), []
    for key, when in moments.items():
        if key.endswith(".closes"):
            continue
        name = key.removesuffix(".opens")
        until = moments.get(f"{name}.closes")
        lines.append(CalendarLine(name, labels.get(name, text(name, name)), when, until, (until or when) <= now))
    return sorted(lines, key=lambda line: (line.when, line.until or line.when))


#: phases in the order of time, to ask whether one has been reached
_ORDER = ("draft", "upcoming", "open", "closed", "evaluating", "released")


def stones(challenge: Challenge, lang: str | None = None) -> list[Stone]:
    """The way of a challenge: demands, notice, applications, every stage, selection, PoC, result."""
    found = rules_of(challenge)
    moments = moments_of(found)
    now = clock.now()
    reached = _ORDER.index(phase(challenge)) if phase(challenge) in _ORDER else -1

    def since(name: str) -> bool:
        return reached >= _ORDER.index(name)

    way: list[tuple[Text, str, datetime | None, bool]] = [
        (text("수요", "Demands"), "", moments.get("demand.closes"), since("upcoming")),
        (text("공고", "Notice"), "", challenge.announced_at or moments["announce"], since("upcoming")),
        (text("접수", "Applications"), "", moments["closes"], since("closed")),
    ]
    for stage in found.stages:
        closes = moments[f"stage.{stage.key}.closes"]
        way.append((as_text(stage.name), "", closes, since("released") or (since("evaluating") and closes <= now)))
    way.append((text("선정", "Selection"), "", moments["release"], since("released")))
    way.append((text("PoC", "PoC"), "", moments["poc.closes"], since("released") and moments["poc.closes"] <= now))
    way.append((text("성과", "Outcome"), "", moments["final"], since("released") and moments["final"] <= now))
    return _as_stones(way, lang, stopped=reached < 0)


def _as_stones(way: list[tuple[Text, str, datetime | None, bool]], lang: str | None, *, stopped: bool) -> list[Stone]:
    current = next((n for n, (_, _, _, done) in enumerate(way) if not done), len(way))
    result = []
    for number, (label, detail, when, _) in enumerate(way):
        state: StoneState = "done" if number < current else "now" if number == current and not stopped else "next"
        result.append(Stone(label=pick(label, lang), detail=detail, state=state, when=when))
    return result


# --- answers to the rooms below ------------------------------------------------------------------------------------


def challenge_facts(ids: Collection[UUID], operators: Collection[UUID]) -> list[ChallengeFacts]:
    """The port ``people.challenge_facts``: challenges with one of ``ids``, or of one of ``operators``."""
    asked = Q(pk__in=list(ids)) | Q(programme__operator__in=list(operators))
    rows = Challenge.objects.visible(asked)
    return [
        ChallengeFacts(
            id=row.id,
            operator=row.programme.operator_id,
            name=row.name,
            fields={field.key: field.name for field in row.fields.all()},
        )
        for row in rows.select_related("programme").prefetch_related("fields").order_by("-created_at", "pk")
    ]
