"""The last step, the receipt, and the page of an application."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from didimdol.applications import actions, rules
from didimdol.applications.completeness import contents_of, slots_of
from didimdol.applications.content import content_bytes, content_of
from didimdol.applications.eligibility import outcomes
from didimdol.applications.evidence import evidence_of
from didimdol.applications.forms import ReasonForm, SubmitForm
from didimdol.applications.inputs import write_inputs
from didimdol.applications.models import Application
from didimdol.applications.queries import access_application, answer_sections, standing_of, title_of
from didimdol.applications.receipt import receipt_of
from didimdol.applications.states import APPLICATION
from didimdol.applications.steps import BY_KEY
from didimdol.applications.views import StepView
from didimdol.kernel.access import Denied, reasons, require
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import BadInput, Invisible, Stale
from didimdol.kernel.words import pick, text
from didimdol.programmes.queries import stones
from didimdol.records.actions import opened
from didimdol.records.queries import timeline

reasons(
    {"receipt_is_own": text("접수증은 신청한 창업기업만 받습니다.", "The receipt is for the startup that applied.")}
)


class Check(StepView):
    """What is missing, what will be submitted, the consents, and the submission itself."""

    step = "check"
    template = "applications/check.html"

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:
        return self._show(SubmitForm(rules.rules_for(self.application), application=self.application))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        form = SubmitForm(rules.rules_for(self.application), request.POST)
        readable = form.is_valid()
        if not readable and self.application.state == "draft":
            # Consents are missing. Who may not submit at all, or is late, learns that first.
            require(rules.may_submit(self.request.actor, self.application))
            return self._show(form, 422)
        try:
            actions.submit_application(
                actor=self.request.actor,
                application=self.application,
                version=form.cleaned_data.get("version"),
                consents=form.given(),
            )
        except BadInput as problem:
            return self._show(form, 422, problem=problem)
        except Stale:
            fresh = self.request.POST.copy()
            self.application = access_application(self.request.actor, id)
            fresh["version"] = str(self.application.row_version)
            return self._show(SubmitForm(rules.rules_for(self.application), fresh), 409, changed=True)
        messages.success(request, pick(text("접수되었습니다.", "Your application was received.")))
        return HttpResponseRedirect(f"{self.application.get_absolute_url()}receipt/")

    def _show(self, form: SubmitForm, status: int = 200, **more: Any) -> HttpResponse:
        return self.show(
            status,
            form=form,
            may_submit=rules.may_submit(self.request.actor, self.application),
            may_withdraw=APPLICATION.may("withdraw", self.request.actor, self.application),
            **summary_of(self.application),
            **more,
        )


def summary_of(application: Application) -> dict[str, Any]:
    """What an application holds, for its own page and before submission."""
    rulebook, contents = rules.rules_for(application), contents_of(application)
    return {
        "title_text": title_of(application),
        "sections": answer_sections(application, rulebook),
        "outcomes": outcomes(application, rulebook),
        "documents": [
            {"slot": slot, "attachment": contents.attachments[slot.key]}
            for slot in slots_of(rulebook)
            if slot.key in contents.attachments
        ],
        "model": contents.model,
        "inputs_text": write_inputs(contents.model.inputs) if contents.model else "",
        "claimed": contents.claimed,
    }


@require_safe
def application_page(request: ActedRequest, id: UUID) -> HttpResponseBase:
    """The page of a submitted application; a draft leads to its last step, which lists what is missing."""
    application = access_application(request.actor, id)
    if application.state == "draft":
        return HttpResponseRedirect(BY_KEY["check"].url(application.pk))
    kind = rules.reader(request.actor, application)
    if kind != "startup":
        opened(request.actor, "application", application)
    label, badge = standing_of(application, request.actor)
    summary = summary_of(application)
    rulebook = rules.rules_for(application)
    blind = kind == "evaluator" and bool(rulebook.evaluation.blind_stages)
    if kind == "evaluator":
        # Which body the evaluator sits for is evaluation's to know: here only what every body may read.
        readable = [q for q in rulebook.form.questions if not q.blind and q.visible_to is None]
        summary["sections"] = answer_sections(application, rulebook, readable)
        summary["documents"] = [
            entry for entry in summary["documents"] if not rules.hidden_from(kind, entry["attachment"], rulebook)
        ]
    shown = kind != "evaluator" or rulebook.verification.disclosed_to_panel
    context = {
        "application": application,
        "challenge": application.challenge,
        "kind": kind,
        "blind": blind,
        "standing": label,
        "standing_kind": badge,
        "stones": stones(application.challenge) if kind == "startup" else [],
        "evidence": evidence_of(application) if shown else [],
        "may_open": rules.may_open_document(request.actor, application),
        "may_open_model": rules.may_open_model(request.actor, application),
        "may_withdraw": APPLICATION.may("withdraw", request.actor, application) if kind == "startup" else None,
        "timeline": timeline(request.actor, application.pk) if kind != "evaluator" else [],
        **summary,
    }
    return render(request, "applications/application.html", context)


def _with_receipt(request: ActedRequest, id: UUID) -> tuple[Application, Any]:
    application = access_application(request.actor, id)
    require(rules.of_the_startup(request.actor, application) or Denied("receipt_is_own"))
    record = receipt_of(application)
    if record is None:
        raise Invisible("receipt", id)
    return application, record


@require_safe
def receipt_page(request: ActedRequest, id: UUID) -> HttpResponse:
    application, record = _with_receipt(request, id)
    return render(
        request,
        "applications/receipt.html",
        {
            "application": application,
            "challenge": application.challenge,
            "record": record,
            "title_text": title_of(application),
        },
    )


@require_safe
def receipt_file(request: ActedRequest, id: UUID) -> HttpResponse:
    """The signed receipt, as it was sealed."""
    application, record = _with_receipt(request, id)
    content = json.dumps(record.document, ensure_ascii=False, indent=2).encode()
    return _json(content, f"{application.number}-receipt.json")


@require_safe
def content_file(request: ActedRequest, id: UUID) -> HttpResponse:
    """Exactly what was submitted: the SHA-256 of this file is the content digest of the receipt."""
    application, _ = _with_receipt(request, id)
    return _json(content_bytes(content_of(application)), f"{application.number}-content.json")


def _json(content: bytes, filename: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="application/json", headers=headers)


class Withdraw(ActionView):
    action = actions.withdraw_application
    reach = access_application
    who = APPLICATION.moves["withdraw"].who
    may = APPLICATION.asks("withdraw")
    row_name = "application"
    form = ReasonForm
    title = text("신청 철회", "Withdraw the application")
    consequence = text(
        "철회하면 되돌릴 수 없습니다. 접수 기간이 남아 있으면 새로 신청할 수 있으며, 접수번호는 새로 받습니다.",
        "This cannot be undone. While the call is open you may apply anew, under a new number.",
    )
    button = text("철회", "Withdraw")
    done = text("신청을 철회했습니다.", "The application was withdrawn.")
    danger = True

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        row = access_application(self.request.actor, kwargs["id"])
        require(APPLICATION.may("withdraw", self.request.actor, row))
        return super().get(request, **kwargs)
