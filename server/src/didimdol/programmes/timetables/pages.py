"""The page on which somebody says when they cannot come, and the record that everybody checks."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.views import View

from didimdol.kernel.access import Access, require
from didimdol.kernel.pages import ActedRequest, put_problem_into_form, safe_next
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, pick


def record_file(plan: Any, filename: str) -> JsonResponse:
    """Problem and schedule of the timetable as it was published or changed last: ids only, as ``didimdol-decide schedule
    --verify`` reads it."""
    document = {"problem": plan.problem, "schedule": plan.schedule}
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=headers)


class AbsencesView(View):
    """GET shows the page with its form, POST stores what it says.

    ``side(**ids)``: the timetable and who takes part in it, from the address; raises Invisible. ``asks(plan)``: may it be
    said now? ``store(plan, row, cleaned)``: the action. ``said(plan)``: the message. ``after(plan, row)``: where it leads.
    """

    side: ClassVar[Any]

    request: ActedRequest

    def asks(self, plan: Any) -> Access:
        raise NotImplementedError

    def make_form(self, plan: Any, row: Any, data: Any = None) -> forms.Form:
        raise NotImplementedError

    def show(self, plan: Any, row: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        raise NotImplementedError

    def store(self, plan: Any, row: Any, cleaned: dict[str, Any]) -> None:
        raise NotImplementedError

    def said(self, plan: Any) -> Text:
        raise NotImplementedError

    def after(self, plan: Any, row: Any) -> str:
        return self.request.path

    def get(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        plan, row = self.side(**ids)
        return self.show(plan, row, self.make_form(plan, row))

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponseBase:
        plan, row = self.side(**ids)
        require(self.asks(plan))
        form = self.make_form(plan, row, request.POST)
        if not form.is_valid():
            return self.show(plan, row, form, 422)
        try:
            self.store(plan, row, form.cleaned_data)
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(plan, row, form, 422)
        messages.success(request, pick(self.said(plan)))
        return HttpResponseRedirect(safe_next(request, self.after(plan, row)))
