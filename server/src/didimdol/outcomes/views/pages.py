"""The pages that only read: lists, a case, introductions, the public statistics."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.texts import in_seoul, money_text
from didimdol.kernel import blobs, clock
from didimdol.kernel.access import require, signed_in
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.words import language, pick, text
from didimdol.outcomes import actions, enums, queries, rules, statistics, tables
from didimdol.outcomes.amounts import sums, sums_text
from didimdol.outcomes.clock_words import standing
from didimdol.outcomes.forms import ReasonForm
from didimdol.outcomes.models import WAITING, AdoptionCase, Sale
from didimdol.outcomes.states import ADOPTION
from didimdol.outcomes.views.moves import next_steps
from didimdol.records.exporting import ExportView
from didimdol.records.opening import opened
from didimdol.records.queries import timeline
from didimdol.records.spreadsheet import workbook


@require_safe
def cases(request: ActedRequest) -> HttpResponse:
    """One's adoption cases, those that nobody answered first."""
    actor = request.actor
    require(signed_in(actor))
    context = {
        "table": tables.cases_table(actor, request.GET),
        "counts": tables.case_counts(actor),
        "may_export": rules.may_export(actor),
        "asked": request.GET.urlencode(),
        "sponsors": any(grant.role in rules.SPONSOR for grant in actor.grants),
    }
    return render(request, "outcomes/list.html", context)


class Export(ExportView):
    """One's list of adoption cases."""

    form = ReasonForm
    title = text("도입 목록을 Excel로 내려받기", "Download the adoption list as Excel")

    def reached(self, **kwargs: object) -> None:
        require(rules.may_export(self.request.actor))

    def back(self, row: None) -> str:
        return reverse("outcomes:list")

    def made(self, row: None) -> tuple[bytes, str, int]:
        found = tables.filtered(self.request.actor, self.request.GET).order_by(*queries.OVERDUE_FIRST, "pk")
        columns, rows = tables.export_rows(found)
        name = f"adoption_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx"
        return workbook(pick(text("도입", "Adoption")), columns, rows), name, len(rows)

    def log(self, row: None, *, rows: int, reason: str) -> None:
        actions.log_export(actor=self.request.actor, rows=rows, reason=reason)


@require_safe
def case(request: ActedRequest, id: UUID) -> HttpResponse:
    """A case: its clock, its decision, what follows, sales and introductions, each with what may be done next."""
    actor = request.actor
    found = queries.access_case(actor, id)
    sales = queries.sales_of(found)
    for sale in sales:
        sale.case = found  # the same row, with its project: no query for each sale
    confirmed = sums((s.currency, s.amount) for s in sales if queries.verdict_of(s) == "confirmed")
    introductions = queries.introductions_visible_to(actor).filter(case=found).order_by("-introduced_on", "pk")
    context = {
        "case": found,
        "project": found.project,
        "state": ADOPTION.state(found),
        "standing": standing(found),
        "late": found.days_overdue(),
        "waiting": found.state in WAITING,
        "kind": enums.KINDS.get(found.kind),
        "reason": enums.REASONS.get(found.reason_code),
        "steps": next_steps(actor, found),
        "postponements": found.postponements.select_related("by").order_by("at"),
        "evidence": [(enums.STEPS[shown.step], shown) for shown in found.evidence.filter(sale=None).order_by("at")],
        "sales": [sale_line(actor, sale) for sale in sales],
        "confirmed": sums_text(confirmed),
        "may_record": rules.may_record_sale(actor, found),
        "may_introduce": rules.may_introduce(actor, found),
        "may_hand_over": rules.may_hand_over(actor, found) and not ADOPTION.state(found).final,
        "introductions": [tables.introduction_row(actor, row) for row in introductions],
        "timeline": timeline(actor, found.pk, language()),
    }
    return render(request, "outcomes/case.html", context)


def sale_line(actor: Actor, sale: Sale) -> dict[str, Any]:
    """A sale with what the actor may do with it now."""
    verdict = queries.verdict_of(sale)
    shown = list(sale.evidence.all())
    settle = rules.may_settle_sale(actor, sale)
    own = rules.may_add_evidence(actor, sale)
    return {
        "sale": sale,
        "amount": money_text(sale.amount, sale.currency),
        "by": pick(sale.organisation.name),
        "verdict": enums.VERDICTS[verdict],
        "kind": enums.VERDICT_KINDS[verdict],
        "reason": sale.verdict.reason if verdict else "",
        "evidence": shown,
        "may_confirm": not verdict and bool(settle) and bool(shown),
        "may_refuse": not verdict and bool(settle),
        "may_add": not verdict and bool(own),
    }


@require_safe
def evidence(request: ActedRequest, id: UUID) -> HttpResponseBase:
    """A file of a case, for those who see the case."""
    found = queries.access_evidence(request.actor, id)
    opened(request.actor, "adoption evidence", found)
    return blobs.serve(request, found.blob, filename=found.filename)


@require_safe
def introductions(request: ActedRequest) -> HttpResponse:
    """Introductions to customers and partners, with what came of them."""
    actor = request.actor
    require(signed_in(actor))
    context = {
        "table": tables.introductions_table(actor, request.GET),
        "parties": rules.may_export(actor),
        "cases": _by_startup(queries.cases_to_introduce(actor)),
    }
    return render(request, "outcomes/introductions.html", context)


def _by_startup(cases: Any) -> list[tuple[AdoptionCase, str]]:
    return [(case, pick(case.project.startup.name)) for case in cases[:200]]


@require_safe
def public_statistics(request: HttpRequest) -> HttpResponse:
    """For everybody: totals by challenge, never a company's own."""
    found = statistics.by_challenge()
    context = {
        "figures": [
            (
                figures,
                [(enums.KINDS[key], count) for key, count in figures.kinds.items()],
                sums_text(figures.sales),
            )
            for figures in found
        ],
        "least": statistics.LEAST,
    }
    return render(request, "outcomes/statistics.html", context)
