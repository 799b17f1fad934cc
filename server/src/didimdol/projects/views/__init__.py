"""Pages of a project: the list, the hub, the plan, the end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.demands.queries import criteria_of
from didimdol.kernel.access import require, signed_in
from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import language, pick, text
from didimdol.notices.models import Todo
from didimdol.notices.queries import gathered
from didimdol.programmes.criteria import lines
from didimdol.programmes.loading import as_text
from didimdol.programmes.queries import rules_of
from didimdol.projects import queries, rules
from didimdol.projects.actions import ending, plans
from didimdol.projects.content import plan_content
from didimdol.projects.enums import GATES, GRADES
from didimdol.projects.forms import EXTRA_ROWS, PlanForm, ReasonForm, initial_plan
from didimdol.projects.models import Milestone, Plan, Project
from didimdol.projects.money_rules import smallest_own
from didimdol.projects.settling import most_grant, plan_problems
from didimdol.projects.states.agreement import AGREEMENT, PLAN
from didimdol.projects.states.milestone import MILESTONE
from didimdol.projects.states.project import PROJECT
from didimdol.projects.tables import ExportProjects, project_table, supported_table
from didimdol.projects.views.frame import frame_of
from didimdol.projects.way import way_of
from didimdol.records.opening import opened
from didimdol.records.queries import timeline

__all__ = ["ApprovePlan", "EditPlan", "ExportProjects", "Finish", "ReturnPlan", "Stop", "SubmitPlan", "Withdraw", "plan",
           "project", "projects"]  # fmt: skip


@require_safe
def projects(request: ActedRequest) -> HttpResponse:
    """The projects of one's own; a sponsor sees those of its challenges, for their support."""
    actor = request.actor
    require(signed_in(actor))
    sponsor = any(grant.role == "sponsor" for grant in actor.grants)
    operates = any(grant.role in rules.OPERATES for grant in actor.grants)
    context = {
        "table": project_table(actor, request.GET),
        "supported": supported_table(actor, request.GET) if sponsor else None,
        "operates": operates,
        "query": request.GET.urlencode(),
    }
    return render(request, "projects/list.html", context)


@require_safe
def project(request: ActedRequest, id: UUID) -> HttpResponse:
    """The hub: how it stands, what waits for whom, the charter, milestones and their money."""
    actor = request.actor
    found = queries.access_project(actor, id)
    agreement, plan = queries.agreement_of(found), queries.plan_of(found)
    milestones = list(found.milestones.order_by("position"))
    context = {
        **frame_of(actor, found, "project"),
        "way": way_of(found, plan, agreement),
        "waiting": _waiting(found, plan, agreement, milestones),
        "plan": plan,
        "plan_state": PLAN.state(plan) if plan else None,
        "agreement": agreement,
        "agreement_state": AGREEMENT.state(agreement) if agreement else None,
        "milestones": [
            {"row": row, "state": MILESTONE.state(row), "gate": GATES.get(row.gate), "number": row.position}
            for row in milestones
        ],
        "approved": sum(row.amount for row in milestones if row.state == "approved"),
        "grade": GRADES.get(found.grade),
        "support": list(found.support.select_related("provider").order_by("created_at")[:20]),
        "moves": {name: PROJECT.may(name, actor, found) for name in ("withdraw", "stop", "finish", "finish_early")},
        "timeline": timeline(actor, found.pk, language()),
    }
    return render(request, "projects/project.html", context)


def _waiting(found: Project, plan: Plan | None, agreement: Any, milestones: list[Milestone]) -> list[Any]:
    """The open to-dos of the project and what belongs to it, each with whom it waits for."""
    subjects = [found.pk, *(row.pk for row in (plan, agreement) if row is not None), *(m.pk for m in milestones)]
    todos = Todo.objects.within(subject_id__in=subjects, closed_at=None).select_related("person", "organisation")
    return gathered(todos.order_by(F("until").asc(nulls_last=True), "since", "pk"), language())


# --- plan ----------------------------------------------------------------------------------------------------------


@require_safe
def plan(request: ActedRequest, id: UUID) -> HttpResponse:
    actor = request.actor
    found = queries.access_project(actor, id)
    written = queries.plan_of(found)
    content = plan_content(written.content) if written else None
    grant_rules = rules_of(found.challenge).grant
    problems = []
    if written is not None and content is not None and written.state != "approved":
        problems = plan_problems(found, content, written.grant, written.own_cash, written.own_in_kind)
    if written is not None:
        opened(actor, "plan", written)
    context = {
        **frame_of(actor, found, "plan"),
        "plan": written,
        "plan_state": PLAN.state(written) if written else None,
        "content": content,
        "milestones": [
            {"number": n, "it": m, "gate": GATES[m.gate], "criteria": lines(list(m.criteria))}
            for n, m in enumerate(content.milestones if content else (), start=1)
        ],
        "total": written.grant + written.own_cash + written.own_in_kind if written else 0,
        "problems": problems,
        "most": most_grant(found),
        "unverified": as_text(grant_rules.unverified) if grant_rules.unverified else None,
        "may_write": rules.may_write_plan(actor, found),
        "open": written is None or written.state in ("draft", "returned"),
        "may": {name: PLAN.may(name, actor, written) for name in PLAN.moves} if written else {},
    }
    return render(request, "projects/plan.html", context)


