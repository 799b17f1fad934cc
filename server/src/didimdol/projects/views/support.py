"""Pages of support in kind and of the startup's own contribution."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.kernel import blobs
from didimdol.kernel.access import require
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import text
from didimdol.people.models import Organisation
from didimdol.projects import queries, rules
from didimdol.projects.actions import support as actions
from didimdol.projects.enums import CONTRIBUTIONS, SUPPORT
from didimdol.projects.forms import ContributionForm, HoursForm, ReasonForm, SupportForm
from didimdol.projects.models import OwnContribution, Project, SupportHours, SupportItem
from didimdol.projects.views.frame import frame_of
from didimdol.records.opening import opened


@require_safe
def support(request: ActedRequest, id: UUID) -> HttpResponse:
    """What was promised, what is there, and the hours that were spent."""
    actor = request.actor
    project = queries.access_supported(actor, id)
    items = list(project.support.select_related("provider").order_by("created_at", "pk"))
    for item in items:
        item.project = project
    spent = SupportHours.objects.within(item__in=items).values("item").annotate(hours=Sum("hours"))
    hours = {row["item"]: row["hours"] for row in spent}
    context = {
        **frame_of(actor, project, "support"),
        "items": [
            {
                "item": item,
                "kind": SUPPORT.get(item.kind),
                "spent": hours.get(item.pk, Decimal(0)),
                "may_log": rules.may_log_hours(actor, item),
                "may_receive": item.received_on is None and rules.may_receive_support(actor, item),
            }
            for item in items
        ],
        "log": list(
            SupportHours.objects.within(item__in=items).select_related("item", "by").order_by("-on", "-created_at")[:50]
        ),
        "names": bool(rules.may_read(actor, project)),
        "may_promise": rules.may_promise_support(actor, project),
    }
    return render(request, "projects/support.html", context)


class Promise(ActionView):
    action, row_name = actions.promise_support, "project"
    reach, who = staticmethod(queries.access_supported), staticmethod(rules.may_promise_support)
    title = text("지원 약속", "Promise support")
    consequence = text(
        "사람의 시간, 데이터, 장비처럼 돈이 아닌 지원을 적습니다. 창업기업과 운영기관이 함께 봅니다.",
        "What is given other than money: hours of people, data, devices. The startup and the operator see it.",
    )
    button = text("약속하기", "Promise")
    done = text("지원을 적었습니다.", "The support is written down.")

    def make_form(self, row: Project, data: Any = None, files: Any = None) -> SupportForm:
        return SupportForm(self._providers(row), data)

    def _providers(self, row: Project) -> list[Organisation]:
        sponsors = [p.organisation for p in row.challenge.parties.filter(part="technology_sponsor")]
        actor = self.request.actor
        if rules.runs(actor, row):
            return [row.company, *sponsors]
        sponsor = rules.is_sponsor(actor, row)
        own = [o for o in sponsors if sponsor and sponsor.by and sponsor.by.organisation == o.pk]
        return [row.company] if rules.is_company(actor, row) else own

    def back(self, row: Project) -> str:
        return reverse("projects:support", args=[row.pk])


class _OfItem(ActionView):
    reach, row_name = staticmethod(queries.access_support_item), "item"

    def back(self, row: SupportItem) -> str:
        return reverse("projects:support", args=[row.project_id])


class LogHours(_OfItem):
    action, form = actions.log_support_hours, HoursForm
    who = staticmethod(rules.may_log_hours)
    title = text("지원 시간 기록", "Log hours")
    button = text("기록", "Log")
    done = text("시간을 적었습니다.", "The hours are written down.")


class Receive(_OfItem):
    action = actions.receive_support
    who = staticmethod(rules.may_receive_support)
    title = text("지원 받음", "Support received")
    consequence = text("약속한 지원이 도착했음을 확인합니다.", "You confirm that what was promised is there.")
    button = text("받았습니다", "It is here")
    done = text("확인했습니다.", "Confirmed.")


# --- own contribution ----------------------------------------------------------------------------------------------


@require_safe
def contributions(request: ActedRequest, id: UUID) -> HttpResponse:
    actor = request.actor
    project = queries.access_project(actor, id)
    require(rules.may_read_money(actor, project))
    plan = queries.approved_plan(project)
    confirmed = queries.contribution_confirmed(project)
    rows = list(project.contributions.select_related("evidence", "given_by", "confirmed_by").order_by("-made_at"))
    for row in rows:
        row.project = project
    context = {
        **frame_of(actor, project, "contributions"),
        "plan": plan,
        "sums": [
            {
                "label": CONTRIBUTIONS[kind],
                "promised": promised,
                "confirmed": confirmed[kind],
                "missing": max(0, promised - confirmed[kind]),
            }
            for kind, promised in (
                ("cash", plan.own_cash if plan else 0),
                ("in_kind", plan.own_in_kind if plan else 0),
            )
        ],
        "rows": [
            {
                "it": row,
                "kind": CONTRIBUTIONS.get(row.kind),
                "may_settle": row.confirmed_at is None
                and not row.refused_reason
                and rules.may_confirm_contribution(actor, row),
            }
            for row in rows
        ],
        "complete": queries.contribution_complete(project),
        "may_give": rules.may_contribute(actor, project),
    }
    return render(request, "projects/contributions.html", context)


class Give(ActionView):
    form, row_name = ContributionForm, "project"
    reach, who = staticmethod(queries.access_project), staticmethod(rules.may_contribute)
    title = text("자기부담금 등록", "Give an own contribution")
    consequence = text(
        "증빙과 함께 등록하면 운영기관이 확인합니다. 확인된 금액만 인정합니다.",
        "The operator confirms it by its evidence. Only what is confirmed counts.",
    )
    button = text("등록", "Give")
    done = text("등록했습니다.", "It is there; the operator confirms it.")

    @staticmethod
    def action(*, file: Any, **arguments: Any) -> OwnContribution:
        return actions.give_contribution(stream=file, filename=file.name or "", **arguments)

    def back(self, row: Project) -> str:
        return reverse("projects:contributions", args=[row.pk])


class _OfContribution(ActionView):
    reach, row_name = staticmethod(queries.access_contribution), "contribution"
    who = staticmethod(rules.may_confirm_contribution)

    def back(self, row: OwnContribution) -> str:
        return reverse("projects:contributions", args=[row.project_id])


class ConfirmContribution(_OfContribution):
    action = actions.confirm_contribution
    title = text("자기부담금 확인", "Confirm the contribution")
    consequence = text("증빙을 보았고 이 금액을 인정합니다.", "You saw the evidence and the amount counts.")
    button = text("확인", "Confirm")
    done = text("확인했습니다.", "Confirmed.")


class RefuseContribution(_OfContribution):
    action, form = actions.refuse_contribution, ReasonForm
    title = text("자기부담금 불인정", "Refuse the contribution")
    consequence = text("인정하지 않고 사유를 알립니다.", "It does not count, and the startup reads why.")
    button = text("불인정", "Refuse")
    done = text("돌려보냈습니다.", "Refused.")
    danger = True


@require_safe
def evidence(request: ActedRequest, id: UUID) -> HttpResponseBase:
    found = queries.access_contribution(request.actor, id)
    if found.evidence is None:
        raise Invisible("evidence", id)
    answer = blobs.serve(request, found.evidence, filename=found.filename or "evidence")
    opened(request.actor, "own contribution evidence", found)
    return answer
