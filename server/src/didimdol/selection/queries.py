"""Reads of the selection: before the release there is nothing to see but for those who run it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from didimdol.applications.models import Application
from didimdol.evaluation.guards import stage_rules
from didimdol.evaluation.models import Round
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.selection.enums import OUTCOMES
from didimdol.selection.models import Line, Selection

RUN = (Role.COORDINATOR, Role.MANAGER, Role.AUDITOR)
UNDER_EVALUATION = text("평가 중", "Under evaluation")


def selections_visible_to(actor: Actor) -> ScopedQuerySet[Selection]:
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in RUN and grant.organisation:
            reach = Q(round__challenge__programme__operator=grant.organisation)
            condition |= reach & Q(round__challenge=grant.challenge) if grant.challenge else reach
    return Selection.objects.visible(condition).select_related("round__challenge__programme", "round__challenge__rulebook", "record", "public_record")


def access_selection(actor: Actor, id: UUID) -> Selection:
    found = selections_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("selection", id)
    return found


def access_line(actor: Actor, id: UUID) -> Line:
    """A line, for those who run the selection."""
    found = Line.objects.visible(selection__in=selections_visible_to(actor)).filter(pk=id).select_related(
        "selection__round__challenge__programme", "selection__round__challenge__rulebook", "application__startup", "application__field"
    ).first()  # fmt: skip
    if found is None:
        raise Invisible("selection line", id)
    return found


def access_own_line(actor: Actor, application_id: UUID) -> Line:
    """The released line of an applicant's own application, the newest."""
    found = (
        Line.objects.visible(
            application_id=application_id,
            application__startup__in=actor.organisations(Role.CEO, Role.STAFF),
            selection__state="released",
            held=False,
        )
        .select_related("selection__round__challenge__rulebook", "selection__public_record", "own_record", "application__startup", "application__field")
        .order_by("-selection__round__position")
        .first()
    )
    if found is None:
        raise Invisible("own result", application_id)
    return found


def released_final(challenge: Challenge) -> Selection | None:
    """The released selection of a challenge: what everybody may see."""
    return (
        Selection.objects.visible(round__challenge=challenge, state="released", final=True)
        .select_related("round__challenge__programme", "public_record")
        .first()
    )


def standing(application: Application, actor: Actor) -> Text | None:
    """What an applicant reads about their application (fills the port of applications): nothing before the release."""
    line = (
        Line.objects.within(application=application)
        .filter(selection__state="released", held=False)
        .select_related("selection__round")
        .order_by("-selection__round__position")
        .first()
    )
    if line is not None:
        return OUTCOMES[line.computed]
    return UNDER_EVALUATION if Round.objects.within(challenge_id=application.challenge_id).exists() else None


def passed_to_stage(challenge_id: UUID, stage: str) -> list[UUID]:
    """The applications that the stage before ``stage`` let through, once that outcome is released."""
    challenge = Challenge.objects.within(pk=challenge_id).select_related("rulebook").get()
    keys = [rule.key for rule in stage_rules(rules_of(challenge))]
    before = keys[keys.index(stage) - 1]
    return list(
        Line.objects.within(selection__round__challenge_id=challenge_id, selection__round__stage=before)
        .filter(selection__state="released", computed="passed", held=False, excluded="")
        .values_list("application_id", flat=True)
    )


def calculation(selection: Selection, application: Application) -> dict[str, Any]:
    """The calculation sheet of one application: per stage every figure (didimdol_decide.StageScore as JSON)."""
    key = str(application.pk)
    return {stage: scores[key] for stage, scores in selection.outcome.get("scores", {}).items() if key in scores}