class EditPlan(View):
    """The plan's form; milestones are rows, and a button gives more rows without any script."""

    request: ActedRequest

    def get(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        found = self._project(id)
        return self._show(found, PlanForm(found, initial=initial_plan(queries.plan_of(found))))

    def post(self, request: HttpRequest, id: UUID) -> HttpResponseBase:
        found = self._project(id)
        if "more" in request.POST:
            return self._show(found, PlanForm(found, initial=self._typed()))
        form = PlanForm(found, request.POST)
        if not form.is_valid():
            return self._show(found, form, 422)
        values = form.cleaned_data
        try:
            plans.save_plan(
                actor=self.request.actor,
                project=found,
                version=values["version"],
                **{name: values[name] for name in ("content", "grant", "own_cash", "own_in_kind")},
            )
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self._show(found, form, 422)
        messages.success(request, pick(text("계획을 저장했습니다.", "The plan was saved.")))
        return HttpResponseRedirect(reverse("projects:plan", args=[found.pk]))

    def _typed(self) -> dict[str, Any]:
        """What was typed, with further empty rows; nothing is judged yet."""
        posted = self.request.POST
        typed: dict[str, Any] = {
            name: posted.getlist(name) if name.startswith("criteria_") else posted.get(name, "") for name in posted
        }
        given = str(typed.get("rows", ""))
        return {**typed, "rows": (int(given) if given.isdecimal() and len(given) < 4 else 0) + EXTRA_ROWS}

    def _project(self, id: UUID) -> Project:
        found = queries.access_project(self.request.actor, id)
        require(rules.may_write_plan(self.request.actor, found))
        return found

    def _show(self, found: Project, form: PlanForm, status: int = 200) -> HttpResponse:
        grant_rules, most = rules_of(found.challenge).grant, most_grant(found)
        context = {
            **frame_of(self.request.actor, found, "plan"),
            "form": form,
            "most": most,
            "smallest": smallest_own(grant_rules, most),
            "criteria": lines(criteria_of(found.demand)),
            "back": reverse("projects:plan", args=[found.pk]),
        }
        return render(self.request, "projects/plan_edit.html", context, status=status)


class _OfPlan(ActionView):
    reach, row_name = staticmethod(queries.access_plan), "plan"


class SubmitPlan(_OfPlan):
    action = plans.submit_plan
    who = staticmethod(rules.may_submit_plan)
    title = text("수정사업계획서 제출", "Submit the plan")
    consequence = text(
        "제출하면 사업 담당이 검토합니다. 보완 요청을 받기 전에는 고칠 수 없습니다.",
        "The programme manager reviews it. It cannot be changed unless it is returned.",
    )
    button = text("제출", "Submit")
    done = text("제출했습니다.", "Submitted.")


class ReturnPlan(_OfPlan):
    action, form = plans.return_plan, ReasonForm
    who = staticmethod(rules.may_judge_plan)
    title = text("보완 요청", "Ask for changes")
    consequence = text(
        "창업기업이 고쳐서 다시 제출합니다. 이 계획으로 작성하던 협약서가 있으면 함께 거둡니다.",
        "The startup mends and submits it again. An agreement drafted over it is taken back.",
    )
    button = text("보완 요청", "Ask for changes")
    done = text("보완을 요청했습니다.", "Changes were asked for.")


class ApprovePlan(_OfPlan):
    action = plans.approve_plan
    who = staticmethod(rules.may_judge_plan)
    title = text("수정사업계획서 승인", "Approve the plan")
    consequence = text(
        "이 계획의 지원금과 단계로 협약서를 작성합니다.", "The agreement is drafted over its grant and milestones."
    )
    button = text("승인", "Approve")
    done = text("승인했습니다.", "Approved.")


# --- the end -------------------------------------------------------------------------------------------------------


class _OfProject(ActionView):
    reach, row_name = staticmethod(queries.access_project), "project"


class Withdraw(_OfProject):
    action, form = ending.withdraw_project, ReasonForm
    who = staticmethod(rules.may_withdraw)
    title = text("협약 포기", "Withdraw")
    consequence = text(
        "과제가 끝나고 되돌릴 수 없습니다. 남은 단계의 지원금은 지급되지 않으며, 쓰지 않은 지원금은 돌려주어야 합니다.",
        "The project ends and this cannot be undone. Nothing more is paid, and what was paid but not spent is returned.",
    )
    button = text("협약을 포기합니다", "Withdraw")
    done = text("협약을 포기했습니다.", "Withdrawn.")
    danger = True


class Stop(_OfProject):
    action, form = ending.stop_project, ReasonForm
    who = staticmethod(rules.may_stop)
    title = text("과제 중단", "Stop the project")
    consequence = text(
        "과제가 끝나고 되돌릴 수 없습니다. 승인되지 않은 단계의 지원금은 지급되지 않습니다.",
        "The project ends and this cannot be undone. Milestones that are not approved are not paid.",
    )
    button = text("중단", "Stop")
    done = text("과제를 중단했습니다.", "The project was stopped.")
    danger = True


class Finish(_OfProject):
    action = ending.finish_project
    who = staticmethod(rules.may_stop)
    title = text("과제 마무리", "Finish the project")
    consequence = text(
        "최종평가의 등급과 함께 과제를 완료합니다.", "The project is completed with the grade of the final evaluation."
    )
    button = text("완료", "Finish")
    done = text("과제를 완료했습니다.", "The project is complete.")
