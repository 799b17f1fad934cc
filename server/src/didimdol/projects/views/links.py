"""The page of a signing link, for a budget owner without an account: the one-page sheet, the PDF, and the decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from didimdol.kernel.limits import limit
from didimdol.kernel.pages import ActedRequest, put_problem_into_form
from didimdol.kernel.problems import BadInput
from didimdol.programmes.criteria import lines
from didimdol.projects import queries
from didimdol.projects.actions import signing
from didimdol.projects.content import SIX_ITEMS, charter_of, plan_content
from didimdol.projects.documents import owner_text
from didimdol.projects.forms import DecideForm
from didimdol.projects.models import SigningLink
from didimdol.projects.views.agreement import serve_pdf, serve_sheet

TRIES_AN_HOUR = 60


def _reached(request: ActedRequest, secret: str) -> SigningLink:
    """The link behind the address; guessing is limited by where it comes from. Raises TooMany, Absent."""
    limit(f"signing:{request.actor.ip}", most=TRIES_AN_HOUR, per=timedelta(hours=1))
    return queries.link_by_secret(secret)


@method_decorator(never_cache, name="dispatch")
class SignByLink(View):
    request: ActedRequest

    def get(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        link = _reached(self.request, secret)
        if refused := signing.why_not_open(link):
            return self._private("projects/link_over.html", {"link": link, "problem": refused}, 410)
        return self._show(link, secret, DecideForm(initial={"name": link.name}))

    def post(self, request: HttpRequest, secret: str) -> HttpResponseBase:
        link = _reached(self.request, secret)
        if refused := signing.why_not_open(link):
            return self._private("projects/link_over.html", {"link": link, "problem": refused}, 410)
        form = DecideForm(request.POST)
        if not form.is_valid():
            return self._show(link, secret, form, 422)
        try:
            signing.decide_by_link(
                actor=self.request.actor, secret=secret, accept="accept" in request.POST, **form.cleaned_data
            )
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self._show(link, secret, form, 422)
        return redirect("projects:sign_by_link", secret)

    def _show(self, link: SigningLink, secret: str, form: DecideForm, status: int = 200) -> HttpResponse:
        agreement = link.agreement
        charter = charter_of(agreement.charter)
        context = {
            "link": link,
            "secret": secret,
            "agreement": agreement,
            "project": agreement.project,
            "plan": agreement.plan,
            "charter": charter,
            "criteria": lines(list(charter.criteria)),
            "milestones": plan_content(agreement.plan.content).milestones,
            "owner": owner_text(agreement, charter),
            "six": [(label, getattr(charter.confidentiality, key)) for key, label in SIX_ITEMS.items()],
            "form": form,
        }
        return self._private("projects/link.html", context, status)

    def _private(self, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        response = render(self.request, template, context, status=status)
        response["Referrer-Policy"] = (
            "same-origin"  # the address is the secret; "no-referrer" would make the form's Origin null
        )
        response["X-Robots-Tag"] = "noindex"
        return response


@require_safe
@never_cache
def link_pdf(request: ActedRequest, secret: str) -> HttpResponseBase:
    return serve_pdf(request, _open(request, secret).agreement)


@require_safe
@never_cache
def link_sheet(request: ActedRequest, secret: str) -> HttpResponse:
    return serve_sheet(_open(request, secret).agreement)


def _open(request: ActedRequest, secret: str) -> SigningLink:
    """Raises where the link does not work any more."""
    link = _reached(request, secret)
    if refused := signing.why_not_open(link):
        raise refused
    return link
