"""A device: registered, looked at, and what its keepers may do with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.design.texts import in_seoul
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.people.models import Organisation
from didimdol.records.exporting import ExportView
from didimdol.records.spreadsheet import workbook
from didimdol.verification import actions, queries, rules, tables
from didimdol.verification.forms import DeviceForm, ReasonForm
from didimdol.verification.models import Device
from didimdol.verification.states import HEALTH
from didimdol_lab.evidence import key_id_of


@require_safe
def device(request: ActedRequest, id: UUID) -> HttpResponse:
    """What the device is, how it is, and what it measured."""
    actor = request.actor
    found = queries.access_device(actor, id)
    asked = request.GET.dict()
    checks = queries.jobs_of_device(actor, found).filter(health_of=found).order_by("-created_at", "-id")
    job = queries.current_jobs([found]).get(found.id)
    context = {
        "device": found,
        "job": job,
        "state": tables.device_badge(found, job),
        "health": tables.health_badge(found),
        "key_id": key_id_of(found.public_key) if found.public_key else "",
        "measured": queries.measured_on(found),
        "checks": tables.checks_table(checks.defer("plan", "leases")[: tables.CHECKS_SHOWN]),
        "jobs": tables.device_jobs_table(actor, found, asked),
        "asked": request.GET.urlencode(),
        "may_change": bool(rules.may_change(actor, found)),
        "may_release": bool(HEALTH.may("release", actor, found)),
    }
    return render(request, "verification/device.html", context)


def shown_token(request: HttpRequest, device: Device, clear: str) -> HttpResponse:
    """The page that shows a token, once."""
    server = request.build_absolute_uri("/").rstrip("/")
    response = render(request, "verification/token.html", {"device": device, "clear": clear, "server": server})
    response["Cache-Control"] = "no-store"
    return response


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
                return shown_token(request, device, clear)
        return render(request, "verification/register.html", {"form": form}, status=422)


class Retire(ActionView):
    action, reach, row_name, form = actions.retire_device, queries.access_device, "device", ReasonForm
    who, may = rules.may_retire, rules.may_change
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


class ChangeToken(ActionView):
    action, reach, row_name, form = actions.change_token, queries.access_device, "device", ReasonForm
    who = rules.may_change
    title = text("토큰 바꾸기", "Change the token")
    consequence = text(
        "지금 토큰이 곧바로 끝납니다. 측정 중이면 그 작업은 멈추고 다른 차례로 돌아갑니다. 새 토큰은 한 번만 보입니다.",
        "The present token ends at once. A measurement in progress stops and is queued again. The new token is shown once.",
    )
    button = text("토큰 바꾸기", "Change the token")
    danger = True

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        row = self.reached(kwargs["id"])
        form = self.make_form(row, request.POST)
        if form.is_valid():
            try:
                device, clear = actions.change_token(actor=self.request.actor, device=row, **form.cleaned_data)
            except BadInput as problem:
                put_problem_into_form(form, problem)
            else:
                return shown_token(request, device, clear)
        return self.show(row, form, 422)


class NewKey(ActionView):
    action, reach, row_name, form = actions.allow_new_key, queries.access_device, "device", ReasonForm
    who = rules.may_change
    title = text("새 열쇠 허용", "Allow a new key")
    consequence = text(
        "지금 열쇠로 서명한 결과는 더 받지 않습니다. 다음에 오는 에이전트의 열쇠가 이 장비의 열쇠가 됩니다.",
        "No more results signed with the present key are taken. The key of the agent that comes next becomes the device's.",
    )
    button = text("새 열쇠 허용", "Allow a new key")
    done = text("다음에 오는 에이전트의 열쇠를 받습니다.", "The next agent's key will be taken.")
    danger = True


class Release(ActionView):
    action, reach, row_name, form = actions.release_device, queries.access_device, "device", ReasonForm
    who = HEALTH.moves["release"].who
    may = HEALTH.asks("release")
    title = text("격리 풀기", "Release from quarantine")
    consequence = text(
        "장비는 상태 점검을 통과해야 다시 측정을 맡습니다.",
        "The device has to pass its health check before it measures again.",
    )
    button = text("격리 풀기", "Release")
    done = text("격리를 풀었습니다.", "The device is released.")


class Export(ExportView):
    """The device's measurements."""

    form = ReasonForm

    def reached(self, **kwargs: UUID) -> Device:
        return queries.access_device(self.request.actor, kwargs["id"])

    def back(self, row: Device) -> str:
        return row.get_absolute_url()

    def made(self, row: Device) -> tuple[bytes, str, int]:
        found = tables.measurements(self.request.actor, row, self.request.GET.dict()).select_related("run", "model")
        columns, rows = tables.export_rows(row, found.order_by("-state_since", "-pk"))
        name = f"device_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx"
        return workbook("measurements", columns, rows), name, len(rows)

    def log(self, row: Device, *, rows: int, reason: str) -> None:
        actions.log_export(actor=self.request.actor, device=row, rows=rows, reason=reason)
