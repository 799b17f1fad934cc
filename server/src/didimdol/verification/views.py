"""Pages of those who look after devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel.access import require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form
from didimdol.kernel.paging import page
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import pick, text
from didimdol.people.models import Organisation
from didimdol.records.actions import opened
from didimdol.verification import actions, evidence, progress, queries, rules
from didimdol.verification.evidence_file import evidence_file
from didimdol.verification.forms import DeviceForm, ReasonForm
from didimdol.verification.models import Device, DeviceJob
from didimdol.verification.states import JOB


@require_safe
def devices(request: ActedRequest) -> HttpResponse:
    """The devices of one's organisation, and the queue before them."""
    actor = request.actor
    require(rules.may_look(actor))
    asked = request.GET.dict()
    jobs = queries.jobs_visible_to(actor).select_related("device")
    if state := asked.get("state", ""):
        jobs = jobs.filter(state=state)
    if words := asked.get("model", "").strip():
        jobs = jobs.filter(model_name__icontains=words)
    found = page(jobs.defer("plan", "leases"), order=("-state_since",), cursor=asked.get("after", ""), size=50)
    own = list(queries.devices_visible_to(actor).order_by("retired_at", "name"))
    context = {
        "devices": _device_table(actor, own, queries.current_jobs(own)),
        "jobs": Table(
            columns=[
                Column("model", pick(text("모델", "Model"))),
                Column("state", pick(text("상태", "State"))),
                Column("device", pick(text("장비", "Device"))),
                Column("labels", pick(text("필요한 표지", "Labels needed"))),
                Column("attempts", pick(text("시도", "Attempts")), number=True),
                Column("since", pick(text("바뀐 때", "Since"))),
            ],
            rows=[_job_row(job) for job in found.rows],
            caption=pick(text("측정 작업", "Measurements")),
            filters=[
                Filter(
                    "state",
                    pick(text("상태", "State")),
                    asked.get("state", ""),
                    [(key, pick(each.label)) for key, each in JOB.states.items()],
                ),
                Filter("model", pick(text("모델 이름", "Model's name")), asked.get("model", "")),
            ],
            empty=Empty(
                pick(text("아직 측정 작업이 없습니다.", "There is no measurement yet.")),
                pick(text("신청이 제출되면 여기에 나타납니다.", "They appear when applications are submitted.")),
            ),
            next=found.next_cursor or "",
        ),
        "may_register": bool(rules.keeps_devices(actor)),
    }
    return render(request, "verification/devices.html", context)


def _job_row(job: DeviceJob) -> dict[str, Any]:
    state = JOB.state(job)
    return {
        "model": Link(job.model_name, job.get_absolute_url()),
        "state": Badge(pick(state.label), state.kind),
        "device": job.device.name if job.device else None,
        "labels": ", ".join(job.labels),
        "attempts": job.attempts,
        "since": job.state_since,
    }


def _device_table(actor: Actor, own: list[Device], working: dict[UUID, DeviceJob]) -> Table:
    rows = []
    for device in own:
        job = working.get(device.id)
        retire = Link(pick(text("퇴역", "Retire")), reverse("verification:retire", args=[device.id]))
        rows.append(
            {
                "name": device.name,
                "state": Badge(pick(text("퇴역", "Retired")), "")
                if device.retired_at
                else Badge(pick(text("측정 중", "Measuring")), "info")
                if job
                else Badge(pick(text("대기", "Idle")), "ok")
                if queries.is_present(device)
                else Badge(pick(text("응답 없음", "Not heard from")), "warn"),
                "job": Link(job.model_name, job.get_absolute_url()) if job else None,
                "labels": ", ".join(device.labels),
                "seen": device.last_seen_at,
                "act": retire if device.retired_at is None and rules.may_retire(actor, device) else "",
            }
        )
    return Table(
        columns=[
            Column("name", pick(text("장비", "Device"))),
            Column("state", pick(text("상태", "State"))),
            Column("job", pick(text("맡은 작업", "Working on"))),
            Column("labels", pick(text("표지", "Labels"))),
            Column("seen", pick(text("마지막 응답", "Last heard from"))),
            Column("act", pick(text("하기", "Do")), hide_label=True),
        ],
        rows=rows,
        caption=pick(text("측정 장비", "Devices")),
        empty=Empty(
            pick(text("등록된 장비가 없습니다.", "No device is registered.")),
            pick(text("장비를 등록하면 측정을 시작할 수 있습니다.", "Register a device to begin measuring.")),
            *(
                (pick(text("장비 등록", "Register a device")), reverse("verification:register"))
                if rules.keeps_devices(actor)
                else ()
            ),
        ),
    )


