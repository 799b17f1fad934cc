"""Pages of money: what waits, a project's money, a payment, an account, a challenge's books."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.funding import actions, budgets, gates, numbers, queries, rules, tables
from didimdol.funding.blocking import blocks_of
from didimdol.funding.enums import why
from didimdol.funding.forms import BudgetForm
from didimdol.funding.models import Budget, Disbursement
from didimdol.funding.states import BUDGET, DISBURSEMENT
from didimdol.kernel.access import Access, require, signed_in
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, put_problem_into_form
from didimdol.kernel.paging import page
from didimdol.kernel.problems import BadInput, Stale
from didimdol.kernel.words import language
from didimdol.ledger import queries as ledger
from didimdol.programmes.queries import rules_of
from didimdol.projects.models import Milestone, Project
from didimdol.projects.queries import approved_plan, contribution_confirmed
from didimdol.projects.states.milestone import MILESTONE
from didimdol.projects.views.frame import frame_of
from didimdol.records.opening import opened
from didimdol.records.queries import timeline

__all__ = ["BudgetPage", "account", "challenge", "disbursement", "entries", "money", "project"]


@require_safe
def money(request: ActedRequest) -> HttpResponse:
    """The operator's queue of payments and its challenges; a startup's own projects with their money."""
    actor = request.actor
    require(signed_in(actor))
    operates = any(grant.role in rules.SEES for grant in actor.grants)
    applies = any(grant.role in rules.STARTUP for grant in actor.grants)
    context = {
        "queue": tables.queue(request) if operates else None,
        "challenges": queries.challenges_with_money(actor) if operates else [],
        "own": tables.projects(request) if applies or not operates else None,
    }
    return render(request, "funding/list.html", context)


@require_safe
def project(request: ActedRequest, id: UUID) -> HttpResponse:
    """The money of one project: what is promised, asked for, paid; its budget and account; what blocks each payment."""
    actor = request.actor
    found = queries.access_money(actor, id)
    opened(actor, "statement", found)
    standing = gates.standing(found)
    in_force, newest = queries.budget_in_force(found), queries.budget_in_work(found)
    context = {
        **frame_of(actor, found, reverse("funding:project", args=[found.pk])),
        "totals": queries.totals_of([found])[found.pk],
        "commitment": standing.commitment,
        "payments": _payments(actor, found, standing),
        "account": standing.account,
        "masked": numbers.masked(standing.account) if standing.account else "",
        "checked": standing.checked,
        "registers": bool(rules.may_register_account(actor, found.startup)),
        "verifies": standing.account is not None and not standing.checked and bool(rules.operates(actor, found)),
        "budget": _budget(actor, newest) if newest else None,
        "in_force": _budget(actor, in_force) if in_force and in_force != newest else None,
        "writes": bool(rules.may_write_budget(actor, found)) and (newest is None or newest.state != "submitted"),
        "plan": approved_plan(found),
        "contributed": contribution_confirmed(found),
        "entries": tables.entries(
            list(ledger.entries(found.challenge_id, owner=found.pk).order_by("created_at", "pk"))
        ),
        "settles": bool(rules.may_settle(actor, found)),
        "reads_books": bool(rules.may_read_challenge(actor, found.challenge)),
    }
    return render(request, "funding/project.html", context)


def _payments(actor: Actor, found: Project, standing: gates.Standing) -> list[dict[str, Any]]:
    """Every milestone with its money: paid, under way, or what blocks it and what to do."""
    live = queries.payments_of(found)
    rows = []
    for milestone in Milestone.objects.within(project=found).order_by("position"):
        payment = live.get(milestone.pk)
        open_ = payment is None or payment.state == "cancelled"
        ended = milestone.state == "dropped" or (found.ended_at is not None and open_)
        blocks = [] if ended or (payment and payment.state == "released") else blocks_of(
            milestone, None if open_ else payment, standing
        )  # fmt: skip
        rows.append(
            {
                "milestone": milestone,
                "state": MILESTONE.state(milestone),
                "payment": payment,
                "payment_state": DISBURSEMENT.state(payment) if payment else None,
                "why": why(payment) if payment else None,
                "blocks": blocks,
                "requests": open_ and not ended and not blocks and bool(rules.may_request(actor, milestone)),
            }
        )
    return rows


def _budget(actor: Actor, budget: Budget) -> dict[str, Any]:
    costs = budgets.costs_of(budget)
    plan = approved_plan(budget.project)
    asked = {name: BUDGET.may(name, actor, budget) for name in ("submit", "approve", "return")}
    return {
        "row": budget,
        "state": BUDGET.state(budget),
        "table": tables.costs(costs),
        "sums": budgets.sums(budget.project, costs, plan),
        "problems": budgets.problems(budget.project, costs, plan) if budget.state in ("draft", "submitted") else [],
        "may": {name: bool(access) for name, access in asked.items()},
    }


class BudgetPage(View):
    """Write the budget by cost category. Saving keeps the draft and says at once what is off, to the won."""

    template: ClassVar[str] = "funding/budget.html"
    request: ActedRequest

    def get(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        found, newest = self._reached(id)
        costs = budgets.costs_of(newest) if newest else []
        version = newest.row_version if newest and newest.state == "draft" else None
        form = BudgetForm(
            categories=budgets.categories_of(found), initial=BudgetForm.initial_of(costs, version)
        )  # fmt: skip
        return self._show(found, newest, form, costs)

    def post(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        found, newest = self._reached(id)
        form = BudgetForm(request.POST, categories=budgets.categories_of(found))
        if not form.is_valid():
            return self._show(found, newest, form, [], 422)
        try:
            actions.save_budget(
                actor=self.request.actor,
                project=found,
                lines=form.costs(),
                version=form.cleaned_data["version"],
            )
        except (BadInput, Stale) as problem:
            put_problem_into_form(form, problem)
            return self._show(found, newest, form, form.costs(), problem.status)
        return HttpResponseRedirect(reverse("funding:budget", args=[found.pk]))

    def _reached(self, id: UUID) -> tuple[Project, Budget | None]:
        found = queries.access_money(self.request.actor, id)
        require(rules.may_write_budget(self.request.actor, found))
        return found, queries.budget_in_work(found)

    def _show(
        self, found: Project, newest: Budget | None, form: BudgetForm, costs: list[budgets.Cost], status: int = 200
    ) -> HttpResponse:
        plan = approved_plan(found)
        grant = rules_of(found.challenge).grant
        context = {
            "project": found,
            "budget": newest,
            "state": BUDGET.state(newest) if newest else None,
            "closed": newest is not None and newest.state == "submitted",
            "form": form,
            "plan": plan,
            "sums": budgets.sums(found, costs, plan),
            "problems": budgets.problems(found, costs, plan) if newest is not None and not form.errors else [],
            "submits": newest is not None and bool(BUDGET.may("submit", self.request.actor, newest)),
            "unsettled": grant.unverified,
        }
        return render(self.request, self.template, context, status=status)


@require_safe
def disbursement(request: ActedRequest, id: UUID) -> HttpResponse:
    """One payment: to where, who asked, approved and released it, and what may be done next, or why not."""
    actor = request.actor
    found = queries.access_disbursement(actor, id)
    opened(actor, "statement", found)
    under_way = found.state in ("requested", "approved", "held")
    standing = gates.standing(found.project)
    context = {
        "payment": found,
        "project": found.project,
        "state": DISBURSEMENT.state(found),
        "why": why(found),
        "masked": numbers.masked(found.account),
        "blocks": blocks_of(found.milestone, found, standing) if under_way else [],
        "moves": _moves(actor, found) if under_way else [],
        "alone": found.state == "approved"
        and bool(rules.operates(actor, found.project))
        and not queries.releasers(found),
        "timeline": timeline(actor, found.pk, language()),
    }
    return render(request, "funding/payment.html", context)


def _moves(actor: Actor, payment: Disbursement) -> list[dict[str, Any]]:
    """The buttons of this state, each with the rule's answer; those of other people's roles are left out."""
    shown = []
    for name, kind in (
        ("approve", "primary"),
        ("release", "primary"),
        ("unhold", "primary"),
        ("hold", ""),
        ("cancel", "quiet"),
    ):
        move = DISBURSEMENT.moves[name]
        if payment.state not in move.sources:
            continue
        access: Access = DISBURSEMENT.may(name, actor, payment)
        if access or access.reason in ("own_work", "released_by_another"):
            url = reverse(f"funding:{name}", args=[payment.pk])
            shown.append({"label": move.label, "url": url, "access": access, "kind": kind})
    return shown


@require_safe
def account(request: ActedRequest, id: UUID) -> HttpResponse:
    """Where a startup is paid: masked; the whole number is opened on the pages of checking and paying only."""
    actor = request.actor
    found = queries.access_account(actor, id)
    context = {
        "account": found,
        "masked": numbers.masked(found),
        "checks": list(found.checks.select_related("operator", "by").order_by("at")),
        "verifies": found.replaced_at is None and bool(rules.may_verify_account(actor, found)),
        "registers": bool(rules.may_register_account(actor, found.startup)),
    }
    return render(request, "funding/account.html", context)


@require_safe
def challenge(request: ActedRequest, slug: str) -> HttpResponse:
    """A challenge's money: totals, its projects, the trial balance."""
    found = queries.access_books(request.actor, slug)
    opened(request.actor, "statement", found)
    totals, drawn = queries.totals_of_challenge(found)
    context = {
        "challenge": found,
        "totals": totals,
        "drawn": drawn,
        "total": rules_of(found).grant.total,
        "cap": rules_of(found).grant.cap,
        "projects": tables.challenge_projects(request, found),
        "trial": tables.trial(ledger.trial_balance(found.pk)),
    }
    return render(request, "funding/challenge.html", context)


@require_safe
def entries(request: ActedRequest, slug: str) -> HttpResponse:
    """The journal of a challenge: every entry with both its sides."""
    found = queries.access_books(request.actor, slug)
    rows = ledger.entries(found.pk)
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(Q(text__ko__icontains=words) | Q(text__en__icontains=words))
    got = page(rows, order=("-created_at",), cursor=request.GET.get("after", ""), size=50)
    names = tables.owner_names(found, got.rows)
    context = {"challenge": found, "entries": tables.journal(got, words, names)}
    return render(request, "funding/entries.html", context)
