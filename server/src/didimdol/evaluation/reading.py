"""What lies beside the rubric: the application as this body may read it, its documents, and the measured evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from didimdol.applications import rules as application_rules
from didimdol.applications.completeness import contents_of, slots_of
from didimdol.applications.evidence import Evidence, evidence_of
from didimdol.applications.models import Application, ModelUpload
from didimdol.applications.queries import answer_sections
from didimdol.evaluation import queries
from didimdol.evaluation.models import Ballot
from didimdol.kernel.access import Access
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import Text


@dataclass(frozen=True, slots=True)
class Document:
    name: Text
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class Reading:
    """``access`` says why nothing is open where it is not. ``applicant``: nobody's name in a blind stage."""

    application: Application
    access: Access
    applicant: Text | None
    sections: list[dict[str, Any]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    model: ModelUpload | None = None
    may_open_model: bool = False
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def claimed(self) -> list[Evidence]:
        return [entry for entry in self.evidence if entry.demand is not None]


def reading_of(actor: Actor, ballot: Ballot) -> Reading:
    """The application of a ballot as ``actor`` may read it now."""
    application, seat = ballot.application, ballot.seat
    rulebook = application_rules.rules_for(application)
    blind = queries.is_blind(seat.round)
    applicant = None if blind and actor.person == seat.person_id else application.startup.name
    access = application_rules.may_open_document(actor, application)
    if not access:
        return Reading(application, access, applicant)
    kind = application_rules.reader(actor, application)
    contents = contents_of(application)
    readable = rulebook.form.readable_by(seat.body, blind=blind)
    return Reading(
        application=application,
        access=access,
        applicant=applicant,
        sections=answer_sections(application, rulebook, readable),
        documents=[
            Document(slot.name, reverse("applications:document", args=[attachment.pk]), attachment.blob.size)
            for slot in slots_of(rulebook)
            if (attachment := contents.attachments.get(slot.key)) is not None
            and not application_rules.hidden_from(kind, attachment, rulebook)
        ],
        model=contents.model,
        may_open_model=bool(application_rules.may_open_model(actor, application)),
        evidence=evidence_of(application) if rulebook.verification.disclosed_to_panel else [],
    )
