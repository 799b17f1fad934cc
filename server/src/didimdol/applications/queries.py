"""Reads of applications."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, Q

from didimdol.applications import rules
from didimdol.applications.completeness import file_questions
from didimdol.applications.models import Application, Attachment, ClaimedDemand, ModelUpload
from didimdol.applications.ports import standing
from didimdol.applications.states import APPLICATION
from didimdol.design.texts import day_text, money_text, number_text
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.kernel.words import Text, pick, text
from didimdol.people.models import Organisation, RoleAssignment
from didimdol.people.queries import in_force
from didimdol.programmes.loading import as_text
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import challenges_visible_to
from didimdol.programmes.rulebook import FormField, Rulebook

RELATED = ("challenge__programme__operator", "challenge__rulebook", "rulebook", "field", "startup")


def applications_visible_to(actor: Actor) -> ScopedQuerySet[Application]:
    return Application.objects.visible(rules.visible_to(actor))


def access_application(actor: Actor, id: UUID) -> Application:
    """Raises Invisible."""
    found = applications_visible_to(actor).filter(pk=id).select_related(*RELATED).first()
    if found is None:
        raise Invisible("application", id)
    return found


def access_own(actor: Actor, id: UUID) -> Application:
    """An application of the actor's own startup, as its wizard shows it. Raises Invisible."""
    found = access_application(actor, id)
    if not rules.of_the_startup(actor, found):
        raise Invisible("application", id)
    return found


def access_attachment(actor: Actor, id: UUID) -> Attachment:
    """A document that counts, of an application the actor sees. Raises Invisible."""
    found = (
        Attachment.objects.visible(pk=id, removed_at=None)
        .select_related("blob", *(f"application__{name}" for name in RELATED))
        .first()
    )
    if found is None:
        raise Invisible("attachment", id)
    application = found.application
    if not applications_visible_to(actor).filter(pk=application.pk).exists():
        raise Invisible("attachment", id)
    if rules.hidden_from(rules.reader(actor, application), found, rules.rules_for(application)):
        raise Invisible("attachment", id)
    return found


def access_model(actor: Actor, id: UUID) -> ModelUpload:
    """The model that counts, of an application the actor sees. Raises Invisible."""
    found = (
        ModelUpload.objects.visible(pk=id, removed_at=None)
        .select_related("blob", *(f"application__{name}" for name in RELATED))
        .first()
    )
    if found is None or not applications_visible_to(actor).filter(pk=found.application_id).exists():
        raise Invisible("model", id)
    return found


# --- lists ---------------------------------------------------------------------------------------------------------


def own_applications(actor: Actor) -> list[Application]:
    """Of the startups for which the actor acts, newest first."""
    own = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in rules.WRITERS:
            mine = Q(startup=grant.organisation)
            own |= mine & Q(challenge=grant.challenge) if grant.challenge else mine
    rows = Application.objects.visible(own).select_related("challenge__programme", "field", "startup")
    return list(rows.order_by("-created_at", "pk"))


def submitted_to(actor: Actor) -> ScopedQuerySet[Application]:
    """Submitted (or later withdrawn) applications of the challenges that the actor's operator runs, with how many of
    their measurements are there (``jobs``) and finished (``jobs_done``)."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in rules.OPERATES and grant.organisation:
            condition |= rules.submitted_to(grant.organisation, grant.challenge)
    final = Q(measured__final=True)
    rows = Application.objects.visible(condition).select_related("challenge", "field", "startup")
    counted = rows.annotate(
        jobs=Count("measured", filter=final),
        jobs_done=Count("measured", filter=final & Q(measured__job__state__in=("done", "refused"))),
    )
    return cast("ScopedQuerySet[Application]", counted)


def challenges_operated(actor: Actor) -> list[Challenge]:
    """The challenges whose applications the actor sees as operator, newest first."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in rules.OPERATES and grant.organisation:
            run = Q(programme__operator=grant.organisation)
            condition |= run & Q(pk=grant.challenge) if grant.challenge else run
    return list(Challenge.objects.visible(condition).select_related("programme").order_by("-opens_at", "pk"))


