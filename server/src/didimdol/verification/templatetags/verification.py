"""``{% load verification %}``: what the room's own partial templates need beside the job."""

from __future__ import annotations

from typing import Any

from django import template

from didimdol.design.parts import Badge, EvidenceRow, Histogram
from didimdol.kernel.words import pick
from didimdol.verification import evidence, progress
from didimdol.verification.models import DeviceJob
from didimdol.verification.standing import Standing, standing
from didimdol.verification.states import FINISHED, JOB
from didimdol_lab.evidence.words import LIMITS, VERDICTS

register = template.Library()


@register.filter
def job_badge(job: DeviceJob) -> Badge:
    state = JOB.state(job)
    return Badge(pick(state.public_label), state.kind)


@register.filter
def is_finished(job: DeviceJob) -> bool:
    return job.state in FINISHED


@register.simple_tag
def job_standing(job: DeviceJob, known: Standing | None = None) -> Standing | None:
    """How a waiting job stands; ``known`` where the page has asked already."""
    return known or (standing(job) if job.state == "queued" else None)


@register.filter
def phase_label(job: DeviceJob) -> str:
    return pick(progress.PHASES.get(job.progress.get("phase", ""))) if job.progress else ""


@register.simple_tag
def run_circumstances(job: DeviceJob) -> Any:
    return evidence.circumstances(job.run) if job.run is not None else None


@register.simple_tag
def verdict_sentence(rows: list[EvidenceRow]) -> str:
    """All criteria in one plain sentence: missed where one is missed, else undecided where one is."""
    verdicts = {row.verdict for row in rows}
    if "not_met" in verdicts:
        return pick(VERDICTS["fail"])
    return pick(VERDICTS["pass" if verdicts == {"met"} else "inconclusive"])


@register.simple_tag
def verdict_limits() -> list[str]:
    """What no verdict of a measurement says."""
    return [pick(words) for words in LIMITS]


@register.simple_tag
def run_histogram(job: DeviceJob, rows: list[EvidenceRow] | None = None, given: Histogram | None = None) -> Any:
    return given or evidence.histogram(job)
