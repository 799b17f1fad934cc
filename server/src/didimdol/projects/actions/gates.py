"""Handing in a model: its descent, and the measurement that may open the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from pydantic import ValidationError

from didimdol.applications.inputs import input_specs
from didimdol.applications.model_files import keep_model
from didimdol.applications.rules import rules_for
from didimdol.demands.queries import device_of, labels_for, plan_for
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import normal, text
from didimdol.people.queries import person_of
from didimdol.projects import gates, lineage
from didimdol.projects import milestone_rules as rules
from didimdol.projects.actions.holding import held, require_open
from didimdol.projects.models import Milestone, ModelVersion
from didimdol.verification.actions import cancel_job, queue_job
from didimdol.verification.models import DeviceJob


@action
def hand_in_model(
    *,
    actor: Actor,
    milestone: Milestone,
    stream: IO[bytes],
    filename: str,
    inputs: str | Mapping[str, Mapping[str, Any]] = "",
    explanation: str = "",
) -> ModelVersion:
    """The next model of the project, measured by the milestone's criteria on the demand's device.

    ``inputs``: how to feed it, as for an application; nothing: as the model before it. ``explanation``: what changed
    and why; owed where its bytes differ from its parent's. Raises AccessDenied, WrongState, BadInput (also where no
    device could ever measure it).
    """
    milestone = held(milestone)
    project = milestone.project
    by = require(rules.hands_in(actor, milestone))
    require_open(milestone)
    if milestone.gate != "verification":
        raise BadInput("gate_is_witnessed", *_WITNESSED)
    application = project.place.application
    rulebook = rules_for(application)
    specs = input_specs(inputs) or _inputs_before(milestone)
    try:
        blob, name = keep_model(rulebook, stream, filename, startup=project.startup_id)
    except BadInput as problem:
        raise BadInput(problem.code, problem.message, problem.remedy, fields={"file": problem.message}) from problem
    parent, parent_sha256 = lineage.parent_of_next(project)
    explanation = normal(explanation.strip())
    if parent_sha256 and parent_sha256 != blob.sha256 and not explanation:
        raise BadInput("lineage_unexplained", *_UNEXPLAINED, fields={"explanation": _UNEXPLAINED[0]})
    version = ModelVersion(
        milestone=milestone,
        blob=blob,
        filename=name,
        inputs=specs,
        parent=parent,
        parent_sha256=parent_sha256,
        explanation=explanation,
        by=person_of(actor),
    )
    criteria, demand = gates.criteria_of(milestone), project.demand
    try:
        plan = plan_for(
            rulebook,
            criteria,
            inputs=specs,
            device=device_of(demand),
            dataset=demand.dataset,
            task=demand.dataset_task,
            filename=name,
        )
    except ValidationError as error:
        message = text("이 입력으로는 측정할 수 없습니다.", "The model cannot be measured with these inputs.")
        raise BadInput("model_inputs", message, fields={"inputs": message}) from error
    cancel_waiting(actor, milestone, "superseded")
    version.job = queue_job(
        actor=actor,
        owner=project.startup_id,
        subject=version.pk,
        challenge=project.challenge_id,
        model=blob,
        model_name=name,
        dataset=demand.dataset,
        plan=plan,
        labels=labels_for(rulebook, plan, demand),
    )
    save(version)
    audit(
        "milestone.model_handed_in",
        milestone,
        by=by,
        facts={"sha256": blob.sha256, "parent": parent_sha256, "job": version.job.pk, "inputs": specs},
    )
    return version


def cancel_waiting(actor: Actor, milestone: Milestone, reason: str) -> None:
    """A measurement that no longer counts would only keep a device from the ones that do."""
    subjects = ModelVersion.objects.within(milestone=milestone).values("pk")
    for job in DeviceJob.objects.within(subject__in=subjects, state="queued").order_by("pk"):
        cancel_job(actor=actor, job=job, reason=reason)


def _inputs_before(milestone: Milestone) -> dict[str, dict[str, Any]]:
    before = lineage.newest(milestone.project) or lineage.applied(milestone.project)
    return dict(before.inputs) if before is not None else {}


_WITNESSED = (
    text(
        "이 단계는 모델 측정이 아니라 입회 시험으로 판정합니다.",
        "This milestone is decided by a witnessed test, not by a run.",
    ),
    text("시험 계획, 원시 기록, 수치를 기록하십시오.", "Record the test's plan, raw log and figures."),
)
_UNEXPLAINED = (
    text("앞선 모델과 다른 파일입니다.", "It is not the same file as the model before it."),
    text("무엇을 왜 바꾸었는지 적어 주십시오. 수요기업이 인수할 때 함께 확인합니다.",
         "Say what changed and why: the demand company reads it when it accepts."),
)  # fmt: skip
