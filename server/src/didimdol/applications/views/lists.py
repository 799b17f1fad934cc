"""Lists: one's own applications and open calls; for the operator what came in. Starting an application."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.applications import actions, rules
from didimdol.applications.forms import ReasonForm, StartForm
from didimdol.applications.queries import challenges_operated, startups_of, submitted_to
from didimdol.applications.steps import BY_KEY
from didimdol.applications.tables import applications_table, export_rows, own_table
from didimdol.kernel.access import Denied, require
from didimdol.kernel.pages import ActedRequest, put_problem_into_form
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge
from didimdol.programmes.rules import runs
from didimdol.records.spreadsheet import download, workbook


@require_safe
def application_list(request: ActedRequest) -> HttpResponse:
    actor = request.actor
    if actor.person is None:
        require(Denied("sign_in_first"))
    operated = challenges_operated(actor)
    context: dict[str, Any] = {"operates": bool(operated), "applies": bool(startups_of(actor))}
    if operated:
        context |= applications_table(actor, request.GET, operated)
    if context["applies"] or not operated:
        context |= own_table(actor)
    return render(request, "applications/list.html", context)


class Start(View):
    """Begin an application to an open call."""

    request: ActedRequest

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        challenge = access_challenge(self.request.actor, slug)
        startups = self._startups(challenge)
        return self._show(challenge, StartForm(startups))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        challenge = access_challenge(self.request.actor, slug)
        form = StartForm(self._startups(challenge), request.POST)
        if not form.is_valid():
            return self._show(challenge, form, 422)
        try:
            application = actions.start_application(
                actor=self.request.actor,
                challenge=challenge,
                startup=form.chosen(),
                **({"idempotency_key": key} if (key := request.POST.get("idempotency_key")) else {}),
            )
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self._show(challenge, form, 422)
        if application.state == "draft":
            return HttpResponseRedirect(BY_KEY["field"].url(application.pk))
        return HttpResponseRedirect(application.get_absolute_url())

    def _startups(self, challenge: Challenge) -> list[Any]:
        actor = self.request.actor
        if actor.person is None:
            require(Denied("sign_in_first"))
        startups = startups_of(actor, challenge)
        for startup in startups:
            require(rules.may_start(actor, challenge, startup))
        return startups

    def _show(self, challenge: Challenge, form: StartForm, status: int = 200) -> HttpResponse:
        context = {"challenge": challenge, "form": form, "idempotency_key": uuid.uuid4().hex}
        return render(self.request, "applications/start.html", context, status=status)


class Export(View):
    """The operator's list as an Excel file; the reason goes on record."""

    request: ActedRequest

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self._show(self._challenge(slug), ReasonForm())

    def post(self, request: HttpRequest, slug: str) -> HttpResponseBase:
        challenge = self._challenge(slug)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._show(challenge, form, 422)
        columns, rows = export_rows(
            list(submitted_to(self.request.actor).filter(challenge=challenge).order_by("number"))
        )
        actions.log_export(
            actor=self.request.actor, challenge=challenge, rows=len(rows), reason=form.cleaned_data["reason"]
        )
        return download(workbook("applications", columns, rows), f"{challenge.slug}-applications.xlsx")

    def _challenge(self, slug: str) -> Challenge:
        challenge = access_challenge(self.request.actor, slug)
        require(runs(self.request.actor, challenge, *rules.OPERATES))
        return challenge

    def _show(self, challenge: Challenge, form: ReasonForm, status: int = 200) -> HttpResponse:
        context = {
            "title": text("신청 목록 내려받기", "Download the list of applications"),
            "consequence": text(
                "목록에는 기업명이 들어 있습니다. 내려받은 사람, 시각, 사유를 기록합니다.",
                "The list names companies. Who downloads it, when and why is recorded.",
            ),
            "button": text("엑셀로 내려받기", "Download as Excel"),
            "form": form,
            "back": f"{reverse('applications:list')}?challenge={challenge.slug}",
        }
        return render(self.request, "design/confirm.html", context, status=status)
