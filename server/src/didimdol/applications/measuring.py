"""What is measured of an application, and by which plan: the field's criteria, then those of each claimed demand."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from didimdol.applications.completeness import Contents
from didimdol.applications.models import Application, Measured, ModelUpload
from didimdol.demands.models import Demand
from didimdol.demands.queries import criteria_of, device_of, labels_for, labels_of, plan_for
from didimdol.kernel import clock
from didimdol.kernel.action import save
from didimdol.kernel.actor import Actor
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import BadInput
from didimdol.programmes.rulebook import Rulebook
from didimdol.verification.actions import queue_job
from didimdol_lab.contract import Criterion, Plan


@dataclass(frozen=True, slots=True)
class Part:
    """One plan. ``demand`` None: the field's own criteria."""

    demand: Demand | None
    criteria: list[Criterion]
    plan: Plan
    labels: list[str]
    dataset: Blob | None

    @property
    def demand_id(self) -> str | None:
        return str(self.demand.pk) if self.demand else None


def parts_of(application: Application, rulebook: Rulebook, contents: Contents) -> list[Part]:
    """The plans of the application as it stands; none without a model."""
    model = contents.model
    if model is None:
        return []
    parts = []
    criteria = field_criteria(application, rulebook)
    if criteria:
        plan = plan_for(rulebook, criteria, inputs=model.inputs, filename=model.filename)
        parts.append(Part(None, criteria, plan, labels_for(rulebook, plan), None))
    for claim in contents.claimed:
        demand = claim.demand
        wanted = criteria_of(demand)
        plan = plan_for(
            rulebook,
            wanted,
            inputs=model.inputs,
            device=device_of(demand),
            dataset=demand.dataset,
            task=demand.dataset_task,
            filename=model.filename,
        )
        parts.append(Part(demand, wanted, plan, labels_of(demand), demand.dataset))
    return parts


def field_criteria(application: Application, rulebook: Rulebook) -> list[Criterion]:
    if application.field is None:
        return []
    return next((list(entry.criteria) for entry in rulebook.fields if entry.key == application.field.key), [])


def queue_parts(
    actor: Actor, application: Application, model: ModelUpload, parts: list[Part], *, final: bool
) -> tuple[list[Measured], list[BadInput]]:
    """Queue a job a part. A part that no device could take is left out, with the reason."""
    at = clock.now()
    queued: list[Measured] = []
    refused: list[BadInput] = []
    for part in parts:
        try:
            with transaction.atomic():
                job = queue_job(
                    actor=actor,
                    owner=application.startup_id,
                    subject=application.pk,
                    challenge=application.challenge_id,
                    model=model.blob,
                    model_name=model.filename,
                    dataset=part.dataset,
                    plan=part.plan,
                    labels=part.labels,
                    priority=0 if final else 1,
                )
        except BadInput as problem:
            refused.append(problem)
            continue
        measured = Measured(
            application=application,
            model=model,
            demand=part.demand,
            job=job,
            criteria=[criterion.model_dump(mode="json") for criterion in part.criteria],
            final=final,
            created_at=at,  # the parts of one measurement share their moment
        )
        save(measured)
        queued.append(measured)
    return queued, refused