def searched(rows: ScopedQuerySet[Application], words: str) -> ScopedQuerySet[Application]:
    if not words:
        return rows
    found: ScopedQuerySet[Application] = rows.filter(
        Q(number__icontains=words)
        | Q(title__icontains=words)
        | Q(startup__name__ko__icontains=words)
        | Q(startup__name__en__icontains=words)
    )
    return found


def draft_counts(challenges: Collection[Challenge]) -> dict[UUID, int]:
    """How many drafts there are: all that an operator learns of them."""
    rows = Application.objects.within(challenge__in=challenges, state="draft")
    return dict(rows.order_by().values_list("challenge").annotate(Count("pk")))


def startups_of(actor: Actor, challenge: Challenge | None = None) -> list[Organisation]:
    """The startups for which the actor may apply."""
    mine = {
        grant.organisation
        for grant in actor.grants
        if grant.role in rules.WRITERS
        and grant.organisation
        and (challenge is None or grant.challenge in (None, challenge.pk))
    }
    return list(Organisation.objects.within(pk__in=mine).order_by("created_at", "pk")) if mine else []


def open_challenges(actor: Actor) -> list[Challenge]:
    """Calls that take applications now, the first to close first."""
    now = clock.now()
    rows = challenges_visible_to(actor).filter(state="announced", opens_at__lte=now, closes_at__gt=now)
    return list(rows.order_by("closes_at", "pk"))


# --- one application -----------------------------------------------------------------------------------------------


def standing_of(application: Application, actor: Actor) -> tuple[Text, str]:
    """What the actor may know of how it stands, and the kind of its badge."""
    state = APPLICATION.state(application)
    if application.state == "submitted" and standing.filled:
        told = standing.ask(application, actor)
        if told is not None:
            return told, "info"
    return state.label, state.kind


def claims_of(application: Application) -> list[ClaimedDemand]:
    rows = ClaimedDemand.objects.within(application=application).select_related("demand__company")
    return list(rows.order_by("created_at", "pk"))


def answer_sections(
    application: Application, rulebook: Rulebook, fields: Collection[FormField] | None = None
) -> list[dict[str, Any]]:
    """The form with its answers in words, section by section; only ``fields`` where they are given (see
    ``Form.readable_by``)."""
    readable = {entry.key for entry in (rulebook.form.questions if fields is None else fields)}
    files = {entry.key for entry in file_questions(rulebook)}
    sections = []
    for section in rulebook.form.sections:
        rows = [
            {
                "key": entry.key,
                "label": as_text(entry.label),
                "answer": answer_text(entry, application.answers.get(entry.key)),
            }
            for entry in section.fields
            if entry.key in readable and entry.key not in files
        ]
        if rows:
            sections.append({"key": section.key, "title": as_text(section.title), "rows": rows})
    return sections


def answer_text(entry: FormField, value: Any) -> str:
    """An answer as people read it, in the reader's language."""
    if value is None or value == "" or value == []:
        return ""
    labels = {option.key: pick(as_text(option.label)) for option in entry.options}
    match entry.type:
        case "choice":
            return labels.get(str(value), str(value))
        case "multi_choice":
            return ", ".join(labels.get(str(item), str(item)) for item in value)
        case "boolean":
            return pick(text("예", "Yes") if value else text("아니요", "No"))
        case "money":
            return money_text(int(value))
        case "number":
            return number_text(value)
        case "date":
            return _day(str(value))
        case _:
            return str(value)


def _day(value: str) -> str:
    try:
        return day_text(date.fromisoformat(value))
    except ValueError:
        return value


def title_of(application: Application) -> str:
    return application.title or pick(text("(과제명 없음)", "(no title yet)"))


# --- answers to the rooms below ------------------------------------------------------------------------------------


def applicants_of(challenge: Challenge) -> list[UUID]:
    """The port ``programmes.applicants_of``: the people of every startup that applies, drafts too."""
    startups = Application.objects.within(challenge=challenge).exclude(state="withdrawn").values("startup")
    held = (
        RoleAssignment.objects.within(organisation__in=startups, role__in=[role.value for role in rules.WRITERS])
        .filter(in_force(), Q(challenge=challenge.pk) | Q(challenge__isnull=True), person__is_active=True)
        .order_by("person_id")
    )
    return list(held.values_list("person_id", flat=True).distinct())
