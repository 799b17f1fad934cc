"""Reads of demands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from didimdol.demands import rules
from didimdol.demands.content import TIMED, is_shared
from didimdol.demands.models import Demand
from didimdol.kernel.actor import Actor
from didimdol.kernel.models import Blob
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.models import Organisation
from didimdol.programmes.models import Challenge, Field, Party
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import Rulebook
from didimdol_lab.contract import Criterion, DeviceProfile, InputSpec, Limits, Metric, Plan, Runtime, Task, runtime_from

RELATED = ("challenge__programme__operator", "field", "company", "budget_owner", "written_by", "dataset")


def demands_visible_to(actor: Actor) -> ScopedQuerySet[Demand]:
    return Demand.objects.visible(rules.visible_to(actor)).select_related(*RELATED)


def access_demand(actor: Actor, id: UUID) -> Demand:
    """Raises Invisible."""
    found = demands_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("demand", id)
    return found


def published(challenge: Challenge) -> list[Demand]:
    """The demands that stand with the notice, in the order of the fields."""
    rows = Demand.objects.within(challenge=challenge, state="published").select_related(*RELATED)
    return list(rows.order_by("field__position", "published_at", "pk"))


def own_companies(actor: Actor, challenge: Challenge) -> list[Organisation]:
    """The companies for which the actor may write demands in this challenge."""
    mine = {
        g.organisation
        for g in actor.grants
        if g.role in rules.WRITERS and g.organisation and g.challenge in (None, challenge.id)
    }
    if not mine:
        return []
    parties = Party.objects.within(challenge=challenge, organisation__in=mine, part="demand_company")
    fields = Field.objects.within(challenge=challenge, demand_company__in=mine)
    ids = {*parties.values_list("organisation_id", flat=True), *fields.values_list("demand_company_id", flat=True)}
    return list(Organisation.objects.within(pk__in=ids).order_by("created_at", "pk"))


def fields_for(challenge: Challenge, company: Organisation) -> list[Field]:
    """The fields in which the company may demand something: its own, or those without a company."""
    rows = Field.objects.within(challenge=challenge, retired=False)
    return [f for f in rows if f.demand_company_id in (None, company.id)]


def criteria_of(demand: Demand) -> list[Criterion]:
    return [Criterion.model_validate(document) for document in demand.criteria]


def device_of(demand: Demand) -> DeviceProfile | None:
    return DeviceProfile.model_validate(demand.device) if demand.device else None


def labels_of(demand: Demand) -> list[str]:
    return list(demand.device.get("labels", []))


def labels_for(rulebook: Rulebook, plan: Plan, demand: Demand | None = None) -> list[str]:
    """What a device must be to measure by ``plan``: as the demand says, else the rulebook, else what can run it."""
    asked = labels_of(demand) if demand is not None else []
    return asked or list(rulebook.verification.device_labels) or [f"runtime:{plan.runtime}"]


def plan_of(demand: Demand, inputs: Mapping[str, InputSpec | dict[str, Any]]) -> Plan:
    """How a model is measured for this demand. ``inputs``: how to feed the model ({name: {shape, fill}})."""
    return plan_for(
        rules_of(demand.challenge),
        criteria_of(demand),
        inputs=inputs,
        device=device_of(demand),
        dataset=demand.dataset,
        task=demand.dataset_task,
    )


def plan_for(
    rulebook: Rulebook,
    criteria: Sequence[Criterion],
    *,
    inputs: Mapping[str, InputSpec | dict[str, Any]],
    device: DeviceProfile | None = None,
    dataset: Blob | None = None,
    task: str = Task.classification.value,
    filename: str = "",
) -> Plan:
    """The one plan that lets every criterion be judged: the rulebook's, with what the device and criteria ask for.

    ``filename``: of the model; where no device label names a runtime, that of its format is taken. ``task``: what
    ``dataset`` asks of a model (didimdol_lab.contract.Task).
    Raises pydantic's ValidationError for impossible inputs.
    """
    document = rulebook.verification.plan().model_dump(by_alias=True)
    if filename.lower().endswith(".tflite"):
        document["runtime"] = Runtime.litert_cpu
    document |= runtime_from(device.labels if device else rulebook.verification.device_labels)
    metrics = {c.metric for c in criteria}
    document["compare_outputs"] = bool(metrics & {Metric.output_difference, Metric.output_cosine})
    if Metric.sustained_latency in metrics:
        document["sustained_seconds"] = rulebook.verification.sustained_seconds
    document["inputs"] = {name: InputSpec.model_validate(spec) for name, spec in inputs.items()}
    timed = [c.boundary for c in criteria if c.metric in TIMED]
    if timed:
        document["boundary"] = timed[0]
    if device:
        document["threads"] = min(device.threads, 256)
    if device and device.memory_mb:
        document["limits"] = Limits(memory_mb=max(device.memory_mb, 64))
    if is_shared(criteria):
        # On a shared device others compute too; the figures then say measured_shared, and the limits are wider.
        rules = rulebook.verification
        document["max_foreign_cpu_share"] = rules.shared_foreign_cpu_share
        document["max_involuntary_share"] = rules.shared_involuntary_share
    if dataset is not None:
        document |= {"dataset_sha256": dataset.sha256, "dataset_task": task}
    return Plan.model_validate(document)
