"""Reads of milestones, what was handed in for them, and checks."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.enums import Role
from didimdol.projects.final_rules import may_open_evidence
from didimdol.projects.models import Check, Deliverable, Milestone, ModelVersion, Project, WitnessedTest
from didimdol.projects.queries import RELATED
from didimdol.projects.rules import is_startup, projects_seen, runs

_PROJECT = tuple(f"project__{name}" for name in RELATED)
_MILESTONE = tuple(f"milestone__{name}" for name in _PROJECT)


def _seen(actor: Actor, path: str) -> Q:
    return Q(**{f"{path}__in": Project.objects.visible(projects_seen(actor)).values("pk")})


def milestones_visible_to(actor: Actor) -> ScopedQuerySet[Milestone]:
    return Milestone.objects.visible(_seen(actor, "project")).select_related(*_PROJECT)


def access_milestone(actor: Actor, id: UUID) -> Milestone:
    found = milestones_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("milestone", id)
    return found


def access_deliverable(actor: Actor, id: UUID) -> Deliverable:
    """For the parties and the operator; for a reviewer of the project while the review is open."""
    found = Deliverable.objects.visible(pk=id).select_related("blob", *_MILESTONE).first()
    if found is None or not _opens(actor, found.milestone):
        raise Invisible("deliverable", id)
    return found


def access_test(actor: Actor, id: UUID) -> WitnessedTest:
    found = WitnessedTest.objects.visible(_seen(actor, "milestone__project"), pk=id)
    test = found.select_related("log", *_MILESTONE).first()
    if test is None:
        raise Invisible("witnessed test", id)
    return test


def access_test_log(actor: Actor, id: UUID) -> WitnessedTest:
    """The raw log, which a reviewer reads too."""
    found = WitnessedTest.objects.visible(pk=id).select_related("log", *_MILESTONE).first()
    if found is None or not _opens(actor, found.milestone):
        raise Invisible("witnessed test", id)
    return found


def _opens(actor: Actor, milestone: Milestone) -> bool:
    if milestones_visible_to(actor).filter(pk=milestone.pk).exists():
        return True
    return bool(may_open_evidence(actor, milestone.project))


def access_model_version(actor: Actor, id: UUID) -> ModelVersion:
    """The bytes: the startup and those who run the challenge. The company judges by what was measured, as before."""
    found = ModelVersion.objects.visible(_seen(actor, "milestone__project"), pk=id)
    version = found.select_related("blob", *_MILESTONE).first()
    if version is None:
        raise Invisible("model version", id)
    project = version.milestone.project
    if not is_startup(actor, project) and not runs(actor, project, Role.MANAGER, Role.VERIFIER, Role.AUDITOR):
        raise Invisible("model version", id)
    return version


# --- checks --------------------------------------------------------------------------------------------------------


def checks_of(project: Project) -> list[Check]:
    """Newest first."""
    return list(Check.objects.within(project=project).select_related("by").order_by("-at", "-pk"))


def completes_early(project: Project) -> bool:
    """Did the newest check say that it is complete before its time?"""
    newest = Check.objects.within(project=project).order_by("-at", "-pk").first()
    return newest is not None and newest.result == "early_completion"
