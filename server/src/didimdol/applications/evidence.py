"""Claims with the measurements beside them: one entry a plan, the field's first, then each claimed demand's."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from didimdol.applications.models import Application, ClaimedDemand, Measured
from didimdol.applications.queries import applications_visible_to
from didimdol.demands.models import Demand
from didimdol.demands.queries import criteria_of
from didimdol.design.parts import EvidenceRow
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import Text, text
from didimdol.verification import evidence
from didimdol.verification.models import DeviceJob
from didimdol.verification.states import FINISHED
from didimdol_lab.contract import Criterion


@dataclass(frozen=True, slots=True)
class Evidence:
    """``rows``: criterion, claim, measurement, verdict; pending where nothing was measured. ``progress_url``: polled
    while ``running``."""

    title: Text
    demand: Demand | None
    measured: Measured | None
    job: DeviceJob | None
    criteria: list[Criterion]
    rows: list[EvidenceRow]
    running: bool
    progress_url: str


def measured_of(application: Application, *, final: bool) -> list[Measured]:
    """The newest measurement of each plan, and of a draft those of the newest trial only; one query."""
    found = (
        Measured.objects.within(application=application, final=final)
        .select_related("demand", "job__run__device", "job__device")
        .order_by("created_at", "pk")
    )
    rows = list(found)
    if not final and rows:
        rows = [row for row in rows if row.created_at == rows[-1].created_at]
    newest = {row.demand_id: row for row in rows}
    return sorted(newest.values(), key=lambda row: (row.demand_id is not None, row.created_at, str(row.pk)))


def evidence_of(application: Application, *, final: bool = True, lang: str | None = None) -> list[Evidence]:
    """Every plan with its evidence; a claimed demand that was not measured shows its claims, pending."""
    claims: dict[UUID, ClaimedDemand] = {
        claim.demand_id: claim
        for claim in ClaimedDemand.objects.within(application=application)
        .select_related("demand")
        .order_by("created_at", "pk")
    }
    found = []
    for measured in measured_of(application, final=final):
        criteria = [Criterion.model_validate(document) for document in measured.criteria]
        claim = claims.pop(measured.demand_id, None) if measured.demand_id else None
        found.append(_entry(measured.demand, criteria, claim, measured, lang))
    found += [_entry(claim.demand, criteria_of(claim.demand), claim, None, lang) for claim in claims.values()]
    return found


def _entry(
    demand: Demand | None,
    criteria: list[Criterion],
    claim: ClaimedDemand | None,
    measured: Measured | None,
    lang: str | None,
) -> Evidence:
    job = measured.job if measured else None
    title = text("분야 공통 기준", "Criteria of the field")
    if demand is not None:
        title = text(demand.title["ko"], demand.title.get("en") or demand.title["ko"])
    return Evidence(
        title=title,
        demand=demand,
        measured=measured,
        job=job,
        criteria=criteria,
        rows=evidence.rows(criteria, job, claim.claims if claim else {}, lang),
        running=job is not None and job.state not in FINISHED,
        progress_url=reverse("applications:progress", args=[measured.pk]) if measured else "",
    )


def access_measured(actor: Actor, id: UUID) -> Measured:
    """A measurement of an application the actor sees. Raises Invisible."""
    found = (
        Measured.objects.visible(pk=id)
        .select_related("job__run__device", "job__device", "application__challenge")
        .first()
    )
    if found is None or not applications_visible_to(actor).filter(pk=found.application_id).exists():
        raise Invisible("measurement", id)
    return found
