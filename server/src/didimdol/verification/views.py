"""Pages of those who look after devices."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.kernel.access import require
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.words import text
from didimdol.records.actions import opened
from didimdol.verification import actions, evidence, progress, queries, rules, tables
from didimdol.verification.evidence_file import evidence_file
from didimdol.verification.forms import ReasonForm
from didimdol.verification.states import JOB


@require_safe
def devices(request: ActedRequest) -> HttpResponse:
    """The devices of one's organisation, and the queue before them."""
    actor = request.actor
    require(rules.may_look(actor))
    own = list(queries.devices_visible_to(actor).order_by("retired_at", "name"))
    context = {
        "devices": tables.devices_table(actor, own, queries.current_jobs(own)),
        "jobs": tables.queue_table(actor, request.GET.dict()),
        "may_register": bool(rules.keeps_devices(actor)),
    }
    return render(request, "verification/devices.html", context)


@require_safe
def job(request: ActedRequest, id: UUID) -> HttpResponse:
    """One measurement, as those see it who look after the devices."""
    actor = request.actor
    found = queries.access_job(actor, id)
    opened(actor, "device job", found)
    names = {str(device.id): device.name for device in queries.devices_of_leases(found)}
    context = {
        "job": found,
        "title": found.model_name,
        "rows": [],
        "histogram": evidence.histogram(found),
        "progress_url": reverse("verification:progress", args=[found.id]),
        "leases": [
            {**lease, "name": names.get(lease["device"], ""), "how": tables.LEASE_ENDS.get(lease["end"])}
            for lease in found.leases
        ],
        "may_cancel": bool(JOB.may("cancel", actor, found)),
        "may_repeat": bool(JOB.may("repeat", actor, found)),
    }
    return render(request, "verification/job.html", context)


@require_safe
def evidence_zip(request: ActedRequest, id: UUID) -> HttpResponse:
    """The samples of a measurement, signed, without criteria: those are the rooms' that asked for it."""
    found = queries.access_job(request.actor, id)
    opened(request.actor, "evidence", found)
    return evidence_file(found, [])


@require_safe
def job_progress(request: ActedRequest, id: UUID) -> HttpResponse:
    return progress.respond(request, queries.access_job(request.actor, id), request.path)


class Cancel(ActionView):
    action, reach, row_name, form = actions.cancel_job, queries.access_job, "job", ReasonForm
    who = JOB.moves["cancel"].who
    may = JOB.asks("cancel")
    title = text("측정 취소", "Cancel the measurement")
    consequence = text("장비는 하던 측정을 멈춥니다.", "The device stops measuring.")
    button = text("측정 취소", "Cancel the measurement")
    done = text("측정을 취소했습니다.", "The measurement is cancelled.")
    danger = True


class Repeat(ActionView):
    action, reach, row_name, form = actions.repeat_job, queries.access_job, "job", ReasonForm
    who = JOB.moves["repeat"].who
    may = JOB.asks("repeat")
    title = text("다시 측정", "Measure again")
    consequence = text(
        "방해받았거나 끝나지 못한 측정만 다시 할 수 있습니다. 앞선 결과도 기록에 남습니다.",
        "Only a disturbed or unfinished measurement may be repeated. The earlier result stays on record.",
    )
    button = text("다시 측정", "Measure again")
    done = text("다시 측정하도록 맡겼습니다.", "It is queued to be measured again.")
