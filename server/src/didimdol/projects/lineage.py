"""How a measured model descends from the one the startup applied with.

Every version names its parent's hash. Other bytes than the parent's need an explanation of what changed and why: the
company that accepts the milestone accepts the chain up to its newest model with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from didimdol.applications.models import ModelUpload
from didimdol.kernel.words import Text, text
from didimdol.projects.models import Milestone, ModelVersion, Project

ACCEPTED = ("accepted", "approved")


@dataclass(frozen=True, slots=True)
class Link:
    """One model of the chain, oldest first. ``version`` None: the one applied with. ``accepted``: by the company."""

    sha256: str
    filename: str
    at: datetime
    by: str
    title: Text
    changed: bool
    explanation: str
    accepted: bool
    version: ModelVersion | None = None


def applied(project: Project) -> ModelUpload | None:
    """The model that the application was selected with; None where it had none."""
    application = project.place.application_id
    found = ModelUpload.objects.within(application=application, removed_at=None).select_related("blob")
    return found.order_by("-created_at", "-pk").first()


def newest(project: Project) -> ModelVersion | None:
    """The last version handed in for any milestone of the project."""
    versions = ModelVersion.objects.within(milestone__project=project).select_related("blob")
    return versions.order_by("-at", "-created_at", "-pk").first()


def parent_of_next(project: Project) -> tuple[ModelVersion | None, str]:
    """What the next version descends from: the newest one, else the model applied with; its hash, "" for nothing."""
    before = newest(project)
    if before is not None:
        return before, before.blob.sha256
    first = applied(project)
    return None, first.blob.sha256 if first else ""


def changed(version: ModelVersion) -> bool:
    return bool(version.parent_sha256) and version.parent_sha256 != version.blob.sha256


def accepted(milestone: Milestone) -> bool:
    """Did the company accept the milestone, and with it the chain up to its newest model?"""
    return milestone.state in ACCEPTED


def chain(project: Project) -> list[Link]:
    """From the model applied with to the newest version, oldest first."""
    links: list[Link] = []
    first = applied(project)
    if first is not None:
        application = first.application
        links.append(
            Link(
                sha256=first.blob.sha256,
                filename=first.filename,
                at=application.submitted_at or first.created_at,
                by=application.submitted_by.name if application.submitted_by else "",
                title=text("신청한 모델", "Model applied with"),
                changed=False,
                explanation="",
                accepted=True,
            )
        )
    found = ModelVersion.objects.within(milestone__project=project).select_related("blob", "by", "milestone")
    versions = list(found.order_by("at", "created_at", "pk"))
    # Accepting a milestone accepts all that led to its model.
    until = max((place for place, version in enumerate(versions) if accepted(version.milestone)), default=-1)
    for place, version in enumerate(versions):
        milestone = version.milestone
        links.append(
            Link(
                sha256=version.blob.sha256,
                filename=version.filename,
                at=version.at,
                by=version.by.name,
                title=text(f"{milestone.position}. {milestone.title}", f"{milestone.position}. {milestone.title}"),
                changed=changed(version),
                explanation=version.explanation,
                accepted=place <= until,
                version=version,
            )
        )
    return links