class Register(View):
    """A new device. Its token is shown in the answer to the form, once."""

    request: ActedRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(rules.keeps_devices(self.request.actor))
        return super().dispatch(request, *args, **kwargs)

    def _form(self, data: Any = None) -> DeviceForm:
        own = self.request.actor.organisations(*rules.KEEPERS)
        found = Organisation.objects.within(id__in=own).order_by("name__ko")
        initial = {"labels": "runtime:onnxruntime-cpu\narch:x86_64\nos:linux"}
        return DeviceForm(data, organisations=list(found), initial=initial)

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "verification/register.html", {"form": self._form()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(request.POST)
        if form.is_valid():
            try:
                device, clear = actions.register_device(actor=self.request.actor, **form.cleaned_data)
            except BadInput as problem:
                put_problem_into_form(form, problem)
            else:
                server = request.build_absolute_uri("/").rstrip("/")
                response = render(
                    request, "verification/token.html", {"device": device, "clear": clear, "server": server}
                )
                response["Cache-Control"] = "no-store"
                return response
        return render(request, "verification/register.html", {"form": form}, status=422)


class Retire(ActionView):
    action, reach, row_name, form = actions.retire_device, queries.access_device, "device", ReasonForm
    who = rules.may_retire
    title = text("장비 퇴역", "Retire the device")
    consequence = text(
        "토큰이 곧바로 끝납니다. 맡고 있던 작업은 다른 장비가 이어받습니다.",
        "Its token ends at once. A job it holds goes to another device.",
    )
    button = text("퇴역", "Retire")
    done = text("장비를 퇴역시켰습니다.", "The device is retired.")
    danger = True

    def back(self, row: Device) -> str:
        return reverse("verification:devices")


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
            {**lease, "name": names.get(lease["device"], ""), "how": LEASE_ENDS.get(lease["end"])}
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


LEASE_ENDS = {
    "": text("측정 중", "Measuring"),
    "done": text("측정 완료", "Measured"),
    "refused": text("모델을 측정할 수 없음", "The model was refused"),
    "faulty": text("장비에서 측정할 수 없음", "The device could not do it"),
    "set_aside": text("장비에서 측정할 수 없음", "The device could not do it"),
    "expired": text("응답이 끊김", "Fell silent"),
    "cancelled": text("취소", "Cancelled"),
}


@require_safe
def job_progress(request: ActedRequest, id: UUID) -> HttpResponse:
    return progress.respond(request, queries.access_job(request.actor, id), request.path)


class Cancel(ActionView):
    action, reach, row_name, form = actions.cancel_job, queries.access_job, "job", ReasonForm
    who = JOB.moves["cancel"].who
    title = text("측정 취소", "Cancel the measurement")
    consequence = text("장비는 하던 측정을 멈춥니다.", "The device stops measuring.")
    button = text("측정 취소", "Cancel the measurement")
    done = text("측정을 취소했습니다.", "The measurement is cancelled.")
    danger = True


class Repeat(ActionView):
    action, reach, row_name, form = actions.repeat_job, queries.access_job, "job", ReasonForm
    who = JOB.moves["repeat"].who
    title = text("다시 측정", "Measure again")
    consequence = text(
        "방해받았거나 끝나지 못한 측정만 다시 할 수 있습니다. 앞선 결과도 기록에 남습니다.",
        "Only a disturbed or unfinished measurement may be repeated. The earlier result stays on record.",
    )
    button = text("다시 측정", "Measure again")
    done = text("다시 측정하도록 맡겼습니다.", "It is queued to be measured again.")
