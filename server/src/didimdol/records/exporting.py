"""The page on which somebody takes a list out of the system."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views import View

from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, text
from didimdol.records.forms import ReasonForm
from didimdol.records.spreadsheet import download


class ExportView(ABC, View):
    """A list as an Excel file, as it is filtered, for a reason: GET asks for it, POST has it logged and answers with the
    file (안전성 확보조치 기준: a download carries its reason)."""

    form: ClassVar[type[forms.Form]] = ReasonForm
    title: ClassVar[Text] = text("Excel로 내려받기", "Download as Excel")
    consequence: ClassVar[Text] = text(
        "지금 보이는 목록을 내려받습니다. 누가 왜 내려받았는지 기록에 남습니다.",
        "The list as it is filtered now. Who downloads it, and why, is recorded.",
    )

    request: ActedRequest

    @abstractmethod
    def reached(self, **kwargs: Any) -> Any:
        """Whose list it is, for somebody who may take it. Raises Invisible, AccessDenied."""

    @abstractmethod
    def back(self, row: Any) -> str:
        """The address of the list; what it is filtered by is added."""

    @abstractmethod
    def made(self, row: Any) -> tuple[bytes, str, int]:
        """The file, its name, and how many rows are in it."""

    @abstractmethod
    def log(self, row: Any, *, rows: int, reason: str) -> None:
        """The action that puts it on record. Raises BadInput."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return self.show(self.reached(**kwargs), type(self).form())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        row, form = self.reached(**kwargs), type(self).form(request.POST)
        if not form.is_valid():
            return self.show(row, form, 422)
        content, filename, rows = self.made(row)
        try:
            self.log(row, rows=rows, reason=form.cleaned_data["reason"])
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(row, form, 422)
        return download(content, filename)

    def show(self, row: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        kind, asked = type(self), self.request.GET.urlencode()
        context = {
            "form": form,
            "title": kind.title,
            "consequence": kind.consequence,
            "button": text("내려받기", "Download"),
            "back": f"{self.back(row)}?{asked}" if asked else self.back(row),
        }
        return render(self.request, "records/export.html", context, status=status)


class FileView(ActionView):
    """An action that hands something out: once it is on record, the file is the answer."""

    template = "records/export.html"
    title = text("Excel로 내려받기", "Download as Excel")
    button = text("내려받기", "Download")

    def file(self, row: Any) -> HttpResponse:
        """Of the row as it is after the action."""
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        answer = super().post(request, **kwargs)
        done = isinstance(answer, HttpResponseRedirect)
        return self.file(self.reached(kwargs["id"])) if done else answer
